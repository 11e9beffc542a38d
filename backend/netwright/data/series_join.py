"""Series of a ZIP, a table for each, written below one another as one table with the name and the targets of each."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from netwright.data.archive import PICTURE_SUFFIXES, READ_ERRORS, list_members, open_archive
from netwright.data.base import DataError, Progress
from netwright.data.columns import Column, look_through, parse_number
from netwright.data.csv_source import MISSING_MARKS
from netwright.data.series import read_times
from netwright.data.targets import guess_target
from netwright.data.text_records import MAX_ROWS
from netwright.data.text_table import TextTable, parse_text_table
from netwright.language import Text, listed, say

JOINED, NOTES = "joined.csv", "joined.json"
SERIES = "series"
"""The column that says which series a row belongs to."""
SUFFIXES = (".csv", ".tsv")
MIN_TABLES = 3
"""Two series, and what they are."""
MIN_NAMED = 0.5
"""Of the series, the share that a table must name to be the one that says what they are."""
_NUMBER = re.compile(r"(\d+)\D*$")


def is_series_archive(paths: Sequence[str]) -> bool:
    """Whether a ZIP is meant as series, by the names of its files: tables above all, at least three."""
    num_tables = sum(path.lower().endswith(SUFFIXES) for path in paths)
    num_pictures = sum(PurePosixPath(path).suffix.lower() in PICTURE_SUFFIXES for path in paths)
    return num_tables >= MIN_TABLES and num_tables > num_pictures


@dataclass(frozen=True, slots=True)
class _Member:
    """A table of the archive."""

    path: str
    table: TextTable

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem


def join_series(path: Path, filename: str, into: Path, progress: Progress) -> dict[str, object]:
    """Writes ``into`` and answers with what was decided, to be told: ``table`` of the targets, its columns ``targets`` under
    their names in ``into``, which of them is the ``target``, and counts of what has no partner.

    Raises:
        DataError: no series, no table that names them, a cell that is no number, or too many rows.
    """
    members, num_other = _read_members(path, filename, progress)
    series = _choose_series(members, filename)
    others = [member for member in members if not any(member is one for one in series)]
    table, key, rows = _choose_targets(series, others, filename)
    channels = list(series[0].table.names)
    columns = [place for place in range(len(table.table.names)) if place != key]
    names = [_free_name(table.table.names[place], [SERIES, *channels]) for place in columns]
    looked = _look_at_targets(table, columns, names)
    target = guess_target(looked, table.stem)[0].name
    written = [_with_points(column, table.table) for column in looked]
    known = [member for member in series if member.path in rows]
    if sum(member.table.num_rows for member in known) > MAX_ROWS:
        raise DataError(
            say("{filename}: all series together have more than {limit:,} steps.", filename=filename, limit=MAX_ROWS),
            code="too_large",
            file=filename,
        )
    with into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([SERIES, *channels, *names])
        for member in known:
            cells = [column[rows[member.path]] for column in written]
            steps = _steps_of(member, filename)
            writer.writerows([member.stem, *step, *cells] for step in steps)
    return {
        "table": table.path,
        "targets": names,
        "target": target,
        "num_without_target": len(series) - len(known),
        "num_without_file": table.table.num_rows - len(set(rows.values())),
        "num_other": num_other + len(others) - 1,
    }


def _read_members(path: Path, filename: str, progress: Progress) -> tuple[list[_Member], int]:
    """Every table of the archive, and how many other files there are."""
    with open_archive(path, filename) as archive:
        found = [member for member, _ in list_members(archive, filename)]
        tables = [member for member in found if member.filename.lower().endswith(SUFFIXES)]
        members = []
        for number, member in enumerate(sorted(tables, key=lambda one: _natural(one.filename)), start=1):
            members.append(_Member(member.filename, _read(archive, member, filename)))
            progress(number, len(tables))
    return members, len(found) - len(tables)


def _natural(path: str) -> list[tuple[int, str]]:
    """Orders ``10`` after ``9``."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.findall(r"\d{1,18}|\D+", path)]


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, filename: str) -> TextTable:
    name = f"{filename}: {member.filename}"
    try:
        data = archive.read(member)
    except READ_ERRORS as error:
        raise DataError(
            say("{name} cannot be read: {why}. Pack the files again.", name=name, why=str(error)),
            code="bad_file",
            file=filename,
        ) from error
    return parse_text_table(data, name, is_to_learn=False)


def _choose_series(members: Sequence[_Member], filename: str) -> list[_Member]:
    """The tables that have the same columns as most."""
    usual = Counter(member.table.names for member in members).most_common(1)
    names, count = usual[0] if usual else ((), 0)
    if count < 2:
        raise DataError(
            say(
                "{filename} holds no two tables with the same columns. Pack one CSV a series, all with the same columns, and "
                "one CSV with a row for each that says what it is.",
                filename=filename,
            ),
            code="bad_file",
            file=filename,
        )
    return [member for member in members if member.table.names == names]


def _choose_targets(
    series: Sequence[_Member], others: Sequence[_Member], filename: str
) -> tuple[_Member, int, dict[str, int]]:
    """The table and the column of it that names the most series; of each named series, by its path, the row."""
    best: tuple[tuple[int, bool], _Member, int, dict[str, int]] | None = None
    keys = _keys_of(series)
    for member in others:
        for place, cells in enumerate(member.table.columns):
            rows = {keys[cell.lower()]: row for row, cell in enumerate(cells) if cell.lower() in keys}
            is_named = re.search("target|label|class", member.stem, re.IGNORECASE) is not None
            score = (len(rows), is_named)
            if len(member.table.names) > 1 and (best is None or score > best[0]):
                best = (score, member, place, rows)
    if best is None or len(best[3]) < max(2.0, MIN_NAMED * len(series)):
        shown: Text = listed([member.stem for member in series[:3]])
        raise DataError(
            say(
                "{filename} has {count:,} series ({names}), but no table that says what they are: one CSV with a column of "
                "their names or numbers and a column of classes.",
                filename=filename,
                count=len(series),
                names=shown,
            ),
            code="missing_file",
            file=filename,
        )
    return best[1], best[2], best[3]


def _keys_of(series: Sequence[_Member]) -> Mapping[str, str]:
    """What a table may call a series, to its path: its file with or without folders and ending, or its number where all have
    one of their own."""
    keys: dict[str, str] = {}
    for member in series:
        name = PurePosixPath(member.path).name
        keys |= {key.lower(): member.path for key in (member.path, name, member.stem)}
    found = [_NUMBER.search(member.stem) for member in series]
    numbers = [str(int(one.group(1))) for one in found if one is not None]
    if len(set(numbers)) == len(series):
        keys |= {number: member.path for number, member in zip(numbers, series, strict=True)}
    return keys


def _free_name(name: str, taken: Sequence[str]) -> str:
    return f"{name} (target)" if name in taken else name


def _look_at_targets(member: _Member, columns: Sequence[int], names: Sequence[str]) -> list[Column]:
    has_comma = member.table.delimiter == ";"
    return [
        look_through(name, member.table.columns[place], MISSING_MARKS, has_decimal_comma=has_comma)
        for place, name in zip(columns, names, strict=True)
    ]


def _with_points(column: Column, table: TextTable) -> Sequence[str]:
    """The cells, with a decimal point in every number of a table that has commas."""
    if column.type != "number" or table.delimiter != ";":
        return column.cells
    return [cell.replace(",", ".") for cell in column.cells]


def _steps_of(member: _Member, filename: str) -> list[list[str]]:
    """The rows of a series, a decimal point in every number.

    Raises:
        DataError: code ``not_a_number``: a cell of a column of numbers is none, with its file and line.
    """
    has_comma = member.table.delimiter == ";"
    columns = []
    for name, cells in zip(member.table.names, member.table.columns, strict=True):
        known = [cell for cell in cells if cell and cell not in MISSING_MARKS]
        numbers = [parse_number(cell, has_decimal_comma=has_comma) for cell in known]
        if None in numbers and read_times(known) is None:
            bad = known[numbers.index(None)]
            line = member.table.lines[cells.index(bad)]
            raise DataError(
                say(
                    "{file}, line {line}, column {column}: {cell} is not a number. Correct the cell, or leave it empty where "
                    "the value is missing.",
                    file=member.table.filename,
                    line=line,
                    column=name,
                    cell=repr(bad[:60]),
                ),
                code="not_a_number",
                file=filename,
                line=line,
                column=name,
            )
        columns.append([cell.replace(",", ".") for cell in cells] if has_comma else cells)
    return [list(row) for row in zip(*columns, strict=True)]
