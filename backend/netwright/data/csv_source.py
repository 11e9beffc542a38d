"""An uploaded table: a CSV or TSV file, its target and its columns guessed and open to correction."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, JsonValue

from netwright.data.base import (
    TABLE_SUFFIXES,
    TABLES,
    Array,
    Arrays,
    ColumnRole,
    ColumnType,
    DataError,
    Facts,
    Source,
    Step,
    Task,
)
from netwright.data.columns import Column, check_numbers, read_columns
from netwright.data.labels import Separator, load_code
from netwright.data.leaks import find_leaks, suspect
from netwright.data.sample_code import IS_TEST, SampleCode, table_code, table_imports, table_requirements
from netwright.data.table_options import Decimal, DelimiterOption, EncodingOption, HasHeader, IsQuoted
from netwright.data.table_split import TEST_WORDS, find_keys
from netwright.data.table_target import choose_target
from netwright.data.text_table import TextTable, read_text_table
from netwright.data.transforms import layout_of, plan_chain
from netwright.graph.model import Model
from netwright.language import Text, listed, say

MAX_INPUTS = 10_000
"""Inputs of the network after one-hot encoding."""
MISSING_MARKS = ["?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None"]
MAX_NAMED = 6


LOAD_TABLE = '''TARGET = {target!r}


def load(path: Path | None{is_test}) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the uploaded table that have a target."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
    names, rows = read_rows(path)
{left_out}    cells = [row[names.index(TARGET)] for row in rows]
    known = [cell for cell in cells if cell not in MISSING]
    inputs = to_inputs(names, [row for row, cell in zip(rows, cells, strict=True) if cell not in MISSING])
    return inputs, {values}
'''


LEFT_OUT = """    # The test part is never trained or selected on.
    rows = [row for row in rows if (row[names.index({split!r})].lower() in {words!r}) == is_test]
"""


class ColumnOptions(Model):
    """A correction of one column."""

    type: ColumnType | None = Field(default=None, description="What the cells are; empty: as guessed.")
    role: Literal["feature", "label", "ignored", "time", "group", "split"] | None = Field(
        default=None,
        description="Whether the network sees it, whether it says yes or no to one of several labels, or what "
        "the split goes by: moments, groups that stay together, or the words "
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
            description="The column to predict; empty: as guessed. Not read where columns have the role label.",
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
        missing_numbers: Literal["mean", "median", "most_frequent"] = Field(
            default="median", description="What a missing number becomes; measured on the training part."
        )
        missing_categories: Literal["most_frequent", "own_category"] = Field(
            default="most_frequent",
            description="What a missing category becomes; own_category keeps 'missing' visible.",
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

    options: Options

    def read(self) -> Arrays:
        table = self._reading
        if table.problem is not None:
            raise table.problem
        return table.arrays()

    def code(self, arrays: Arrays) -> SampleCode:
        return self._reading.code()

    def describe(self) -> Facts:
        reading = self._reading
        return reading.facts(num_bytes=self._path.stat().st_size)

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        table = self._reading.table
        rows = zip(*(column[:num_rows] for column in table.columns), strict=True)
        return list(table.names), [[cell[:200] for cell in row] for row in rows]

    def samples_as_read(self, places: list[int]) -> list[tuple[int, list[str]]]:
        table = self._reading.table
        rows = self._reading.rows[places].tolist()
        return [(row + 1, [column[row][:200] for column in table.columns]) for row in rows]

    @property
    def _path(self) -> Path:
        return self.folder / "original"

    @cached_property
    def _reading(self) -> _Reading:
        return _Reading(self._read_text(), self.options)

    def _read_text(self) -> TextTable:
        options = self.options
        return read_text_table(
            self._path,
            upload_name(self.folder),
            encoding=options.encoding,
            delimiter=options.delimiter,
            has_header=options.has_header,
            is_quoted=options.is_quoted,
        )


def upload_name(folder: Path) -> str:
    """What the uploaded file was called; the folder's own name where nobody noted it."""
    note = folder / "upload.json"
    return str(json.loads(note.read_text(encoding="utf-8"))["filename"]) if note.is_file() else folder.name


class _Reading:
    """A text table understood under the options: which column is what, and the arrays that follow.

    Raises:
        DataError: the options name what is not there, or nothing can be learned from this table.
    """

    def __init__(self, table: TextTable, options: CsvSource.Options) -> None:
        self.table, self.options = table, options
        self.notes = list(table.notes)
        self._check_names()
        has_comma = options.decimal == "," or (options.decimal is None and table.delimiter == ";")
        self.columns = read_columns(table, options.columns, options.missing_marks, has_decimal_comma=has_comma)
        self.target = choose_target(table, self.columns, options)
        self.task: Task = self.target.task
        self.classes = self.target.classes
        self.notes += self.target.notes
        self._apply_roles()
        known = np.flatnonzero(self.target.is_known)
        self.keys, self.test_rows = find_keys(table, self.columns, known)
        self.rows = np.setdiff1d(known, self.test_rows)
        if len(self.test_rows):
            self.notes.append(say("{count:,} rows are the test part.", count=len(self.test_rows)))
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
            default_preprocess=self.steps(),
            split_keys=self.keys,
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
            classes=self.classes,
            input_shape=shape,
            num_outputs=len(self.classes) or 1,
            bytes=num_bytes,
            columns=tuple(column.facts() for column in self.columns),
            notes=tuple(self.notes),
            problem=self.problem,
        )

    def code(self) -> SampleCode:
        """Everything that was guessed or told, written down as Python."""
        table, options = self.table, self.options
        has_comma = options.decimal == "," or (options.decimal is None and table.delimiter == ";")
        readers = table_code(
            {column.name: self.categories.get(column.name) for column in self.features},
            missing=options.missing_marks,
            delimiter=table.delimiter,
            encoding=table.encoding,
            has_comma=has_comma,
            is_quoted=table.is_quoted,
            names=None if table.header == table.names else table.names,
            has_header=table.header is not None,
            form=table.form,
        )
        return SampleCode(
            functions=self._load_code() + "\n\n" + readers,
            reads="a table like the one that was uploaded (the target may be left out), or an array file (.npy)",
            imports=table_imports(table, "import math"),
            requirements=table_requirements(table),
            needs=f"your file {table.filename}, as it was uploaded",
            argument=table.filename,
            has_test=len(self.test_rows) > 0,
        )

    def _load_code(self) -> str:
        left_out = ""
        if len(self.test_rows):
            split = next(column.name for column in self.columns if column.role == "split")
            left_out = LEFT_OUT.format(split=split, words=TEST_WORDS)
        labels, options, target = self.target.labels, self.options, self.target.columns[0]
        if labels is not None:
            return load_code(labels, left_out)
        if self.task == "regression":
            scale = "" if options.target_scale == 1.0 else f" / {options.target_scale!r}"
            values = f"(np.array([to_number(cell) for cell in known]){scale}).astype(np.float32).reshape(-1, 1)"
        elif target.type == "number":
            # The file's own numbers: one part alone may lack some.
            distinct = np.unique(target.numbers[~np.isnan(target.numbers)]).tolist()
            values = f"np.searchsorted({distinct!r}, [to_number(cell) for cell in known]).astype(np.int64)"
        else:
            values = "np.array([CLASSES.index(cell) for cell in known], dtype=np.int64)"
        is_test = IS_TEST if left_out else ""
        return LOAD_TABLE.format(target=target.name, values=values, left_out=left_out, is_test=is_test)

    def steps(self) -> tuple[Step, ...]:
        """The default preprocessing: only what this table needs."""
        options = self.options
        steps: list[Step] = []
        if np.isnan(self._inputs).any() or np.isnan(self._encoded(self.test_rows)).any():
            params: dict[str, JsonValue] = {
                "numbers": options.missing_numbers,
                "categories": options.missing_categories,
            }
            steps.append(Step("Impute", params))
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

    def _suspect(self) -> None:
        """Of the features, what may give the target away; what a person made a feature was judged."""
        if self.target.values.ndim > 1:
            return
        for column in self.features:
            told = self.options.columns.get(column.name)
            if told is None or told.role is None:
                column.warning = suspect(column, self.target.columns[0], self.task, self.target.values)

    def _note_what_is_left_out(self) -> None:
        ignored: dict[str, list[str]] = {}
        for column in self.columns:
            if column.role == "ignored":
                ignored.setdefault(column.why_ignored, []).append(column.name)
        self.notes += [
            say("Left out ({why}): {names}.", why=why, names=_listed(names)) for why, names in ignored.items()
        ]
        num_dropped = len(self.target.values) - len(self.rows) - len(self.test_rows)
        if num_dropped:
            self.notes.append(say("{count:,} rows without a target are left out.", count=num_dropped))
        if self.task == "regression" and self.options.target_scale != 1.0:
            self.notes.append(say("The target is divided by {scale}.", scale=f"{self.options.target_scale:g}"))


def _listed(names: list[str] | tuple[str, ...]) -> Text:
    first = listed(names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    return say("{names} and {count} more", names=first, count=rest) if rest > 0 else first
