"""An uploaded table: a CSV or TSV file, its target and its columns guessed and open to correction."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from netwright.data.base import TABLE_SUFFIXES, TABLES, Array, Arrays, DataError, Source, Step, Task
from netwright.data.columns import Column, check_numbers, read_columns
from netwright.data.csv_code import csv_code
from netwright.data.facts import ColumnRole, ColumnType, Facts
from netwright.data.labels import Separator
from netwright.data.leaks import find_leaks, suspect, suspect_dates
from netwright.data.missing import (
    CategoryStrategy,
    MissingOfColumn,
    NumberStrategy,
    check_remaining,
    check_strategies,
    impute_params,
    incomplete_rows,
    missing_facts,
    note_dropped,
    say_left_out,
    strategy_of,
)
from netwright.data.sample_code import SampleCode
from netwright.data.table_options import Decimal, DelimiterOption, EncodingOption, HasHeader, IsQuoted, SheetOption
from netwright.data.table_split import VALIDATION, find_keys
from netwright.data.table_target import choose_target
from netwright.data.text_table import TextTable, read_text_table
from netwright.data.transforms import layout_of, plan_chain
from netwright.graph.model import Model
from netwright.language import Text, listed, say

MAX_INPUTS = 10_000
"""Inputs of the network after one-hot encoding."""
MISSING_MARKS = ["?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None"]
MAX_NAMED = 6


class ColumnOptions(MissingOfColumn):
    """A correction of one column."""

    type: ColumnType | None = Field(default=None, description="What the cells are; empty: as guessed.")
    role: Literal["feature", "label", "value", "ignored", "time", "group", "split"] | None = Field(
        default=None,
        description="Whether the network sees it, whether it says yes or no to one of several labels, whether it is one of "
        "several numbers to predict (value), or what the split goes by: moments, groups that stay together, or the words "
        "train, validation and test; empty: as guessed.",
    )


class CsvSource(Source):
    type = "csv"
    title = "Table"
    description = "An uploaded table."
    kind = "table"
    is_built_in = False
    suffixes = TABLE_SUFFIXES
    read_as = TABLES
    citation = ""

    class Options(Model):
        target: str | None = Field(
            default=None,
            description="The column to predict; empty: as guessed. Not read where columns have the role label or value.",
        )
        task: Literal["classification", "multilabel", "regression"] | None = Field(
            default=None,
            description="One class, several labels (multilabel) or a number; empty: by the target's values.",
        )
        label_separator: Separator | None = Field(
            default=None,
            description="What stands between the labels where one column names several; empty: found out, | or ;.",
        )
        columns: dict[str, ColumnOptions] = Field(default_factory=dict, description="Corrections by the column's name.")
        missing_numbers: NumberStrategy = Field(
            default="median",
            description="What a missing number becomes, measured on the training part; constant puts in fill_value, drop "
            "leaves the row out. The table of columns sets it for one column.",
        )
        missing_categories: CategoryStrategy = Field(
            default="most_frequent",
            description="What a missing category becomes; own_category keeps 'missing' visible, drop leaves the row out.",
        )
        fill_value: float = Field(default=0.0, description="What constant puts where a number is missing.")
        missing_indicator: bool = Field(
            default=False,
            description="One more input for each column with missing values: 1 where the value was missing, else 0.",
        )
        outliers: Literal["keep", "clip"] = Field(
            default="keep",
            description="clip brings the numbers of a column that lie outside of its quantiles 0.01 and 0.99 to them; "
            "measured on the training part.",
        )
        standardize: bool = Field(
            default=True,
            description="Number columns to mean 0 and standard deviation 1, measured on the training part.",
        )
        target_scale: float = Field(
            default=1.0,
            gt=0.0,
            description="A numeric target is divided by this, so that large ones (prices) come near 1.",
        )
        missing_marks: list[str] = Field(
            default=list(MISSING_MARKS),
            max_length=100,
            description="Cells that mean: no value. Empty ones always do.",
        )
        has_header: HasHeader = None
        delimiter: DelimiterOption = None
        is_quoted: IsQuoted = None
        decimal: Decimal = None
        encoding: EncodingOption = None
        sheet: SheetOption = None

    options: Options

    def read(self) -> Arrays:
        table = self._reading
        if table.problem is not None:
            raise table.problem
        return table.arrays()

    def code(self, arrays: Arrays) -> SampleCode:
        return csv_code(self._reading)

    def describe(self) -> Facts:
        reading = self._reading
        return reading.facts(num_bytes=self._path.stat().st_size)

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return self._reading.table.first(num_rows)

    def samples_as_read(self, places: list[int]) -> list[tuple[int, list[str]]]:
        table = self._reading.table
        rows = self._reading.rows[places].tolist()
        return [(row + 1, [column[row][:200] for column in table.columns]) for row in rows]

    @property
    def _path(self) -> Path:
        return self.folder / "original"

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self._read_text(), self.options)

    def _read_text(self) -> TextTable:
        options = self.options
        return read_text_table(
            self._path,
            upload_name(self.folder),
            encoding=options.encoding,
            sheet=options.sheet,
            delimiter=options.delimiter,
            has_header=options.has_header,
            is_quoted=options.is_quoted,
        )


def upload_name(folder: Path) -> str:
    """What the uploaded file was called; the folder's own name where nobody noted it."""
    note = folder / "upload.json"
    return str(json.loads(note.read_text(encoding="utf-8"))["filename"]) if note.is_file() else folder.name


class Reading:
    """A text table understood under the options: which column is what, and the arrays that follow.

    Raises:
        DataError: the options name what is not there, or nothing can be learned from this table.
    """

    def __init__(self, table: TextTable, options: CsvSource.Options) -> None:
        self.table, self.options = table, options
        self.notes = list(table.notes)
        self._check_names()
        self.has_comma = options.decimal == "," or (options.decimal is None and table.delimiter == ";")
        self.columns = read_columns(table, options.columns, options.missing_marks, has_decimal_comma=self.has_comma)
        self.target = choose_target(table, self.columns, options)
        self.task: Task = self.target.task
        self.classes = self.target.classes
        self.notes += self.target.notes
        self._apply_roles()
        known = np.flatnonzero(self.target.is_known)
        self.keys, self.test_rows = find_keys(table, self.columns, known)
        self.rows = np.setdiff1d(known, self.test_rows)
        self._drop_incomplete(known)
        if len(self.test_rows):
            self.notes.append(
                say(
                    "{count:,} row is the test part."
                    if len(self.test_rows) == 1
                    else "{count:,} rows are the test part.",
                    count=len(self.test_rows),
                )
            )
        if self.keys.no_parts is not None:
            self.notes.append(self.keys.no_parts)
        self._note_what_is_left_out()
        if not self.features:
            raise DataError(
                say(
                    "{filename}: no column is left to learn from. {why} A network needs numbers or categories.",
                    filename=table.filename,
                    why=self.notes[-1] if self.notes else "",
                ),
                code="bad_file",
                file=table.filename,
            )

    @property
    def features(self) -> list[Column]:
        return [column for column in self.columns if column.role == "feature"]

    @property
    def complete(self) -> list[Column]:
        """Features without a value in some row, whose incomplete rows are left out."""
        return [
            column
            for column in self.features
            if column.is_missing.any() and strategy_of(column, self.options) == "drop"
        ]

    @property
    def problem(self) -> DataError | None:
        """What keeps this table from being trained on: a cell of a number column that is none."""
        try:
            for column in self.columns:
                if column.type == "number" and column.role == "feature":
                    check_numbers(self.table, column)
            self.target.check(self.table)
        except DataError as error:
            return error
        return None

    @cached_property
    def categories(self) -> dict[str, tuple[str, ...]]:
        return {column.name: column.categories for column in self.features if column.type == "category"}

    def arrays(self) -> Arrays:
        has_test = len(self.test_rows) > 0
        return Arrays(
            inputs=self._inputs,
            targets=self._targets(self.rows),
            test_inputs=self._encoded(self.test_rows) if has_test else None,
            test_targets=self._targets(self.test_rows) if has_test else None,
            kind="table",
            task=self.task,
            classes=self.classes,
            features=tuple(column.name for column in self.features),
            categories=self.categories,
            target_name=self.target.name,
            target_columns=self.target.number_names,
            default_preprocess=self.steps(),
            split_keys=self.keys,
            standardizes_targets=bool(self.target.number_names),
        )

    def facts(self, num_bytes: int) -> Facts:
        names = tuple(column.name for column in self.features)
        layout = layout_of("table", self._inputs, self._encoded(self.test_rows), names, self.categories)
        shape = plan_chain(self.steps(), layout).shape
        if shape[0] > MAX_INPUTS:
            raise DataError(
                say(
                    "{filename}: the columns would become {count:,} inputs, the limit is {max_inputs:,}. Ignore "
                    "columns with many categories.",
                    filename=self.table.filename,
                    count=shape[0],
                    max_inputs=MAX_INPUTS,
                ),
                code="too_large",
                file=self.table.filename,
            )
        return Facts(
            task=self.task,
            num_samples=len(self.rows),
            num_test=len(self.test_rows) or None,
            splits=self.keys.ways,
            no_parts=self.keys.no_parts,
            classes=self.classes,
            input_shape=shape,
            num_outputs=len(self.classes) or len(self.target.columns),
            bytes=num_bytes,
            columns=tuple(missing_facts(column, self.options) for column in self.columns),
            notes=tuple(self.notes),
            left_out=say_left_out(self.table.num_rows - len(self.rows) - len(self.test_rows), self.table.num_rows),
            sheets=self.table.sheets,
            sheet=self.table.sheet or None,
            problem=self.problem,
        )

    def steps(self) -> tuple[Step, ...]:
        """The default preprocessing: only what this table needs."""
        options = self.options
        steps: list[Step] = []
        if np.isnan(self._inputs).any() or np.isnan(self._encoded(self.test_rows)).any():
            steps.append(Step("Impute", impute_params(self.features, options)))
        if options.outliers == "clip" and len(self.categories) < len(self.features):
            steps.append(Step("Clip"))
        if options.standardize and len(self.categories) < len(self.features):
            steps.append(Step("Standardize"))
        if self.categories:
            steps.append(Step("OneHot"))
        return tuple(steps)

    @cached_property
    def _inputs(self) -> npt.NDArray[np.float32]:
        return self._encoded(self.rows)

    def _targets(self, rows: npt.NDArray[np.int64]) -> Array:
        values = self.target.values[rows]
        if self.task == "classification":
            return values.astype(np.int64)
        return values.astype(np.float32).reshape(len(values), -1)

    def _encoded(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        encoded = [
            column.encode(self.categories[column.name]) if column.type == "category" else column.numbers
            for column in self.features
        ]
        return np.stack([values[rows] for values in encoded], axis=1).astype(np.float32)

    def _check_names(self) -> None:
        for name in (self.options.target, *self.options.columns):
            if name is not None and name not in self.table.names:
                raise DataError(
                    say(
                        "{filename} has no column {name}; it has: {names}.",
                        filename=self.table.filename,
                        name=name,
                        names=_listed(self.table.names),
                    ),
                    code="bad_option",
                    file=self.table.filename,
                    column=name,
                )

    def _apply_roles(self) -> None:
        for column, why in find_leaks(self.columns, self.target.columns[0], self.task):
            column.leave_out(why)
        for column in self.columns:
            told = self.options.columns.get(column.name)
            if told is None or told.role is None or self.target.has(column):
                continue
            role: ColumnRole = told.role
            if role == "feature" and column.type == "text":
                raise DataError(
                    say(
                        "{filename}, column {column_name}: text cannot be an input. Make it a category, or ignore it.",
                        filename=self.table.filename,
                        column_name=column.name,
                    ),
                    code="bad_option",
                    file=self.table.filename,
                    column=column.name,
                )
            column.role, column.why_ignored = role, say("as chosen") if role == "ignored" else ""
        self._suspect()

    def _drop_incomplete(self, known: npt.NDArray[np.int64]) -> None:
        """Leaves out rows without a value in a column that needs one, in every part, and says what remains of each."""
        check_strategies(self.features, self.options, self.table.filename)
        complete = self.complete
        is_incomplete = incomplete_rows(known, complete)
        self.num_incomplete = int(is_incomplete.sum())
        if not self.num_incomplete:
            return
        before = self._parts()
        labels = self.target.values if self.task == "classification" else None
        rows = known[~is_incomplete]
        check_remaining(complete, np.setdiff1d(rows, self.test_rows), labels, self.classes, self.table.filename)
        self.keys, self.test_rows = find_keys(self.table, self.columns, rows)
        self.rows = np.setdiff1d(rows, self.test_rows)
        self.notes.append(
            note_dropped(complete, [(name, had, self._parts().get(name, 0)) for name, had in before.items()])
        )

    def _parts(self) -> dict[Text, int]:
        """How many rows each part has that the table itself knows of."""
        num_validation = 0 if self.keys.parts is None else int((self.keys.parts == VALIDATION).sum())
        parts = {
            say("training"): len(self.rows) - num_validation,
            say("validation"): num_validation,
            say("test"): len(self.test_rows),
        }
        return {name: count for name, count in parts.items() if count}

    def _suspect(self) -> None:
        """Of the features, what may give the target away or teach nothing; what a person made a feature was judged."""
        for column in self.features:
            told = self.options.columns.get(column.name)
            if told is not None and told.role is not None:
                continue
            column.warning = suspect_dates(column)
            if column.warning is None and self.target.values.ndim == 1:
                column.warning = suspect(column, self.target.columns[0], self.task, self.target.values)

    def _note_what_is_left_out(self) -> None:
        ignored: dict[str, list[str]] = {}
        for column in self.columns:
            if column.role == "ignored":
                ignored.setdefault(column.why_ignored, []).append(column.name)
        self.notes += [
            say("Left out ({why}): {names}.", why=why, names=_listed(names)) for why, names in ignored.items()
        ]
        num_dropped = len(self.target.values) - len(self.rows) - len(self.test_rows) - self.num_incomplete
        if num_dropped:
            self.notes.append(
                say(
                    "{count:,} row without a target is left out."
                    if num_dropped == 1
                    else "{count:,} rows without a target are left out.",
                    count=num_dropped,
                )
            )
        if self.task == "regression" and self.options.target_scale != 1.0:
            self.notes.append(say("The target is divided by {scale}.", scale=f"{self.options.target_scale:g}"))


def _listed(names: list[str] | tuple[str, ...]) -> Text:
    first = listed(names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    return say("{names} and {count} more", names=first, count=rest) if rest > 0 else first
