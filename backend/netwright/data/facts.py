"""What is known of a data set without training on it: what a person is told of it before a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from netwright.data.base import DataError, SplitBy, Task
from netwright.language import Text

if TYPE_CHECKING:
    from netwright.data.graphs import GraphFacts

DType = Literal["float32", "int64"]
ColumnType = Literal["number", "category", "text"]
ColumnRole = Literal["feature", "target", "label", "value", "ignored", "time", "group", "split"]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column of a table as it was read and how it is used.  The figures are of the whole file."""

    name: str
    type: ColumnType
    role: ColumnRole
    num_missing: int = 0
    num_distinct: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: tuple[str, ...] = ()
    warning: Text | None = None
    """Why a feature may give the target away."""
    strategies: tuple[str, ...] = ()
    """What can be done about its missing values, where a person may choose."""
    strategy: str = ""
    """What was chosen for this column alone; empty: as for all."""
    fill_value: str = ""
    """The constant that was chosen for this column alone."""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """A sheet of a workbook, and how far its cells reach; 0 of both where it is empty."""

    name: str
    num_rows: int
    num_columns: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a set without training on it.  ``input_shape`` is that of the network's input after the default
    preprocessing, without the batch; ``notes`` are sentences about what was decided while reading; ``problem`` is what
    keeps the set from being trained on until an option is corrected."""

    task: Task
    num_samples: int
    num_test: int | None
    classes: tuple[str, ...]
    input_shape: tuple[int, ...]
    num_outputs: int
    bytes: int | None = None
    columns: tuple[ColumnFacts, ...] = ()
    notes: tuple[str, ...] = ()
    problem: DataError | None = None
    num_validation: int | None = None
    """Of ``num_samples`` those that the set itself keeps for validation; None where ``data.split`` decides."""
    graph: GraphFacts | None = None
    input_dtype: DType = "float32"
    num_tokens: int | None = None
    """Of texts: how many different indices the network may meet at most, padding and the unknown token among them."""
    splits: tuple[SplitBy, ...] = ()
    """What the split can go by beside chance."""
    no_parts: Text | None = None
    """As :attr:`netwright.data.base.SplitKeys.no_parts`."""
    sheets: tuple[SheetFacts, ...] = ()
    """Of a workbook: what its option ``sheet`` may name."""
    sheet: str | None = None
    """The one of ``sheets`` that is read."""
    left_out: Text | None = None
    """How many rows of a table are not used, and why."""
