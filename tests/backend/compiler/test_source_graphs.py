"""Exported networks of graphs: what a user of PyTorch Geometric would write, and what it computes."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.program import build_program
from netwright.compiler.source import to_source
from netwright.graph.document import Document
from samples import block, document, gcn, graph_classifier, node, out

EXPECTED = Path(__file__).parent / "sources"
RUFF = Path(sys.executable).with_name("ruff")


def residual() -> Document:
    """A block of graph convolutions that repeats: it takes features and edges by wires of its own, and adds what it got."""
    inner = block(
        [
            node("x", "Input"),
            node("edges", "Input"),
            node("conv", "GCNConv", out_channels=8),
            node("sum", "Add"),
            out("y"),
            out("e"),
        ],
        "x conv.x, edges conv.edge_index, x sum, conv sum y, edges e",
    )
    nodes = [
        node("graph", "Graph", num_features=8),
        node("stage", "block:Residual", repeat=3),
        node("pool", "GraphMeanPool"),
        node("head", "Linear", out_features=2),
        out(),
    ]
    wires = "graph.x stage.x, graph.edge_index stage.edges, stage.y pool.x, graph.batch pool.batch, pool head scores"
    return document(block(nodes, wires), "Residual graphs", Residual=inner)


def awkward() -> Document:
    """Nodes called as arguments and imported functions are."""
    nodes = [
        node("x", "Graph", num_features=4),
        node("batch", "GCNConv", out_channels=4),
        node("global_mean_pool", "GraphMeanPool"),
        node("GCNConv", "Linear", out_features=2),
        out("edge_index"),
        out("other"),
    ]
    wires = (
        "x.x batch.x, x.edge_index batch.edge_index, batch global_mean_pool.x, x.batch global_mean_pool.batch,"
        "global_mean_pool GCNConv, GCNConv edge_index, global_mean_pool other"
    )
    return document(block(nodes, wires), "Awkward names")


SAMPLES = {"gcn": gcn, "graph_classifier": graph_classifier, "residual_graphs": residual, "awkward_graphs": awkward}


def graphs(features: int) -> dict[str, torch.Tensor]:
    """Two rings of four."""
    ring = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    both = torch.cat([ring, ring.flip(0)], 1)
    generator = torch.Generator().manual_seed(0)
    return {
        "x": torch.randn(8, features, generator=generator),
        "edge_index": torch.cat([both, both + 4], 1),
        "batch": torch.tensor([0] * 4 + [1] * 4),
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_source_of_graphs_is_as_it_was_read_and_found_good(name: str) -> None:
    assert to_source(SAMPLES[name]()) == (EXPECTED / f"{name}.py.txt").read_text("utf-8")


@pytest.mark.parametrize("name", SAMPLES)
def test_source_of_graphs_passes_a_formatter_and_a_linter(name: str) -> None:
    source = to_source(SAMPLES[name]()).encode()
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,B,UP,RET,PIE,C4"]):
        done = subprocess.run(
            [RUFF, *command, "--isolated", "--stdin-filename", "model.py", "-"],
            input=source,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize("name", SAMPLES)
def test_module_of_graphs_has_the_shapes_and_parameters_that_the_check_reports(name: str) -> None:
    drawn = SAMPLES[name]()
    report = check(drawn)
    assert report.ok
    network = build_network(to_source(drawn)).eval()
    assert sum(one.numel() for one in network.parameters()) == report.totals.parameters
    entry = next(one for one in drawn.network.nodes if one.type == "Graph")
    features = report.nodes[entry.id].outputs["x"].shape[1]
    assert isinstance(features, int)
    given = graphs(features)
    result = network(*(given[port] for _, port in build_program(drawn).network.arguments))
    results = result if isinstance(result, dict) else {"scores": result}
    for output, tensor in results.items():
        [found] = report.nodes[output].inputs.values()
        rows = 8 if found.shape[0] == "V" else 2
        assert list(tensor.shape) == [rows, *found.shape[1:]]
