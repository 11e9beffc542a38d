"""The registry is the test list: every layer type meets the same demands."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from layer_inputs import Shape, batch, fitting_shapes, outputs_of, specs_for
from netwright.compiler.calls import build_call
from netwright.layers.base import Layer, TensorSpec
from netwright.layers.registry import LAYERS, get_layer
from pydantic import ValidationError
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

Case = tuple[str, dict[str, Any], tuple[Shape, ...]]

COMPUTING = [name for name, layer in LAYERS.items() if name not in {"Input", "Output"} and layer.family != "graph"]
"""Layers of graphs take other inputs; ``test_graph`` holds them to the same demands."""


DEFAULTS: list[Case] = [(name, {}, fitting_shapes(LAYERS[name])) for name in COMPUTING]
VARIANTS: list[Case] = [
    ("Linear", {"out_features": 5, "bias": False}, ((12,),)),
    ("Linear", {"out_features": 5}, ((7, 12),)),
    ("Conv1d", {"kernel_size": [5], "stride": 2, "padding": [2]}, ((4, 20),)),
    ("Conv1d", {"padding": "same", "kernel_size": 5, "padding_mode": "circular"}, ((4, 20),)),
    (
        "Conv2d",
        {"kernel_size": [3, 5], "stride": [2, 1], "padding": [1, 2], "dilation": 2, "bias": False},
        ((4, 20, 20),),
    ),
    ("Conv2d", {"groups": 4, "out_channels": 8, "padding": "same"}, ((4, 9, 9),)),
    ("Conv2d", {"padding": 2, "padding_mode": "reflect"}, ((3, 6, 6),)),
    ("Conv2d", {"padding": 1, "padding_mode": "replicate"}, ((3, 6, 6),)),
    ("Conv2d", {"padding": "valid"}, ((3, 6, 6),)),
    ("Conv3d", {"kernel_size": [1, 2, 3], "groups": 2, "out_channels": 6}, ((4, 5, 5, 5),)),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, ((4, 11, 11),)),
    ("MaxPool2d", {"kernel_size": [2, 3], "stride": [2, 3]}, ((4, 11, 11),)),
    ("MaxPool1d", {"kernel_size": 2, "dilation": 3}, ((4, 11),)),
    ("MaxPool3d", {"kernel_size": [1, 2, 2]}, ((4, 5, 6, 6),)),
    ("AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}, ((4, 11, 11),)),
    ("AvgPool1d", {"kernel_size": [3], "ceil_mode": True}, ((4, 11),)),
    ("AvgPool3d", {"kernel_size": 2, "stride": 1}, ((4, 5, 6, 6),)),
    ("AdaptiveAvgPool2d", {"output_size": [3, 2]}, ((4, 12, 10),)),
    ("AdaptiveMaxPool1d", {"output_size": 5}, ((4, 12),)),
    ("BatchNorm1d", {}, ((4, 12),)),
    ("BatchNorm2d", {"affine": False, "momentum": 0.5, "eps": 1e-3}, ((4, 5, 5),)),
    ("BatchNorm2d", {"track_running_stats": False}, ((4, 5, 5),)),
    ("LayerNorm", {"normalized_dims": 3}, ((4, 5, 6),)),
    ("LayerNorm", {"normalized_dims": 1, "bias": False, "eps": 1e-6}, ((7, 12),)),
    ("LayerNorm", {"elementwise_affine": False}, ((12,),)),
    ("GroupNorm", {"num_groups": 2}, ((4, 5, 5),)),
    ("GroupNorm", {"num_groups": 4, "affine": False}, ((12,),)),
    ("PReLU", {"num_parameters": 4, "init": 0.1}, ((4, 5, 5),)),
    ("LeakyReLU", {"negative_slope": 0.2}, ((12,),)),
    ("ELU", {"alpha": 0.5}, ((12,),)),
    ("GELU", {"approximate": "tanh"}, ((12,),)),
    ("Softmax", {"dim": -1}, ((7, 12),)),
    ("LogSoftmax", {"dim": 2}, ((7, 12),)),
    ("Dropout", {"p": 0.1}, ((12,),)),
    ("Reshape", {"shape": [2, -1, 3]}, ((12,),)),
    ("Reshape", {"shape": [6, 2]}, ((4, 3),)),
    ("Reshape", {"shape": [12]}, ((4, 3),)),
    ("Split", {"split_size_or_sections": [1, 4, 2], "dim": -1}, ((3, 7),)),
    ("Chunk", {"chunks": 3, "dim": 2}, ((3, 6),)),
    ("Add", {}, ((4, 5, 5),) * 3),
    ("Multiply", {}, ((4, 5, 5), (4, 1, 1))),
    ("Concat", {}, ((4, 5, 5), (2, 5, 5), (1, 5, 5))),
    ("Concat", {"dim": -1}, ((4, 5, 5), (4, 5, 2))),
]
CASES = DEFAULTS + VARIANTS
IDS = [f"{name}-{json.dumps(params)}-{'+'.join(map(str, shapes))}" for name, params, shapes in CASES]


def prepared(case: Case) -> tuple[type[Layer[Any]], Any, tuple[TensorSpec, ...]]:
    name, params, shapes = case
    layer = get_layer(name)
    return layer, layer.Params.model_validate(params), specs_for(layer, shapes)


def layers_with_parameters() -> Iterator[Any]:
    for case, name in zip(CASES, IDS, strict=True):
        layer, params, specs = prepared(case)
        if layer.estimate_parameters(params, specs):
            yield pytest.param(case, id=name)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layer_with_fitting_input_has_no_complaint(case: Case) -> None:
    layer, params, specs = prepared(case)
    assert [*layer.check_ports(specs), *layer.check(params, specs)] == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_shape_on_meta_equals_the_real_one(case: Case) -> None:
    layer, params, specs = prepared(case)
    call = layer.call(params, specs)
    reals = outputs_of(build_call(call)(*batch(specs)))
    metas = outputs_of(build_call(call, device="meta")(*batch(specs, "meta")))
    assert [(meta.shape, meta.dtype) for meta in metas] == [(real.shape, real.dtype) for real in reals]
    assert all(real.shape[0] == 2 for real in reals)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_output_has_a_rank_that_the_output_port_promises(case: Case) -> None:
    layer, params, specs = prepared(case)
    results = outputs_of(build_call(layer.call(params, specs), device="meta")(*batch(specs, "meta")))
    for port, result in zip(layer.outputs_for(dict(params)), results, strict=True):
        assert port.ranks is None or result.dim() in port.ranks
        assert str(result.dtype).removeprefix("torch.") in port.dtypes


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_gradient_reaches_every_parameter_and_every_input(case: Case) -> None:
    layer, params, specs = prepared(case)
    torch.manual_seed(0)
    built = build_call(layer.call(params, specs))
    inputs = batch(specs, size=3)
    results = outputs_of(built(*inputs))
    # Weights that differ, so that symmetric sums (a softmax's) do not cancel.
    sum((result * torch.randn(result.shape)).sum() for result in results).backward()  # type: ignore[union-attr]
    parameters = list(built.parameters()) if isinstance(built, nn.Module) else []
    for tensor in [*parameters, *(tensor for tensor in inputs if tensor.requires_grad)]:
        assert tensor.grad is not None
        assert tensor.grad.abs().sum() > 0


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_estimated_parameters_equal_the_modules(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs), device="meta")
    counted = sum(p.numel() for p in built.parameters()) if isinstance(built, nn.Module) else 0
    assert layer.estimate_parameters(params, specs) == counted


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_macs_are_half_the_flops_that_torch_counts(case: Case) -> None:
    layer, params, specs = prepared(case)
    built = build_call(layer.call(params, specs))
    inputs = [tensor.detach() for tensor in batch(specs, size=1)]
    if isinstance(built, nn.Module):
        built.eval()
    with FlopCounterMode(display=False) as counter:
        results = outputs_of(built(*inputs))
    outputs = [TensorSpec(tuple(result.shape[1:])) for result in results]
    assert layer.macs(params, specs, outputs) == counter.get_total_flops() / 2


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_summary_is_short_and_plain(case: Case) -> None:
    layer, params, _ = prepared(case)
    summary = layer.summary(params)
    assert len(summary) <= 40
    assert "\n" not in summary


@pytest.mark.parametrize("name", LAYERS)
def test_every_field_is_described_and_has_a_unit_and_a_default(name: str) -> None:
    schema = LAYERS[name].Params.model_json_schema()
    assert schema["additionalProperties"] is False
    for field in schema.get("properties", {}).values():
        assert field["description"].endswith(".")
        assert "unit" in field
        assert "default" in field


@pytest.mark.parametrize("name", COMPUTING)
def test_defaults_are_pytorchs_where_pytorch_has_one(name: str) -> None:
    """What we leave out of the printed call must be what PyTorch assumes."""
    import inspect

    target = getattr(nn, name, None)
    signature = inspect.signature(target).parameters if target is not None else {}
    for field, info in LAYERS[name].Params.model_fields.items():
        theirs = signature[field].default if field in signature else inspect.Parameter.empty
        if theirs is not inspect.Parameter.empty and (name, field) not in {("Softmax", "dim"), ("LogSoftmax", "dim")}:
            assert info.default == theirs, field


@pytest.mark.parametrize("name", LAYERS)
def test_ports_are_described_and_names_are_unique(name: str) -> None:
    layer = LAYERS[name]
    for ports in (layer.inputs, layer.outputs):
        assert len({port.name for port in ports}) == len(ports)
        assert all(port.axes.startswith(("(N", "(V", "(2, E")) for port in ports)
        assert all(not port.variadic for port in ports[:-1])


@pytest.mark.parametrize("name", LAYERS)
def test_docstring_says_the_shapes_and_documentation_is_written_in_sentences(name: str) -> None:
    layer = LAYERS[name]
    assert "->" in (layer.__doc__ or "")
    documentation = layer.documentation
    for text in (documentation.summary, documentation.use_when, documentation.pitfalls):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert "->" in documentation.shape
    assert "https://" in documentation.source
    assert documentation.formula.count("{") == documentation.formula.count("}")


@pytest.mark.parametrize("field", ["kernel_size", "stride", "dilation"])
@pytest.mark.parametrize(
    "value", [True, "3", 3.0, 0, -1, 2**31, [3], [3, True], [3, "3"], [3, 3, 3], None, {}, [[3, 3]]]
)
def test_pair_when_it_is_no_int_or_two_ints_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        LAYERS["Conv2d"].Params.model_validate({field: value})


def test_pair_from_a_json_array_becomes_a_tuple() -> None:
    params = LAYERS["Conv2d"].Params.model_validate(
        json.loads('{"kernel_size": [3, 5], "padding": [1, 2], "stride": 2}')
    )
    assert (params.model_dump()["kernel_size"], params.model_dump()["padding"]) == ((3, 5), (1, 2))
    assert LAYERS["Conv2d"].Params.model_validate(params.model_dump(mode="json")) == params


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="in_channels"):
        LAYERS["Conv2d"].Params.model_validate({"in_channels": 3})


def test_unknown_layer_type_names_those_that_exist() -> None:
    with pytest.raises(KeyError, match=r"no layer type 'Conv4d'.*Conv2d"):
        get_layer("Conv4d")


def test_step_answers_zero_or_one_and_passes_the_gradient_straight_through() -> None:
    step = build_call(LAYERS["Step"].call(LAYERS["Step"].Params(), [TensorSpec((5,))]))
    x = torch.tensor([[-3.0, -1e-30, 0.0, 1e-30, 7.1]], requires_grad=True)
    y = step(x)
    y.sum().backward()
    assert y.tolist() == [[0.0, 0.0, 1.0, 1.0, 1.0]]
    assert x.grad is not None
    assert x.grad.tolist() == [[1.0] * 5]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_random_convolutions_agree_with_torch_about_what_fits() -> None:
    """A complaint where and only where PyTorch refuses, over windows, paddings, groups and sizes at their edges."""
    layer = LAYERS["Conv2d"]
    draw = random.Random(0)
    refused = 0
    for _ in range(600):
        params = layer.Params.model_validate(
            {
                "out_channels": draw.randint(1, 6),
                "kernel_size": [draw.randint(1, 5), draw.randint(1, 5)],
                "stride": draw.choice([1, 1, 2]),
                "padding": draw.choice(["same", "valid", 0, [1, 2], 3]),
                "dilation": draw.choice([1, 1, 2]),
                "groups": draw.choice([1, 1, 2, 3]),
                "padding_mode": draw.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
            }
        )
        spec = TensorSpec((draw.choice([1, 2, 4, 6]), draw.randint(1, 6), draw.randint(1, 6)))
        complaints = [one for one in layer.check(params, [spec]) if one.severity == "error"]
        try:
            build_call(layer.call(params, [spec]))(torch.zeros(2, *spec.shape))
            fits = True
        except (RuntimeError, ValueError):
            fits = False
        refused += not fits
        assert (complaints == []) == fits, (params, spec, complaints)
    assert 100 < refused < 500
