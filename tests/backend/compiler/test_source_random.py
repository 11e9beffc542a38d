"""Random documents: whatever the check lets through is exported, executes, and has the reported shapes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Block, Document, Edge, Node
from samples import input_shape

RUFF = Path(sys.executable).with_name("ruff")

CONV: dict[str, st.SearchStrategy[Any]] = {
    "out_channels": st.sampled_from([1, 2, 4, 6, "=width", "=2 * width", "=width // 2 + 1"]),
    "kernel_size": st.sampled_from([1, 3, [3, 1], ["=size", 3]]),
    "stride": st.sampled_from([1, 1, 1, 2, "=size // 2"]),
    "padding": st.sampled_from([0, 1, "same", [1, 0]]),
    "bias": st.booleans(),
}
LAYERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "Conv2d": CONV,
    "MaxPool2d": {
        "kernel_size": st.sampled_from([1, 2, 3]),
        "stride": st.sampled_from([1, 2]),
        "padding": st.sampled_from([0, 1]),
    },
    "AvgPool2d": {"kernel_size": st.sampled_from([1, 2, "=size - 1"])},
    "AdaptiveAvgPool2d": {"output_size": st.sampled_from([1, 2, 3, [2, 1]])},
    "BatchNorm2d": {},
    "GroupNorm": {"num_groups": st.sampled_from([1, 2])},
    "LayerNorm": {"normalized_dims": st.sampled_from([1, 2, 3, "=size - 1"])},
    "Dropout": {"p": st.sampled_from([0.0, 0.5, "=1 / size"])},
    "ReLU": {},
    "PReLU": {},
    "Step": {},
    "Softmax": {"dim": st.sampled_from([1, -1])},
    "Flatten": {},
    "Linear": {"out_features": st.sampled_from([3, "=width", "=3 * (width + 1)"])},
    "Reshape": {"shape": st.sampled_from([[-1], [1, -1], [2, -1, 1], ["=size", -1], ["=width", -1, 1]])},
    "Add": {},
    "Multiply": {},
    "Concat": {"dim": st.sampled_from([1, -1, "=size - 1"])},
}
MERGES = {"Add", "Multiply", "Concat"}


@st.composite
def bodies(draw: st.DrawFn, blocks: tuple[str, ...], inlets: int = 1) -> Block:
    """Nodes each fed by something drawn before; every value that nothing takes is an output."""
    nodes = [Node(id=f"in{number}", type="Input") for number in range(inlets)]
    edges: list[Edge] = []
    values = [item.id for item in nodes]
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from([*LAYERS, *(f"block:{name}" for name in blocks)]))
        params: dict[str, Any] = {}
        repeat: int | str = 1
        if kind in LAYERS:
            for name, strategy in LAYERS[kind].items():
                if draw(st.booleans()) or name in {"out_channels", "out_features"}:
                    params[name] = draw(strategy)
        else:
            repeats: list[int | str] = [1, 1, 2, 3, "=size - 1"]
            repeat = draw(st.sampled_from(repeats))
            if draw(st.booleans()):
                params["width"] = draw(st.sampled_from([2, 4, "=width", "=2 * width"]))
        name = f"n{number}"
        nodes.append(Node(id=name, type=kind, params=params, repeat=repeat, muted=draw(st.integers(0, 9)) == 0))
        # Mostly the newest value: chains, with skips between them.
        newest = st.sampled_from([values[-1], values[-1], *values])
        wires = min(len(values), draw(st.integers(2, 3))) if kind in MERGES else 1
        sources = draw(st.lists(newest, min_size=wires, max_size=wires, unique=True))
        edges += [Edge(source=source, target=name) for source in sources]
        values.append(name)
    taken = {edge.source for edge in edges}
    free = [value for value in values if value not in taken] or [values[-1]]
    ends = free if inlets == 2 else free[-1:]
    for number, value in enumerate(ends):
        nodes.append(Node(id=f"out{number}", type="Output"))
        edges.append(Edge(source=value, target=f"out{number}"))
    return Block(
        parameters={"width": draw(st.sampled_from([2, 4])), "size": draw(st.sampled_from([2, 3]))},
        nodes=nodes,
        edges=edges,
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    inner, outer = draw(bodies(())), draw(bodies(("Inner",)))
    network = draw(bodies(("Inner", "Outer"), draw(st.sampled_from([1, 1, 2]))))
    for item in network.nodes:
        if item.type == "Input":
            item.params["shape"] = [*draw(st.sampled_from([(2, 8, 8), (4, 6, 5), (4, 8, 8)]))]
    return Document(network=network, blocks={"Inner": inner, "Outer": outer})


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(documents())
def test_document_without_errors_runs_as_its_report_says(document: Document) -> None:
    report = check(document)
    assume(report.ok)
    source = to_source(document)
    network = build_network(source).eval()
    inputs = {item.id: torch.zeros(2, *input_shape(item)) for item in document.network.nodes if item.type == "Input"}
    result = network(**inputs)
    outputs = [item.id for item in document.network.nodes if item.type == "Output"]
    results = result if isinstance(result, dict) else {outputs[0]: result}
    assert list(results) == outputs
    for output, tensor in results.items():
        [shape] = [given_shape.shape for given_shape in report.nodes[output].inputs.values()]
        assert [None, *tensor.shape[1:]] == shape
    for key in network.state_dict():
        assert key.rsplit(".", 1)[0] in report.nodes
    assert report.totals.parameters == sum(parameter.numel() for parameter in network.parameters())
    for command in (["format", "--diff"], ["check"]):
        linted = subprocess.run(
            [RUFF, *command, "--isolated", "--stdin-filename", "model.py", "-"],
            input=source.encode(),
            capture_output=True,
            check=False,
        )
        assert linted.returncode == 0, linted.stdout.decode()
