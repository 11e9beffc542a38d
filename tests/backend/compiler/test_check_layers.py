"""What a layer complains about, drawn: the problem stands at its node, and every fix, applied, takes it away."""

from typing import Any

import pytest
from layer_inputs import specs_for
from layer_mistakes import FAILING, Shapes
from netwright.compiler.check import check
from netwright.graph.document import Document
from netwright.graph.editing import apply_edits
from netwright.layers.registry import get_layer
from samples import block, document, node, out


def drawn(name: str, params: dict[str, Any], shapes: Shapes) -> Document:
    """The layer behind one Input for each shape, before an Output for each of its outputs."""
    layer = get_layer(name)
    missing = [None for port in layer.inputs[len(shapes) :] if port.optional]
    specs = [spec for spec in specs_for(layer, [*shapes, *missing]) if spec.is_given]
    inputs = [node(f"x{i}", "Input", shape=[*spec.shape], dtype=spec.dtype) for i, spec in enumerate(specs)]
    names = [port.name for port in layer.inputs]
    into = [f"x{i} layer.{names[min(i, len(names) - 1)]}" for i in range(len(specs))]
    ports = [port.name for port in layer.outputs_for(params)]
    ends = [out(f"out_{port}") for port in ports]
    wires = ", ".join([*into, *(f"layer.{port} out_{port}" for port in ports)])
    return document(block([*inputs, node("layer", name, **params), *ends], wires))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize(("name", "params", "shapes", "code"), FAILING)
def test_problem_of_a_layer_is_reported_at_its_node_and_taken_away_by_its_fixes(
    name: str, params: dict[str, Any], shapes: Shapes, code: str
) -> None:
    source = drawn(name, params, shapes)
    [problem] = check(source).problems
    assert (problem.code, problem.node, problem.block) == (code, "layer", "network")
    assert "{" not in problem.message
    assert problem.fixes
    for fix in problem.fixes:
        repaired = check(apply_edits(source, fix.edits))
        assert (code, "layer") not in {(left.code, left.node) for left in repaired.problems}, fix.label
