"""What PyTorch's exporters make of a layer over graphs: small networks of one layer each, written and read again."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from netwright.exchange.graphs.foreign import Array, ForeignGraph
from netwright.exchange.material import Material
from netwright.graph.document import Block, Document, Edge, Node
from netwright.layers.registry import LAYERS

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layer that a file may hold: with these settings and weights it would be ``type``."""

    type: str
    params: Mapping[str, Any]
    num_features: int
    """Of each vertex that it takes."""
    weights: Mapping[str, Array]
    """By their names in the layer."""
    values: Mapping[str, str]
    """The values of the file that hold them; a weight that the exporter has reckoned into another is not among them."""
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A candidate as operators.  ``inputs`` and ``outputs`` are the values at its ports."""

    candidate: Candidate
    graph: ForeignGraph
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


def make_templates(candidates: Sequence[Candidate], form: Literal["onnx", "program"]) -> list[Template]:
    """All candidates, exported in one go: as many networks of one layer that have nothing in common."""
    import numpy as np
    from safetensors.numpy import save_file

    from netwright.compiler.source import to_source
    from netwright.exchange.graphs.onnx_reader import read_onnx
    from netwright.exchange.graphs.program_reader import read_program
    from netwright.exchange.network import build_trained, input_specs

    document = _draw(candidates)
    weights = {
        f"layer{number}.{name}": np.ascontiguousarray(array)
        for number, each in enumerate(candidates)
        for name, array in each.weights.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights.safetensors"
        if weights:
            save_file(weights, file)
        material = Material(document, to_source(document), file if weights else None)
        templates = Path(folder) / "templates"
        _write(material, build_trained(material), templates, form)
        graph = read_onnx(templates, "templates") if form == "onnx" else read_program(templates, "templates")
    arguments = zip(input_specs(document).values(), graph.inputs, strict=True)
    inputs: dict[str, dict[str, str]] = {}
    for spec, each in arguments:
        inputs.setdefault(spec.node, {})[spec.port] = each.value  # type: ignore[union-attr]  # there are no plain Inputs
    ends = [node.id for node in document.network.nodes if node.type == "Output"]
    values = dict(zip(ends, (value for value, _ in graph.outputs), strict=True))
    return [
        Template(
            each,
            graph,
            inputs[f"graph{number}"],
            {port.name: values[f"{port.name}{number}"] for port in LAYERS[each.type].outputs},
        )
        for number, each in enumerate(candidates)
    ]


def _write(material: Material, network: "nn.Module", target: Path, form: Literal["onnx", "program"]) -> None:
    """As a person exports it, but for the comparison with the network, which takes as long again."""
    import torch

    from netwright.exchange.to_onnx import to_model
    from netwright.exchange.traced import trace

    if form == "onnx":
        target.write_bytes(to_model(material, network).SerializeToString())
    else:
        with target.open("wb") as file:
            torch.export.save(trace(material, network), file)


def _draw(candidates: Sequence[Candidate]) -> Document:
    nodes, outputs, edges = [], [], []
    for number, each in enumerate(candidates):
        layer, graph = f"layer{number}", f"graph{number}"
        nodes += [
            Node(id=graph, type="Graph", params={"num_features": each.num_features}),
            Node(id=layer, type=each.type, params=dict(each.params)),
        ]
        edges += [
            Edge(source=graph, source_port=port.name, target=layer, target_port=port.name)
            for port in LAYERS[each.type].inputs
        ]
        for port in LAYERS[each.type].outputs:
            outputs.append(Node(id=f"{port.name}{number}", type="Output"))
            name = port.name if len(LAYERS[each.type].outputs) > 1 else None
            edges.append(Edge(source=layer, source_port=name, target=f"{port.name}{number}"))
    return Document(name="Templates", network=Block(nodes=[*nodes, *outputs], edges=edges))
