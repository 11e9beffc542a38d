"""What broken documents are made of."""

from dataclasses import dataclass
from typing import Any

from drawing import block, document, node
from netwright.graph.document import Block, Document, Edge, Node


@dataclass(frozen=True)
class Case:
    """``code`` stands at ``node`` (an id, None for a block) of ``block``; ``fixes`` are the codes of what is offered."""

    code: str
    document: Document
    node: str | None
    fixes: tuple[str, ...]
    block: str = "network"
    also: tuple[str, ...] = ()
    """Other codes that this document has as well."""


def conv(text: str = "conv: Conv2d", share: str | None = None, **params: Any) -> Node:
    return node(text, params={"out_channels": 4, **params}, share=share)


def linear(text: str = "head: Linear", **params: Any) -> Node:
    return node(text, params={"out_features": 10, **params})


def graph(text: str = "graph: Graph") -> Node:
    return node(text, params={"num_features": 4})


CUT = ("remove_edge",)


def drawn(nodes: list[Node], *wires: str, **blocks: Block) -> Document:
    return document(block(nodes, *wires), **blocks)


def gcn() -> Node:
    return node("conv: GCNConv", params={"out_channels": 4})


def with_edges(base: Document, *edges: Edge) -> Document:
    base.network.edges.extend(edges)
    return base


SHRINK = block([node("x: Input"), node("down: MaxPool2d"), node("y: Output")], "x -> down -> y")
TWO_TO_ONE = block(
    [node("a: Input"), node("b: Input"), node("sum: Add"), node("y: Output")], "a -> sum", "b -> sum -> y"
)
STAGE = block(
    [node("x: Input"), node("conv: Conv2d", params={"out_channels": "=channels"}), node("y: Output")],
    "x -> conv -> y",
    channels=8,
)
