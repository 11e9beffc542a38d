"""A document whose nodes share weights, in and out: each weight is there once, and what is computed stays the same."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from backend.exchange.files import network_of, write_onnx, write_program
from backend.exchange.outgoing import material_of, written
from backend.exchange.test_programs import FORMS, batch_of, expected, run
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.exchange.graphs.building import build_network_files
from netwright.exchange.graphs.onnx_reader import read_onnx
from netwright.exchange.graphs.program_reader import read_program
from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.incoming import WEIGHTS, read_file, sniff
from netwright.exchange.network import answers, input_specs, random_batch
from netwright.exchange.weights.expected import expected_tensors
from netwright.exchange.weights.loading import load_weights
from netwright.exchange.weights.matching import match_tensors
from netwright.exchange.weights.report import to_report
from netwright.exchange.weights.tensors import list_tensors
from netwright.graph.document import Document
from netwright.graph.io import load_document
from safetensors.torch import load_file
from samples import block, document, node, out, siamese
from torch import nn


def in_blocks() -> Document:
    """One layer twice within a block, the block three times in a row, and all of it on two sides."""
    inner = block(
        [
            node("x", "Input"),
            node("fc", "Linear", out_features=6),
            node("act", "Tanh"),
            node("again", "Linear", out_features=6, share="fc"),
            out("y"),
        ]
    )
    nodes = [
        node("left", "Input", shape=[6]),
        node("right", "Input", shape=[6]),
        node("one", "block:Refine", repeat=3),
        node("two", "block:Refine", repeat=3, share="one"),
        node("join", "Concat"),
        node("head", "Linear", out_features=2),
        out(),
    ]
    return document(block(nodes, "left one join head scores, right two join"), Refine=inner)


DRAWN = {"siamese": siamese, "in_blocks": in_blocks}
KEYS = {
    "siamese": {f"{path}.{name}" for path in ("encoder.conv", "head", "same") for name in ("weight", "bias")},
    "in_blocks": {
        f"{path}.{name}" for path in ("one.0.fc", "one.1.fc", "one.2.fc", "head") for name in ("weight", "bias")
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DRAWN)
def test_program_when_weights_are_shared_computes_the_same_and_holds_them_once(
    tmp_path: Path, name: str, form: str
) -> None:
    drawn = DRAWN[name]()
    material, network = material_of(drawn, tmp_path)
    file = written(form, material, tmp_path)
    batch = batch_of(drawn, 3)
    found = run(form, file, batch)
    values = list(found.values()) if isinstance(found, dict) else found
    torch.testing.assert_close(values, expected(network, batch), atol=1e-5, rtol=1e-4)
    if form == "onnx":
        import onnx

        held = {one.name for one in onnx.load(file).graph.initializer if one.dims and one.data_type == 1}
        assert held == KEYS[name]
    else:
        assert set(torch.export.load(file).state_dict) == KEYS[name]


@pytest.mark.parametrize("form", ["safetensors", "pytorch"])
@pytest.mark.parametrize("name", DRAWN)
def test_weights_when_they_come_back_go_to_every_node_that_shares_them(tmp_path: Path, name: str, form: str) -> None:
    drawn = DRAWN[name]()
    material, network = material_of(drawn, tmp_path)
    file = written(form, material, tmp_path)
    batch = batch_of(drawn, 3)
    (tmp_path / "in").mkdir()
    read_file(sniff(file, "file"), file, tmp_path / "in", "file")
    tensors = tmp_path / "in" / WEIGHTS
    by = match_tensors(expected_tensors(drawn), list_tensors(tensors).tensors).by
    again = network_of(drawn)
    report = to_report(load_weights(again, drawn, tensors, by), is_sorted=False)
    assert {each.state for each in report.nodes.values()} == {"kept"}
    assert set(report.nodes) == {key.rpartition(".")[0] for key in KEYS[name]}
    torch.testing.assert_close(expected(again, batch), expected(network, batch), atol=1e-5, rtol=1e-4)


# --- in again --------------------------------------------------------------------------------------------------------


WIDTH = 40
"""A weight of so many squared is more than an exporter looks through for equal ones."""


def one_layer_for_all() -> Document:
    """ALBERT's way (Lan et al. 2020): one encoder layer, applied four times, and one block, applied three times."""
    inner = block(
        [
            node("x", "Input"),
            node("fc", "Linear", out_features=WIDTH),
            node("act", "Tanh"),
            node("norm", "LayerNorm"),
            node("add", "Add"),
            out("y"),
        ],
        "x fc act norm add y, x add",
    )
    layers = [f"layer{number}" for number in range(4)]
    mixes = [f"mix{number}" for number in range(3)]
    nodes = [
        node("words", "Input", shape=[5, WIDTH]),
        *[
            node(
                name,
                "TransformerEncoderLayer",
                nhead=2,
                dim_feedforward=48,
                dropout=0.0,
                share=None if name == "layer0" else "layer0",
            )
            for name in layers
        ],
        *[node(name, "block:Mix", share=None if name == "mix0" else "mix0") for name in mixes],
        node("own", "block:Mix"),
        node("head", "Linear", out_features=3),
        out(),
    ]
    return document(block(nodes, " ".join(["words", *layers, *mixes, "own", "head", "scores"])), Mix=inner)


def two_sequences() -> Document:
    """Two texts through one embedding and one recurrent layer."""
    sides = []
    for number, shares in (("1", False), ("2", True)):
        sides += [
            node(f"text{number}", "Input", shape=[7], dtype="int64"),
            node(
                f"look{number}",
                "Embedding",
                num_embeddings=20,
                embedding_dim=6,
                share="look1" if shares else None,
            ),
            node(f"read{number}", "LSTM", hidden_size=5, share="read1" if shares else None),
        ]
    nodes = [*sides, node("join", "Concat"), node("head", "Linear", out_features=2), out()]
    wires = "text1 look1 read1, read1.last join head scores, text2 look2 read2, read2.last join"
    return document(block(nodes, wires))


COMING_BACK = {**DRAWN, "one_layer_for_all": one_layer_for_all, "two_sequences": two_sequences}


def num_parameters(network: nn.Module) -> int:
    return sum(each.numel() for each in network.parameters())


def read_again(form: str, file: Path) -> tuple[Document, nn.Module, ImportReport]:
    """The network in a file, with its weights: no placeholder, nothing to complain of."""
    read = read_onnx if form == "onnx" else read_program
    drawn, tensors = file.parent / "in.json", file.parent / "in.safetensors"
    report, _ = build_network_files(read(file, file.name), drawn, tensors)
    imported = load_document(drawn.read_bytes())
    assert report.placeholders == []
    assert [each.message for each in check(imported).problems if each.severity == "error"] == []
    network = build_network(to_source(imported)).eval()
    network.load_state_dict(load_file(tensors), strict=True)
    return imported, network, report


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COMING_BACK)
def test_shared_weights_when_they_go_out_and_in_again_are_shared(tmp_path: Path, name: str, form: str) -> None:
    drawn = COMING_BACK[name]()
    material, network = material_of(drawn, tmp_path)
    imported, again, report = read_again(form, written(form, material, tmp_path))
    assert num_parameters(again) == num_parameters(network)
    assert check(imported).totals.parameters == num_parameters(network)
    batch = random_batch(input_specs(drawn), network, 3, torch.Generator().manual_seed(3))
    with torch.inference_mode():
        found = answers(again(*batch.values()))
    torch.testing.assert_close(found, expected(network, batch), atol=1e-5, rtol=1e-4)
    assert report.notes == []


@pytest.mark.parametrize("form", FORMS)
def test_block_that_is_applied_again_when_it_comes_in_is_uses_that_share(tmp_path: Path, form: str) -> None:
    material, _ = material_of(one_layer_for_all(), tmp_path)
    imported, _, _ = read_again(form, written(form, material, tmp_path))
    uses = [each for each in imported.network.nodes if each.type.startswith("block:")]
    assert [each.share for each in uses] == [None, uses[0].id, uses[0].id, None]
    assert {each.repeat for each in uses} == {1}


class Tied(nn.Module):
    """Layers of which some are tied by hand, as other programs do it."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Embedding(11, 6)
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.third = nn.Linear(6, 6)
        self.head = nn.Linear(6, 11, bias=False)
        self.second.weight, self.second.bias = self.first.weight, self.first.bias
        self.third.weight = self.first.weight  # but its own bias
        self.head.weight = self.look.weight

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(self.second(torch.tanh(self.first(self.look(words)))))
        scores: torch.Tensor = self.head(torch.tanh(self.third(x)))
        return scores


def imported_from(network: nn.Module, form: str, batch: torch.Tensor, folder: Path) -> tuple[Document, nn.Module, Any]:
    file = folder / f"foreign.{form}"
    (write_onnx if form == "onnx" else write_program)(network.eval(), (batch,), file)
    imported, again, report = read_again(form, file)
    with torch.inference_mode():
        torch.testing.assert_close(again(batch), network(batch), atol=1e-5, rtol=1e-4)
    return imported, again, report


@pytest.mark.parametrize("form", FORMS)
def test_weights_tied_by_hand_when_they_come_in_are_shared_where_whole_layers_are(tmp_path: Path, form: str) -> None:
    torch.manual_seed(0)
    batch = torch.randint(0, 11, (3, 4))
    imported, again, report = imported_from(Tied(), form, batch, tmp_path)
    linears = [each for each in imported.network.nodes if each.type == "Linear"]
    assert [each.share for each in linears] == [None, linears[0].id, None, None]
    # What no document can say is told: `third` has a bias of its own, `head` is no Embedding (whose weight PyTorch's ONNX has
    # once more, turned: there nothing tells that it is the same).
    assert {each.code for each in report.notes} == {"weights_copied"}
    assert [each.values["count"] for each in report.notes] == (["2"] if form == "onnx" else ["2", "2"])
    assert num_parameters(again) == num_parameters(Tied()) + 6 * 6 + 11 * 6


@pytest.mark.parametrize("form", FORMS)
def test_layers_that_begin_equal_when_they_come_in_learn_apart(tmp_path: Path, form: str) -> None:
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(40, 40), nn.Tanh(), nn.LayerNorm(40))
    network = nn.Sequential(first, copy.deepcopy(first), copy.deepcopy(first))
    imported, again, _ = imported_from(network, form, torch.randn(2, 5, 40), tmp_path)
    assert all(each.share is None for each in imported.network.nodes)
    assert num_parameters(again) == num_parameters(network)
