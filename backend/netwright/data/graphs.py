"""Graphs as data: how a source gives them, and how a run holds them.

One form serves both tasks.  All vertices of all graphs stand in one table of features ``(V, F)``, graph after graph; the edges
in one ``edge_index`` ``(2, E)`` over these rows.  A sample is a vertex (of the one graph there is) or a whole graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.language import say

if TYPE_CHECKING:
    from torch import Tensor

Ints = npt.NDArray[np.int64]
Sample = Literal["vertex", "graph"]

MAX_VERTICES = 1_000_000
MAX_EDGES = 20_000_000
MAX_FEATURE_VALUES = 200_000_000
"""Vertices times features, as floats 800 MB."""


@dataclass(frozen=True, slots=True)
class GraphArrays:
    """The edges beside ``Arrays.inputs``, which are the features of the vertices ``(V, F)``.

    ``edge_index`` is int64 ``(2, E)``; an undirected edge stands there twice.  ``sizes`` are the vertices of each graph.
    ``sample`` says what ``Arrays.targets`` are of.  ``train``, ``validation`` and ``test`` are the source's own split (indices
    of samples); None where it has none.  With ``train`` alone the validation part is held out of it.
    """

    edge_index: Ints
    sizes: Ints
    sample: Sample
    train: Ints | None = None
    validation: Ints | None = None
    test: Ints | None = None


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What a set of graphs consists of.  An edge in both directions counts once."""

    sample: Sample
    num_graphs: int
    num_vertices: int
    num_edges: int
    num_features: int
    is_directed: bool
    num_isolated: int
    num_self_loops: int


@dataclass(frozen=True, slots=True)
class GraphPart:
    """Samples of one part of the split; all parts share one ``features``, ``edge_index`` and ``sizes``.

    ``indices`` are the samples, vertices or graphs, in the order of ``targets``.
    """

    features: Tensor
    edge_index: Tensor
    sizes: Tensor
    sample: Sample
    indices: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def inputs(self) -> Tensor:
        """Raw features of the vertices that this part's samples are, or consist of."""
        return self.features[self.vertices]

    @property
    def vertices(self) -> Tensor:
        """The rows of :attr:`features` that belong to this part."""
        import torch

        if self.sample == "vertex":
            return self.indices
        graphs = torch.repeat_interleave(torch.arange(len(self.sizes)), self.sizes)
        return torch.isin(graphs, self.indices).nonzero().flatten()


def describe_graphs(graph: GraphArrays, num_features: int) -> GraphFacts:
    """Counts, from the edges as they are."""
    source, target = graph.edge_index
    num_vertices = int(graph.sizes.sum())
    is_loop = source == target
    codes = source[~is_loop] * num_vertices + target[~is_loop]
    reverse = target[~is_loop] * num_vertices + source[~is_loop]
    is_directed = bool(np.setxor1d(codes, reverse).size)
    degree = np.bincount(np.concatenate([source[~is_loop], target[~is_loop]]), minlength=num_vertices)
    return GraphFacts(
        sample=graph.sample,
        num_graphs=len(graph.sizes),
        num_vertices=num_vertices,
        num_edges=len(codes) // (1 if is_directed else 2) + int(is_loop.sum()),
        num_features=num_features,
        is_directed=is_directed,
        num_isolated=int((degree == 0).sum()),
        num_self_loops=int(is_loop.sum()),
    )


def undirected(edges: Ints) -> Ints:
    """``edge_index`` of edges ``(2, E)`` without direction: each in both directions, doubles and loops left out, in order."""
    source, target = edges
    is_edge = source != target
    both = np.concatenate([edges[:, is_edge], edges[::-1, is_edge]], axis=1)
    return in_order(both)


def in_order(edges: Ints) -> Ints:
    """Edges by their source, then by their target, each once."""
    if not edges.size:
        return edges.reshape(2, 0)
    return np.unique(edges.T, axis=0).T.copy()


def check_graph(features: npt.NDArray[np.float32], graph: GraphArrays, name: str) -> None:
    """Refuses what cannot be trained on.

    Raises:
        DataError: an edge leads to a vertex that is not there or from one graph into another, a graph is empty, the split names
            samples that are not there or in two parts, or a limit is passed.
    """
    num_vertices = len(features)
    num_samples = num_vertices if graph.sample == "vertex" else len(graph.sizes)
    for what, count, limit in (
        (say("vertices"), num_vertices, MAX_VERTICES),
        (say("edges"), graph.edge_index.shape[1], MAX_EDGES),
        (say("values of features"), features.size, MAX_FEATURE_VALUES),
    ):
        if count > limit:
            raise DataError(
                say(
                    "{name} has {count:,} {what}; the limit is {limit:,}.",
                    name=name,
                    count=count,
                    what=what,
                    limit=limit,
                ),
                code="too_large",
                file=name,
            )
    if not num_vertices:
        raise DataError(say("{name} has no vertices.", name=name), code="too_few", file=name)
    if graph.edge_index.size and (graph.edge_index.min() < 0 or graph.edge_index.max() >= num_vertices):
        raise DataError(
            say(
                "{name}: an edge leads to the vertex {vertex}, but there are {count:,} vertices, numbered from 0.",
                name=name,
                vertex=graph.edge_index.max(),
                count=num_vertices,
            ),
            code="bad_file",
            file=name,
        )
    if (graph.sizes < 1).any():
        raise DataError(
            say(
                "{name}: graph {graph} has no vertices. Leave it out.", name=name, graph=int((graph.sizes < 1).argmax())
            ),
            code="bad_file",
            file=name,
        )
    _check_split(graph, num_samples, name)


def _check_split(graph: GraphArrays, num_samples: int, name: str) -> None:
    parts = {say("training"): graph.train, say("validation"): graph.validation, say("test"): graph.test}
    seen = np.zeros(num_samples, dtype=bool)
    for part, indices in parts.items():
        if indices is None:
            continue
        if not len(indices):
            raise DataError(
                say("{name}: its own split has an empty {part} part.", name=name, part=part), code="too_few", file=name
            )
        if indices.min() < 0 or indices.max() >= num_samples or len(np.unique(indices)) != len(indices):
            raise DataError(
                say(
                    "{name}: the {part} part of its split names samples twice or that are not there.",
                    name=name,
                    part=part,
                ),
                code="bad_file",
                file=name,
            )
        if seen[indices].any():
            raise DataError(
                say(
                    "{name}: sample {sample} is in the {part} part of the split and in another one. Each sample "
                    "belongs to one part.",
                    name=name,
                    sample=int(indices[seen[indices]][0]),
                    part=part,
                ),
                code="bad_file",
                file=name,
            )
        seen[indices] = True
