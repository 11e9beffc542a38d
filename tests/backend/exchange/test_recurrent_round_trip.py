"""Recurrent layers to both kinds of file and in again, with the states that they begin and end with."""

from pathlib import Path
from typing import Any

import pytest
from backend.exchange.round_trip import FORMS, round_trip
from drawing import block, document, node
from netwright.graph.document import Document
from samples import SAMPLES


def reader(kind: str, **params: Any) -> Document:
    """A recurrent layer with both directions whose steps, last state and whole state are all used."""
    settings = {"hidden_size": 5, "bidirectional": True, "return_state": True, **params}
    nodes = [
        node("x: Input", params={"shape": [7, 4]}),
        node(f"read: {kind}", params=settings),
        node(
            "again: GRU", params={"hidden_size": 5, "bidirectional": True, "num_layers": settings.get("num_layers", 1)}
        ),
        node("all: Flatten"),
        node("join: Concat"),
        node("y: Output"),
    ]
    wires = [
        "x -> read.x",
        "read.y -> again.x",
        "read.h -> again.h0",
        "again.y -> all -> join",
        "read.last -> join -> y",
    ]
    return document(block(nodes, *wires))


SEQUENCES = {
    "RNN of a block that repeats": SAMPLES["unrolled"](),
    "LSTM": reader("LSTM"),
    "RNN with ReLU": reader("RNN", nonlinearity="relu"),
    "LSTM of two layers": reader("LSTM", num_layers=2),
    "GRU without bias": reader("GRU", bias=False),
}


# ONNX has one operator a layer, each of which comes in as a node, and no node has the states of two.
@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name in SEQUENCES for form in FORMS if (name, form) != ("LSTM of two layers", "onnx")],
)
def test_recurrent_network_when_it_goes_out_and_in_again_keeps_its_states(name: str, form: str, tmp_path: Path) -> None:
    imported = round_trip(SEQUENCES[name], form, tmp_path).document
    types = [node.type for block in (imported.network, *imported.blocks.values()) for node in block.nodes]
    assert name.split(maxsplit=1)[0] in types
