"""What an uploaded file is, by its first bytes: its name is only a name."""

from __future__ import annotations

from pathlib import Path

from netwright.data.archive import open_archive
from netwright.data.base import DataError
from netwright.data.graph_npz import looks_like_graph
from netwright.data.graph_tables import is_graph_archive
from netwright.data.mask_pairs import holds_masks
from netwright.language import say

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", say("compressed with gzip. Unpack it and upload the table itself")),
    (b"7z\xbc\xaf\x27\x1c", say("a 7z archive. Pack the class folders as a ZIP instead")),
    (b"Rar!", say("a RAR archive. Pack the class folders as a ZIP instead")),
    (b"BZh", say("compressed with bzip2. Unpack it and upload the table itself")),
    (b"\xfd7zXZ", say("compressed with xz. Unpack it and upload the table itself")),
    (b"\x93NUMPY", say("a NumPy array. Save it as CSV with numpy.savetxt")),
    (b"%PDF", say("a PDF. Export the table as CSV")),
    (b"\xd0\xcf\x11\xe0", say("an old Excel or Word file. Save the sheet as CSV")),
    (b"\x89PNG", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"\xff\xd8\xff", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"GIF8", say("a single picture. Upload a ZIP with one folder of pictures for each class")),
    (b"PAR1", say("a Parquet file. Export it as CSV")),
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
    return "image_masks" if holds_masks(paths) else "image_folder"


def sniff_upload(path: Path, filename: str) -> str:
    """What a ZIP holds, ``csv`` for text; whether it is sound, the source itself finds out.

    Raises:
        DataError: code ``unknown_format``: it is neither; the sentence says what it is and what to do.
    """
    with path.open("rb") as file:
        start = file.read(8192)
    if start.startswith(_ZIP):
        return _sniff_zip(path, filename)
    for magic, what in _KNOWN:
        if start.startswith(magic):
            raise DataError(
                say("{filename} is {what}.", filename=filename, what=what), code="unknown_format", file=filename
            )
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
    return "csv"
