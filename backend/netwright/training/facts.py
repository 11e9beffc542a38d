"""What is known of the data that a config is checked against, and shapes as sentences have them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from netwright.data.base import Kind, SplitBy, Step, Task
from netwright.data.facts import DType
from netwright.language import sized


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a config is checked against.  ``input_shape`` is what preprocessing gives, without the batch; ``num_outputs`` the
    classes, the target columns of a regression, or the values of a sample that is its own target;
    ``num_samples`` those that are split into training and validation."""

    title: str
    kind: Kind
    task: Task
    num_samples: int
    input_shape: tuple[int, ...]
    num_outputs: int
    classes: tuple[str, ...] = ()
    num_validation: int | None = None
    """Samples that the set itself keeps for validation; None where the config's split decides."""
    num_test: int | None = None
    """Samples of the set's own test part, beside ``num_samples``; None where it has none."""
    augment: tuple[Step, ...] = ()
    """Augmentations that are known to help on this very set."""
    input_dtype: DType = "float32"
    num_tokens: int | None = None
    """Of texts: the indices that preprocessing gives lie below this."""
    splits: tuple[SplitBy, ...] = ()
    """What the split can go by beside chance."""
    no_parts: str | None = None
    """Why it cannot go by the column that names parts, and the way out, as a sentence."""
    are_vertices: bool = False
    """Whether a sample is a vertex of a graph, so that the output must have a row for each vertex."""
    is_task_chosen: bool = False
    """Whether a person has said what is learnt, so that nothing else is suggested."""

    def as_reconstruction(self) -> "DataFacts":
        """The same data where each sample is its own target."""
        return replace(self, task="reconstruction", num_outputs=math.prod(self.input_shape), classes=())


def describe_shape(shape: Sequence[int | str | None]) -> str:
    return sized("N" if size is None else size for size in shape)


def first_shape(ports: dict[str, Any]) -> list[int | str | None]:
    shape: list[int | str | None] = next(iter(ports.values())).shape
    return shape
