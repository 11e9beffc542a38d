"""Graphs asked about: vertices or graphs of the run's own data by their number, and graphs that a person sends.

Letters: V vertices, F features, E edges, N samples, K scores of a sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from netwright.data.base import DataError
from netwright.data.graphs import GraphPart, Ints, describe_graphs, in_order, undirected
from netwright.data.preview_graph import Placed, around, place
from netwright.language import say
from netwright.training.graph_batches import GraphBatches
from netwright.training.trial.model import Trial, to_array
from netwright.training.trial.samples import cell_of, read_rows

BATCH_SIZE = 64
MAX_DRAWN, NUM_STEPS = 60, 2
"""Of the surroundings of a vertex that are drawn: how many vertices, and how far away."""
MAX_EXAMPLE_VALUES = 600
CPU = torch.device("cpu")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sent:
    """A graph as a person sends it: ``x`` has a row for each vertex, with a value for each feature."""

    x: Sequence[Sequence[float | str | None]]
    edges: Sequence[tuple[int, int]]
    directed: bool | None


class GraphTrial:
    """The graphs of a run's data, held once."""

    def __init__(self, trial: Trial) -> None:
        graph = trial.raw.graph
        assert graph is not None
        self.trial, self.raw, self.graph = trial, trial.raw, graph

    @property
    def are_vertices(self) -> bool:
        return self.graph.sample == "vertex"

    @property
    def num_samples(self) -> int:
        return len(self.raw.inputs) if self.are_vertices else len(self.graph.sizes)

    @cached_property
    def is_directed(self) -> bool:
        return describe_graphs(self.graph, self.raw.inputs.shape[1]).is_directed

    @cached_property
    def _batches(self) -> GraphBatches:
        return self._batches_of(self.raw.inputs, self.graph.edge_index, self.graph.sizes, self.num_samples)

    def _batches_of(self, features: torch.Tensor, edges: Ints, sizes: Ints, num_samples: int) -> GraphBatches:
        """Graphs that nothing is known to be wanted of."""
        part = GraphPart(
            features,
            torch.from_numpy(edges),
            torch.from_numpy(sizes),
            self.graph.sample,
            torch.arange(num_samples),
            torch.zeros(num_samples),
        )
        return GraphBatches(part, self.trial.preprocess, CPU)

    @cached_property
    def _of_vertices(self) -> Floats:
        """``(V, K)``: each sees the whole graph, so that all are answered at once and kept."""
        return answer_batches(self.trial, self._batches)

    def answer(self, places: Sequence[int]) -> Floats:
        """Answers ``(N, K)`` about samples of the data by their number, from 0.

        Raises:
            DataError: there is no such sample.
        """
        for number in places:
            self._check(number)
        if self.are_vertices:
            return self._of_vertices[list(places)]
        with torch.inference_mode():
            inputs, _ = self._batches.pick(torch.tensor(list(places)))
            return to_array(self.trial.read(self.trial.main(*inputs.take(self.trial.arguments))))

    def _check(self, number: int) -> None:
        """
        Raises:
            DataError: there is no such sample.
        """
        if 0 <= number < self.num_samples:
            return
        last = self.num_samples - 1
        message = (
            say("There is no vertex {number}. They are numbered from 0 to {last}.", number=number, last=last)
            if self.are_vertices
            else say("There is no graph {number}. They are numbered from 0 to {last}.", number=number, last=last)
        )
        raise DataError(message, code="bad_value")

    def answer_sent(self, graphs: Sequence[Sent]) -> list[Floats]:
        """Of each graph ``(V, K)``, or ``(1, K)`` where whole graphs are the samples.

        Raises:
            DataError: a row or an edge that does not fit.
        """
        parts = [self._read(one, number) for number, one in enumerate(graphs, start=1)]
        sizes = np.array([len(features) for features, _ in parts])
        starts = np.cumsum(sizes) - sizes
        features = torch.cat([features for features, _ in parts])
        if not bool(self.trial.preprocess(features).isfinite().all()):
            raise DataError(
                say(
                    "A vertex has features without a value, and the preprocessing of this run fills none. Give every value, "
                    "or train with Impute."
                ),
                code="bad_value",
            )
        edges = np.concatenate([edges + start for (_, edges), start in zip(parts, starts, strict=True)], axis=1)
        count = int(sizes.sum()) if self.are_vertices else len(parts)
        answers = answer_batches(self.trial, self._batches_of(features, edges, sizes, count))
        return list(np.split(answers, np.cumsum(sizes)[:-1] if self.are_vertices else len(parts)))

    def _read(self, sent: Sent, number: int) -> tuple[torch.Tensor, Ints]:
        """Features float32 ``(V, F)`` and ``edge_index`` ``(2, E)``."""
        names = self.raw.features
        for vertex, row in enumerate(sent.x):
            if len(row) != len(names):
                raise DataError(
                    say(
                        "Graph {number}, vertex {vertex}: there are {count} features, the network takes {wanted}.",
                        number=number,
                        vertex=vertex,
                        count=len(row),
                        wanted=len(names),
                    ),
                    code="bad_value",
                )
        ends = np.array(sent.edges, dtype=np.int64).reshape(-1, 2).T
        if ends.size and (ends.min() < 0 or ends.max() >= len(sent.x)):
            wrong = int(ends.min()) if ends.min() < 0 else int(ends.max())
            raise DataError(
                say(
                    "Graph {number}: an edge leads to the vertex {vertex}, but there are {count:,} vertices, numbered from 0.",
                    number=number,
                    vertex=wrong,
                    count=len(sent.x),
                ),
                code="bad_value",
            )
        rows = [dict(zip(names, row, strict=True)) for row in sent.x]
        is_directed = self.is_directed if sent.directed is None else sent.directed
        return read_rows(rows, self.raw), in_order(ends) if is_directed else undirected(ends)

    # --- what a page shows ---------------------------------------------------------------------------------------------

    def kept(self, number: int, limit: int = MAX_DRAWN) -> Ints:
        """The vertices that are drawn for a sample: its surroundings, or the whole of a small graph."""
        if self.are_vertices:
            return around(self.graph.edge_index, number, limit, NUM_STEPS)
        sizes = self.graph.sizes
        start = int(sizes[:number].sum())
        size = int(sizes[number])
        if size <= limit:
            return np.arange(start, start + size)
        return around(self.graph.edge_index, start, limit)

    def draw(self, number: int) -> tuple[Ints, Placed]:
        """The vertices shown, and their places.

        Raises:
            DataError: there is no such sample.
        """
        self._check(number)
        kept = self.kept(number)
        return kept, place(self.graph.edge_index, kept)

    def example(self) -> Sent | None:
        """A small graph of the data; None where the features of even a few vertices would fill a page."""
        limit = MAX_EXAMPLE_VALUES // max(1, self.raw.inputs.shape[1])
        if limit < 2:
            return None
        kept = self.kept(0, min(limit, 24))
        is_inside = np.isin(self.graph.edge_index, kept).all(axis=0)
        edges = np.searchsorted(kept, self.graph.edge_index[:, is_inside]).T.tolist()
        once = [(a, b) for a, b in edges if self.is_directed or a < b]
        categories = [self.raw.categories.get(name) for name in self.raw.features]
        rows = [
            [cell_of(value, named) for value, named in zip(row, categories, strict=True)]
            for row in self.raw.inputs[kept].tolist()
        ]
        return Sent(rows, once, None)


@torch.inference_mode()
def answer_batches(trial: Trial, batches: GraphBatches) -> Floats:
    """Answers ``(N, K)`` about all samples of a part, in its order.

    Raises:
        TrialError: a value is not finite.
    """
    answers = []
    for inputs, _ in batches.in_order(BATCH_SIZE):
        outputs = trial.read(trial.main(*inputs.take(trial.arguments)))
        answers.append(outputs if inputs.rows is None else outputs[inputs.rows])
    return to_array(torch.cat(answers))
