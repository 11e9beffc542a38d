"""Samples that are in two parts of a split: what was measured on them was learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from netwright.data.base import Array
from netwright.language import Text, say

CHUNK_BYTES = 1 << 24


class Known:
    """The samples ``train`` (M, ...), looked through once for all parts that are compared with them."""

    def __init__(self, train: Array) -> None:
        self._train = train
        self._hashes, self._order = np.unique(_hashes(train), return_index=True)

    def count(self, held_out: Array) -> int:
        """How many of the samples ``held_out`` (N, ...), of the same type, have exactly the inputs of a known one."""
        if not len(self._hashes) or not len(held_out):
            return 0
        asked = _hashes(held_out)
        places = np.searchsorted(self._hashes, asked).clip(0, len(self._hashes) - 1)
        candidates = np.flatnonzero(self._hashes[places] == asked)
        # The hash only points: what counts is whether the bytes are the same.
        same = (self._train[self._order[places[each]]].tobytes() == held_out[each].tobytes() for each in candidates)
        return sum(same)


def count_shared(train: Array, held_out: Array) -> int:
    """How many of the samples ``held_out`` (N, ...) have exactly the inputs of one in ``train`` (M, ...), of the same type."""
    return Known(train).count(held_out)


def _hashes(samples: Array) -> npt.NDArray[np.uint64]:
    """A number for each sample, (N,): its bytes eight at a time, times random odd numbers, modulo 2**64."""
    if not len(samples):
        return np.empty(0, dtype=np.uint64)
    width = samples[0].nbytes
    words = -(-width // 8)
    factors = np.random.default_rng(0).integers(0, 2**63, words, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    found = np.empty(len(samples), dtype=np.uint64)
    step = max(1, CHUNK_BYTES // width)
    for start in range(0, len(samples), step):
        chunk = np.ascontiguousarray(samples[start : start + step]).reshape(-1, samples[0].size).view(np.uint8)
        if words * 8 != width:
            chunk = np.pad(chunk, ((0, 0), (0, words * 8 - width)))
        mixed = np.ascontiguousarray(chunk).view(np.uint64) * factors
        found[start : start + step] = (mixed ^ (mixed >> np.uint64(32))).sum(axis=1, dtype=np.uint64)
    return found


def say_shared(train: Array, validation: Array, test: Array | None) -> Iterator[Text]:
    """A sentence for each part that holds samples of the training part."""
    known = Known(train)
    shared = known.count(validation)
    if shared:
        yield say(
            "{count:,} of {total:,} validation samples has exactly the inputs of a training sample: on it the network is "
            "measured on what it was trained on. Remove the duplicate from the data."
            if shared == 1
            else "{count:,} of {total:,} validation samples have exactly the inputs of a training sample: on these the network "
            "is measured on what it was trained on. Remove the duplicates from the data.",
            count=shared,
            total=len(validation),
        )
    shared = 0 if test is None else known.count(test)
    if shared and test is not None:
        yield say(
            "{count:,} of {total:,} test samples has exactly the inputs of a training sample: on it the network is "
            "measured on what it was trained on. Remove the duplicate from the data."
            if shared == 1
            else "{count:,} of {total:,} test samples have exactly the inputs of a training sample: on these the network is "
            "measured on what it was trained on. Remove the duplicates from the data.",
            count=shared,
            total=len(test),
        )
