"""What is to be predicted of a table's rows, as it was told or guessed: a class, several labels, a number or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from netwright.data.base import DataError, Task
from netwright.data.columns import MAX_FEW_VALUES, Column, check_numbers
from netwright.data.labels import (
    Labels,
    Separator,
    guess_label_columns,
    guess_separator,
    read_joined,
    read_label_columns,
)
from netwright.data.targets import guess_target, guess_task, read_target
from netwright.data.text_table import TextTable
from netwright.language import Text, listed, say

if TYPE_CHECKING:
    import numpy.typing as npt


class ToldRole(Protocol):
    """A person's correction of one column."""

    @property
    def role(self) -> str | None: ...


class TargetOptions(Protocol):
    """What a person said of the target."""

    @property
    def target(self) -> str | None: ...
    @property
    def task(self) -> Task | None: ...
    @property
    def label_separator(self) -> Separator | None: ...
    @property
    def target_scale(self) -> float: ...
    @property
    def missing_marks(self) -> Sequence[str]: ...
    @property
    def columns(self) -> Mapping[str, ToldRole]: ...


@dataclass(frozen=True, slots=True)
class TableTarget:
    """``values`` are float64 ``(R,)``, class indices or numbers, ``(R, L)`` zeros and ones, or ``(R, T)`` several numbers; NaN
    where it is not known."""

    columns: tuple[Column, ...]
    name: str
    task: Task
    values: npt.NDArray[np.float64]
    classes: tuple[str, ...]
    labels: Labels | None = None
    notes: list[Text] = field(default_factory=list)

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Of each row, ``(R,)``."""
        return np.asarray(~np.isnan(self.values.reshape(len(self.values), -1)).any(axis=1))

    @property
    def number_names(self) -> tuple[str, ...]:
        """The columns of several numbers; empty of all else."""
        is_several = self.task == "regression" and len(self.columns) > 1
        return tuple(column.name for column in self.columns) if is_several else ()

    def has(self, column: Column) -> bool:
        return any(column is each for each in self.columns)

    def check(self, table: TextTable) -> None:
        """
        Raises:
            DataError: a cell of a column of numbers is none.
        """
        for column in self.columns:
            if self.labels is None and column.type == "number":
                check_numbers(table, column)


def choose_target(table: TextTable, columns: Sequence[Column], options: TargetOptions) -> TableTarget:
    """Gives the columns of the target their role.

    Raises:
        DataError: the options contradict each other, or nothing can be learned of this target.
    """
    notes: list[Text] = []
    numbers = _choose_numbers(table, columns, options)
    if len(numbers) > 1:
        return _read_numbers(table, numbers, options)
    chosen = numbers or _choose_columns(table, columns, options, notes)
    for column in chosen:
        column.role, column.why_ignored = "label" if len(chosen) > 1 else "target", ""
    task = _choose_task(chosen, options, notes)
    if task != "multilabel":
        values, classes = read_target(table, chosen[0], task, options.target_scale)
        return TableTarget(tuple(chosen), chosen[0].name, task, values, classes, notes=notes)
    if len(chosen) > 1:
        labels = read_label_columns(table, chosen)
    else:
        labels = read_joined(table, chosen[0], options.label_separator, options.missing_marks)
    num_without = int((labels.values == 0).all(axis=1).sum())
    if num_without:
        notes.append(
            say(
                "{count:,} row has none of the labels."
                if num_without == 1
                else "{count:,} rows have none of the labels.",
                count=num_without,
            )
        )
    return TableTarget(labels.columns, labels.name, task, labels.values, labels.names, labels, notes)


def _choose_numbers(table: TextTable, columns: Sequence[Column], options: TargetOptions) -> list[Column]:
    """The columns that are said to be one of several numbers; one alone is a target like any other."""
    told = options.columns
    numbers = [column for column in columns if column.name in told and told[column.name].role == "value"]
    labels = [column.name for column in columns if column.name in told and told[column.name].role == "label"]
    if numbers and labels:
        why = say(
            "{label} is a label and {number} a number to predict, and a set has labels or numbers, not both. Give one of them "
            "another role.",
            label=labels[0],
            number=numbers[0].name,
        )
        raise _bad_task(table, why, labels[0])
    if len(numbers) > 1 and options.task not in {None, "regression"}:
        why = say(
            "{count} columns are numbers to predict, and {task} has none. Empty the task, or give the columns other roles.",
            count=len(numbers),
            task=str(options.task),
        )
        raise _bad_task(table, why, "task")
    return numbers


def _read_numbers(table: TextTable, columns: Sequence[Column], options: TargetOptions) -> TableTarget:
    """Several numbers a row; a row lacks its target where one of them is missing."""
    for column in columns:
        column.role, column.why_ignored = "value", ""
    values = np.stack([read_target(table, one, "regression", options.target_scale)[0] for one in columns], axis=1)
    names = listed([column.name for column in columns])
    num_known = int((~np.isnan(values).any(axis=1)).sum())
    if num_known < 2:
        why = say(
            "rows in which all of {names} have a value: {count}; at least 2 are needed", names=names, count=num_known
        )
        raise _bad_task(table, say("{why}.", why=why), columns[0].name)
    note = say(
        "{count} numbers are predicted together: {names}. Each is learnt as deviations from its mean over the training part, "
        "by its standard deviation, so that none outweighs the others.",
        count=len(columns),
        names=names,
    )
    return TableTarget(tuple(columns), str(names), "regression", values, (), notes=[note])


def _bad_task(table: TextTable, why: Text, column: str) -> DataError:
    said = say("{filename}: {why}", filename=table.filename, why=why)
    return DataError(said, code="bad_option", file=table.filename, column=column)


def _choose_columns(
    table: TextTable, columns: Sequence[Column], options: TargetOptions, notes: list[Text]
) -> list[Column]:
    """The column to predict, or those of several labels."""
    told = options.columns
    labels = [column for column in columns if column.name in told and told[column.name].role == "label"]
    if not labels and options.target is None and options.task in {None, "multilabel"}:
        labels = guess_label_columns([column for column in columns if column.name not in told])
        if labels:
            notes.append(
                say(
                    "The labels {names} are a guess: their columns are called like labels and hold yes or no. Multi-label "
                    "classification: each is a yes or no of its own.",
                    names=listed([column.name for column in labels[:MAX_FEW_VALUES]]),
                )
            )
    if len(labels) > 1 and options.task not in {None, "multilabel"}:
        raise DataError(
            say(
                "{filename}: {count} columns have the role label, and {task} has one target. Empty the task, or give the "
                "columns other roles.",
                filename=table.filename,
                count=len(labels),
                task=str(options.task),
            ),
            code="bad_option",
            file=table.filename,
            column="task",
        )
    if len(labels) == 1:
        notes.append(
            say(
                "{name} is the only label, so it is the target by itself. Give other columns the role label for multi-label "
                "classification.",
                name=labels[0].name,
            )
        )
    return labels or [_choose_one(table, columns, options, notes)]


def _choose_one(table: TextTable, columns: Sequence[Column], options: TargetOptions, notes: list[Text]) -> Column:
    if options.target is not None:
        return next(column for column in columns if column.name == options.target)
    told = options.columns
    free = [column for column in columns if column.name not in told or told[column.name].role is None]
    column, reason = guess_target(free or columns, Path(table.filename).stem)
    notes.append(say("The target {column_name} is a guess: {reason}.", column_name=column.name, reason=reason))
    return column


def _choose_task(chosen: Sequence[Column], options: TargetOptions, notes: list[Text]) -> Task:
    if len(chosen) > 1:
        return "multilabel"
    if options.task is not None:
        return options.task
    separator = guess_separator(chosen[0])
    if separator is None:
        return guess_task(chosen[0])
    notes.append(
        say(
            "Cells of {column} name several labels with {separator} between them: multi-label classification. For each cell as "
            "a class of its own choose the task classification.",
            column=chosen[0].name,
            separator=repr(separator),
        )
    )
    return "multilabel"
