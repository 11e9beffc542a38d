"""Seeded, stratified splits that are the same on every machine.

The order comes from the raw 64-bit stream of PCG64, which NumPy promises never to change, not from its distributions, which
may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from netwright.data.base import DataError, SplitBy
from netwright.data.shares import count_held_out
from netwright.data.split_labels import Flags, Indices, deal_labels
from netwright.language import say


class SplitLike(Protocol):
    """``training.config.SplitConfig``, which this package may not import."""

    @property
    def validation(self) -> float: ...
    @property
    def test(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def stratify(self) -> bool: ...
    @property
    def by(self) -> SplitBy: ...
    @property
    def folds(self) -> int | None: ...
    @property
    def fold(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Split:
    """Ascending indices of both parts, and sentences about what could not be stratified.  ``test`` are those that were drawn as
    a test part; empty where none was asked for, or the set has one of its own."""

    train: Indices
    validation: Indices
    notes: tuple[str, ...]
    test: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def draw_order(num: int, seed: int) -> Indices:
    """``num`` things in an order that follows from ``seed`` alone."""
    return np.argsort(np.random.PCG64(seed).random_raw(num), kind="stable")


def whole(split: Split) -> Split:
    """
    Raises:
        DataError: a part is empty.
    """
    if len(split.train) and len(split.validation):
        return split
    raise DataError(
        say(
            "The split leaves {train:,} samples to train on and {validation:,} to validate with. Choose another split, a "
            "smaller share for validation, or a shorter window.",
            train=len(split.train),
            validation=len(split.validation),
        ),
        code="too_few",
        column="split.by",
    )


def split_samples(
    num_samples: int, labels: Indices | Flags | None, fraction: float, seed: int, classes: tuple[str, ...]
) -> Split:
    """Holds out ``round(fraction * num_samples)`` samples, at least one and at most all but one.

    With ``labels`` of classes (int64 ``(N,)``) each class gives its share, by largest remainder, and keeps at least one sample
    for training; a class with one sample is only trained on.  With several labels a sample (bool ``(N, L)``) each label gives
    its share as nearly as that can be, and the number held out may be off by a few.

    Raises:
        DataError: there are fewer than two samples, or every class has only one.
    """
    if num_samples < 2:
        raise DataError(
            say(
                "There is {count} sample; a run needs at least 2, one to train on and one to validate with.",
                count=num_samples,
            ),
            code="too_few",
        )
    wanted = count_held_out(fraction, num_samples, num_samples - 1)
    order = draw_order(num_samples, seed)
    chosen: Indices = order[:wanted]
    notes: tuple[str, ...] = ()
    if labels is not None and labels.ndim == 2:
        chosen = _by_labels(order, labels.astype(bool), wanted)
    elif labels is not None:
        chosen, notes = _stratified(order, labels.astype(np.int64, copy=False), wanted, classes)
    held_out = np.zeros(num_samples, dtype=bool)
    held_out[chosen] = True
    return Split(np.flatnonzero(~held_out), np.flatnonzero(held_out), notes)


def _by_labels(order: Indices, labels: Flags, wanted: int) -> Indices:
    share = wanted / len(labels)
    parts = deal_labels(labels, np.array([1.0 - share, share]), order)
    if parts.any() and not parts.all():
        return np.flatnonzero(parts)
    # So few samples that each label is at home in one part alone.
    return order[:wanted]


def _stratified(
    order: Indices, labels: Indices, wanted: int, classes: tuple[str, ...]
) -> tuple[Indices, tuple[str, ...]]:
    counts = np.bincount(labels, minlength=len(classes))
    shares = _shares(counts, wanted)
    ordered = labels[order]
    chosen = [order[ordered == label][:share] for label, share in enumerate(shares.tolist())]
    single = [classes[label] if label < len(classes) else str(label) for label in np.flatnonzero(counts == 1)]
    notes = []
    if single:
        names = ", ".join(single[:5]) + (" ..." if len(single) > 5 else "")
        notes.append(
            say("The class {names} with one sample each: trained on, but absent from validation.", names=names)
            if len(single) == 1
            else say(
                "{count} classes {names} with one sample each: trained on, but absent from validation.",
                count=len(single),
                names=names,
            )
        )
    if not shares.sum():
        raise DataError(
            say(
                "Every class has only one sample, so that none can be held out for validation. Add samples, "
                "or turn stratify off."
            ),
            code="too_few",
        )
    return np.concatenate(chosen), tuple(notes)


def _shares(counts: Indices, wanted: int) -> Indices:
    """How many of each class are held out: proportional, largest remainders first, never the last of a class."""
    most = np.maximum(counts - 1, 0)
    exact = counts * (wanted / counts.sum())
    shares: Indices = np.minimum(np.floor(exact).astype(np.int64), most)
    by_remainder = np.argsort(-(exact - np.floor(exact)), kind="stable")
    while shares.sum() < min(wanted, most.sum()):
        for label in by_remainder:
            if shares.sum() == wanted:
                break
            if shares[label] < most[label]:
                shares[label] += 1
    return shares
