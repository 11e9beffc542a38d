"""Graphs on their way out: what a network of graphs takes, random ones to try it with, and how PyTorch follows its layers."""

import builtins
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch

Port = Literal["x", "edge_index", "batch"]
SMALLEST, LARGEST = 2, 7
"""Vertices of a random graph."""


@dataclass(frozen=True, slots=True)
class GraphArgument:
    """An argument of ``forward`` that is an output of the Graph ``node``."""

    node: str
    port: Port
    num_features: int

    @property
    def open_axis(self) -> int:
        """The axis of any size: vertices, or edges."""
        return 1 if self.port == "edge_index" else 0

    @property
    def letter(self) -> str:
        return "E" if self.port == "edge_index" else "V"


def random_graphs(num_graphs: int, num_features: int, generator: torch.Generator) -> dict[Port, torch.Tensor]:
    """The disjoint union of random directed graphs; some vertices have no edge, some an edge to themselves."""
    sizes = torch.randint(SMALLEST, LARGEST + 1, (num_graphs,), generator=generator)
    batch = torch.repeat_interleave(torch.arange(num_graphs), sizes)
    first = torch.repeat_interleave(sizes.cumsum(0) - sizes, sizes)
    source = torch.arange(len(batch)).repeat_interleave(2)
    steps = torch.randint(0, LARGEST, (len(source),), generator=generator)
    target = first[source] + (source - first[source] + steps) % sizes[batch[source]]
    kept = torch.rand(len(source), generator=generator) < 0.8
    return {
        "x": torch.randn(len(batch), num_features, generator=generator),
        "edge_index": torch.stack([source[kept], target[kept]]),
        "batch": batch,
    }


@contextlib.contextmanager
def followed() -> Iterator[None]:
    """PyTorch Geometric in a form that ``torch.export`` can follow.

    It asks for the number of graphs with ``int(tensor)``, which must be a number of the example; ``item()`` may be any.
    And that a pool keeps a vertex at least, which is so of every graph that has one, has to be said.
    """
    import importlib

    scatter = importlib.import_module("torch_geometric.utils._scatter")
    select = importlib.import_module("torch_geometric.nn.pool.select.topk")
    choose = select.topk

    def count(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return builtins.int(value)
        number = value.item()
        torch._check(number >= 0)  # type: ignore[no-untyped-call]  # noqa: SLF001  (public in all but its name)
        return number

    def topk(*arguments: Any, **keywords: Any) -> torch.Tensor:
        chosen: torch.Tensor = choose(*arguments, **keywords)
        torch._check(chosen.size(0) >= 1)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return chosen

    scatter.int, select.topk = count, topk  # type: ignore[attr-defined]  # names that these modules look up
    try:
        yield
    finally:
        del scatter.int
        select.topk = choose  # type: ignore[attr-defined]
