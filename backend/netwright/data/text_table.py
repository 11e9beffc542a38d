"""A table as text: its header found out or told, every cell as it stands, with the line where each row begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from netwright.data.base import DataError
from netwright.data.binary_tables import BinaryFormat, choose_sheet, find_format, list_sheets, read_records
from netwright.data.facts import SheetFacts
from netwright.data.text_records import (
    DELIMITER_NAMES,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Delimiter,
    Encoding,
    decode,
    keeps_quotes,
    sniff_delimiter,
    split_records,
    too_large,
)
from netwright.language import say

MAX_BYTES = 256 << 20
SHOWN_LETTERS = 200
"""Of a cell."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """``columns[i]`` holds the stripped cells under ``names[i]``, ``lines[row]`` the line of the file where a row begins.

    ``header`` is the first line as it stands in the file, None where it holds data; ``encoding`` and ``is_quoted`` say how
    the file was read, so that anybody can read it again.
    """

    filename: str
    names: tuple[str, ...]
    columns: tuple[list[str], ...]
    lines: list[int]
    delimiter: Delimiter
    notes: tuple[str, ...]
    header: tuple[str, ...] | None = None
    encoding: str = "utf-8"
    is_quoted: bool = True
    form: BinaryFormat | None = None
    """Where the file is no text: ``lines`` are then its rows."""
    sheets: tuple[SheetFacts, ...] = ()
    """Of a workbook."""
    sheet: str = ""
    """The one of ``sheets`` that was read."""

    @property
    def num_rows(self) -> int:
        return len(self.lines)

    def first(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        """Names of the columns and the first rows, to be shown: long cells are cut."""
        rows = zip(*(column[:num_rows] for column in self.columns), strict=True)
        return list(self.names), [[cell[:SHOWN_LETTERS] for cell in row] for row in rows]


def read_text_table(
    path: Path,
    filename: str,
    *,
    encoding: Encoding | None = None,
    delimiter: Delimiter | None = None,
    has_header: bool | None = None,
    is_quoted: bool | None = None,
    sheet: str | None = None,
    is_to_learn: bool = True,
) -> TextTable:
    """Reads a CSV or TSV file, a workbook or a Parquet file; what is None is found out.  ``is_quoted``: whether quotes hold a
    field together.  One that is not to learn from may have a single row or column.

    Raises:
        DataError: code ``bad_file``, ``too_large`` or ``too_few``, with the line where there is one.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise DataError(
            say("The file of {filename} is gone from the data folder. Upload it again.", filename=filename),
            code="missing_file",
            file=filename,
        ) from error
    if size > MAX_BYTES:
        raise too_large(filename, f"{size / (1 << 20):,.0f} MiB", f"{MAX_BYTES >> 20} MiB")
    form = find_format(path, filename)
    if form is not None:
        return _binary_table(path, form, filename, has_header, sheet)
    return parse_text_table(
        path.read_bytes(),
        filename,
        encoding=encoding,
        delimiter=delimiter,
        has_header=has_header,
        is_quoted=is_quoted,
        is_to_learn=is_to_learn,
    )


def parse_text_table(
    data: bytes,
    filename: str,
    *,
    encoding: Encoding | None = None,
    delimiter: Delimiter | None = None,
    has_header: bool | None = None,
    is_quoted: bool | None = None,
    is_to_learn: bool = True,
) -> TextTable:
    """As :func:`read_text_table`, of what was read.

    Raises:
        DataError: code ``bad_file``, ``too_large``, ``too_few`` or ``empty_file``.
    """
    text, known_encoding = decode(data, filename, encoding)
    if not text.strip():
        raise _empty(filename)
    used = delimiter or sniff_delimiter(text, is_quoted)
    quoted = keeps_quotes(text, used) if is_quoted is None else is_quoted
    records, lines = split_records(text, used, filename, is_quoted=quoted)
    table = _make_table(records, lines, used, has_header, filename)
    if is_to_learn:
        _check_size(table)
    return replace(table, encoding=known_encoding, is_quoted=quoted)


def _empty(filename: str) -> DataError:
    return DataError(
        say(
            "{filename} is empty. Upload a table with the names of its columns and rows below them.", filename=filename
        ),
        code="empty_file",
        file=filename,
    )


def _binary_table(
    path: Path, form: BinaryFormat, filename: str, has_header: bool | None, told: str | None
) -> TextTable:
    """A workbook's sheet or a Parquet file, whose cells are text as in a CSV file."""
    sheets = list_sheets(path, filename) if form == "excel" else ()
    name, note = "", None
    if form == "excel":
        chosen, note = choose_sheet(sheets, told, filename)
        name = chosen.name
    records = read_records(path, form, filename, name)
    width = max(map(len, records), default=0)
    if not width:
        raise _empty(filename)
    if width > MAX_COLUMNS:
        raise too_large(filename, say("{count:,} columns", count=width), say("{count:,} columns", count=MAX_COLUMNS))
    if len(records) > MAX_ROWS + 1 or len(records) * width > MAX_CELLS:
        raise too_large(filename, say("more"), say("{rows:,} rows and {cells:,} cells", rows=MAX_ROWS, cells=MAX_CELLS))
    has_names = True if form == "parquet" else has_header
    table = _make_table(records, list(range(1, len(records) + 1)), ",", has_names, filename)
    notes = table.notes if note is None else (note, *table.notes)
    return replace(table, form=form, sheets=sheets, sheet=name, notes=notes)


def _make_table(
    records: list[list[str]], lines: list[int], delimiter: Delimiter, has_header: bool | None, filename: str
) -> TextTable:
    columns = tuple([cell.strip() for cell in column] for column in zip(*records, strict=True))
    if has_header is None:
        has_header = _looks_like_header(columns)
    notes: list[str] = []
    header = tuple(column[0] for column in columns) if has_header else None
    if header is not None:
        names, notes = _unique_names(list(header))
        columns = tuple(column[1:] for column in columns)
        lines = lines[1:]
    else:
        names = tuple(f"column {number}" for number in range(1, len(columns) + 1))
        notes.append(say("The first line was read as data, not as names of columns."))
    return TextTable(filename, names, columns, lines, delimiter, tuple(notes), header)


def _check_size(table: TextTable) -> None:
    """Raises DataError where there is too little to learn from."""
    filename, lines, columns, delimiter = table.filename, table.lines, table.columns, table.delimiter
    if len(lines) < 2:
        raise DataError(
            say(
                "{filename} has {count} row of data; at least 2 are needed, one to train on and one to validate with."
                if len(lines) == 1
                else "{filename} has {count:,} rows of data; at least 2 are needed, one to train on and one to validate with.",
                filename=filename,
                count=len(lines),
            ),
            code="too_few",
            file=filename,
        )
    if len(columns) < 2:
        raise DataError(
            say(
                "{filename} has one column; a table needs a target and at least one column to learn from. "
                "Its fields are divided by a {delimiter}: if that is wrong, choose another delimiter.",
                filename=filename,
                delimiter=DELIMITER_NAMES[delimiter],
            ),
            code="bad_file",
            file=filename,
        )


def _looks_like_header(columns: tuple[list[str], ...]) -> bool:
    """Names are no numbers, and do not come again as values below."""
    first = [column[0] for column in columns]
    if any(_is_number(cell) for cell in first):
        return False
    return not any(cell and cell in column[1:1000] for cell, column in zip(first, columns, strict=True))


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _unique_names(names: list[str]) -> tuple[tuple[str, ...], list[str]]:
    taken: set[str] = set()
    unique: list[str] = []
    notes: list[str] = []
    for number, name in enumerate(names, start=1):
        candidate, count = name or f"column {number}", 2
        while candidate in taken:
            candidate, count = f"{name or f'column {number}'}_{count}", count + 1
        if name and candidate != name:
            notes.append(
                say(
                    "The name {name} stands twice; column {number} is called {candidate}.",
                    name=name,
                    number=number,
                    candidate=candidate,
                )
            )
        taken.add(candidate)
        unique.append(candidate)
    return tuple(unique), notes
