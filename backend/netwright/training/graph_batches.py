"""Graphs in memory, batch by batch, and what a network of graphs takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch

from netwright.data.augment.functions.draws import send
from netwright.data.graphs import GraphPart
from netwright.language import say

if TYPE_CHECKING:
    from torch import Tensor


class GraphInputs:
    """What a network of graphs takes, by the names of the Graph node's outputs, and the rows that count.

    ``rows`` are the vertices whose outputs the loss is taken of, in the order of the targets; None: all rows, one a graph.
    """

    __slots__ = ("batch", "edge_index", "rows", "x")

    def __init__(self, x: Tensor, edge_index: Tensor, batch: Tensor, rows: Tensor | None) -> None:
        self.x, self.edge_index, self.batch, self.rows = x, edge_index, batch, rows

    def take(self, names: tuple[str, ...]) -> list[Tensor]:
        """The arguments of ``forward``."""
        return [getattr(self, name) for name in names]


class GraphBatches:
    """One part of a set of graphs on a device; ``training.batches.Batches`` for graphs.

    Vertices as samples: every batch sees the whole graph, and the loss some of its vertices.  Graphs as samples: a batch is
    their disjoint union.
    """

    is_ready = True

    def __init__(self, part: GraphPart, preprocess: Callable[[Tensor], Tensor], device: torch.device) -> None:
        self.device = device
        self.sample = part.sample
        self.targets = part.targets.to(self.device)
        self._indices = part.indices.to(self.device)
        self._x = preprocess(part.features.to(self.device))
        self._edge_index = part.edge_index.to(self.device)
        self._sizes = part.sizes.to(self.device)
        # Where a GPU trains, how long a batch's union is must be known beside it, or each step would wait for it.
        self._places, self._counts = part.indices.cpu(), part.sizes.cpu()
        self._starts = self._sizes.cumsum(0) - self._sizes
        graphs = torch.repeat_interleave(torch.arange(len(part.sizes)), part.sizes)
        edges_per_graph = torch.bincount(graphs[part.edge_index[0]], minlength=len(part.sizes))
        self._edge_counts = edges_per_graph.cpu()
        self._edge_sizes = edges_per_graph.to(self.device)
        self._edge_starts = self._edge_sizes.cumsum(0) - self._edge_sizes
        self._batch = graphs.to(self.device)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def index_device(self) -> torch.device:
        """Where the places of samples are wanted: those of vertices on the device, those of graphs on the CPU."""
        return self.device if self.sample == "vertex" else torch.device("cpu")

    def describe(self) -> str:
        """For the run's log."""
        if self.sample == "vertex":
            return say(
                "a graph of {vertices:,} vertices and {edges:,} directed edges held on {device}; the loss is taken of "
                "{count:,} vertices.",
                vertices=len(self._x),
                edges=self._edge_index.shape[1],
                device=self.device,
                count=len(self),
            )
        return say(
            "{count} graphs held on {device}, {vertices:,} vertices in all parts.",
            count=len(self),
            device=self.device,
            vertices=len(self._x),
        )

    def pick(self, indices: Tensor) -> tuple[GraphInputs, Tensor]:
        """The network's inputs and the targets of some samples; ``indices`` count within this part, on
        ``index_device``."""
        on_device = send(indices, self.device)
        targets = self.targets.index_select(0, on_device)
        chosen = self._indices.index_select(0, on_device)
        if self.sample == "vertex":
            return GraphInputs(self._x, self._edge_index, self._batch, chosen), targets
        return self._union(chosen, self._places[indices]), targets

    def _union(self, graphs: Tensor, places: Tensor) -> GraphInputs:
        """These graphs side by side, their vertices numbered anew; ``places`` are the same on the CPU."""
        num_vertices, num_edges = int(self._counts[places].sum()), int(self._edge_counts[places].sum())
        vertices, batch, shift = _ranges(self._starts[graphs], self._sizes[graphs], num_vertices)
        edges, edge_batch, _ = _ranges(self._edge_starts[graphs], self._edge_sizes[graphs], num_edges)
        edge_index = self._edge_index.index_select(1, edges) - shift[edge_batch]
        return GraphInputs(self._x.index_select(0, vertices), edge_index, batch, None)

    def in_order(self, batch_size: int) -> Iterator[tuple[GraphInputs, Tensor]]:
        """All samples in their fixed order; vertices of one graph all at once, as each batch sees the whole graph anyway."""
        size = len(self) if self.sample == "vertex" else batch_size
        for indices in torch.split(torch.arange(len(self), device=self.index_device), size):
            yield self.pick(indices)


def _ranges(starts: Tensor, sizes: Tensor, total: int) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of the ranges ``starts[i] : starts[i] + sizes[i]`` one after the other, the range of each, and by how much each
    range has moved to the front; ``total`` is the sum of ``sizes``."""
    number = torch.repeat_interleave(torch.arange(len(sizes), device=sizes.device), sizes, output_size=total)
    shift = starts - (sizes.cumsum(0) - sizes)
    return torch.arange(len(number), device=sizes.device) + shift[number], number, shift
