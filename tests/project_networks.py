"""Small networks for runs whose projects and combinations are tried."""

from collections.abc import Sequence
from typing import Any

from drawing import block, chain, document, image, node, scores
from netwright.graph.document import Document


def mlp(inputs: list[int], outputs: int, *more: Any, last: Sequence[Any] = ()) -> Document:
    start = image(*inputs) if len(inputs) > 1 else node("image: Input", params={"shape": inputs})
    flat = [node("flat: Flatten")] if len(inputs) > 1 else []
    hidden = node("hidden: Linear", params={"out_features": 16})
    return chain(
        start,
        *flat,
        hidden,
        node("act: ReLU"),
        *more,
        node("head: Linear", params={"out_features": outputs}),
        *last,
        scores(),
    )


def masks(outputs: int, *last: Any) -> Document:
    """A few convolutions that answer at every pixel of 12 x 16."""
    return chain(
        image(1, 12, 16),
        node("conv: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("norm: BatchNorm2d"),
        node("act: ReLU"),
        node("head: Conv2d", params={"out_channels": outputs, "kernel_size": 1}),
        *last,
        scores(),
    )


def cnn() -> Document:
    return chain(
        image(1, 8, 8),
        node("conv: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("norm: BatchNorm2d"),
        node("act: ReLU"),
        node("pool: MaxPool2d", params={"kernel_size": 2}),
        node("drop: Dropout2d", params={"p": 0.2}),
        node("conv2: Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        node("flat: Flatten"),
        node("head: Linear", params={"out_features": 10}),
        scores(),
    )


def other_cnn() -> Document:
    """Another network under other names: its convolutions fit :func:`cnn`, the first for three colours, its head does not."""
    return chain(
        image(3, 8, 8),
        node("first: Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1}),
        node("normal: BatchNorm2d"),
        node("pooled: MaxPool2d", params={"kernel_size": 2}),
        node("second: Conv2d", params={"out_channels": 8, "kernel_size": 3}),
        node("flat: Flatten"),
        node("answer: Linear", params={"out_features": 5}),
        scores(),
    )


def three_exits() -> Document:
    """A classifier with two more on the way, one of them with dropout and a single score."""
    nodes = [
        node("x: Input", params={"shape": [30]}),
        node("stem: Linear", params={"out_features": 16}),
        node("act: ReLU"),
        node("drop: Dropout", params={"p": 0.3}),
        node("early: Linear", params={"out_features": 1}),
        node("side: Output"),
        node("norm: BatchNorm1d"),
        node("middle: Linear", params={"out_features": 2}),
        node("half_way: Output"),
        node("head: Linear", params={"out_features": 2}),
        scores(),
    ]
    wires = ["x -> stem -> act -> norm -> head -> scores", "act -> drop -> early -> side", "norm -> middle -> half_way"]
    return document(block(nodes, *wires))


def perceptron() -> Document:
    return chain(
        node("x: Input", params={"shape": [2]}),
        node("sum: Linear", params={"out_features": 1}),
        node("step: Step"),
        scores(),
    )


EXITS = [
    {"output": "scores"},
    {"output": "side", "loss": {"type": "HingeLoss"}, "weight": 0.3},
    {"output": "half_way", "loss": {"type": "MSELoss"}, "weight": 0.7},
]


def two_heads() -> Document:
    nodes = [
        node("x: Input", params={"shape": [4]}),
        node("kind: Linear", params={"out_features": 3}),
        node("other: Linear", params={"out_features": 2}),
        node("side: Output"),
        scores(),
    ]
    return document(block(nodes, "x -> other -> side", "x -> kind -> scores"))


def reader(start: Any, cell: str, outputs: int) -> Document:
    """A recurrent network whose last step answers; ``start`` is its Input and what makes vectors of it."""
    return chain(
        *start,
        node(f"cell: {cell}", params={"hidden_size": 8}),
        node("last: PoolOverTime", params={"mode": "last"}),
        node("head: Linear", params={"out_features": outputs}),
        scores(),
    )


WORDS = [
    node("words: Input", params={"shape": [16], "dtype": "int64"}),
    node("embed: Embedding", params={"num_embeddings": 42, "embedding_dim": 8}),
]
STEPS = [node("steps: Input", params={"shape": [32, 1]})]
FORECAST: dict[str, Any] = {"objectives": [{"loss": {"type": "MSELoss"}}], "metrics": ["MeanAbsoluteError"]}
