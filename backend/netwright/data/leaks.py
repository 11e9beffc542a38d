"""Columns of a table that give the answer away: they are left out where that is certain, and said where a person must judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from netwright.data.base import CLASS_TASKS, Task
from netwright.data.columns import MAX_FEW_VALUES, Column
from netwright.data.series import read_times
from netwright.language import Text, say

MIN_ROWS = 50
MIN_SHARE = 0.5
"""A column is judged where at least this share of its cells is known."""
MIN_CORRELATION = 0.9999
MIN_ROWS_OF_VALUE = 5
"""Rows that each value of a column of many categories must have on the average: else chance gives each value one class."""
MIN_ROWS_OF_CLASS = 5
_ID_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "index", "idx", "rowid", "rownumber"})
_MOMENTS = frozenset({"year", "date", "time", "month", "day", "hour", "minute", "week", "t", "timestamp", "period"})

MIN_DATES = 8
"""Fewer different moments may well be categories, as the years of a survey."""

Floats = npt.NDArray[np.float64]


def find_leaks(columns: Sequence[Column], target: Column, task: Task) -> Iterator[tuple[Column, Text]]:
    """Columns of few values, each of which always comes with the same class: they are the target under another name."""
    if task != "classification" or len(target.cells) < MIN_ROWS:
        return
    for column in columns:
        if column is target or column.role != "feature" or not 2 <= len(column.counts) <= MAX_FEW_VALUES:
            continue
        if column.num_known > MIN_SHARE * len(column.cells) and _has_one_class_each(column, target):
            yield (
                column,
                say("it gives {target} away: each of its values comes with one class only", target=target.name),
            )


def suspect(column: Column, target: Column, task: Task, values: Floats) -> Text | None:
    """Why ``column`` may give the target away, or None.  ``values`` are the target's, ``(R,)``: class indices or numbers, NaN
    where it is not known."""
    num_rows = len(column.cells)
    if num_rows < MIN_ROWS or column.num_known <= MIN_SHARE * num_rows or column.num_bad:
        return _suspect_categories(column, target, task) if num_rows >= MIN_ROWS else None
    if column.type != "number":
        return _suspect_categories(column, target, task)
    is_known = ~np.isnan(column.numbers) & ~np.isnan(values)
    numbers, answers = column.numbers[is_known], values[is_known]
    if len(numbers) < MIN_ROWS:
        return None
    if task == "regression":
        said = _suspect_line(column, target, numbers, answers)
    elif task in CLASS_TASKS:
        said = _suspect_thresholds(column, target, numbers, answers.astype(np.int64))
    else:
        said = None
    return said or _suspect_id(column)


def suspect_dates(column: Column) -> Text | None:
    """Why a category that holds moments teaches nothing of days to come, or None."""
    if column.type != "category" or len(column.counts) < MIN_DATES:
        return None
    found = read_times(list(column.counts))
    if found is None or found[1] == "number":
        return None
    return say(
        "{column} holds {count} moments, and each becomes a category of its own: the network knows none that it was not "
        "trained on. Ignore it, write what matters of it (month, weekday, days since) into columns of numbers, or give it the "
        "role time to split by.",
        column=column.name,
        count=len(column.counts),
    )


def _has_one_class_each(column: Column, target: Column) -> bool:
    answers: dict[str, str] = {}
    for cell, answer, is_missing in zip(column.cells, target.cells, column.is_missing, strict=True):
        if not is_missing and answer in target.counts and answers.setdefault(cell, answer) != answer:
            return False
    return len(answers) == len(column.counts)


def _suspect_categories(column: Column, target: Column, task: Task) -> Text | None:
    """Many categories (few are judged by :func:`find_leaks`), each with one class."""
    num_values = len(column.counts)
    if task != "classification" or column.type != "category" or num_values <= MAX_FEW_VALUES:
        return None
    if column.num_known < MIN_ROWS_OF_VALUE * num_values or not _has_one_class_each(column, target):
        return None
    return say(
        "{column} may give {target} away: each of its {count} values comes with one class only. Ignore it if it is not known "
        "before {target} is.",
        column=column.name,
        count=num_values,
        target=target.name,
    )


def _suspect_line(column: Column, target: Column, numbers: Floats, answers: Floats) -> Text | None:
    if np.array_equal(numbers, answers):
        return say(
            "{column} is {target} itself: both have the same number in every row. Ignore it.",
            column=column.name,
            target=target.name,
        )
    correlation = _correlation(numbers, answers)
    if abs(correlation) <= MIN_CORRELATION:
        return None
    return say(
        "{column} may give {target} away: all rows lie on a straight line (correlation {correlation}), as if one were computed "
        "from the other. Ignore it if it is not known before {target} is.",
        column=column.name,
        target=target.name,
        correlation=f"{correlation:.6f}",
    )


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson's; 0 where one of both does not change."""
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum()) / size if size > 0.0 else 0.0


def _suspect_thresholds(column: Column, target: Column, numbers: Floats, classes: npt.NDArray[np.int64]) -> Text | None:
    """A number of many values whose ranges in the classes do not touch."""
    if len(column.counts) <= MAX_FEW_VALUES:
        return None  # judged by `find_leaks`
    counts = np.bincount(classes)
    present = np.flatnonzero(counts)
    if len(present) < 2 or counts[present].min() < MIN_ROWS_OF_CLASS:
        return None
    lowest = np.full(len(counts), np.inf)
    highest = np.full(len(counts), -np.inf)
    np.minimum.at(lowest, classes, numbers)
    np.maximum.at(highest, classes, numbers)
    order = present[np.argsort(lowest[present], kind="stable")]
    if not (highest[order[:-1]] < lowest[order[1:]]).all():
        return None
    return say(
        "{column} may give {target} away: each class has its own range of values, so that {count} thresholds tell every row. "
        "Ignore it if it is not known before {target} is."
        if len(present) > 2
        else "{column} may give {target} away: one threshold tells both classes in every row. Ignore it if it is not known "
        "before {target} is.",
        column=column.name,
        target=target.name,
        count=len(present) - 1,
    )


def _suspect_id(column: Column) -> Text | None:
    """Whole numbers, a new one in every row, that are called like an identifier or count the rows."""
    known = column.numbers[~np.isnan(column.numbers)]
    if len(column.counts) < column.num_known or not (known == np.round(known)).all():
        return None
    words = _words(column.name)
    if words and words[-1] in _ID_WORDS:
        return say(
            "{column} looks like an identifier: a new whole number in every row. A network can learn single rows by it, and "
            "nothing about new ones. Ignore it.",
            column=column.name,
        )
    steps = np.diff(column.numbers)
    if words and words[-1] not in _MOMENTS and len(steps) and (steps == steps[0]).all():
        return say(
            "{column} counts the rows: it grows by {step} from each to the next, so that it tells where a row stands in the "
            "file. Ignore it if that means nothing for new rows.",
            column=column.name,
            step=f"{steps[0]:g}",
        )
    return None


def _words(name: str) -> list[str]:
    """``PassengerId``, ``passenger_id`` and ``Passenger ID`` are both words each, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
