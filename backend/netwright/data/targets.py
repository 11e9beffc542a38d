"""Which column of a table is to be predicted, and as what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError, Task
from netwright.data.columns import MAX_FEW_VALUES, Column, check_numbers
from netwright.data.leaks import suspect_dates
from netwright.data.text_table import TextTable
from netwright.language import say

MAX_CLASSES = 1_000

_LISTS = ("labels", "tags")
_TARGET_NAMES = (
    "target",
    "label",
    "labels",
    "tags",
    "y",
    "outcome",
    "response",
    "survived",
    "diagnosis",
    "species",
    "churn",
    "quality",
    "price",
    "class",
)


def guess_target(columns: Sequence[Column], stem: str) -> tuple[Column, str]:
    """The column to predict and why: named as targets are, named like the file, or the last that can be predicted.  One that is
    the same in every row is nobody's target where another is there; where it is named as targets are, that is said."""
    target, reason = _guess(columns, stem)
    lone = [each for each in columns if each.name.strip().lower() in _TARGET_NAMES and len(each.counts) == 1]
    if not lone or target.name.strip().lower() in _TARGET_NAMES:
        return target, reason
    return target, say(
        "{reason}, for {name} is {value} in every row; to predict that, add rows of a second class",
        reason=reason,
        name=lone[0].name,
        value=repr(next(iter(lone[0].counts))),
    )


def _guess(columns: Sequence[Column], stem: str) -> tuple[Column, str]:
    # A column that lists labels may well be judged by what stands between its separators.
    columns = [each for each in columns if len(each.counts) > 1 or each.name.strip().lower() in _LISTS] or columns
    by_name = {column.name.strip().lower(): column for column in columns}
    for name in _TARGET_NAMES:
        if name in by_name:
            return by_name[name], say("that is what targets are called")
    if stem.strip().lower() in by_name:
        return by_name[stem.strip().lower()], say("it is called like the file")
    for word in ("target", "label", "price", "value"):
        for column in reversed(columns):
            if word in column.name.lower() and column.type != "text":
                return column, say("its name has {word} in it", word=word)
    usable = [column for column in columns if column.type != "text" and column.role != "ignored"]
    usable = [column for column in usable if suspect_dates(column) is None] or usable
    if usable:
        return usable[-1], say("it is the last column that can be predicted")
    return columns[-1], say("it is the last column")


def guess_task(target: Column) -> Task:
    """Classes where the target is no number, or has at most 20 values, all whole."""
    if target.type != "number":
        return "classification"
    known = target.numbers[~np.isnan(target.numbers)]
    is_whole = bool((known == np.round(known)).all())
    return "classification" if is_whole and len(np.unique(known)) <= MAX_FEW_VALUES else "regression"


def read_target(
    table: TextTable, target: Column, task: Task, scale: float
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Class indices or numbers (divided by ``scale``), NaN where the target is missing, and the classes in order.

    Raises:
        DataError: one class only, too many, too few rows, or a regression on what are no numbers.
    """
    known = len(target.cells) - int(target.is_missing.sum())
    if known < 2:
        raise _bad(table, target, say("rows with a target: {count}; at least 2 are needed", count=known))
    if task == "regression":
        if target.type != "number":
            if target.num_bad < known:
                check_numbers(table, target)
            raise _bad(table, target, say("it holds no numbers, so no number can be predicted; choose classification"))
        if len(np.unique(target.numbers[~np.isnan(target.numbers)])) < 2:
            raise _bad(
                table, target, say("it is the same in every row, so there is nothing to learn; choose another target")
            )
        return target.numbers / scale, ()
    values, classes = _class_indices(target)
    if len(classes) < 2:
        raise _bad(
            table,
            target,
            say(
                "it has one class only, {class_name}; choose another target, or add rows of a second class",
                class_name=repr(classes[0]),
            ),
        )
    if len(classes) > MAX_CLASSES:
        raise _bad(
            table,
            target,
            say(
                "it has {count:,} classes, the limit is {limit:,}; choose another target or regression",
                count=len(classes),
                limit=MAX_CLASSES,
            ),
        )
    if len(classes) == known > MAX_FEW_VALUES:
        raise _bad(table, target, say("every row is a class of its own; choose another target"))
    return values, classes


def _class_indices(target: Column) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Numbers are classes by value (``3`` and ``3.0`` are one), in ascending order; all else by its letters."""
    if target.type != "number":
        return target.encode(target.categories), target.categories
    is_known = ~np.isnan(target.numbers)
    distinct, indices = np.unique(target.numbers[is_known], return_inverse=True)
    values = np.full(len(target.cells), np.nan)
    values[is_known] = indices
    return values, tuple(f"{value:.10g}" for value in distinct.tolist())


def _bad(table: TextTable, target: Column, why: str) -> DataError:
    return DataError(
        say("{filename}, target column {column}: {why}.", filename=table.filename, column=target.name, why=why),
        code="bad_target",
        file=table.filename,
        column=target.name,
    )
