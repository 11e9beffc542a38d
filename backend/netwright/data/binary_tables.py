"""Tables that are no text: Excel workbooks and Parquet files, read into cells of text so that all else treats them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from netwright.data.archive import list_members, open_archive
from netwright.data.base import DataError
from netwright.data.facts import SheetFacts
from netwright.language import Text, listed, say

BinaryFormat = Literal["excel", "parquet"]

TO_TEXT = '''def to_text(cell: object) -> str:
    """A cell as it would stand in a CSV file."""
    if cell is None or cell != cell:  # not a number, not a time
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time() else cell.date().isoformat()
    return " ".join(str(cell).split())
'''
RECORDS: dict[BinaryFormat, str] = {
    "excel": '''def records(path: Path) -> list[list[str]]:
    """The rows of one sheet that are not empty; of the first where a workbook has none of that name."""
    with load_workbook(str(path)) as book:
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        rows = [[to_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
    return [row for row in rows if any(row)]
''',
    "parquet": '''def records(path: Path) -> list[list[str]]:
    """Names of the columns, and the rows below them."""
    with path.open("rb") as file:
        frame = ParquetFile(file).to_pandas().reset_index(drop=True)
    columns = [[to_text(cell) for cell in frame[name]] for name in frame.columns]
    return [[str(name) for name in frame.columns], *(list(row) for row in zip(*columns, strict=True))]
''',
}
IMPORTS: dict[BinaryFormat, tuple[str, ...]] = {
    "excel": ("from datetime import datetime, time", "from python_calamine import load_workbook"),
    "parquet": ("from datetime import datetime, time", "from fastparquet import ParquetFile"),
}
REQUIREMENTS: dict[BinaryFormat, str] = {"excel": "python-calamine", "parquet": "fastparquet"}
MIN_ROWS = 3
"""Of a sheet that is taken for a table: names, and two samples."""
MAX_NAMED = 20
_WORKBOOK = "xl/workbook.xml"


def find_format(path: Path, filename: str) -> BinaryFormat | None:
    """By the first bytes; None for text, and for a ZIP that is no workbook.

    Raises:
        DataError: a ZIP that is damaged, or would unpack to far more than it is.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return "parquet"
    if start != b"PK\x03\x04":
        return None
    with open_archive(path, filename) as archive:
        if _WORKBOOK not in archive.namelist():
            return None
        list_members(archive, filename)
    return "excel"


def list_sheets(path: Path, filename: str) -> tuple[SheetFacts, ...]:
    """Of a workbook, the sheets that hold cells rather than a chart, in its own order.

    Raises:
        DataError: code ``bad_file``: the file is damaged.
    """
    from python_calamine import SheetTypeEnum, load_workbook

    with _damaged(filename), load_workbook(str(path)) as book:
        names = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        sheets = [(name, book.get_sheet_by_name(name)) for name in names]
        return tuple(SheetFacts(name, sheet.height, sheet.width) for name, sheet in sheets)


def choose_sheet(sheets: Sequence[SheetFacts], told: str | None, filename: str) -> tuple[SheetFacts, Text | None]:
    """The sheet that was told, else the first that holds a table; and what is to be said of the choice.

    Raises:
        DataError: code ``bad_option``: there is none of that name, or it is empty; code ``empty_file``: all are.
    """
    sized = [sheet for sheet in sheets if sheet.num_rows]
    if not sized:
        raise DataError(
            say("{filename} is empty: none of its sheets holds a cell.", filename=filename),
            code="empty_file",
            file=filename,
        )
    chosen = next((sheet for sheet in sheets if sheet.name == told), None)
    if told is None:
        chosen = next((sheet for sheet in sized if sheet.num_rows >= MIN_ROWS and sheet.num_columns > 1), sized[0])
    if chosen is None or not chosen.num_rows:
        why = (
            say("there is no sheet {name}", name=told)
            if chosen is None
            else say("the sheet {name} is empty", name=told)
        )
        raise DataError(
            say("{filename}: {why}. Choose one of {sheets}.", filename=filename, why=why, sheets=_sizes(sized)),
            code="bad_option",
            file=filename,
            column="sheet",
        )
    if len(sheets) == 1:
        return chosen, None
    return chosen, say(
        "The sheet {name} was read, one of {count}: {sheets}.",
        name=chosen.name,
        count=len(sheets),
        sheets=_sizes(sheets),
    )


def _sizes(sheets: Sequence[SheetFacts]) -> Text:
    named = [
        say("{name} ({rows:,} x {columns:,})", name=sheet.name, rows=sheet.num_rows, columns=sheet.num_columns)
        for sheet in sheets[:MAX_NAMED]
    ]
    return listed(named)


def read_records(path: Path, form: BinaryFormat, filename: str, sheet: str = "") -> list[list[str]]:
    """All rows as cells of text, names of columns first where the file has them; of a workbook those of ``sheet``.

    Raises:
        DataError: code ``bad_file``: the file is damaged.
    """
    with _damaged(filename):
        return _reader(form, sheet)(path)


@contextmanager
def _damaged(filename: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # whatever a damaged file makes the packages raise, it is the file's fault
        raise DataError(
            say(
                "{filename} cannot be read: {why}. Save it anew, or export the table as CSV.",
                filename=filename,
                why=str(error) or type(error).__name__,
            ),
            code="bad_file",
            file=filename,
        ) from error


def source_of(form: BinaryFormat, sheet: str) -> str:
    """``records`` and what it calls."""
    named = f"SHEET = {sheet!r}\n\n\n" if form == "excel" else ""
    return f"{named}{TO_TEXT}\n\n{RECORDS[form]}"


def _reader(form: BinaryFormat, sheet: str) -> Callable[[Path], list[list[str]]]:
    """The very function that the source defines."""
    namespace: dict[str, object] = {"Path": Path}
    source = "\n".join([*IMPORTS[form], source_of(form, sheet)])
    exec(compile(source, "<records>", "exec"), namespace)  # noqa: S102  (written above)
    function = namespace["records"]
    assert callable(function)
    return function
