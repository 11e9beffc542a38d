"""A ZIP of pictures in class folders, looked through without unpacking anything to disk.

Members are only ever read into memory, so no name can lead outside; names that try are refused all the same.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from netwright.data.base import DataError
from netwright.language import listed, say

MAX_MEMBERS = 200_000
MAX_DIRECTORY_BYTES = 128 << 20
"""Of the list of members at the archive's end, which is read whole."""
MAX_UNPACKED_BYTES = 8 << 30
MAX_RATIO = 100
"""Unpacked to packed, of archives that would unpack to more than :data:`BOMB_BYTES`.  Pictures are compressed already."""
BOMB_BYTES = 256 << 20
MAX_MEMBER_BYTES = 64 << 20

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
_PICKLED_SUFFIXES = frozenset({".npy", ".npz", ".pkl", ".pickle", ".pt", ".pth", ".joblib"})
_TRAIN_FOLDERS = frozenset({"train", "training", "val", "valid", "validation"})
_TEST_FOLDERS = frozenset({"test", "testing"})

READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What reading a damaged, encrypted or exotic member raises."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A member of the archive that is a picture (or a file of another kind) of the class ``label``."""

    member: str
    label: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Pictures in the order of classes and names, and a sentence about everything else."""

    pictures: tuple[Picture, ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


@contextmanager
def open_archive(path: Path, filename: str) -> Iterator[zipfile.ZipFile]:
    """The archive, if its list of members is of a sane length.

    Raises:
        DataError: code ``bad_file``, ``too_large`` or ``missing_file``.
    """
    try:
        if _directory_bytes(path) > MAX_DIRECTORY_BYTES:
            raise _too_large(filename, say("a list of members"), f"{MAX_DIRECTORY_BYTES >> 20} MiB")
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise DataError(
            say("The file of {filename} is gone from the data folder. Upload it again.", filename=filename),
            code="missing_file",
            file=filename,
        ) from error
    except READ_ERRORS as error:
        raise unsound(filename, error) from error
    with archive:
        yield archive


def unsound(filename: str, error: Exception) -> DataError:
    """What is said of an archive that one of :data:`READ_ERRORS` was met in."""
    return DataError(
        say(
            "{filename} is not a sound ZIP: {why}. If it is only half there, copy or download it anew; else pack the files "
            "again.",
            filename=filename,
            why=_why_unsound(error),
        ),
        code="bad_file",
        file=filename,
    )


def _why_unsound(error: Exception) -> str:
    """In Netwright's words where Python's are known."""
    text = str(error)
    if "not a zip file" in text:
        return say("the list of its files, which stands at its end, is not there")
    damaged = re.search(r"Bad CRC-32 for file '(.*)'", text)
    return text if damaged is None else say("the file {member} in it is damaged", member=damaged[1])


def _directory_bytes(path: Path) -> int:
    """Length of the central directory as the archive's last record announces it; 0 where there is no such record."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 22 - 20))
        tail = file.read()
        start = tail.rfind(b"PK\x05\x06")
        if start < 0 or len(tail) < start + 22:
            return 0
        (length,) = struct.unpack_from("<I", tail, start + 12)
        if length != 0xFFFFFFFF or tail[start - 20 : start - 16] != b"PK\x06\x07":
            return int(length)
        (offset,) = struct.unpack_from("<Q", tail, start - 12)
        file.seek(min(offset, size))
        record = file.read(56)
        return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else 0


def list_members(archive: zipfile.ZipFile, filename: str) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """Every file with its path in parts, checked before any is opened; what systems put beside files is left out.

    Raises:
        DataError: code ``unsafe_archive`` (a path outside, a link, encrypted) or ``too_large`` (a bomb).
    """
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise _too_large(filename, f"{len(members):,} files", f"{MAX_MEMBERS:,}")
    _check_sizes(members, filename)
    found = [(member, _safe_parts(member, filename)) for member in members]
    return [(member, parts) for member, parts in found if not _is_junk(parts)]


def list_pictures(archive: zipfile.ZipFile, filename: str) -> Listing:
    """Checks every member's name, kind and size, and sorts the pictures into classes by their folders.

    Raises:
        DataError: code ``unsafe_archive`` (a path outside, a link, encrypted), ``too_large`` (a bomb), ``bad_file`` (no
            pictures, no class folders, one class).
    """
    paths: list[tuple[str, tuple[str, ...]]] = []
    others: Counter[str] = Counter()
    for member, parts in list_members(archive, filename):
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if suffix in PICTURE_SUFFIXES:
            paths.append((member.filename, parts))
        else:
            others[suffix or say("no ending")] += 1
    if not paths:
        raise _no_pictures(others, filename)
    notes = (
        [
            say(
                "{count:,} file that is no picture is left out ({suffixes})."
                if others.total() == 1
                else "{count:,} files that are no pictures are left out ({suffixes}).",
                count=others.total(),
                suffixes=listed(sorted(others)[:6]),
            )
        ]
        if others
        else []
    )
    pictures = _sort_into_classes(paths, filename)
    classes = tuple(sorted({picture.label for picture in pictures}, key=_natural))
    if len(classes) < 2:
        raise DataError(
            say(
                "{filename} has pictures of one class only, {class_name}; at least 2 are needed. Pack a folder "
                "for each class.",
                filename=filename,
                class_name=repr(classes[0]),
            ),
            code="bad_file",
            file=filename,
        )
    order = {name: position for position, name in enumerate(classes)}
    ordered = sorted(pictures, key=lambda picture: (picture.is_test, order[picture.label], _natural(picture.member)))
    return Listing(tuple(ordered), classes, tuple(notes))


def list_class_files(archive: zipfile.ZipFile, filename: str, suffix: str) -> Listing:
    """As :func:`list_pictures`, for the files that end in ``suffix``; others are left out and said.

    Raises:
        DataError: as :func:`list_pictures`.
    """
    members = list_members(archive, filename)
    paths = [(member.filename, parts) for member, parts in members if parts[-1].lower().endswith(suffix)]
    files = _sort_into_classes(paths, filename, is_picture=False)
    classes = tuple(sorted({file.label for file in files}, key=_natural))
    if len(classes) < 2:
        raise DataError(
            say(
                "{filename} has files of one class only, {class_name}; at least 2 are needed. Pack a folder for each class.",
                filename=filename,
                class_name=repr(classes[0]) if classes else say("none"),
            ),
            code="bad_file",
            file=filename,
        )
    num_others = len(members) - len(paths)
    notes = (
        (
            say(
                "{count:,} file that does not end in {suffix} is left out."
                if num_others == 1
                else "{count:,} files that do not end in {suffix} are left out.",
                count=num_others,
                suffix=suffix,
            ),
        )
        if num_others
        else ()
    )
    order = {name: position for position, name in enumerate(classes)}
    ordered = sorted(files, key=lambda file: (file.is_test, order[file.label], _natural(file.member)))
    return Listing(tuple(ordered), classes, notes)


def _check_sizes(members: Sequence[zipfile.ZipInfo], filename: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _too_large(
            filename, say("{size} GiB unpacked", size=f"{unpacked / (1 << 30):,.1f}"), f"{MAX_UNPACKED_BYTES >> 30} GiB"
        )
    if unpacked > BOMB_BYTES and unpacked > MAX_RATIO * packed:
        raise _too_large(
            filename,
            say("{size:,} MiB packed into {packed:,} KiB", size=unpacked >> 20, packed=packed >> 10),
            say("a ratio of {ratio}, as pictures never reach", ratio=MAX_RATIO),
        )
    for member in members:
        if member.file_size > MAX_MEMBER_BYTES:
            raise _too_large(
                f"{filename}: {_shown(member.filename)}",
                f"{member.file_size >> 20:,} MiB",
                say("{size} MiB a file", size=MAX_MEMBER_BYTES >> 20),
            )


def _safe_parts(member: zipfile.ZipInfo, filename: str) -> tuple[str, ...]:
    name = member.orig_filename.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    why = ""
    if "\0" in name:
        why = say("has a zero byte in its name")
    elif name.startswith("/") or re.match(r"[A-Za-z]:", name):
        why = say("has an absolute path")
    elif ".." in parts:
        why = say("points outside of the archive")
    elif not parts:
        why = say("has no name")
    elif stat.S_ISLNK(member.external_attr >> 16):
        why = say("is a symbolic link")
    elif member.flag_bits & 0x1:
        why = say("is encrypted")
    if why:
        raise DataError(
            say(
                "{filename}: the member {member} {why}. Pack plain folders and files only.",
                filename=filename,
                member=_shown(member.orig_filename),
                why=why,
            ),
            code="unsafe_archive",
            file=filename,
        )
    return parts


def _is_junk(parts: Sequence[str]) -> bool:
    """What systems put beside files: not worth a word."""
    return (
        "__MACOSX" in parts or any(part.startswith(".") for part in parts) or parts[-1] in {"Thumbs.db", "desktop.ini"}
    )


def _sort_into_classes(
    paths: Sequence[tuple[str, tuple[str, ...]]], filename: str, *, is_picture: bool = True
) -> list[Picture]:
    """The folder nearest to the top that tells pictures apart is the class, below ``train`` and ``test`` if they are there."""
    depth = 0
    while len({parts[depth] for _, parts in paths}) == 1 and all(len(parts) > depth + 2 for _, parts in paths):
        depth += 1
    tops = {parts[depth].lower() for _, parts in paths}
    has_parts = (
        tops <= _TRAIN_FOLDERS | _TEST_FOLDERS
        and bool(tops & _TRAIN_FOLDERS)
        and all(len(parts) > depth + 2 for _, parts in paths)
    )
    pictures = []
    for member, parts in paths:
        rest = parts[depth + 1 :] if has_parts else parts[depth:]
        if len(rest) < 2:
            raise DataError(
                say(
                    "{filename}: the picture {picture} is in no class folder. Pack one folder for each class, with "
                    "its pictures inside.",
                    filename=filename,
                    picture=_shown(member),
                )
                if is_picture
                else say(
                    "{filename}: the file {member} is in no class folder. Pack one folder for each class, with its files "
                    "inside.",
                    filename=filename,
                    member=_shown(member),
                ),
                code="bad_file",
                file=filename,
            )
        pictures.append(Picture(member, rest[0], has_parts and parts[depth].lower() in _TEST_FOLDERS))
    return pictures


def _no_pictures(others: Counter[str], filename: str) -> DataError:
    if ".xml" in others and ".rels" in others:
        why = say("is an Office document. Save the sheet as CSV and upload that")
    elif others and set(others) & _PICKLED_SUFFIXES:
        why = say(
            "holds arrays or pickles (.npz, .pt), which can run code when they are opened; they are not "
            "read. Pack the pictures themselves, one folder for each class"
        )
    else:
        why = say(
            "holds no pictures ({suffixes}). Pack one folder of pictures for each class",
            suffixes=listed(sorted(PICTURE_SUFFIXES)),
        )
    return DataError(say("{filename} {why}.", filename=filename, why=why), code="bad_file", file=filename)


def _natural(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Orders ``10`` after ``9``."""
    pieces = re.findall(r"\d{1,18}|\D+|\d+", text)
    return [(0, int(piece), "") if piece.isdecimal() and len(piece) <= 18 else (1, 0, piece) for piece in pieces], text


def _shown(name: str) -> str:
    return repr(name if len(name) <= 120 else f"{name[:117]}...")


def _too_large(what: str, got: str, limit: str) -> DataError:
    return DataError(
        say("{what} is too large: it has {got}, the limit is {limit}.", what=what, got=got, limit=limit),
        code="too_large",
        file=what,
    )
