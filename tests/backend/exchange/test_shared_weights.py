"""A document whose nodes share weights, in and out: each weight is there once, and what is computed stays the same."""

from pathlib import Path

import pytest
import torch
from backend.exchange.files import network_of
from backend.exchange.outgoing import material_of, written
from backend.exchange.test_programs import FORMS, batch_of, expected, run
from netwright.exchange.incoming import WEIGHTS, read_file, sniff
from netwright.exchange.weights.expected import expected_tensors
from netwright.exchange.weights.loading import load_weights
from netwright.exchange.weights.matching import match_tensors
from netwright.exchange.weights.report import to_report
from netwright.exchange.weights.tensors import list_tensors
from netwright.graph.document import Document
from samples import block, document, node, out, siamese


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
