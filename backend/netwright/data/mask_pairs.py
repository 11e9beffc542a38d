"""Which files of an archive are pictures and which are their masks: by the folders they lie in, or by their names."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from netwright.data.archive import PICTURE_SUFFIXES, list_members
from netwright.data.base import DataError
from netwright.language import listed, say

IMAGE_FOLDERS = frozenset({"image", "images", "img", "imgs", "picture", "pictures", "jpegimages"})
MASK_FOLDERS = frozenset(
    {"mask", "masks", "segmentation", "segmentations", "segmentationclass", "annotations", "groundtruth", "gt"}
)
_TEST_FOLDERS = frozenset({"test", "testing"})
_MASK_NAME = re.compile(r"[_-](mask|masks|seg|segmentation|gt)$", re.IGNORECASE)
_IMAGE_NAME = re.compile(r"[_-](image|img)$", re.IGNORECASE)
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Members of the archive that belong together."""

    image: str
    mask: str
    is_test: bool


def holds_masks(names: Sequence[str]) -> bool:
    """Whether the members of an archive look like pictures with masks: a folder of each, or names that end in ``_mask``."""
    if _has_folders(map(PurePosixPath, names)):
        return True
    stems = {PurePosixPath(name).stem for name in names if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES}
    masks = {stem for stem in stems if _MASK_NAME.search(stem)}
    return len(masks) > 0 and 3 * len(masks) >= len(stems)


def list_pairs(archive: zipfile.ZipFile, filename: str) -> tuple[list[Pair], tuple[str, ...]]:
    """Every picture with its mask, those of the test part last, and sentences about what was left out.

    Raises:
        DataError: code ``unsafe_archive``, ``too_large``, or ``bad_file``: a picture without a mask or the other way round.
    """
    images: dict[tuple[bool, str], str] = {}
    masks: dict[tuple[bool, str], str] = {}
    left_out = 0
    members = [(member, PurePosixPath(*parts)) for member, parts in list_members(archive, filename)]
    has_folders = _has_folders(path for _, path in members)
    for member, path in members:
        role = _role(path, has_folders=has_folders)
        if role is None:
            left_out += 1
            continue
        folders = [part.lower() for part in path.parts[:-1]]
        key = (any(folder in _TEST_FOLDERS for folder in folders), _common_stem(path, folders))
        found = images if role == "image" else masks
        if key in found:
            raise _bad(
                filename,
                say(
                    "{first} and {second} have the same name, so that it cannot be told which belongs to which. Rename one.",
                    first=found[key],
                    second=member.filename,
                ),
            )
        found[key] = member.filename
    _check_partners(images, masks, filename)
    ordered = sorted(images)
    notes = (
        (
            say(
                "{count:,} file that is neither a picture nor a mask is left out."
                if left_out == 1
                else "{count:,} files that are neither pictures nor masks are left out.",
                count=left_out,
            ),
        )
        if left_out
        else ()
    )
    return [Pair(images[key], masks[key], key[0]) for key in ordered], notes


def _has_folders(paths: Iterable[PurePosixPath]) -> bool:
    folders = {part.lower() for path in paths for part in path.parts[:-1]}
    return bool(folders & IMAGE_FOLDERS and folders & MASK_FOLDERS)


def _role(path: PurePosixPath, *, has_folders: bool) -> str | None:
    """``image``, ``mask``, or None for what is neither: no picture, or in a third folder beside the two."""
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        return None
    if has_folders:
        for folder in reversed([part.lower() for part in path.parts[:-1]]):
            if folder in IMAGE_FOLDERS | MASK_FOLDERS:
                return "image" if folder in IMAGE_FOLDERS else "mask"
        return None
    return "mask" if _MASK_NAME.search(path.stem) else "image"


def _common_stem(path: PurePosixPath, folders: Sequence[str]) -> str:
    """What picture and mask share: the path without the folder that tells them apart, and the name without its ending."""
    rest = [folder for folder in folders if folder not in IMAGE_FOLDERS | MASK_FOLDERS]
    stem = _MASK_NAME.sub("", _IMAGE_NAME.sub("", path.stem))
    return "/".join([*rest, stem])


def _check_partners(images: dict[tuple[bool, str], str], masks: dict[tuple[bool, str], str], filename: str) -> None:
    if not images or not masks:
        raise _bad(
            filename,
            say(
                "There are {images} pictures and {masks} masks. Pack a folder images and a folder masks with files of the same "
                "names, or masks beside their pictures with _mask at the end of the name.",
                images=len(images),
                masks=len(masks),
            ),
        )
    alone = [images[key] for key in sorted(images.keys() - masks.keys())]
    if alone:
        raise _bad(
            filename,
            say(
                "{count:,} picture has no mask: {names}. Add the mask, or take the picture out."
                if len(alone) == 1
                else "{count:,} pictures have no mask: {names}. Add the masks, or take the pictures out.",
                count=len(alone),
                names=_named(alone),
            ),
        )
    alone = [masks[key] for key in sorted(masks.keys() - images.keys())]
    if alone:
        raise _bad(
            filename,
            say(
                "{count} mask has no picture: {names}. Add the picture, or take the mask out."
                if len(alone) == 1
                else "{count} masks have no picture: {names}. Add the pictures, or take the masks out.",
                count=len(alone),
                names=_named(alone),
            ),
        )


def _named(names: Sequence[str]) -> str:
    shown = listed(names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    return say("{names} and {count} more", names=shown, count=rest) if rest > 0 else shown


def _bad(filename: str, why: str) -> DataError:
    return DataError(say("{filename}: {why}", filename=filename, why=why), code="bad_file", file=filename)
