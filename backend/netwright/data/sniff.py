"""What an uploaded file is, by its first bytes: its name is only a name."""

from __future__ import annotations

from pathlib import Path

from netwright.data.archive import PICTURE_SUFFIXES, open_archive
from netwright.data.array_file import NPY_MAGIC, ArrayFile, is_array_archive
from netwright.data.array_pictures import looks_like_pictures
from netwright.data.base import DataError
from netwright.data.binary_tables import find_format
from netwright.data.columns import look_through
from netwright.data.csv_source import MISSING_MARKS
from netwright.data.graph_npz import looks_like_graph
from netwright.data.graph_tables import is_graph_archive
from netwright.data.mask_pairs import holds_masks
from netwright.data.picture_names import names_pictures
from netwright.data.series_join import is_series_archive
from netwright.data.text_folder import SUFFIX
from netwright.data.text_table import TextTable, parse_text_table, read_text_table
from netwright.data.text_table_source import looks_like_texts
from netwright.data.time_series import looks_like_series
from netwright.language import say

SAMPLE_ROWS = 64
SAMPLE_BYTES = 1 << 20
"""Of a table, to see what it is."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream of an Office file that is locked by a password ([MS-OFFCRYPTO] 2.3.4)."""
_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", say("compressed with gzip. Unpack it and upload the table itself")),
    (b"7z\xbc\xaf\x27\x1c", say("a 7z archive. Pack the class folders as a ZIP instead")),
    (b"Rar!", say("a RAR archive. Pack the class folders as a ZIP instead")),
    (b"BZh", say("compressed with bzip2. Unpack it and upload the table itself")),
    (b"\xfd7zXZ", say("compressed with xz. Unpack it and upload the table itself")),
    (b"%PDF", say("a PDF. Export the table as CSV")),
    (_OLE, say("an old Excel or Word file. Save the sheet as CSV")),
    (b"\x89PNG", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"\xff\xd8\xff", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"GIF8", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"SQLite format 3", say("an SQLite database. Export the table as CSV")),
    (b"\x89HDF", say("an HDF5 file. Export the table as CSV")),
    (
        b"\x80\x02",
        say("a Python pickle, which can run code when it is opened; it is not read. Export the table as CSV"),
    ),
    (
        b"\x80\x03",
        say("a Python pickle, which can run code when it is opened; it is not read. Export the table as CSV"),
    ),
    (
        b"\x80\x04",
        say("a Python pickle, which can run code when it is opened; it is not read. Export the table as CSV"),
    ),
    (
        b"\x80\x05",
        say("a Python pickle, which can run code when it is opened; it is not read. Export the table as CSV"),
    ),
)


def _sniff_zip(path: Path, filename: str) -> str:
    """Graphs and pictures with masks by the names inside; else pictures in folders, which say themselves what is wrong."""
    with open_archive(path, filename) as archive:
        paths = archive.namelist()
    names = [name.rpartition("/")[2] for name in paths]
    if is_graph_archive(names):
        return "graph_tables"
    if looks_like_graph({name.removesuffix(".npy") for name in names if name.endswith(".npy")}):
        return "graph_npz"
    if is_array_archive(paths):
        return _sniff_arrays(path, filename)
    if is_series_archive(paths):
        return "series_archive"
    if holds_masks(paths):
        return "image_masks"
    if any(_has_suffix(name, PICTURE_SUFFIXES) for name in names):
        with open_archive(path, filename) as archive:
            return "image_table" if names_pictures(archive, filename) else "image_folder"
    return "text_folder" if any(name.lower().endswith(SUFFIX) for name in names) else "image_folder"


def _sniff_arrays(path: Path, filename: str) -> str:
    """By the axes of the inputs: pictures, rows or series."""
    file = ArrayFile(path, filename)
    name = file.choose_inputs(None)
    header = file.headers[name]
    if len(header.shape) == 4:
        return "array_pictures"
    if len(header.shape) == 3 and header.dtype.kind in "fiub":
        return "array_pictures" if looks_like_pictures(file.load(name)[:SAMPLE_ROWS]) else "array_series"
    return "array_rows"


def _has_suffix(name: str, suffixes: frozenset[str]) -> bool:
    return Path(name).suffix.lower() in suffixes


def _read_start(path: Path, filename: str) -> TextTable:
    """The first rows of a table; all of one that is no text."""
    if find_format(path, filename) is not None:
        return read_text_table(path, filename)
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
        is_whole = not file.read(1)
    # A row that is cut in two says nothing.
    sample = start if is_whole or start[:2] in {b"\xff\xfe", b"\xfe\xff"} else start[: start.rfind(b"\n") + 1]
    return parse_text_table(sample, filename)


def _sniff_table(path: Path, filename: str) -> str:
    """What a table as text is read as, unless a person says otherwise: by its first rows."""
    try:
        table = _read_start(path, filename)
    except DataError:
        return "csv"  # which says what is wrong when it reads all of it
    has_comma = table.delimiter == ";"
    columns = [
        look_through(name, cells, MISSING_MARKS, has_decimal_comma=has_comma)
        for name, cells in zip(table.names, table.columns, strict=True)
    ]
    if looks_like_series(columns):
        return "time_series"
    return "text_table" if looks_like_texts(columns) else "csv"


def _refuse_markup(start: bytes, filename: str) -> None:
    """
    Raises:
        DataError: code ``unknown_format``: text that is no table, and would only be complained of as a bad one.
    """
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        what = say("a web page, perhaps one that asks to sign in. Download the table itself")
    elif text.startswith((b'{"', b"[{", b"{\n", b"[[", b"[\n")):
        what = say("JSON. Export the table as CSV, one line a sample")
    elif text.startswith(b"<?xml"):
        what = say("XML. Export the table as CSV")
    else:
        return
    raise DataError(say("{filename} is {what}.", filename=filename, what=what), code="unknown_format", file=filename)


def sniff_upload(path: Path, filename: str) -> str:
    """What a ZIP holds; for text what kind of table it is; whether it is sound, the source itself finds out.

    Raises:
        DataError: code ``unknown_format``: it is neither; the sentence says what it is and what to do.
    """
    with path.open("rb") as file:
        start = file.read(8192)
    if find_format(path, filename) is not None:
        return _sniff_table(path, filename)
    if start.startswith(_ZIP):
        return _sniff_zip(path, filename)
    if start.startswith(NPY_MAGIC):
        return _sniff_arrays(path, filename)
    if start.startswith(_OLE) and _ENCRYPTED in path.read_bytes():
        raise DataError(
            say(
                "{filename} is protected by a password. Take the password off in Excel (File, Info, Protect Workbook), or save "
                "the sheet as CSV.",
                filename=filename,
            ),
            code="unknown_format",
            file=filename,
        )
    for magic, what in _KNOWN:
        if start.startswith(magic):
            raise DataError(
                say("{filename} is {what}.", filename=filename, what=what), code="unknown_format", file=filename
            )
    _refuse_markup(start, filename)
    is_utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in start and not is_utf16:
        raise DataError(
            say(
                "{filename} is neither text nor a ZIP: byte {index:,} is zero. Upload a table as CSV or TSV, "
                "or a ZIP with one folder of pictures for each class.",
                filename=filename,
                index=start.index(0),
            ),
            code="unknown_format",
            file=filename,
        )
    return _sniff_table(path, filename)
