"""Recurrent classifiers: three cells, three ways to make one vector out of all steps."""

from netwright.architectures.base import Architecture, Paper
from netwright.architectures.drawing import document, draw, node, rows
from netwright.architectures.presets import DIGITS_ROWS, SENTENCES, SINE_MIX, WAVES
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
    """The rows of a picture are read one after the other, from top to bottom.

    Rows of two cards: no wire leads back past the names of the cell's ports.
    """
    nodes = [
        node("image", "Input", shape=[1, 8, 8]),
        node("rows", "Squeeze", dim=1),
        node("cell", cell, hidden_size="=hidden"),
        node("pool", "PoolOverTime", mode=mode),
        node("head", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, "", rows("image rows", "cell pool", "head scores"), hidden=64))


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


def draw_reader(cell: str, *, words: int, length: int, classes: int) -> Document:
    """Words one after the other; what stands after the last one decides."""
    nodes = [
        node("words", "Input", shape=[length], dtype="int64"),
        node("embed", "Embedding", num_embeddings=words, embedding_dim="=width"),
        node("cell", cell, hidden_size="=hidden"),
        node("pool", "PoolOverTime", mode="last"),
        node("head", "Linear", out_features=classes),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, "", rows("words embed", "cell pool", "head scores"), width=16, hidden=32))


def draw_bag(*, words: int, length: int, classes: int) -> Document:
    """The mean of the words' vectors, whatever their order."""
    nodes = [
        node("words", "Input", shape=[length], dtype="int64"),
        node("embed", "EmbeddingBag", num_embeddings=words, embedding_dim="=width", padding_idx=0),
        node("head", "Linear", out_features=classes),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, width=16))


def draw_series(cell: str, *, steps: int, outputs: int) -> Document:
    """Steps of one channel, one after the other."""
    nodes = [
        node("steps", "Input", shape=[steps, 1]),
        node("cell", cell, hidden_size="=hidden"),
        node("pool", "PoolOverTime", mode="last"),
        node("head", "Linear", out_features=outputs),
        node("values", "Output"),
    ]
    return document("", draw(nodes, hidden=32))


SEQUENCES = (
    Architecture(
        id="lstm_sentences",
        family="recurrent",
        chapter="beyond",
        task="text classification",
        paper=PAPERS["LSTM"],
        look="sentences",
        preset=SENTENCES,
        draw=lambda: draw_reader("LSTM", words=42, length=16, classes=2),
    ),
    Architecture(
        id="bag_sentences",
        family="recurrent",
        chapter="beyond",
        task="text classification",
        paper=Paper(
            "Joulin et al.: Bag of Tricks for Efficient Text Classification", 2016, "https://arxiv.org/abs/1607.01759"
        ),
        look="bag",
        preset=SENTENCES,
        draw=lambda: draw_bag(words=42, length=16, classes=2),
    ),
    Architecture(
        id="gru_forecast",
        family="recurrent",
        chapter="beyond",
        task="forecasting",
        paper=PAPERS["GRU"],
        look="forecast",
        preset=SINE_MIX,
        draw=lambda: draw_series("GRU", steps=32, outputs=4),
    ),
    Architecture(
        id="gru_waves",
        family="recurrent",
        chapter="beyond",
        task="classification",
        paper=PAPERS["GRU"],
        look="waves",
        preset=WAVES,
        draw=lambda: draw_series("GRU", steps=48, outputs=3),
    ),
)

RECURRENT = (*(_recurrent(cell, mode) for cell in PAPERS for mode in POOLS), *SEQUENCES)
