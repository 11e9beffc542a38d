"""Columns of a table that a split goes by: moments, groups, or which part a row belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.base import DataError, SplitKeys
from netwright.data.columns import Column
from netwright.data.series import read_times
from netwright.data.text_table import TextTable
from netwright.language import Text, any_of, listed, say

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

TRAIN_WORDS = ("train", "training")
VALIDATION_WORDS = ("validation", "val", "valid", "dev")
TEST_WORDS = ("test", "testing")
TRAIN, VALIDATION, TEST = 0, 1, 2


def find_keys(table: TextTable, columns: Sequence[Column], rows: Ints) -> tuple[SplitKeys, Ints]:
    """What the split of ``rows`` can go by, and which of them are the test part (places in the table); ``parts`` of the keys
    and all else are then of the others.

    Raises:
        DataError: a cell of such a column says nothing, with its line.
    """
    parts = np.full(len(rows), TRAIN, dtype=np.int64)
    column = _with_role(columns, "split")
    if column is not None:
        parts = _read_parts(table, column, rows)
    is_test = parts == TEST
    kept = rows[~is_test]
    if column is not None and len(kept) < 2:
        why = say(
            "all other rows are test, and a run needs one to train on and one to validate with; write train in more"
        )
        raise _bad(table, column, int(kept[0]), why)
    time, group = _with_role(columns, "time"), _with_role(columns, "group")
    has_validation = column is not None and bool((parts == VALIDATION).any())
    keys = SplitKeys(
        spans=None if time is None else _read_spans(table, time, kept),
        groups=None if group is None else _read_groups(table, group, kept),
        parts=parts[~is_test] if has_validation else None,
        no_parts=None if column is None or has_validation else _say_no_validation(column, rows),
    )
    return keys, rows[is_test]


def _say_no_validation(column: Column, rows: Ints) -> Text:
    counts = Counter(column.cells[row] for row in rows.tolist())
    return say(
        "Column {column} names no row for validation; it holds {found}. To split by it, write {words} in the rows to validate "
        "with. Split by sample, the validation share is drawn by chance from the rows that are not test.",
        column=column.name,
        found=listed(f"{word} ({count:,})" for word, count in counts.most_common()),
        words=any_of(VALIDATION_WORDS),
    )


def _with_role(columns: Sequence[Column], role: str) -> Column | None:
    return next((column for column in columns if column.role == role), None)


def _read_parts(table: TextTable, column: Column, rows: Ints) -> Ints:
    words = {
        **dict.fromkeys(TRAIN_WORDS, TRAIN),
        **dict.fromkeys(VALIDATION_WORDS, VALIDATION),
        **dict.fromkeys(TEST_WORDS, TEST),
    }
    parts = np.zeros(len(rows), dtype=np.int64)
    for place, row in enumerate(rows.tolist()):
        part = words.get(column.cells[row].lower())
        if part is None:
            raise _bad(
                table,
                column,
                row,
                say("{cell} names no part; write train, validation or test", cell=repr(column.cells[row][:60])),
            )
        parts[place] = part
    if not (parts == TRAIN).any():
        raise _bad(table, column, int(rows[0]), say("no row is for training; write train in some"))
    return parts


def _read_spans(table: TextTable, column: Column, rows: Ints) -> npt.NDArray[np.float64]:
    cells = [column.cells[row] for row in rows.tolist()]
    found = read_times(cells)
    if found is None:
        wrong = next((row for row in rows.tolist() if read_times([column.cells[row]]) is None), int(rows[0]))
        raise _bad(
            table,
            column,
            wrong,
            say(
                "{cell} is no time like the others. Write them as 2024-01-31, 2024-01-31 13:00, 31.01.2024 or numbers",
                cell=repr(column.cells[wrong][:60]),
            ),
        )
    return np.stack([found[0], found[0]], axis=1)


def _read_groups(table: TextTable, column: Column, rows: Ints) -> Ints:
    missing = [row for row in rows.tolist() if column.is_missing[row]]
    if missing:
        raise _bad(
            table, column, missing[0], say("the cell is empty, so it is not known which group the row belongs to")
        )
    index = {name: number for number, name in enumerate(dict.fromkeys(column.cells))}
    return np.array([index[column.cells[row]] for row in rows.tolist()], dtype=np.int64)


def _bad(table: TextTable, column: Column, row: int, why: str) -> DataError:
    line = table.lines[row]
    return DataError(
        say(
            "{filename}, line {line}, column {column}: {why}.",
            filename=table.filename,
            line=line,
            column=column.name,
            why=why,
        ),
        code="bad_split",
        file=table.filename,
        line=line,
        column=column.name,
    )
