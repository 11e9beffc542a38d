"""Which picture of an archive a cell of a table means."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from netwright.data.archive import PICTURE_SUFFIXES, READ_ERRORS, list_members
from netwright.data.base import DataError
from netwright.data.text_table import TextTable, parse_text_table

TABLE_ENDINGS = (".csv", ".tsv")
MIN_SHARE = 0.5
"""A column names pictures where at least this share of its cells does."""


def index_names(members: Sequence[str]) -> Mapping[str, str]:
    """Members by each end of their path, with and without the ending of the file: what fits two of them is none's."""
    counts: Counter[str] = Counter()
    found: dict[str, str] = {}
    for member in members:
        parts = PurePosixPath(member.replace("\\", "/")).parts
        for start in range(len(parts)):
            path = PurePosixPath(*parts[start:])
            for key in {str(path), str(path.with_suffix(""))}:
                counts[key] += 1
                found[key] = member
    exact = dict(zip(members, members, strict=True))
    return {key: member for key, member in found.items() if counts[key] == 1} | exact


def find_picture(cell: str, index: Mapping[str, str]) -> str | None:
    """The member that ``cell`` means; None where there is none."""
    return index.get(cell.strip().replace("\\", "/").removeprefix("./"))


def guess_file_column(table: TextTable, index: Mapping[str, str]) -> str | None:
    """The column most of whose cells are names of pictures."""
    shares = {
        name: sum(find_picture(cell, index) is not None for cell in cells) / max(1, len(cells))
        for name, cells in zip(table.names, table.columns, strict=True)
    }
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= MIN_SHARE else None


def find_pictures(paths: Sequence[str]) -> list[str]:
    """The members that are pictures, by their names."""
    return [path for path in paths if PurePosixPath(path).suffix.lower() in PICTURE_SUFFIXES]


def find_table(paths: Sequence[str]) -> str | None:
    """The one table among the members; None where there is none or several."""
    tables = [path for path in paths if path.lower().endswith(TABLE_ENDINGS) and "__MACOSX" not in path]
    return tables[0] if len(tables) == 1 else None


def names_pictures(archive: zipfile.ZipFile, filename: str) -> bool:
    """Whether the archive holds pictures and one table that names most of them."""
    members = [member.filename for member, _ in list_members(archive, filename)]
    table = find_table(members)
    pictures = find_pictures(members)
    if table is None or not pictures:
        return False
    try:
        read = parse_text_table(archive.read(table), table)
    except (DataError, *READ_ERRORS):
        return False
    return guess_file_column(read, index_names(pictures)) is not None
