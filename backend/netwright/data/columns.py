"""What the columns of a text table hold: numbers, categories or text, guessed or told."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.data.facts import ColumnFacts, ColumnRole, ColumnType
from netwright.data.text_table import TextTable
from netwright.language import Text, say

MAX_CATEGORIES = 100
"""A column with more categories is left out unless it is chosen: each becomes an input."""
NUMBER_SHARE = 0.8
"""A column is one of numbers where at least this share of its cells are: the rest are then faults, not categories."""
MAX_FEW_VALUES = 20
TEXT_LENGTH = 40
NUM_EXAMPLES = 5


@dataclass(slots=True)
class Column:
    """A column of a text table, looked through.  ``numbers`` is NaN where a cell is missing or no number; ``first_bad`` is the
    row of the first cell that is neither."""

    name: str
    cells: list[str]
    is_missing: npt.NDArray[np.bool_]
    numbers: npt.NDArray[np.float64]
    counts: Counter[str]
    num_bad: int
    first_bad: int | None
    type: ColumnType
    role: ColumnRole = "feature"
    why_ignored: str = ""
    warning: Text | None = None
    """Why it may give the target away, where a person must judge."""

    @property
    def num_known(self) -> int:
        return len(self.cells) - int(self.is_missing.sum())

    @property
    def categories(self) -> tuple[str, ...]:
        """Every distinct known cell: by value where all are numbers, else by letters."""
        return tuple(sorted(self.counts, key=_order if self.num_bad == 0 else None))

    def leave_out(self, why: str) -> None:
        self.role, self.why_ignored = "ignored", why

    def encode(self, categories: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Each cell's index in ``categories``, NaN where it is missing."""
        index = {category: float(position) for position, category in enumerate(categories)}
        return np.array([index.get(cell, math.nan) for cell in self.cells])

    def facts(self) -> ColumnFacts:
        known = self.numbers[~np.isnan(self.numbers)] if self.type == "number" else np.empty(0)
        return ColumnFacts(
            name=self.name,
            type=self.type,
            role=self.role,
            num_missing=int(self.is_missing.sum()),
            num_distinct=len(self.counts),
            minimum=float(known.min()) if known.size else None,
            maximum=float(known.max()) if known.size else None,
            mean=float(known.mean()) if known.size else None,
            warning=self.warning,
            examples=tuple(example[:100] for example in list(self.counts)[:NUM_EXAMPLES]),
        )


def _order(text: str) -> tuple[float, str]:
    return float(text.replace(",", ".")), text


def look_through(name: str, cells: list[str], missing_marks: Collection[str], *, has_decimal_comma: bool) -> Column:
    """Parses every cell and guesses the column's type."""
    marks = frozenset(missing_marks) | {""}
    is_missing = np.array([cell in marks for cell in cells])
    numbers = np.full(len(cells), math.nan)
    num_bad, first_bad = 0, None
    for row in np.flatnonzero(~is_missing).tolist():
        number = parse_number(cells[row], has_decimal_comma=has_decimal_comma)
        if number is not None:
            numbers[row] = number
        else:
            num_bad += 1
            first_bad = row if first_bad is None else first_bad
    counts = Counter(cell for cell in cells if cell not in marks)
    guess = _guess_type(counts, num_bad)
    return Column(name, cells, is_missing, numbers, counts, num_bad, first_bad, guess)


def parse_number(text: str, *, has_decimal_comma: bool = False) -> float | None:
    """A finite number as people and programs write it, or None.  Python's ``1_000``, ``nan`` and ``inf`` are none."""
    try:
        number = float(text.replace(",", ".") if has_decimal_comma else text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _guess_type(counts: Counter[str], num_bad: int) -> ColumnType:
    num_known = counts.total()
    if num_known and (num_known - num_bad) / num_known >= NUMBER_SHARE:
        return "number"
    is_mostly_distinct = len(counts) > 0.5 * num_known
    is_all_distinct = len(counts) == num_known > 3
    mean_length = sum(len(cell) * count for cell, count in counts.items()) / max(1, num_known)
    if mean_length > TEXT_LENGTH or (is_mostly_distinct and (len(counts) > MAX_FEW_VALUES or is_all_distinct)):
        return "text"
    return "category"


class ToldColumn(Protocol):
    """What a person has said of a column; each source has options of its own around it."""

    @property
    def type(self) -> ColumnType | None: ...


def read_columns(
    table: TextTable, told: Mapping[str, ToldColumn], missing_marks: Collection[str], *, has_decimal_comma: bool
) -> list[Column]:
    """Every column of a table, of the type that it was told to have or else looks like, without those that teach nothing."""
    read = [
        look_through(name, cells, missing_marks, has_decimal_comma=has_decimal_comma)
        for name, cells in zip(table.names, table.columns, strict=True)
    ]
    for column in read:
        said = told.get(column.name)
        if said is not None and said.type is not None:
            column.type = said.type
        leave_out_useless(column)
    return read


def leave_out_useless(column: Column) -> None:
    """Takes a column out of the features where it can teach nothing, and says why."""
    if not column.counts:
        column.leave_out(say("empty"))
    elif len(column.counts) == 1 and not column.is_missing.any():
        column.leave_out(say("the same in every row"))
    elif column.type == "text":
        column.leave_out(say("text"))
    elif column.type == "category" and len(column.counts) > MAX_CATEGORIES:
        column.leave_out(say("{count:,} categories, more than {limit}", count=len(column.counts), limit=MAX_CATEGORIES))
    elif _is_row_number(column):
        column.leave_out(say("a row number"))


def _is_row_number(column: Column) -> bool:
    is_named = column.name.lower().replace("_", "").replace(" ", "").endswith(("id", "index", "rownumber", "column1"))
    if column.type != "number" or not is_named or len(column.counts) < len(column.cells):
        return False
    return bool((np.diff(column.numbers) == 1).all())


def check_numbers(table: TextTable, column: Column) -> None:
    """
    Raises:
        DataError: code ``not_a_number``, with line and column of the first cell that is none or does not fit into float32.
    """
    if column.first_bad is not None:
        cell, line = column.cells[column.first_bad][:60], table.lines[column.first_bad]
        raise DataError(
            say(
                "{filename}, line {line}, column {column_name}: {cell} is not a number. Correct the cell, name {cell} as a "
                "mark for missing values, or make the column a category."
                if column.num_bad == 1
                else "{filename}, line {line}, column {column_name}: {cell} is not a number ({more:,} more like it). Correct "
                "the cell, name {cell} as a mark for missing values, or make the column a category.",
                filename=table.filename,
                line=line,
                column_name=column.name,
                cell=repr(cell),
                more=column.num_bad - 1,
            ),
            code="not_a_number",
            file=table.filename,
            line=line,
            column=column.name,
        )
    too_large = np.flatnonzero(np.abs(np.nan_to_num(column.numbers)) > np.finfo(np.float32).max)
    if too_large.size:
        line = table.lines[int(too_large[0])]
        raise DataError(
            say(
                "{filename}, line {line}, column {column_name}: {value} is larger than a float32 holds "
                "(3.4e38). Use another unit.",
                filename=table.filename,
                line=line,
                column_name=column.name,
                value=column.cells[int(too_large[0])],
            ),
            code="not_a_number",
            file=table.filename,
            line=line,
            column=column.name,
        )
