"""Documents drawn in a line or two, for tests."""

from itertools import pairwise
from typing import Any

from netwright.graph.document import Block, Document, Edge, Node


def node(text: str, **fields: Any) -> Node:
    """``node("conv1: Conv2d", params={...})``: id and type."""
    name, _, type_name = text.partition(": ")
    return Node(id=name, type=type_name, **fields)


def edge(text: str) -> Edge:
    """``edge("a.out -> b.x")``; ports are optional."""
    ends = [end.partition(".") for end in text.split(" -> ")]
    (source, _, source_port), (target, _, target_port) = ends
    return Edge(source=source, source_port=source_port or None, target=target, target_port=target_port or None)


def block(nodes: list[Node], *wires: str, **parameters: float) -> Block:
    """A block; ``"a -> b -> c"`` stands for two edges."""
    edges = []
    for wire in wires:
        ends = wire.split(" -> ")
        edges += [edge(f"{a} -> {b}") for a, b in pairwise(ends)]
    return Block(parameters=parameters, nodes=nodes, edges=edges)


def document(network: Block, **blocks: Block) -> Document:
    """A document with places for the nodes of its network, in a row."""
    view = {"network": {one.id: (340.0 * i, 0.0) for i, one in enumerate(network.nodes)}}
    return Document(name="Test", network=network, blocks=blocks, view=view)


def image(*shape: int) -> Node:
    return node("image: Input", params={"shape": list(shape or (1, 28, 28))})


def scores() -> Node:
    return node("scores: Output")


def chain(*nodes: Node, **blocks: Block) -> Document:
    """A network whose nodes follow each other."""
    return document(block(list(nodes), " -> ".join(one.id for one in nodes)), **blocks)
