"""Masks as they stand in a file: the value at every pixel, and which class it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from netwright.data.base import DataError
from netwright.data.pictures import DAMAGE, DamagedPictureError, Fit, open_picture, reason_of
from netwright.language import Text, listed, say

MAX_CLASSES = 64
STRAY_SHARE = 1e-4
"""A value that only one of many masks has, on fewer of its pixels than this, is taken for a stray one."""
MANY_MASKS = 3
RARE_SHARE = 1e-3
"""A value on fewer of all pixels than this, in a tenth of the masks or in two, is said: it may be a slip of the brush."""
Values = npt.NDArray[np.int64]


def read_values(file: IO[bytes], name: str) -> Values:
    """The mask as it is drawn, ``(H, W)``: places in the palette, shades of grey, or colours as ``0xRRGGBB`` (from 2 ** 24
    on, so that a colour is never taken for a shade).

    Raises:
        DataError, DamagedPictureError: no picture that can be read.
    """
    with open_picture(file, name) as opened:
        try:
            picture = ImageOps.exif_transpose(opened)
            if picture.mode in {"1", "L", "P", "I", "I;16", "I;16B", "I;16L"}:
                return np.asarray(picture).astype(np.int64)
            if picture.mode == "LA":
                return np.asarray(picture)[..., 0].astype(np.int64)
            colours = np.asarray(picture.convert("RGB")).astype(np.int64)
        except DAMAGE as error:
            raise DamagedPictureError(reason_of(error)) from error
    if (colours == colours[..., :1]).all():
        return colours[..., 0]
    return (1 << 24) + (colours[..., 0] << 16) + (colours[..., 1] << 8) + colours[..., 2]


def describe_value(value: int) -> str:
    """``255`` of a shade, ``#ff0000`` of a colour: how a person writes it in the options."""
    return f"#{value & 0xFFFFFF:06x}" if value >= 1 << 24 else str(value)


def parse_value(text: str) -> int:
    """
    Raises:
        ValueError: neither a whole number from 0 on nor a colour.
    """
    if text.startswith("#") and len(text) == 7:
        return (1 << 24) + int(text[1:], 16)
    value = int(text)
    if not 0 <= value < 1 << 24:
        raise ValueError(text)
    return value


def fit_mask(values: Values, height: int, width: int, fit: Fit, ground: int) -> Values:
    """The mask in the size of its picture, as the picture was fitted; by the nearest pixel.  ``ground`` fills what
    is padded."""
    if values.shape == (height, width):
        return values
    nearest = Image.Resampling.NEAREST
    picture, size = Image.fromarray(values.astype(np.int32), "I"), (width, height)
    if fit == "crop":
        picture = ImageOps.fit(picture, size, nearest)
    elif fit == "pad":
        picture = ImageOps.pad(picture, size, nearest, color=ground)
    else:
        picture = picture.resize(size, nearest)
    return np.asarray(picture).astype(np.int64)


def choose_values(
    counts: Mapping[str, Mapping[int, int]], given: Sequence[int] | None, filename: str
) -> tuple[list[int], DataError | None]:
    """The values that are classes, in their order, and what is wrong with the masks.  ``counts`` holds for each mask how many
    pixels have each value; ``given`` are those that a person named."""
    totals: Counter[int] = Counter()
    masks_with: Counter[int] = Counter()
    for values in counts.values():
        totals.update(values)
        masks_with.update(values.keys())
    if given is not None:
        known = set(given)
        return list(given), _unknown(counts, lambda value: value not in known, filename, given)
    found = sorted(totals)
    if len(found) > MAX_CLASSES:
        worst = max(counts, key=lambda name: len(counts[name]))
        return found[:MAX_CLASSES], DataError(
            say(
                "{filename}: the masks have {count} different values, {mask} alone has {most}; at most {limit} can be classes. "
                "Each value counts things rather than classes, or the masks were saved as JPEG, which changes values. Choose "
                "to read them as two classes, or save them as PNG.",
                filename=filename,
                count=len(found),
                mask=worst,
                most=len(counts[worst]),
                limit=MAX_CLASSES,
            ),
            code="bad_mask",
            file=worst,
            column="reading",
        )
    if len(found) < 2:
        return found, DataError(
            say(
                "{filename}: all masks have the value {value} only, so there is nothing to learn. Look whether these are the "
                "masks.",
                filename=filename,
                value=describe_value(found[0]) if found else "",
            ),
            code="bad_mask",
            file=filename,
        )

    def is_stray(value: int) -> bool:
        owners = [values for values in counts.values() if value in values]
        pixels = sum(owners[0].values())
        return len(owners) == 1 and len(counts) >= MANY_MASKS and owners[0][value] <= max(1, STRAY_SHARE * pixels)

    strays = {value for value in found if is_stray(value)}
    kept = [value for value in found if value not in strays]
    return (kept, _unknown(counts, lambda value: value in strays, filename, kept)) if strays else (found, None)


def rare_notes(counts: Mapping[str, Mapping[int, int]], chosen: Sequence[int]) -> Iterator[Text]:
    """What is to be said of the values in ``chosen`` that hardly occur: where each stands, and what to do."""
    all_pixels = sum(sum(values.values()) for values in counts.values())
    for value in chosen:
        owners = [name for name, values in counts.items() if value in values]
        pixels = sum(counts[name][value] for name in owners)
        if not owners or len(owners) > max(2, len(counts) // 10) or pixels > RARE_SHARE * all_pixels:
            continue
        yield say(
            "Only {num_masks} of {all} masks have the value {value}, on {pixels:,} pixels in all; the first is {mask}. If it "
            "is a slip, correct the mask, or name the values that are classes."
            if len(owners) > 1
            else "Only the mask {mask} has the value {value}, on {pixels:,} pixels of {all} masks. If it is a slip, correct "
            "the mask, or name the values that are classes.",
            num_masks=len(owners),
            all=len(counts),
            value=describe_value(value),
            pixels=pixels,
            mask=owners[0],
        )


def _unknown(
    counts: Mapping[str, Mapping[int, int]], is_unknown: object, filename: str, known: Sequence[int]
) -> DataError | None:
    """The first mask with a value that is no class."""
    assert callable(is_unknown)
    for name, values in counts.items():
        wrong = sorted(value for value in values if is_unknown(value))
        if wrong:
            return DataError(
                say(
                    "{filename}: the mask {mask} has the value {wrong}, which is no class. The classes are {known}. Correct "
                    "the mask, or name all values that are classes."
                    if len(wrong) == 1
                    else "{filename}: the mask {mask} has the values {wrong}, which are no classes. The classes are {known}. "
                    "Correct the mask, or name all values that are classes.",
                    filename=filename,
                    mask=name,
                    wrong=listed([describe_value(value) for value in wrong[:10]]),
                    known=listed([describe_value(value) for value in known]),
                ),
                code="bad_mask",
                file=name,
                column="values",
            )
    return None
