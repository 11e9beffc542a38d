"""The module that trains is the exported source, executed."""

import traceback
from typing import Any

import pytest
import torch
from layer_inputs import batch, fitting_shapes, module_of, outputs_of, specs_for
from netwright.compiler.calls import build_call
from netwright.compiler.module import build_network, load_source
from netwright.compiler.source import to_source
from netwright.layers.registry import LAYERS, get_layer
from samples import SAMPLES, block, document, input_shape, node, out

COMPUTING = [name for name in LAYERS if name not in {"Input", "Output"}]


@pytest.mark.parametrize("name", COMPUTING)
def test_exported_layer_with_the_same_weights_gives_bit_equal_outputs_and_gradients(name: str) -> None:
    layer = get_layer(name)
    specs = specs_for(layer, fitting_shapes(layer))
    inlets = {f"x{number}": spec for number, spec in enumerate(specs) if spec.is_given}
    ports = [port.name for port in layer.outputs_for({})]
    nodes = [
        *(node(inlet, "Input", shape=[*spec.shape], dtype=spec.dtype) for inlet, spec in inlets.items()),
        node("layer", name),
        *(out(f"out_{port}") for port in ports),
    ]
    names = [port.name for port in layer.inputs]
    into = [f"{inlet} layer.{names[min(i, len(names) - 1)]}" for i, inlet in enumerate(inlets)]
    network = build_network(
        to_source(document(block(nodes, ", ".join([*into, *(f"layer.{p} out_{p}" for p in ports)]))))
    )
    direct = build_call(layer.call(layer.Params(), specs))
    if (module := module_of(direct)) is not None:
        module.load_state_dict(network.get_submodule("layer").state_dict())
    inputs = batch(specs, size=3)

    def run(function: Any) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        leaves = [value.detach().clone().requires_grad_(value.requires_grad) for value in inputs]
        torch.manual_seed(0)
        given = function(*leaves)
        results = list(given.values() if isinstance(given, dict) else outputs_of(given))
        sum((one * torch.linspace(-1, 1, one.numel()).view_as(one)).sum() for one in results).backward()
        return results, [leaf.grad for leaf in leaves if leaf.grad is not None]

    ours, theirs = run(network), run(direct)
    assert all(torch.equal(a, b) for a, b in zip(ours[0], theirs[0], strict=True))
    assert all(torch.equal(a, b) for a, b in zip(ours[1], theirs[1], strict=True))
    assert len(ours[1]) == sum(value.requires_grad for value in inputs)


def test_same_seed_gives_the_same_weights() -> None:
    source = to_source(SAMPLES["densenet"]())
    torch.manual_seed(1)
    first = build_network(source).state_dict()
    torch.manual_seed(1)
    second = build_network(source).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_traceback_shows_the_line_of_the_source() -> None:
    nodes = [node("x", "Input", shape=[4]), node("fc", "Linear", out_features=2), out()]
    network = build_network(to_source(document(block(nodes))))
    with pytest.raises(RuntimeError) as caught:
        network(torch.zeros(1, 5))
    assert "return self.fc(x)" in "".join(traceback.format_exception(caught.value))


def test_two_sources_do_not_share_anything() -> None:
    source = to_source(SAMPLES["lenet"]())
    first, second = load_source(source), load_source(source)
    assert first.Network is not second.Network


@pytest.mark.parametrize("name", SAMPLES)
def test_gradient_reaches_every_parameter_of_a_sample(name: str) -> None:
    source = SAMPLES[name]()
    torch.manual_seed(0)
    network = build_network(to_source(source))
    inputs = {item.id: torch.randn(2, *input_shape(item)) for item in source.network.nodes if item.type == "Input"}
    result = network(**inputs)
    results = list(result.values()) if isinstance(result, dict) else [result]
    total = torch.stack([(item * torch.randn_like(item)).sum() for item in results]).sum()
    torch.autograd.backward(total)
    assert all(parameter.grad is not None for parameter in network.parameters())
