"""Pictures out of an array: which axis is which, and values brought to whole numbers from 0 to 255."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError
from netwright.language import say

AnyArray = npt.NDArray[Any]
Axes = Literal["NHW", "NHWC", "NCHW"]

MAX_SIDE = 1024
CHUNK_VALUES = 1 << 22
CHANNELS = (1, 3)
MIN_SIDE = 8
"""A float array (N, a, b) whose sides are shorter is taken for series."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` become 0 to 255 by rounding; ``white`` is the stored value of full brightness.  Where
    ``is_exact`` the values are stored as they are."""

    low: float
    high: float
    white: int
    is_exact: bool

    @property
    def factor(self) -> float:
        return 255 / (self.high - self.low)


def looks_like_pictures(sample: AnyArray) -> bool:
    """Of the first samples of an array ``(N, a, b)``: whether they are pictures rather than series."""
    if sample.dtype.kind in "bu":
        return True
    if min(sample.shape[1:]) < MIN_SIDE or not np.isfinite(sample).all():
        return False
    low, high = float(sample.min(initial=0)), float(sample.max(initial=0))
    return low >= 0 and (high <= 1 or (high <= 255 and bool((sample == np.round(sample)).all())))


def guess_axes(shape: tuple[int, ...]) -> Axes:
    """Channels are the last axis where that can be, else the second."""
    if len(shape) == 3:
        return "NHW"
    return "NHWC" if shape[3] in CHANNELS or shape[1] not in CHANNELS else "NCHW"


def to_planes(values: AnyArray, axes: Axes, file: str, array: str) -> AnyArray:
    """A view ``(N, C, H, W)``.

    Raises:
        DataError: the axes do not fit the shape, or the pictures are too large.
    """
    if values.ndim != len(axes):
        raise _bad(
            say("its shape {shape} has not the axes {axes}", shape=str(values.shape), axes=axes),
            file,
            array,
            option="axes",
        )
    planes = values[:, None] if axes == "NHW" else values.transpose(0, 3, 1, 2) if axes == "NHWC" else values
    _, channels, height, width = planes.shape
    if channels not in CHANNELS:
        raise _bad(
            say(
                "read as {axes} its shape {shape} has {count} channels; pictures have 1 (grey) or 3 (red, green, blue)",
                axes=axes,
                shape=str(values.shape),
                count=channels,
            ),
            file,
            array,
            option="axes",
        )
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise _bad(
            say(
                "pictures may be from 1 to {limit} pixels high and wide, not {height} x {width}",
                limit=MAX_SIDE,
                height=height,
                width=width,
            ),
            file,
            array,
        )
    return planes


def find_scale(planes: AnyArray, told: list[float] | None, file: str, array: str) -> Scale:
    """What is black and what is white.

    Raises:
        DataError: ``told`` is no range, or a value is not finite; the first such row is named.
    """
    if planes.dtype.kind == "f":
        _check_finite(planes, file, array)
    low, high = float(planes.min()), float(planes.max())
    is_whole = planes.dtype.kind != "f" or all(bool((part == np.round(part)).all()) for part in chunks(planes))
    if told is not None and not told[0] < told[1]:
        raise _bad(say("value_range is from a lower to a higher value"), file, array, option="value_range")
    is_small = is_whole and low >= 0 and high <= 255
    # Zeros and ones as floats are the ends of a range; as whole numbers they are themselves.
    if is_small and (told is None or (told[0] == 0 and told[1] == round(told[1]) and 1 <= told[1] <= 255)):
        white = int(told[1]) if told is not None else 1 if high <= 1 else 16 if high <= 16 else 255
        if high <= white:
            return Scale(0.0, float(white), white, is_exact=True)
    if told is None:
        ends = (
            (0.0, 1.0) if low >= 0 and high <= 1 else (-1.0, 1.0) if low >= -1 and high <= 1 else (min(low, 0.0), high)
        )
    else:
        ends = (told[0], told[1])
    if low < ends[0] or high > ends[1]:
        wrong = next(
            row
            for row, picture in enumerate(planes)
            if float(picture.min()) < ends[0] or float(picture.max()) > ends[1]
        )
        raise _bad(
            say(
                "values go from {low} to {high}, beyond the range from {least} to {most}",
                low=f"{low:g}",
                high=f"{high:g}",
                least=f"{ends[0]:g}",
                most=f"{ends[1]:g}",
            ),
            file,
            array,
            row=wrong,
            option="value_range",
        )
    return Scale(*ends, 255, is_exact=False)


def to_bytes(planes: AnyArray, scale: Scale) -> npt.NDArray[np.uint8]:
    """uint8 ``(N, C, H, W)``."""
    stored = np.empty(planes.shape, dtype=np.uint8)
    start = 0
    for part in chunks(planes):
        if scale.is_exact:
            stored[start : start + len(part)] = part
        else:
            stored[start : start + len(part)] = np.round((part.astype(np.float64) - scale.low) * scale.factor)
        start += len(part)
    return stored


def chunks(values: AnyArray) -> list[AnyArray]:
    """Views of some rows each, so that no whole copy in another type is needed."""
    rows = max(1, CHUNK_VALUES // max(1, values[0].size))
    return [values[start : start + rows] for start in range(0, len(values), rows)]


def _check_finite(planes: AnyArray, file: str, array: str) -> None:
    start = 0
    for part in chunks(planes):
        is_bad = ~np.isfinite(part)
        if is_bad.any():
            row = int(np.flatnonzero(is_bad.reshape(len(part), -1).any(axis=1))[0])
            value = str(float(part[row][is_bad[row]][0]))
            raise _bad(
                say("a pixel is {value}; take the picture out, or fill the pixel", value=value),
                file,
                array,
                row=start + row,
            )
        start += len(part)


def _bad(why: str, file: str, array: str, *, row: int | None = None, option: str | None = None) -> DataError:
    said = (
        say("{file}, array {array}: {why}.", file=file, array=array, why=why)
        if row is None
        else say("{file}, array {array}, row {row} (from 0): {why}.", file=file, array=array, row=row, why=why)
    )
    return DataError(
        said, code="bad_file" if option is None else "bad_option", file=file, line=row, column=option or array
    )
