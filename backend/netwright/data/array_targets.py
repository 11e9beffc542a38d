"""What the array of targets says: classes, labels or numbers, each row checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from netwright.data.base import Array, DataError, Task
from netwright.data.columns import MAX_FEW_VALUES
from netwright.data.targets import MAX_CLASSES
from netwright.language import say

AnyArray = npt.NDArray[Any]

MAX_TARGETS = 1_000
Form = Literal["numbers", "one_hot", "index", "value"]
"""Numbers or labels as they are; a 1 in the column of the class; the index of the class; any value that stands for it."""


@dataclass(frozen=True, slots=True)
class Targets:
    """``values`` of the training samples and ``test`` of the others: int64 ``(N,)`` class indices, float32 ``(N, L)`` labels or
    ``(N, T)`` numbers.  ``form`` is how the file writes them."""

    task: Task
    values: Array
    test: Array | None
    classes: tuple[str, ...]
    form: Form = "numbers"


@dataclass(frozen=True, slots=True)
class Place:
    """Of which file and array a sentence speaks."""

    file: str
    array: str

    def bad(self, why: str, row: int | None = None) -> DataError:
        """``row`` counts from 0, as NumPy does."""
        said = (
            say("{file}, array {array}: {why}.", file=self.file, array=self.array, why=why)
            if row is None
            else say(
                "{file}, array {array}, row {row} (from 0): {why}.", file=self.file, array=self.array, row=row, why=why
            )
        )
        return DataError(said, code="bad_target", file=self.file, line=row, column=self.array)


def guess_task(values: AnyArray) -> Task:
    """Of ``(N,)``: classes where few whole numbers or texts come again; of ``(N, K)``: a class where each row has a single 1,
    labels where all are 0 or 1."""
    if values.ndim == 2 and values.shape[1] > 1:
        if not np.isin(values, (0, 1)).all():
            return "regression"
        return "classification" if (values.sum(axis=1) == 1).all() else "multilabel"
    flat = values.ravel()
    if flat.dtype.kind in "Ub":
        return "classification"
    known = flat[np.isfinite(flat)]
    distinct = np.unique(known)
    if (distinct != np.round(distinct)).any():
        return "regression"
    is_counted = (
        flat.dtype.kind in "iu" and len(distinct) <= MAX_CLASSES and distinct.max(initial=0) < 2 * len(distinct)
    )
    return "classification" if is_counted or len(distinct) <= MAX_FEW_VALUES else "regression"


def read_targets(
    values: AnyArray, test: AnyArray | None, task: Task | None, names: Sequence[str] | None, places: tuple[Place, Place]
) -> Targets:
    """``places`` are those of ``values`` and of ``test``.

    Raises:
        DataError: code ``bad_target``, with the row where it is known.
    """
    parts = [(values, places[0])] if test is None else [(values, places[0]), (test, places[1])]
    for part, place in parts:
        _check_kind(part, place)
        _check_finite(part, place)
        if part.shape[1:] != values.shape[1:]:
            raise place.bad(say("it has the shape {shape}, not that of the training part", shape=str(part.shape)))
    chosen = task or guess_task(values)
    if chosen == "classification":
        return _read_classes(parts, names)
    if values.dtype.kind == "U":
        raise places[0].bad(say("it holds texts, which can only be classes; choose classification"))
    wide = [part.astype(np.float32).reshape(len(part), -1) for part, _ in parts]
    if wide[0].shape[1] > MAX_TARGETS:
        why = say("it has {count:,} columns, the limit is {limit:,}", count=wide[0].shape[1], limit=MAX_TARGETS)
        raise places[0].bad(why)
    classes: tuple[str, ...] = ()
    if chosen == "multilabel":
        for part, place in parts:
            _check_labels(part, place)
        classes = _names(names, wide[0].shape[1])
    elif (wide[0] == wide[0][0]).all():
        raise places[0].bad(
            say(
                "it is the same in every row, so there is nothing to learn; name another array as the targets, or choose the "
                "task reconstruction"
            )
        )
    return Targets(chosen, wide[0], wide[1] if test is not None else None, classes)


def _check_labels(values: AnyArray, place: Place) -> None:
    wrong = np.flatnonzero(~np.isin(values.reshape(len(values), -1), (0, 1)).all(axis=1))
    if len(wrong) or values.ndim != 2 or values.shape[1] < 2:
        raise place.bad(
            say("labels are columns of 0 and 1, at least two of them; choose another task"),
            int(wrong[0]) if len(wrong) else None,
        )


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    return tuple(names) if names is not None and len(names) == count else tuple(map(str, range(count)))


def _check_kind(values: AnyArray, place: Place) -> None:
    if values.dtype.kind not in "fiubU" or values.ndim not in {1, 2} or not values.size:
        raise place.bad(
            say(
                "it is {dtype} of shape {shape}; targets are numbers or texts of shape (N,), or numbers of shape (N, columns). "
                "For masks pack the pictures and their masks as a ZIP",
                dtype=str(values.dtype),
                shape=str(values.shape),
            )
        )


def _check_finite(values: AnyArray, place: Place) -> None:
    if values.dtype.kind != "f":
        return
    wrong = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
    if len(wrong):
        raise place.bad(
            say(
                "a target is {value}; take the row out"
                if len(wrong) == 1
                else "a target is {value}, and {count:,} rows have such ones; take them out",
                value=_first_bad(values[wrong[0]]),
                count=len(wrong),
            ),
            int(wrong[0]),
        )


def _first_bad(row: AnyArray) -> str:
    flat = np.atleast_1d(row)
    return str(float(flat[~np.isfinite(flat)][0]))


def _read_classes(parts: list[tuple[AnyArray, Place]], names: Sequence[str] | None) -> Targets:
    first, _ = parts[0]
    if first.ndim == 2 and first.shape[1] > 1:
        return _read_one_hot(parts, names)
    flat = [(part.ravel(), where) for part, where in parts]
    if first.dtype.kind != "U":
        for values, where in flat:
            _check_whole(values, where)
    if names is not None:
        for values, where in flat:
            _check_range(values, len(names), where)
        return _classes_of(parts, [values.astype(np.int64) for values, _ in flat], tuple(names), "index")
    return _read_values(flat)


def _read_one_hot(parts: list[tuple[AnyArray, Place]], names: Sequence[str] | None) -> Targets:
    for part, where in parts:
        wrong = np.flatnonzero((part.sum(axis=1) != 1) | ~np.isin(part, (0, 1)).all(axis=1))
        if len(wrong):
            raise where.bad(say("a class is a single 1 among zeros"), int(wrong[0]))
    indices = [part.argmax(axis=1).astype(np.int64) for part, _ in parts]
    return _classes_of(parts, indices, _names(names, parts[0][0].shape[1]), "one_hot")


def _read_values(parts: list[tuple[AnyArray, Place]]) -> Targets:
    """Classes are the values of the training part in ascending order."""
    first, place = parts[0]
    distinct = np.unique(first)
    if len(distinct) > MAX_CLASSES:
        why = say(
            "it has {count:,} classes, the limit is {limit:,}; choose regression",
            count=len(distinct),
            limit=MAX_CLASSES,
        )
        raise place.bad(why)
    for values, where in parts[1:]:
        unknown = np.flatnonzero(~np.isin(values, distinct))
        if len(unknown):
            label = str(values[unknown[0]])
            raise where.bad(say("no training sample has the class {label}", label=label), int(unknown[0]))
    indices = [np.searchsorted(distinct, values).astype(np.int64) for values, _ in parts]
    shown = [f"{value:.10g}" if distinct.dtype.kind == "f" else str(value) for value in distinct.tolist()]
    return _classes_of(parts, indices, tuple(shown), "value")


def _classes_of(
    parts: list[tuple[AnyArray, Place]], indices: list[npt.NDArray[np.int64]], classes: tuple[str, ...], form: Form
) -> Targets:
    if len(np.unique(indices[0])) < 2:
        why = say(
            "it has one class only, {class_name}; name another array as the targets, add samples of a second class, or choose "
            "the task reconstruction",
            class_name=repr(classes[indices[0][0]]),
        )
        raise parts[0][1].bad(why)
    return Targets("classification", indices[0], indices[1] if len(indices) > 1 else None, classes, form)


def _check_whole(values: AnyArray, place: Place) -> None:
    if values.dtype.kind == "b":
        return
    broken = np.flatnonzero(values != np.round(values))
    if len(broken):
        label = f"{float(values[broken[0]]):g}"
        raise place.bad(say("the class {label} is no whole number; choose regression", label=label), int(broken[0]))
    negative = np.flatnonzero(values < 0)
    if len(negative) and not np.isin(values, (-1, 1)).all():
        label = str(int(values[negative[0]]))
        raise place.bad(
            say("the class {label} is negative; number classes from 0, or choose regression", label=label),
            int(negative[0]),
        )


def _check_range(values: AnyArray, count: int, place: Place) -> None:
    outside = np.flatnonzero((values < 0) | (values >= count)) if values.dtype.kind != "U" else np.arange(1)
    if len(outside):
        label = str(values[outside[0]])
        raise place.bad(
            say(
                "the class {label} is out of range: there are names for 0 to {last}; correct it, or give it a name in the file",
                label=label,
                last=count - 1,
            ),
            int(outside[0]),
        )
