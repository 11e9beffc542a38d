"""Windows of time series and sequences of different lengths, as raw samples ``(N, T, F)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import numpy as np

from netwright.data.base import DataError
from netwright.language import say

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

MAX_VALUES = 50_000_000
"""Values of all windows together: 200 MB as float32."""

TIME_FORMATS = (
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
)
TimeFormat = str
"""``number``, ``iso``, or one of :data:`TIME_FORMATS`."""

TO_TIME: dict[str, str] = {
    "number": "float(cell)",
    "iso": 'np.datetime64(cell.rstrip("Z").replace("/", "-").replace(" ", "T"), "s").astype(np.int64)',
}


@dataclass(frozen=True, slots=True)
class Windows:
    """``inputs`` ``(N, T, F)``, ``targets`` ``(N, horizon * K)`` step by step, ``starts`` the row where each begins."""

    inputs: Floats
    targets: Floats
    starts: Ints


def cut_windows(
    values: npt.NDArray[np.float64], channels: Sequence[int], *, window: int, horizon: int, stride: int
) -> Windows:
    """Windows of ``values`` ``(rows, F)`` and the ``horizon`` rows of ``channels`` that follow each.  A window whose target
    has a missing value is left out."""
    num = max(0, (len(values) - window - horizon) // stride + 1)
    starts = np.arange(num, dtype=np.int64) * stride
    ahead = starts[:, None] + window + np.arange(horizon)
    targets = values[:, list(channels)][ahead].reshape(num, horizon * len(channels))
    is_known = ~np.isnan(targets).any(axis=1)
    starts = starts[is_known]
    rows = starts[:, None] + np.arange(window)
    return Windows(values[rows].astype(np.float32), targets[is_known].astype(np.float32), starts)


def pad_sequences(
    sequences: Sequence[npt.NDArray[np.float64]], max_length: int | None, padding: Literal["start", "end"]
) -> Floats:
    """Sequences ``(t, F)`` as ``(N, T, F)``, NaN where one has no step.  Of longer ones the latest ``max_length`` stay."""
    longest = max(len(one) for one in sequences)
    length = min(longest, max_length or longest)
    check_size(len(sequences), length, sequences[0].shape[1])
    padded = np.full((len(sequences), length, sequences[0].shape[1]), np.nan, dtype=np.float32)
    for row, one in zip(padded, sequences, strict=True):
        kept = one[-length:]
        if padding == "start":
            row[length - len(kept) :] = kept
        else:
            row[: len(kept)] = kept
    return padded


def check_size(num_samples: int, length: int, num_channels: int) -> None:
    """
    Raises:
        DataError: code ``too_large``.
    """
    total = num_samples * length * num_channels
    if total > MAX_VALUES:
        raise DataError(
            say(
                "{samples:,} samples of {length:,} steps and {channels:,} channels are {total:,} values, the limit is "
                "{limit:,}. Take a shorter window, a longer stride or fewer channels.",
                samples=num_samples,
                length=length,
                channels=num_channels,
                total=total,
                limit=MAX_VALUES,
            ),
            code="too_large",
        )


def read_times(cells: Sequence[str]) -> tuple[npt.NDArray[np.float64], TimeFormat] | None:
    """Moments as numbers (seconds where they are dates), and how they are written; None where some cell is no time."""
    for form in ("number", "iso", *TIME_FORMATS):
        try:
            return np.array([to_time(cell, form) for cell in cells], dtype=np.float64), form
        except ValueError:
            continue
    return None


def to_time(cell: str, form: TimeFormat) -> float:
    """
    Raises:
        ValueError: it is none.
    """
    if form == "number":
        value = float(cell)
        if not np.isfinite(value):
            raise ValueError(cell)
        return value
    if form == "iso":
        if not cell[:4].isdecimal():
            raise ValueError(cell)
        return float(np.datetime64(cell.rstrip("Z").replace("/", "-").replace(" ", "T"), "s").astype(np.int64))
    return datetime.strptime(cell, form).replace(tzinfo=UTC).timestamp()


def to_time_source(form: TimeFormat) -> str:
    """The same as an expression over ``cell``."""
    return TO_TIME.get(form) or f"datetime.strptime(cell, {form!r}).replace(tzinfo=UTC).timestamp()"
