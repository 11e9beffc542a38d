"""Networks of graphs as ONNX and as exported programs: any number of graphs, vertices and edges, with PyTorch's values."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import pytest
import torch
from backend.exchange.outgoing import material_of, written
from backend.exchange.round_trip import way_back
from drawing import block, document, node
from netwright.architectures.registry import ARCHITECTURES
from netwright.exchange.graphs.building import build_network
from netwright.exchange.graphs.program_reader import read_program
from netwright.exchange.material import Material
from netwright.exchange.network import answers, input_specs, largest_difference, random_batch
from netwright.graph.document import Document

SIZES = {"out_channels": 6}


def classifier(*layers: tuple[str, dict[str, Any]], select: str = "", pool: str = "GraphMeanPool") -> Document:
    """Whole graphs: convolutions, a selection of vertices behind the first, a pool and a head."""
    nodes, wires = [node("graph: Graph", params={"num_features": 5})], []
    x, edges, batch = "graph.x", "graph.edge_index", "graph.batch"
    for number, (kind, params) in enumerate(layers):
        nodes.append(node(f"conv{number}: {kind}", params=SIZES | params))
        wires += [f"{x} -> conv{number}.x", f"{edges} -> conv{number}.edge_index"]
        x = f"conv{number}"
        if number == 0 and select:
            nodes.append(node(f"select: {select}"))
            wires += [f"{x} -> select.x", f"{edges} -> select.edge_index", f"{batch} -> select.batch"]
            x, edges, batch = "select.x", "select.edge_index", "select.batch"
    nodes += [node(f"pool: {pool}"), node("head: Linear", params={"out_features": 3}), node("scores: Output")]
    return document(block(nodes, *wires, f"{x} -> pool.x", f"{batch} -> pool.batch", "pool -> head -> scores"))


CASES = {
    "vertices, GCN": ARCHITECTURES["gcn_karate"].build(),
    "SAGE, max": classifier(("SAGEConv", {"aggr": "max", "normalize": True}), pool="GraphMaxPool"),
    "GIN": classifier(("GINConv", {"train_eps": True}), ("GINConv", {}), pool="GraphAddPool"),
    "GAT, top-k": classifier(("GATConv", {"heads": 2}), ("GATConv", {"heads": 2, "concat": False}), select="TopKPooling"),
    "GCN, self-attention": classifier(("GCNConv", {}), ("GCNConv", {"improved": True}), select="SAGPooling"),
    "SAGE, mean": classifier(("SAGEConv", {}), ("GCNConv", {"normalize": False})),
}  # fmt: skip


class Outgoing:
    """The networks of ``CASES`` and their files: each is written once, for an export takes most of a test's time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, tuple[Material, torch.nn.Module]] = {}
        self._files: dict[tuple[str, str], Path] = {}

    def network(self, name: str) -> torch.nn.Module:
        return self._make(name)[1]

    def file(self, name: str, form: str) -> Path:
        if (name, form) not in self._files:
            material, _ = self._make(name)
            self._files[name, form] = written(form, material, self._home(name))
        return self._files[name, form]

    def _make(self, name: str) -> tuple[Material, torch.nn.Module]:
        if name not in self._made:
            self._home(name).mkdir()
            material, network = material_of(CASES[name], self._home(name))
            self._made[name] = material, network.eval()
        return self._made[name]

    def _home(self, name: str) -> Path:
        return self._folder / str(list(CASES).index(name))


@pytest.fixture(scope="module")
def outgoing(tmp_path_factory: pytest.TempPathFactory) -> Outgoing:
    return Outgoing(tmp_path_factory.mktemp("outgoing"))


def batches(drawn: Document, network: torch.nn.Module) -> list[dict[str, torch.Tensor]]:
    """One graph, several, and one whose vertices stand alone."""
    specs, generator = input_specs(drawn), torch.Generator().manual_seed(4)
    found = [random_batch(specs, network, size, generator) for size in (1, 2, 9)]
    alone = dict(found[0])
    alone["edge_index"] = torch.empty(2, 0, dtype=torch.int64)
    return [*found, alone]


@pytest.mark.parametrize("name", CASES)
def test_network_of_graphs_when_exported_gives_pytorch_s_values_for_graphs_of_any_size(
    outgoing: Outgoing, name: str
) -> None:
    network = outgoing.network(name)
    program = torch.export.load(outgoing.file(name, "exported")).module()
    session = onnxruntime.InferenceSession(outgoing.file(name, "onnx"), providers=["CPUExecutionProvider"])
    for batch in batches(CASES[name], network):
        with torch.no_grad():
            want = answers(network(**batch))
            assert largest_difference(want, answers(program(**batch))) == 0.0
        found = session.run(None, {argument: value.numpy() for argument, value in batch.items()})
        assert largest_difference(want, [torch.from_numpy(value) for value in found]) < 1e-5


def test_onnx_of_a_network_of_graphs_when_read_names_vertices_and_edges(outgoing: Outgoing) -> None:
    model = onnx.load(outgoing.file("GAT, top-k", "onnx"))
    shapes = {
        value.name: [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in model.graph.input
    }
    assert shapes == {"x": ["V", 5], "edge_index": [2, "E"], "batch": ["V"]}
    assert [value.name for value in model.graph.output] == ["scores"]


@pytest.mark.parametrize(
    ("form", "name", "types"),
    [
        ("onnx", "vertices, GCN", ["Graph", "GCNConv", "ReLU", "GCNConv", "Output"]),
        ("onnx", "GAT, top-k", ["Graph", "GATConv", "TopKPooling", "GATConv", "GraphMeanPool", "Linear", "Output"]),
        *(
            (
                form,
                "GCN, self-attention",
                ["Graph", "GCNConv", "SAGPooling", "GCNConv", "GraphMeanPool", "Linear", "Output"],
            )
            for form in ("onnx", "exported")
        ),
        ("exported", "GAT, top-k", ["Graph", "GATConv", "TopKPooling", "GATConv", "GraphMeanPool", "Linear", "Output"]),
        ("exported", "GIN", ["Graph", "GINConv", "GINConv", "GraphAddPool", "Linear", "Output"]),
    ],
)
def test_network_of_graphs_when_it_comes_in_again_has_its_layers_and_equal_outputs(
    tmp_path: Path, outgoing: Outgoing, form: str, name: str, types: list[str]
) -> None:
    back = way_back(CASES[name], outgoing.network(name), form, outgoing.file(name, form), tmp_path)
    assert [node.type for node in back.document.network.nodes] == types
    assert back.report.notes == []


def test_network_of_graphs_when_an_operator_is_another_says_which_layer_is_not_read(outgoing: Outgoing) -> None:
    read = read_program(outgoing.file("vertices, GCN", "exported"), "club")
    # Of the degree not the root is taken: no GCNConv does so, whatever the file calls its modules.
    read.operators = [
        replace(op, attributes=op.attributes | {"exponent": -1.0}) if op.kind == "aten.pow" else op
        for op in read.operators
    ]
    _, _, report = build_network(read)
    [note] = report.notes
    assert (note.code, note.values) == ("graph_layers_unread", {"names": "GCNConv"})
    assert report.placeholders
