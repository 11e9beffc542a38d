"""Layers of graphs: what they say of themselves is held to PyTorch Geometric's own, on graphs of two sizes."""

import subprocess
import sys
from typing import Any

import pytest
import torch
from netwright.compiler.calls import build_call
from netwright.layers.base import Layer, TensorSpec
from netwright.layers.graph import BATCH, EDGE_INDEX, vertices
from netwright.layers.registry import LAYERS
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

pytest.importorskip("torch_geometric", exc_type=ImportError)

F = 6
CASES: list[tuple[str, dict[str, Any]]] = [
    ("GCNConv", {}),
    ("GCNConv", {"out_channels": 3, "improved": True, "bias": False}),
    ("GCNConv", {"normalize": False}),
    ("SAGEConv", {}),
    ("SAGEConv", {"out_channels": 5, "aggr": "max", "normalize": True, "bias": False}),
    ("SAGEConv", {"aggr": "sum", "root_weight": False}),
    ("GATConv", {}),
    ("GATConv", {"out_channels": 4, "heads": 3}),
    ("GATConv", {"out_channels": 4, "heads": 3, "concat": False, "negative_slope": 0.1, "bias": False}),
    ("GINConv", {}),
    ("GINConv", {"out_channels": 5, "eps": 0.5, "train_eps": True}),
    ("GraphMeanPool", {}),
    ("GraphMaxPool", {}),
    ("GraphAddPool", {}),
    ("TopKPooling", {}),
    ("TopKPooling", {"ratio": 0.3, "multiplier": 2.0, "nonlinearity": "sigmoid"}),
    ("SAGPooling", {}),
    ("SAGPooling", {"ratio": 1.0}),
]
IDS = [f"{name}-{params}" for name, params in CASES]
SPECS = {"x": vertices(F), "edge_index": EDGE_INDEX, "batch": BATCH}

Case = tuple[str, dict[str, Any]]


def prepared(case: Case) -> tuple[type[Layer[Any]], Any, list[TensorSpec]]:
    layer = LAYERS[case[0]]
    return layer, layer.Params.model_validate(case[1]), [SPECS[port.name] for port in layer.inputs]


def tensors(layer: type[Layer[Any]], num_graphs: int = 3, size: int = 5) -> list[torch.Tensor]:
    """Rings of ``size`` vertices, each edge in both directions."""
    generator = torch.Generator().manual_seed(0)
    ring = torch.stack([torch.arange(size), (torch.arange(size) + 1) % size])
    both = torch.cat([ring, ring.flip(0)], 1)
    given = {
        "x": torch.randn(num_graphs * size, F, generator=generator).requires_grad_(),
        "edge_index": torch.cat([both + size * number for number in range(num_graphs)], 1),
        "batch": torch.arange(num_graphs).repeat_interleave(size),
    }
    return [given[port.name] for port in layer.inputs]


def as_tuple(result: Any) -> tuple[torch.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_says_the_shapes_that_pytorch_geometric_gives(case: Case) -> None:
    layer, params, specs = prepared(case)
    assert [*layer.check_ports(specs), *layer.check(params, specs)] == []
    inferred = layer.infer(params, specs)
    assert inferred is not None
    for num_graphs in (3, 4):
        given = tensors(layer, num_graphs)
        results = as_tuple(build_call(layer.call(params, specs))(*given))
        assert len(results) == len(inferred) == len(layer.outputs)
        for result, spec, port in zip(results, inferred, layer.outputs, strict=True):
            size = num_graphs if spec.along == "N" else result.shape[spec.open_axis]
            assert tuple(result.shape) == spec.full(size)
            assert str(result.dtype) == f"torch.{spec.dtype}"
            assert spec.along in port.along
            assert port.ranks is None or result.dim() in port.ranks
            if spec.along == "V" and "Pooling" not in layer.type:
                assert size == len(given[0])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_counts_the_parameters_and_buffers_of_the_module(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs))
    module = built if isinstance(built, nn.Module) else nn.Identity()
    assert layer.estimate_parameters(params, specs) == sum(one.numel() for one in module.parameters())
    assert layer.estimate_buffers(params, specs) == sum(one.numel() for one in module.buffers())


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_counts_the_multiplications_of_its_linear_maps_for_each_vertex(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs))
    given = [one.detach() for one in tensors(layer)]
    with FlopCounterMode(display=False) as counter:
        built(*given)
    # torch counts matrix products; these are multiplied elementwise.
    uncounted = {"GATConv": 2 * getattr(params, "heads", 0) * getattr(params, "out_channels", 0), "TopKPooling": F}
    outputs = layer.infer(params, specs) or ()
    assert (layer.macs(params, specs, outputs) - uncounted.get(layer.type, 0)) * len(
        given[0]
    ) == counter.get_total_flops() / 2


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_gradient_reaches_every_weight_and_the_features(case: Case) -> None:
    layer, params, specs = prepared(case)
    torch.manual_seed(0)
    built = build_call(layer.call(params, specs))
    given = tensors(layer)
    result = as_tuple(built(*given))[0]
    torch.autograd.backward((result * torch.randn(result.shape)).sum())
    parameters = dict(built.named_parameters()) if isinstance(built, nn.Module) else {}
    for name, tensor in [*parameters.items(), ("x", given[0])]:
        if layer.type == "SAGPooling" and name.endswith("select.weight"):
            continue  # one number, divided by its own length: only its sign matters
        assert tensor.grad is not None, name
        assert tensor.grad.abs().sum() > 0, name


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_defaults_are_pytorch_geometrics(case: Case) -> None:
    import inspect

    import torch_geometric.nn

    layer = LAYERS[case[0]]
    target = getattr(torch_geometric.nn, case[0], None)
    theirs = inspect.signature(target).parameters if target is not None else {}
    for name, info in layer.Params.model_fields.items():
        default = theirs[name].default if name in theirs else inspect.Parameter.empty
        if default is not inspect.Parameter.empty:
            assert info.default == default, name


ALIEN: list[tuple[str, int, TensorSpec]] = [
    ("GCNConv", 0, TensorSpec((F,))),
    ("GCNConv", 0, EDGE_INDEX),
    ("GCNConv", 1, BATCH),
    ("GraphMeanPool", 1, EDGE_INDEX),
    ("Flatten", 0, vertices(F)),
    ("Conv1d", 0, vertices(F)),
    ("Reshape", 0, vertices(F)),
    ("ReLU", 0, EDGE_INDEX),
]


@pytest.mark.parametrize(("name", "number", "spec"), ALIEN)
def test_rows_of_another_kind_are_refused_with_a_way_out(name: str, number: int, spec: TensorSpec) -> None:
    layer = LAYERS[name]
    given = [SPECS.get(port.name, vertices(F)) for port in layer.inputs]
    given[number] = spec
    [complaint] = layer.check_ports(given)
    assert complaint.code == "wrong_rows"
    assert complaint.port == layer.inputs[number].name
    assert str(spec) in complaint.message
    assert complaint.message.endswith(".")


@pytest.mark.parametrize(
    "name", ["Linear", "ReLU", "Softmax", "Dropout", "BatchNorm1d", "LayerNorm", "GroupNorm", "PReLU"]
)
def test_layers_that_work_row_by_row_take_vertices(name: str) -> None:
    assert list(LAYERS[name].check_ports([vertices(F)])) == []


@pytest.mark.parametrize("name", ["Add", "Multiply", "Concat"])
def test_merge_takes_vertices_but_not_beside_samples(name: str) -> None:
    assert list(LAYERS[name].check_ports([vertices(F), vertices(F)])) == []
    [complaint] = LAYERS[name].check_ports([vertices(F), TensorSpec((F,)), vertices(F)])
    assert (complaint.code, complaint.wire) == ("mixed_rows", 1)


def test_checking_and_printing_a_graph_network_does_not_load_pytorch_geometric() -> None:
    """Its import takes seconds, and the server checks at every edit."""
    code = (
        "import sys; from samples import gcn; from netwright.compiler.check import check;"
        "from netwright.compiler.source import to_source; assert check(gcn()).ok; to_source(gcn());"
        "sys.exit('torch_geometric' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())


def _environment() -> dict[str, str]:
    import os
    from pathlib import Path

    root = Path(__file__).parents[3]
    return {**os.environ, "PYTHONPATH": f"{root / 'backend'}{os.pathsep}{root / 'tests'}"}
