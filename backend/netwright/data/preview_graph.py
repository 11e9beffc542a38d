"""Graphs as a page draws them: places for the vertices of small ones, a part of a large one, and how degrees are spread."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from netwright.data.base import Arrays
from netwright.data.graphs import GraphArrays, Ints

MAX_DRAWN = 150
"""Vertices of one drawing; of a larger graph the part around its best connected vertex is shown."""
DRAWINGS_PER_CLASS, MAX_DRAWINGS = 2, 12


@dataclass(frozen=True, slots=True)
class Drawing:
    """``positions`` lie between 0 and 1.  ``labels`` are class indices of the vertices (-1: none), empty where the graph as a
    whole has the class ``name``.  ``num_left_out`` counts the vertices that are not shown."""

    name: str
    positions: list[tuple[float, float]]
    labels: list[int]
    edges: list[tuple[int, int]]
    is_directed: bool
    num_left_out: int


def draw(arrays: Arrays, graph: GraphArrays) -> Iterator[Drawing]:
    """The one graph, or a few of each class."""
    starts = np.cumsum(graph.sizes) - graph.sizes
    is_class = arrays.task == "classification"
    if graph.sample == "vertex":
        labels = arrays.targets.astype(np.int64) if is_class else np.empty(0, dtype=np.int64)
        yield _drawing("", graph.edge_index, int(graph.sizes.sum()), labels)
        return
    targets = arrays.targets.ravel()
    if is_class:
        per_class = max(1, min(DRAWINGS_PER_CLASS, MAX_DRAWINGS // max(1, len(arrays.classes))))
        chosen = [
            (int(number), name)
            for label, name in enumerate(arrays.classes[:MAX_DRAWINGS])
            for number in np.flatnonzero(targets == label)[:per_class]
        ]
    else:
        chosen = [(number, f"{float(targets[number]):g}") for number in range(min(6, len(targets)))]
    for number, name in chosen:
        start, size = int(starts[number]), int(graph.sizes[number])
        inside = (graph.edge_index[0] >= start) & (graph.edge_index[0] < start + size)
        yield _drawing(name, graph.edge_index[:, inside] - start, size, np.empty(0, dtype=np.int64))


def degrees(graph: GraphArrays) -> Ints:
    """How many edges leave each vertex."""
    counted: Ints = np.bincount(graph.edge_index[0], minlength=int(graph.sizes.sum()))
    return counted


def _drawing(name: str, edge_index: Ints, num_vertices: int, labels: Ints) -> Drawing:
    kept = np.arange(num_vertices)
    if num_vertices > MAX_DRAWN:
        hub = int(np.bincount(edge_index[0], minlength=num_vertices).argmax())
        kept = around(edge_index, hub, MAX_DRAWN)
    placed = place(edge_index, kept)
    return Drawing(
        name=name,
        positions=placed.positions,
        labels=labels[kept].tolist() if len(labels) else [],
        edges=placed.edges,
        is_directed=placed.is_directed,
        num_left_out=num_vertices - len(kept),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """``positions`` lie between 0 and 1; ``edges`` are between places in it."""

    positions: list[tuple[float, float]]
    edges: list[tuple[int, int]]
    is_directed: bool


def place(edge_index: Ints, kept: Ints) -> Placed:
    """Places for the vertices ``kept``, which ascend, and the edges among them; by springs."""
    import networkx as nx

    is_inside = np.isin(edge_index, kept).all(axis=0)
    codes = set(map(tuple, np.searchsorted(kept, edge_index[:, is_inside]).T.tolist()))
    is_directed = any((b, a) not in codes for a, b in codes)
    edges = [(a, b) for a, b in sorted(codes) if is_directed or a < b]
    drawn = nx.Graph()
    drawn.add_nodes_from(range(len(kept)))
    drawn.add_edges_from(edges)
    found = nx.spring_layout(drawn, seed=0, iterations=150)
    points = np.array([found[number] for number in range(len(kept))]).reshape(-1, 2)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scaled = (points - low) / np.where(span == 0, 1, span)
    return Placed([(round(float(x), 4), round(float(y), 4)) for x, y in scaled], edges, is_directed)


def around(edge_index: Ints, middle: int, limit: int, num_steps: int | None = None) -> Ints:
    """At most ``limit`` vertices, ascending: the nearest to ``middle`` by breadth first search along the edges, no further
    than ``num_steps`` away."""
    source, target = edge_index
    seen = {middle: None}
    border = [middle]
    for _ in itertools.count() if num_steps is None else range(num_steps):
        if not border or len(seen) >= limit:
            break
        neighbours = np.unique(target[np.isin(source, border)]).tolist()
        border = [vertex for vertex in neighbours if vertex not in seen][: limit - len(seen)]
        seen |= dict.fromkeys(border)
    return np.array(sorted(seen))
