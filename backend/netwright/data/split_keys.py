"""Splits that go by what the set knows of its samples: time, groups, or a column that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netwright.data.base import DataError, SplitBy, SplitKeys
from netwright.data.shares import count_held_out
from netwright.data.split import Split, draw_order, whole
from netwright.data.split_labels import Indices
from netwright.language import say

if TYPE_CHECKING:
    import numpy.typing as npt


def split_by_keys(keys: SplitKeys, by: SplitBy, fraction: float, seed: int, num_samples: int) -> Split:
    """Ascending indices of both parts.  ``fraction`` and ``seed`` are not used where a column decides.

    Raises:
        DataError: the set does not know this, or a part would be empty.
    """
    check_known(keys, by)
    if by == "time":
        assert keys.spans is not None
        return split_by_time(keys.spans.astype(np.float64), fraction)
    if by == "group":
        assert keys.groups is not None
        return _split_by_group(keys.groups.astype(np.int64), fraction, seed)
    assert keys.parts is not None
    parts = keys.parts.astype(np.int64)
    assert len(parts) == num_samples
    return whole(Split(np.flatnonzero(parts == 0), np.flatnonzero(parts == 1), ()))


def check_known(keys: SplitKeys, by: SplitBy) -> None:
    """
    Raises:
        DataError: the set does not know this of its samples.
    """
    if by not in keys.ways:
        raise DataError(
            keys.no_parts
            if by == "column" and keys.no_parts is not None
            else say("This set cannot be split by {by}: it knows no such thing of its samples.", by=by),
            code="bad_split",
            column="split.by",
        )


def split_by_time(spans: npt.NDArray[np.float64], fraction: float) -> Split:
    """The latest ``round(fraction * N)`` samples are held out.  ``spans`` is ``(N, 2)``, first and last moment of each; what
    reaches from before the border to behind it is in neither part."""
    num_samples = len(spans)
    wanted = count_held_out(fraction, num_samples, max(1, num_samples - 1))
    order = np.argsort(spans[:, 0], kind="stable")
    border = spans[order[num_samples - wanted], 0]
    held_out = np.flatnonzero(spans[:, 0] >= border)
    train = np.flatnonzero(spans[:, 1] < border)
    num_left_out = num_samples - len(held_out) - len(train)
    notes: tuple[str, ...] = ()
    if num_left_out:
        notes = (
            say(
                "Split by time: {count:,} sample reaches across the border between training and validation and is left out."
                if num_left_out == 1
                else "Split by time: {count:,} samples reach across the border between training and validation and are left "
                "out.",
                count=num_left_out,
            ),
        )
    return whole(Split(train, held_out, notes))


def _split_by_group(groups: Indices, fraction: float, seed: int) -> Split:
    """Whole groups by chance until the fraction is reached, at least one and never all of them."""
    names, counts = np.unique(groups, return_counts=True)
    if len(names) < 2:
        raise DataError(
            say("All samples are of one group, so that none can be held out. Split by sample instead."),
            code="too_few",
            column="split.by",
        )
    order = draw_order(len(names), seed)
    wanted = fraction * len(groups)
    chosen: list[int] = []
    count = 0
    for index in order[:-1].tolist():
        if chosen and count + counts[index] / 2 > wanted:
            break
        chosen.append(index)
        count += int(counts[index])
    is_held_out = np.isin(groups, names[chosen])
    note = say(
        "Split by group: {held_out} of {all} groups are held out, {samples:,} samples.",
        held_out=len(chosen),
        all=len(names),
        samples=int(is_held_out.sum()),
    )
    return whole(Split(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out), (note,)))
