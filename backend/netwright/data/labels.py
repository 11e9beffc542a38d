"""Several labels a sample: as many columns of yes or no, or one column that names them (``red|round``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.data.columns import MAX_FEW_VALUES, Column
from netwright.data.text_table import TextTable
from netwright.language import listed, say

Separator = Literal["|", ";", ",", "/", " "]
SEPARATORS: tuple[Separator, ...] = ("|", ";")
"""Those that are found out; the others are too common in plain words and have to be told."""
YES, NO = ("1", "yes", "true", "y", "t"), ("0", "no", "false", "n", "f")
MAX_LABELS = 200
MIN_SHARE_JOINED = 0.05
"""A column names several labels where at least this share of its cells holds the separator."""
_LABEL_NAME = re.compile(r"^(label|tag|target|y)s?[ _.\-:]+\S", re.IGNORECASE)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labels:
    """``values`` are float64 ``(R, L)``, 1 where the row has the label, NaN in rows where that is not known.  ``separator`` is
    of one column that names them; None of a column for each."""

    columns: tuple[Column, ...]
    name: str
    names: tuple[str, ...]
    values: Floats
    separator: Separator | None


def guess_label_columns(columns: Sequence[Column]) -> list[Column]:
    """Columns that are called like labels (``label_red``, ``tag: round``) and hold yes or no; nothing unless there are two."""
    found = [column for column in columns if _LABEL_NAME.match(column.name) and _is_yes_or_no(column)]
    return found if len(found) > 1 else []


def _is_yes_or_no(column: Column) -> bool:
    return bool(column.counts) and all(side_of(cell) is not None for cell in column.counts)


def side_of(cell: str) -> float | None:
    """1 or 0 of a cell that says yes or no; None of any other."""
    word = cell.strip().lower()
    if word in YES or word in NO:
        return float(word in YES)
    try:
        number = float(word)
    except ValueError:
        return None
    return number if number in {0.0, 1.0} else None


def guess_separator(column: Column) -> Separator | None:
    """What divides the names in a column's cells, where enough of them name several and the names come again."""
    for separator in SEPARATORS:
        num_joined = sum(count for cell, count in column.counts.items() if separator in cell)
        if num_joined < max(2, MIN_SHARE_JOINED * column.num_known):
            continue
        names = Counter(name for cell, count in column.counts.items() for name in split_names(cell, separator) * count)
        if 2 <= len(names) <= MAX_LABELS and names.total() >= 2 * len(names):
            return separator
    return None


def split_names(cell: str, separator: str) -> list[str]:
    """The names in a cell, each once."""
    return list(dict.fromkeys(name for part in cell.split(separator) if (name := part.strip())))


def read_label_columns(table: TextTable, columns: Sequence[Column]) -> Labels:
    """
    Raises:
        DataError: a cell says neither yes nor no, with its line; a label that no row or every row has.
    """
    values = np.stack([_read_sides(table, column) for column in columns], axis=1)
    names = tuple(column.name for column in columns)
    known = values[~np.isnan(values).any(axis=1)]
    if len(known) < 2:
        raise DataError(
            say(
                "{filename}: rows in which all of the label columns {columns} are filled in: {count}; at least 2 are needed.",
                filename=table.filename,
                columns=listed(names[:MAX_FEW_VALUES]),
                count=len(known),
            ),
            code="bad_target",
            file=table.filename,
            column=columns[0].name,
        )
    for column, share in zip(columns, known.mean(axis=0).tolist(), strict=True):
        if share in {0.0, 1.0}:
            why = (
                say("it is 0 in every row, so no sample has this label; give it another role than label")
                if share == 0.0
                else say("it is 1 in every row, so there is nothing to learn; give it another role than label")
            )
            raise _bad_column(table, column, why)
    return Labels(tuple(columns), "labels", names, values, None)


def _read_sides(table: TextTable, column: Column) -> Floats:
    sides: Mapping[str, float | None] = {cell: side_of(cell) for cell in column.counts}
    wrong = next((row for row, cell in enumerate(column.cells) if cell in sides and sides[cell] is None), None)
    if wrong is not None:
        line = table.lines[wrong]
        raise DataError(
            say(
                "{filename}, line {line}, column {column}: {cell} says neither yes nor no. Write 1 or 0 (or yes or no, true or "
                "false), leave the cell empty where it is not known, or give the column another role than label.",
                filename=table.filename,
                line=line,
                column=column.name,
                cell=repr(column.cells[wrong][:60]),
            ),
            code="bad_target",
            file=table.filename,
            line=line,
            column=column.name,
        )
    return np.array([sides.get(cell, np.nan) for cell in column.cells], dtype=np.float64)


def read_joined(table: TextTable, column: Column, told: Separator | None, missing_marks: Sequence[str]) -> Labels:
    """An empty cell is a row without any label; one with a mark for missing values is not known.

    Raises:
        DataError: no cell names two labels, there is one label only or too many, or every row has one.
    """
    separator = told or guess_separator(column) or _most_frequent_separator(column)
    if separator is None:
        raise _bad_column(
            table,
            column,
            say(
                "no cell names several labels; write them with {separators} between them, choose the separator, or choose "
                "classification",
                separators=listed(SEPARATORS),
            ),
        )
    marks = frozenset(missing_marks) - {""}
    cells = [None if cell in marks else split_names(cell, separator) for cell in column.cells]
    counts = Counter(name for names in cells for name in names or [])
    names = tuple(sorted(counts))
    num_known = sum(found is not None for found in cells)
    if not names:
        raise _bad_column(table, column, say("no row has a label"))
    if len(names) < 2:
        raise _bad_column(
            table, column, say("there is one label only, {name}; at least 2 are needed", name=repr(names[0]))
        )
    if len(names) > MAX_LABELS:
        raise _bad_column(
            table,
            column,
            say(
                "there are {count:,} labels, the limit is {limit}; join rare ones, or choose another target",
                count=len(names),
                limit=MAX_LABELS,
            ),
        )
    always = next((name for name in names if counts[name] == num_known), None)
    if always is not None:
        raise _bad_column(
            table,
            column,
            say("every row has the label {name}, so there is nothing to learn of it; take it out", name=repr(always)),
        )
    place = {name: index for index, name in enumerate(names)}
    values = np.zeros((len(cells), len(names)))
    for row, found in enumerate(cells):
        if found is None:
            values[row] = np.nan
        else:
            values[row, [place[name] for name in found]] = 1.0
    return Labels((column,), column.name, names, values, separator)


def _most_frequent_separator(column: Column) -> Separator | None:
    """Of a column that was told to name labels: any separator that divides at least one cell."""
    counts = {mark: sum(count for cell, count in column.counts.items() if mark in cell) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def _bad_column(table: TextTable, column: Column, why: str) -> DataError:
    return DataError(
        say("{filename}, target column {column}: {why}.", filename=table.filename, column=column.name, why=why),
        code="bad_target",
        file=table.filename,
        column=column.name,
    )


LOAD_COLUMNS = '''TARGETS = {names!r}
{constants}

def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the uploaded table in which every {condition}."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
{left_out}    places = [names.index(target) for target in TARGETS]
    rows = [row for row in rows if not any(row[place] in MISSING for place in places)]
{answers}
'''
LABELS = """    labels = [[row[place].strip().lower() in YES for place in places] for row in rows]
    return to_inputs(names, rows), np.array(labels, dtype=np.float32)"""
LOAD_JOINED = '''TARGET = {name!r}


def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the uploaded table: 1 where a row names the label, nothing where its cell is empty."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
{left_out}    rows = [row for row in rows if not row[names.index(TARGET)] or row[names.index(TARGET)] not in MISSING]
    named = [{{part.strip() for part in row[names.index(TARGET)].split({separator!r})}} for row in rows]
    labels = [[label in found for label in CLASSES] for found in named]
    return to_inputs(names, rows), np.array(labels, dtype=np.float32)
'''


def load_code(labels: Labels, left_out: str, is_test: str) -> str:
    """Source of ``load`` in a project; ``left_out`` are its lines that leave rows out, ``is_test`` the argument that asks for
    the test part where there is one."""
    if labels.separator is not None:
        return LOAD_JOINED.format(name=labels.name, separator=labels.separator, left_out=left_out, is_test=is_test)
    # Every way in which the file writes a yes, so that the script needs no rules.
    written = {cell.strip().lower() for column in labels.columns for cell in column.counts if side_of(cell) == 1.0}
    return LOAD_COLUMNS.format(
        names=tuple(column.name for column in labels.columns),
        constants=f"YES = {tuple(sorted(written))!r}\n",
        condition="label is known: 1 where a row has the label",
        answers=LABELS,
        left_out=left_out,
        is_test=is_test,
    )
