"""Short words in which the ready-made networks are written down: nodes, wires, and where the cards stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from netwright.graph.document import NETWORK, Block, Document, Edge, Node, Position

Place = tuple[float, float]
"""Column and row of a card, counted from 0; halves are allowed."""

COLUMN_WIDTH, ROW_HEIGHT = 340.0, 140.0
"""Pixels from card to card: the editor's own column, and a card with room for the wire that leads back to the left."""

MOST_IN_A_ROW = 4
"""What is wider is not shown whole at a size that can be read."""

CHAIN_IN_A_ROW, LONG_CHAIN = 3, 16
"""A chain is laid in rows of so many cards, read like lines of a text; one of more than ``LONG_CHAIN`` cards in rows of
``MOST_IN_A_ROW``, as it would not be whole else.  The editor itself lays chains so, too, but one of four cards in one row."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A block and where its cards stand."""

    block: Block
    places: Mapping[str, Place]


def node(name: str, kind: str, /, *, repeat: int | str = 1, **params: Any) -> Node:
    """``node("conv1", "Conv2d", out_channels=64)``; ``kind`` may be ``block:NAME``."""
    return Node(id=name, type=kind, params=params, repeat=repeat)


def draw(
    nodes: Sequence[Node], wires: str = "", places: Mapping[str, Place] | None = None, /, **parameters: float
) -> Drawn:
    """A block of ``nodes``.

    ``wires`` lists chains (``"x conv add y, x skip add"``; ``lstm.y pool`` and ``decode.memory`` name a port); without it the
    nodes are one chain.  One chain is laid in rows.  Of several, each has a row of its own, and the column of a card follows
    from its longest way from an entry; ``places`` says otherwise for some cards, or for all.
    """
    chains = [chain.split() for chain in wires.split(",")] if wires else [[each.id for each in nodes]]
    edges = []
    for chain in chains:
        for source, target in pairwise(chain):
            (begin, _, output), (end, _, into) = source.partition("."), target.partition(".")
            edges.append(Edge(source=begin, target=end, source_port=output or None, target_port=into or None))
    names = [[end.partition(".")[0] for end in chain] for chain in chains]
    laid = _in_rows(names[0]) if len(names) == 1 else _in_lanes(nodes, edges, names)
    return Drawn(Block(parameters=parameters, nodes=list(nodes), edges=edges), {**laid, **(places or {})})


def rows(*lines: str) -> dict[str, Place]:
    """Places row by row: ``rows("x conv1 relu1", ". conv2 relu2")``; a point leaves a place free."""
    return {
        name: (column, row) for row, line in enumerate(lines) for column, name in enumerate(line.split()) if name != "."
    }


def document(name: str, network: Drawn, training: Mapping[str, Any] | None = None, /, **blocks: Drawn) -> Document:
    """``network`` with its ``blocks``, in the order in which they are given."""
    drawn = {NETWORK: network, **blocks}
    return Document(
        name=name,
        network=network.block,
        blocks={title: each.block for title, each in blocks.items()},
        view={title: _positions(each.places) for title, each in drawn.items()},
        training=None if training is None else dict(training),
    )


def _positions(places: Mapping[str, Place]) -> dict[str, Position]:
    return {name: (COLUMN_WIDTH * column, ROW_HEIGHT * row) for name, (column, row) in places.items()}


def _in_rows(chain: Sequence[str]) -> dict[str, Place]:
    """Rows of about the same length."""
    rows = -(-len(chain) // (CHAIN_IN_A_ROW if len(chain) <= LONG_CHAIN else MOST_IN_A_ROW))
    per_row = -(-len(chain) // rows)
    return {name: (at % per_row, at // per_row) for at, name in enumerate(chain)}


def _in_lanes(nodes: Sequence[Node], edges: Sequence[Edge], chains: Sequence[Sequence[str]]) -> dict[str, Place]:
    lanes: dict[str, int] = {}
    for lane, chain in enumerate(chains):
        for name in chain:
            lanes.setdefault(name, lane)
    columns = {each.id: 0 for each in nodes}
    # Nodes stand in the order of the data, so one pass finds the longest ways.
    for each in nodes:
        for edge in edges:
            if edge.source == each.id:
                columns[edge.target] = max(columns[edge.target], columns[each.id] + 1)
    return {name: (column, lanes.get(name, 0)) for name, column in columns.items()}
