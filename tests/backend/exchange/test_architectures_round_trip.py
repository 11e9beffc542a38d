"""Ready-made networks to ONNX or to a PyTorch program and in again: equal outputs, every operator a layer.

Networks of one family that share their ``look`` are drawn by one function and differ by numbers only, so the smallest of each
is tried here, where it is small (``MAX_PARAMETERS``, ``MAX_MACS``).  The others take minutes: ``round_trip.py``, run as a
program, tries every one.
"""

from pathlib import Path

import pytest
from backend.exchange.round_trip import FORMS, OTHERS, round_trip
from netwright.architectures.base import Architecture
from netwright.architectures.registry import ARCHITECTURES

MAX_PARAMETERS = 2_000_000
MAX_MACS = 500_000_000


def smallest_of_each() -> list[str]:
    """The ids that are tried in the suite."""
    by_look: dict[tuple[str, str], list[Architecture]] = {}
    for each in OTHERS:
        by_look.setdefault((each.family, each.look), []).append(each)
    chosen = [min(group, key=lambda each: (each.figures.macs, each.figures.parameters)) for group in by_look.values()]
    return [each.id for each in chosen if each.figures.parameters <= MAX_PARAMETERS and each.figures.macs <= MAX_MACS]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("id", smallest_of_each())
def test_architecture_when_it_goes_out_and_in_again_gives_equal_outputs(id: str, form: str, tmp_path: Path) -> None:  # noqa: A002
    imported = round_trip(ARCHITECTURES[id].build(), form, tmp_path).document
    if id in DRAWN:
        types = [node.type for node in imported.network.nodes if node.type not in {"Input", "Output"}]
        # A program says that one axis is dropped with a view.
        assert types == [{"Squeeze": "Reshape"}.get(each, each) if form == "exported" else each for each in DRAWN[id]]


DRAWN = {
    "rnn_last": ["Squeeze", "RNN", "Select", "Linear"],
    "lstm_last": ["Squeeze", "LSTM", "Select", "Linear"],
    "self_attention_mean": ["Squeeze", "Linear", "PositionalEncoding", "MultiheadAttention", "PoolOverTime", "Linear"],
    "vit_digits": [
        *("Conv2d", "Reshape", "Permute", "ClassToken", "LearnedPositionalEncoding"),
        *("TransformerEncoderLayer", "TransformerEncoderLayer", "LayerNorm", "Select", "Linear"),
    ],
}
"""The layers that must be recognised in what the exporter takes apart."""
