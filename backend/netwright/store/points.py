"""Metric points packed as columns: 28 bytes a point, read back by numpy without parsing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

_LAYOUT = (("steps", "<i8"), ("epochs", "<i4"), ("elapsed", "<f8"), ("values", "<f8"))


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one metric in the order in which they came.  All arrays have one axis of the same length.

    ``steps`` int64 and ``epochs`` int32 count from 1, ``elapsed`` float64 is in seconds of training, ``values`` float64 may be
    NaN or infinite.
    """

    steps: NDArray[np.int64]
    epochs: NDArray[np.int32]
    elapsed: NDArray[np.float64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)

    @classmethod
    def from_bytes(cls, data: bytes, points: int) -> Self:
        """The inverse of :meth:`to_bytes`."""
        columns, offset = {}, 0
        for name, dtype in _LAYOUT:
            columns[name] = np.frombuffer(data, dtype, points, offset)
            offset += columns[name].nbytes
        return cls(**columns)

    def to_bytes(self) -> bytes:
        """The four columns one after another, little-endian."""
        return b"".join(getattr(self, name).astype(dtype, copy=False).tobytes() for name, dtype in _LAYOUT)

    @classmethod
    def concatenate(cls, parts: Sequence["Points"]) -> Self:
        """``parts`` one after another; none are no points."""
        return cls(
            **{
                name: np.concatenate([np.empty(0, dtype), *(getattr(part, name) for part in parts)])
                for name, dtype in _LAYOUT
            }
        )

    def take(self, indices: NDArray[np.intp] | NDArray[np.bool_]) -> "Points":
        return Points(self.steps[indices], self.epochs[indices], self.elapsed[indices], self.values[indices])


def thin(points: Points, max_points: int) -> Points:
    """At most ``max_points`` (four or more) of ``points``: of each of equally long buckets its lowest and its highest value.

    The first and the last point always stay, so that the curve spans what the run spans; and of a bucket with NaN or an
    infinity the first such, for that is what one looks for.
    """
    total = len(points)
    if total <= max_points:
        return points
    is_odd = ~np.isfinite(points.values)
    per_bucket = 3 if is_odd.any() else 2
    num_buckets = max((max_points - 2) // per_bucket, 1)
    starts = np.linspace(0, total, num_buckets + 1).astype(np.intp)[:-1]
    kept = [np.array([0, total - 1])]
    kept.append(_argument_of_minimum(np.where(is_odd, np.inf, points.values), starts))
    kept.append(_argument_of_minimum(np.where(is_odd, np.inf, -points.values), starts))
    if per_bucket == 3:
        first_odd = _argument_of_minimum(np.where(is_odd, 0.0, 1.0), starts)
        kept.append(first_odd[is_odd[first_odd]])
    return points.take(np.unique(np.concatenate(kept)))


def _argument_of_minimum(values: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """The index of the lowest value (the first of equals) of each bucket, which begin at ``starts``."""
    minima = np.minimum.reduceat(values, starts)
    lengths = np.diff(np.append(starts, len(values)))
    hits = np.flatnonzero(values == np.repeat(minima, lengths))
    return hits[np.searchsorted(hits, starts)]
