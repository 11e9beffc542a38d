"""The module that trains is the exported source, executed."""

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from layer_cases import CASES, IDS, Case
from netwright.compiler.calls import build_call
from netwright.compiler.module import build_network, load_source
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.layers.base import TensorSpec
from netwright.layers.registry import get_layer
from samples import SAMPLES, block, document, input_shape, node, out
from torch import nn

RUFF = Path(sys.executable).with_name("ruff")


def network_of(case: Case) -> Document:
    """The layer between its Inputs and an Output."""
    name, params, shapes = case
    layer = get_layer(name)
    inlets = [f"x{number}" for number in range(len(shapes))]
    inputs = [node(inlet, "Input", shape=list(shape)) for inlet, shape in zip(inlets, shapes, strict=True)]
    ports = ["x"] * len(shapes) if layer.inputs[-1].variadic else [port.name for port in layer.inputs]
    wires = ", ".join(f"{inlet} layer.{port}" for inlet, port in zip(inlets, ports, strict=True)) + ", layer scores"
    return document(block([*inputs, node("layer", name, **params), out()], wires))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_exported_layer_with_the_same_weights_gives_bit_equal_outputs_and_gradients(case: Case) -> None:
    name, params, shapes = case
    layer = get_layer(name)
    network = build_network(to_source(network_of(case)))
    direct = build_call(layer.call(layer.Params.model_validate(params), [TensorSpec(shape) for shape in shapes]))
    if isinstance(direct, nn.Module):
        direct.load_state_dict(network.get_submodule("layer").state_dict())
    values = [torch.randn(3, *shape) for shape in shapes]

    def run(function: Any) -> tuple[torch.Tensor, list[torch.Tensor]]:
        leaves = [value.clone().requires_grad_() for value in values]
        torch.manual_seed(0)
        result = function(*leaves)
        (result * torch.linspace(-1, 1, result.numel()).view_as(result)).sum().backward()
        return result, [leaf.grad for leaf in leaves if leaf.grad is not None]

    ours, theirs = run(network), run(direct)
    assert torch.equal(ours[0], theirs[0])
    assert all(torch.equal(a, b) for a, b in zip(ours[1], theirs[1], strict=True))
    assert len(ours[1]) == len(theirs[1]) > 0


def test_source_of_every_layer_passes_a_formatter_and_a_linter(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        (tmp_path / f"layer{number}_{case[0].lower()}.py").write_text(to_source(network_of(case)), encoding="utf-8")
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,B,UP,RET,PIE,C4"]):
        result = subprocess.run([RUFF, *command, "--isolated", tmp_path], capture_output=True, check=False)
        assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()


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
