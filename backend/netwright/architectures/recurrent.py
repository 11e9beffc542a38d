"""Recurrent classifiers: three cells, three ways to make one vector out of all steps."""

from netwright.architectures.base import Architecture, Paper
from netwright.architectures.drawing import document, draw, node
from netwright.architectures.presets import DIGITS_ROWS
from netwright.graph.document import Document

PAPERS = {
    "RNN": Paper("Elman: Finding Structure in Time", 1990, "https://doi.org/10.1207/s15516709cog1402_1"),
    "LSTM": Paper(
        "Hochreiter, Schmidhuber: Long Short-Term Memory", 1997, "https://doi.org/10.1162/neco.1997.9.8.1735"
    ),
    "GRU": Paper(
        "Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder", 2014, "https://arxiv.org/abs/1406.1078"
    ),
}
POOLS = ("last", "max", "mean")


def draw_recurrent(cell: str, mode: str) -> Document:
    """The rows of a picture are read one after the other, from top to bottom."""
    nodes = [
        node("image", "Input", shape=[1, 8, 8]),
        node("rows", "Squeeze", dim=1),
        node("cell", cell, hidden_size="=hidden"),
        node("pool", "PoolOverTime", mode=mode),
        node("head", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, hidden=64))


def _recurrent(cell: str, mode: str) -> Architecture:
    return Architecture(
        id=f"{cell.lower()}_{mode}",
        family="recurrent",
        chapter="pooling",
        task="classification",
        paper=PAPERS[cell],
        look=cell.lower(),
        preset=DIGITS_ROWS,
        draw=lambda: draw_recurrent(cell, mode),
    )


RECURRENT = tuple(_recurrent(cell, mode) for cell in PAPERS for mode in POOLS)
