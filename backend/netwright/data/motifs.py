"""Small random graphs with a motif to be found: whole graphs to classify, made up here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netwright.data.base import Arrays, Source
from netwright.data.facts import Facts
from netwright.data.graphs import GraphArrays, GraphFacts, in_order

_CLASSES = ("tree", "ring", "house")
_MOTIFS = (
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0)),
    ((0, 1), (1, 2), (2, 3), (3, 0), (3, 4), (4, 0)),
)
"""Five vertices each: a path (which leaves the graph a tree), a ring, and a house, a square with a roof."""
_NUM_GRAPHS, _NUM_TEST = 900, 180
_SMALLEST, _LARGEST = 10, 24
_MAX_DEGREE = 6


class Motifs(Source):
    type = "motifs"
    title = "Rings and houses"
    description = (
        "900 random trees of 10 to 24 vertices; a ring or a house of five vertices hangs on two thirds of them, and the "
        "network says which. A vertex's features are its degree, one-hot. 180 graphs are kept for testing."
    )
    kind = "graph"
    citation = (
        "Made up by Netwright, after the BA-2Motifs of D. Luo et al.: Parameterized Explainer for GNN. NeurIPS 2020"
    )
    facts = Facts(
        task="classification",
        num_samples=_NUM_GRAPHS - _NUM_TEST,
        num_test=_NUM_TEST,
        classes=_CLASSES,
        input_shape=(_MAX_DEGREE,),
        num_outputs=3,
        bytes=None,
        graph=GraphFacts("graph", 900, 15_328, 15_328, 6, is_directed=False, num_isolated=0, num_self_loops=0),
    )

    def read(self) -> Arrays:
        draw = _numbers()
        sizes = np.array([_SMALLEST + next(draw) % (_LARGEST - _SMALLEST + 1) for _ in range(_NUM_GRAPHS)])
        targets = np.arange(_NUM_GRAPHS) % len(_CLASSES)
        starts = np.cumsum(sizes) - sizes
        pairs = [
            (start + a, start + b)
            for start, size, label in zip(starts.tolist(), sizes.tolist(), targets.tolist(), strict=True)
            for a, b in _edges(size, label, draw)
        ]
        edges = np.array(pairs).T
        edge_index = in_order(np.concatenate([edges, edges[::-1]], axis=1))
        degree = np.bincount(edge_index[0], minlength=int(sizes.sum()))
        features = np.eye(_MAX_DEGREE, dtype=np.float32)[np.minimum(degree, _MAX_DEGREE) - 1]
        names = [f"degree {number}" for number in range(1, _MAX_DEGREE)]
        return Arrays(
            inputs=features,
            targets=targets,
            test_inputs=None,
            test_targets=None,
            kind="graph",
            task="classification",
            classes=_CLASSES,
            features=(*names, f"degree {_MAX_DEGREE} or more"),
            graph=GraphArrays(
                edge_index,
                sizes,
                "graph",
                test=np.arange(_NUM_GRAPHS - _NUM_TEST, _NUM_GRAPHS),
            ),
        )


def _numbers() -> Iterator[int]:
    """Random numbers that are the same on every machine: the raw stream of PCG64, which NumPy promises never to change."""
    generator = np.random.PCG64(0)
    while True:
        yield from (int(number) >> 33 for number in generator.random_raw(4096))


def _edges(size: int, label: int, draw: Iterator[int]) -> Iterator[tuple[int, int]]:
    """A motif on the first five vertices, and a random tree that grows out of it, each new vertex on a random one."""
    yield from _MOTIFS[label]
    for vertex in range(5, size):
        yield vertex, next(draw) % vertex
