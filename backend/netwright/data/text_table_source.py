"""An uploaded table of texts: a column that is read and a column with its class."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from netwright.data.base import TABLE_SUFFIXES, TABLES, Arrays, DataError, Source
from netwright.data.binary_tables import source_of
from netwright.data.columns import Column, leave_out_useless, read_columns
from netwright.data.csv_source import MISSING_MARKS, upload_name
from netwright.data.facts import ColumnType, Facts
from netwright.data.sample_code import SampleCode, rows_source, table_imports, table_requirements
from netwright.data.table_options import DelimiterOption, EncodingOption, HasHeader, IsQuoted, SheetOption
from netwright.data.targets import read_target
from netwright.data.text_table import TextTable, read_text_table
from netwright.data.texts import (
    READS_TEXTS,
    TextOptions,
    cut_note,
    encode_texts,
    read_texts_code,
    text_arrays,
    text_facts,
    tokenize_step,
)
from netwright.graph.model import Model
from netwright.language import listed, say

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_LABELS = 100
"""A column with more values is taken for texts, not for classes, unless it is named."""


LOAD_TEXTS = '''def load(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the uploaded table that have a text and a class."""
    if path is None:
        raise SystemExit("Say where the table is that was uploaded: --data FILE")
{rows}
    missing = {missing}
    kept = [row for row in rows{skipped} if row[{text}] and row[{label}] not in missing]
    labels = [CLASSES.index(row[{label}]) for row in kept]
    return to_samples([row[{text}] for row in kept]), np.array(labels, dtype=np.int64)
'''


class TextColumnOptions(Model):
    """A correction of one column."""

    type: ColumnType | None = Field(default=None, description="What the cells are; empty: as guessed.")
    role: Literal["feature", "ignored"] | None = Field(
        default=None, description="Whether it is the text that is read; empty: as guessed."
    )


class TextTableSource(Source):
    type = "text_table"
    title = "Table of texts"
    description = "An uploaded table with a text and its class in each row."
    kind = "text"
    is_built_in = False
    suffixes = TABLE_SUFFIXES
    read_as = TABLES
    citation = ""

    class Options(TextOptions):
        target: str | None = Field(default=None, description="The column with the classes; empty: as guessed.")
        columns: dict[str, TextColumnOptions] = Field(
            default_factory=dict, description="Corrections by the column's name."
        )
        missing_marks: list[str] = Field(
            default=list(MISSING_MARKS),
            max_length=100,
            description="Classes that mean: none. Empty ones always do.",
        )
        has_header: HasHeader = None
        delimiter: DelimiterOption = None
        is_quoted: IsQuoted = None
        encoding: EncodingOption = None
        sheet: SheetOption = None

    options: Options

    def read(self) -> Arrays:
        reading = self._reading
        return text_arrays(
            encode_texts(reading.texts).inputs,
            reading.labels,
            reading.classes,
            tokenize_step(reading.texts, self.options),
            reading.label.name,
        )

    def describe(self) -> Facts:
        reading = self._reading
        return text_facts(
            len(reading.texts),
            reading.classes,
            tokenize_step(reading.texts, self.options),
            bytes=(self.folder / "original").stat().st_size,
            columns=tuple(column.facts() for column in reading.columns),
            notes=(*reading.notes, *cut_note(encode_texts(reading.texts).num_cut)),
            sheets=reading.table.sheets,
            sheet=reading.table.sheet or None,
        )

    def code(self, arrays: Arrays) -> SampleCode:
        reading, table = self._reading, self._reading.table
        marks = ", ".join(map(repr, ["", *sorted(set(self.options.missing_marks) - {""})]))
        load = LOAD_TEXTS.format(
            rows=rows_source(
                delimiter=table.delimiter, encoding=table.encoding, is_quoted=table.is_quoted, form=table.form
            ),
            skipped="[1:]" if table.header is not None else "",
            missing=f"{{{marks}}}",
            text=table.names.index(reading.text.name),
            label=table.names.index(reading.label.name),
        )
        return SampleCode(
            functions=(source_of(table.form, table.sheet) + "\n\n" if table.form else "")
            + load
            + "\n\n"
            + read_texts_code(arrays.inputs),
            reads=READS_TEXTS,
            imports=table_imports(table),
            requirements=table_requirements(table),
            needs=f"your file {table.filename}, as it was uploaded",
            argument=table.filename,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return self._reading.table.first(num_rows)

    @cached_property
    def _reading(self) -> _Reading:
        options = self.options
        table = read_text_table(
            self.folder / "original",
            upload_name(self.folder),
            encoding=options.encoding,
            sheet=options.sheet,
            delimiter=options.delimiter,
            has_header=options.has_header,
            is_quoted=options.is_quoted,
        )
        return _Reading(table, options)


class _Reading:
    """Which column is the text and which its class.

    Raises:
        DataError: there are none, or an option names what is not there.
    """

    def __init__(self, table: TextTable, options: TextTableSource.Options) -> None:
        self.table, self.options = table, options
        self.notes = list(table.notes)
        for name in (options.target, *options.columns):
            if name is not None and name not in table.names:
                raise DataError(
                    say(
                        "{filename} has no column {name}; it has: {names}.",
                        filename=table.filename,
                        name=name,
                        names=listed(table.names[:20]),
                    ),
                    code="bad_option",
                    file=table.filename,
                    column=name,
                )
        self.columns = read_columns(table, options.columns, options.missing_marks, has_decimal_comma=False)
        self.text = self._choose_text()
        self.label = self._choose_label()
        # A class is what stands in the cell: 1 and 1.0 are two.
        self.label.type = "category"
        for column in self.columns:
            if column is not self.text and column is not self.label:
                column.leave_out(say("a network of texts reads one column"))
        self.text.type, self.text.role, self.text.why_ignored = "text", "feature", ""
        self.label.role, self.label.why_ignored = "target", ""
        values, self.classes = read_target(table, self.label, "classification", 1.0)
        is_kept = ~np.isnan(values) & np.array([bool(cell) for cell in self.text.cells])
        self.labels: npt.NDArray[np.int64] = values[is_kept].astype(np.int64)
        self.texts = [cell for cell, kept in zip(self.text.cells, is_kept.tolist(), strict=True) if kept]
        self._check(len(is_kept) - len(self.texts))

    def _check(self, num_left_out: int) -> None:
        if len(np.unique(self.labels)) < 2:
            raise DataError(
                say(
                    "{filename}: the rows with a text are all of one class. Choose another text or another target.",
                    filename=self.table.filename,
                ),
                code="bad_target",
                file=self.table.filename,
                column=self.label.name,
            )
        self.notes.append(
            say(
                "The text is the column {text}, the class the column {label}.",
                text=self.text.name,
                label=self.label.name,
            )
        )
        if num_left_out:
            self.notes.append(
                say(
                    "{count:,} row without a text or a class is left out."
                    if num_left_out == 1
                    else "{count:,} rows without a text or a class are left out.",
                    count=num_left_out,
                )
            )

    def _choose_text(self) -> Column:
        told = self.options.columns
        chosen = [column for column in self.columns if column.name in told and told[column.name].role == "feature"]
        # The last to be chosen is meant: the others are then no longer the text.
        if chosen:
            return chosen[-1]
        free = [
            column
            for column in self.columns
            if column.name != self.options.target and column.type != "number" and not self._is_ignored(column)
        ]
        if not free:
            raise DataError(
                say(
                    "{filename} has no column of texts. Read it as a table of numbers and categories instead.",
                    filename=self.table.filename,
                ),
                code="bad_file",
                file=self.table.filename,
            )
        return max(free, key=_mean_length)

    def _choose_label(self) -> Column:
        if self.options.target is not None:
            return next(column for column in self.columns if column.name == self.options.target)
        free = [
            column
            for column in self.columns
            if column is not self.text
            and not self._is_ignored(column)
            and 2 <= len(column.counts) <= min(MAX_LABELS, max(2, column.num_known // 2))
        ]
        if not free:
            raise DataError(
                say(
                    "{filename} has no column that could be the class of a text: one with 2 to {limit} values that come "
                    "again. Choose a target.",
                    filename=self.table.filename,
                    limit=MAX_LABELS,
                ),
                code="bad_target",
                file=self.table.filename,
            )
        return min(free, key=lambda column: (not _is_named_label(column), len(column.counts)))

    def _is_ignored(self, column: Column) -> bool:
        told = self.options.columns.get(column.name)
        return told is not None and told.role == "ignored"


def _mean_length(column: Column) -> float:
    return sum(len(cell) * count for cell, count in column.counts.items()) / max(1, column.num_known)


def _is_named_label(column: Column) -> bool:
    return column.name.strip().lower() in {"label", "labels", "class", "target", "category", "sentiment", "topic", "y"}


def looks_like_texts(columns: list[Column]) -> bool:
    """Whether a table is one of texts: one column of them, one that could be their class, and no number to learn from."""
    texts = [column for column in columns if column.type == "text" and len(column.counts) > 1]
    words = sum(" " in cell for column in texts for cell in column.cells)
    labels = [
        column
        for column in columns
        if column.type != "text" and 2 <= len(column.counts) <= min(MAX_LABELS, max(2, column.num_known // 2))
    ]
    numbers = [column for column in columns if column.type == "number" and not any(column is one for one in labels)]
    has_sentences = bool(texts) and words > 0.5 * sum(len(column.cells) for column in texts)
    return len(texts) == 1 and has_sentences and len(labels) == 1 and not _learnable(numbers)


def _learnable(numbers: list[Column]) -> list[Column]:
    """Without those that only count the rows."""
    for column in numbers:
        leave_out_useless(column)
    return [column for column in numbers if column.role == "feature"]
