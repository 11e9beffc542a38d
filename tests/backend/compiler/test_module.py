"""The module that trains is the exported source, executed."""

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from layer_cases import CASES, IDS, Case
from layer_inputs import batch, module_of, outputs_of, specs_for
from netwright.compiler.calls import build_call
from netwright.compiler.module import build_network, load_source
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from netwright.layers.registry import get_layer
from samples import SAMPLES, block, document, drawn_inputs, node, out

RUFF = Path(sys.executable).with_name("ruff")


def network_of(case: Case) -> Document:
    """The layer between its Inputs and an Output for each of its outputs."""
    name, params, shapes = case
    layer = get_layer(name)
    specs = specs_for(layer, shapes)
    inlets = {f"x{number}": spec for number, spec in enumerate(specs) if spec.is_given}
    ports = [port.name for port in layer.outputs_for(params)]
    nodes = [
        *(node(inlet, "Input", shape=[*spec.shape], dtype=spec.dtype) for inlet, spec in inlets.items()),
        node("layer", name, **params),
        *(out(f"out_{port}") for port in ports),
    ]
    names = [port.name for port in layer.inputs]
    into = [f"{inlet} layer.{names[min(int(inlet[1:]), len(names) - 1)]}" for inlet in inlets]
    return document(block(nodes, ", ".join([*into, *(f"layer.{port} out_{port}" for port in ports)])))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_exported_layer_with_the_same_weights_gives_bit_equal_outputs_and_gradients(case: Case) -> None:
    name, params, shapes = case
    layer = get_layer(name)
    specs = specs_for(layer, shapes)
    network = build_network(to_source(network_of(case)))
    direct = build_call(layer.call(layer.Params.model_validate(params), specs))
    if (module := module_of(direct)) is not None:
        module.load_state_dict(network.get_submodule("layer").state_dict())
    inputs = batch(specs, size=3)

    def run(function: Any) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        leaves = [value.detach().clone().requires_grad_(value.requires_grad) for value in inputs]
        torch.manual_seed(0)
        given = function(*leaves)
        results = list(given.values() if isinstance(given, dict) else outputs_of(given))
        sum((one * torch.linspace(-1, 1, one.numel()).view_as(one)).sum() for one in results).backward()  # type: ignore[union-attr]
        return results, [leaf.grad for leaf in leaves if leaf.grad is not None]

    ours, theirs = run(network), run(direct)
    assert all(torch.equal(a, b) for a, b in zip(ours[0], theirs[0], strict=True))
    assert all(torch.equal(a, b) for a, b in zip(ours[1], theirs[1], strict=True))
    assert any(value.requires_grad for value in inputs) == bool(ours[1])


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
    result = network(**drawn_inputs(source))
    results = list(result.values()) if isinstance(result, dict) else [result]
    total = torch.stack([(item * torch.randn_like(item)).sum() for item in results]).sum()
    torch.autograd.backward(total)
    assert all(parameter.grad is not None for parameter in network.parameters())
