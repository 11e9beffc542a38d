"""What is known of the data that a config is checked against, and shapes as sentences have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netwright.data.base import DType, Kind, SplitBy, Task


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a config is checked against.  ``input_shape`` is what preprocessing gives, without the batch; ``num_outputs`` the
    classes, or the target columns of a regression; ``num_samples`` those that are split into training and validation."""

    title: str
    kind: Kind
    task: Task
    num_samples: int
    input_shape: tuple[int, ...]
    num_outputs: int
    classes: tuple[str, ...] = ()
    num_validation: int | None = None
    """Samples that the set itself keeps for validation; None where the config's split decides."""
    input_dtype: DType = "float32"
    num_tokens: int | None = None
    """Of texts: the indices that preprocessing gives lie below this."""
    splits: tuple[SplitBy, ...] = ()
    """What the split can go by beside chance."""
    are_vertices: bool = False
    """Whether a sample is a vertex of a graph, so that the output must have a row for each vertex."""


def describe_shape(shape: Sequence[int | str | None]) -> str:
    return " x ".join("N" if size is None else str(size) for size in shape)


def first_shape(ports: dict[str, Any]) -> list[int | str | None]:
    shape: list[int | str | None] = next(iter(ports.values())).shape
    return shape
