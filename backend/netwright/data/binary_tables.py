"""Tables that are no text: Excel workbooks and Parquet files, read into cells of text so that all else treats them alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from netwright.data.archive import list_members, open_archive
from netwright.data.base import DataError
from netwright.language import say

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
    """The rows of the first sheet that are not empty."""
    with load_workbook(str(path)) as book:
        rows = [[to_text(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
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


def read_records(path: Path, form: BinaryFormat, filename: str) -> list[list[str]]:
    """All rows as cells of text, names of columns first where the file has them.

    Raises:
        DataError: code ``bad_file``: the file is damaged, or protected by a password.
    """
    try:
        return _reader(form)(path)
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


def source_of(form: BinaryFormat) -> str:
    """``records`` and what it calls."""
    return f"{TO_TEXT}\n\n{RECORDS[form]}"


def _reader(form: BinaryFormat) -> Callable[[Path], list[list[str]]]:
    """The very function that the source defines."""
    namespace: dict[str, object] = {"Path": Path}
    source = "\n".join([*IMPORTS[form], source_of(form)])
    exec(compile(source, "<records>", "exec"), namespace)  # noqa: S102  (written above)
    function = namespace["records"]
    assert callable(function)
    return function
