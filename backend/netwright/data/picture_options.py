"""What every uploaded ZIP of pictures shares, however its targets are given.

Types of the fields of its options, each None where it is to be found out, and the note of what was found in it.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from netwright.data.archive import open_archive
from netwright.data.pictures import Fit
from netwright.graph.model import Model
from netwright.language import STORED

ImageSize = Annotated[
    list[int] | None,
    Field(
        min_length=2,
        max_length=2,
        description="Height and width of every picture; empty: the commonest size, its longer side at most 128.",
    ),
]
Color = Annotated[Literal["rgb", "grey"] | None, Field(description="Empty: grey where every picture is, else RGB.")]
FitOption = Annotated[
    Fit, Field(description="Pictures of another shape: cut to the middle, padded with black, or stretched.")
]

Contents = TypeVar("Contents", bound=Model)


def keep_contents(
    folder: Path, filename: str, kind: type[Contents], look_through: Callable[[zipfile.ZipFile], Contents]
) -> Contents:
    """What ``look_through`` finds in the archive of ``folder``, which is looked through once and noted beside it.

    Raises:
        DataError: as :func:`netwright.data.archive.open_archive` and ``look_through``.
    """
    note = folder / "contents.json"
    if note.is_file():
        return kind.model_validate_json(note.read_bytes())
    with open_archive(folder / "original", filename) as archive:
        contents = look_through(archive)
    note.write_text(contents.model_dump_json(context=STORED), encoding="utf-8")
    return contents
