"""Samples that are held out as a test part before all else is split: never trained on, never selected on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from netwright.data.base import DataError, SplitBy, SplitKeys
from netwright.data.folds import split_known, split_pool
from netwright.data.split import Split, SplitLike, split_samples
from netwright.data.split_keys import split_by_keys
from netwright.data.split_labels import Flags, Indices
from netwright.language import say

OTHER_STREAM = 2**32
"""Added to the seed of the split, so that the order that draws the test part is not the one that draws the validation part."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """The split of what the test part leaves; ``validation`` is a fraction of that."""

    validation: float
    seed: int
    stratify: bool
    by: SplitBy
    folds: int | None
    fold: int
    test: float = 0.0


def split_whole(
    num_samples: int,
    labels: Indices | Flags | None,
    keys: SplitKeys | None,
    config: SplitLike,
    classes: tuple[str, ...],
) -> Split:
    """The test part first, where ``config.test`` is not 0; then share or folds of the others.  ``config.test`` and
    ``config.validation`` are both fractions of all ``num_samples``.  ``keys`` is what the set knows of its samples, None where
    they are drawn by chance.

    Raises:
        DataError: the set does not know what it is to be split by, or a part would be empty.
    """
    if not config.test:
        return _split_rest(num_samples, labels, keys, config, classes)
    if config.folds is None and config.test + config.validation >= 1.0:
        raise DataError(
            say(
                "The shares for validation ({validation}) and for the test part ({test}) leave nothing to train on. Lower one.",
                validation=f"{config.validation:g}",
                test=f"{config.test:g}",
            ),
            code="bad_split",
            column="split.test",
        )
    drawn = _draw_test(num_samples, labels, keys, config, classes)
    rest = drawn.train
    inner = _Rest(
        validation=config.validation * num_samples / len(rest),
        seed=config.seed,
        stratify=config.stratify,
        by=config.by,
        folds=config.folds,
        fold=config.fold,
    )
    split = _split_rest(
        len(rest),
        None if labels is None else labels[rest],
        None if keys is None else _some_keys(keys, rest),
        inner,
        classes,
    )
    return Split(rest[split.train], rest[split.validation], (*drawn.notes, *split.notes), drawn.validation)


def check_test_is_free(test: float, *, has_own_test: bool) -> None:
    """
    Raises:
        DataError: a test share is asked of a set that comes with a test part.
    """
    if test and has_own_test:
        raise DataError(
            say("The set comes with a test part of its own, which is used. Set the test share to 0."),
            code="bad_split",
            column="split.test",
        )


def _split_rest(
    num_samples: int,
    labels: Indices | Flags | None,
    keys: SplitKeys | None,
    config: SplitLike,
    classes: tuple[str, ...],
) -> Split:
    if keys is not None:
        return split_known(keys, config, num_samples)
    return split_pool(num_samples, labels, config, classes)


def _draw_test(
    num_samples: int,
    labels: Indices | Flags | None,
    keys: SplitKeys | None,
    config: SplitLike,
    classes: tuple[str, ...],
) -> Split:
    """The test part in the place of ``validation``, all that may be trained on in that of ``train``."""
    seed = config.seed + OTHER_STREAM
    if keys is None:
        drawn = split_samples(num_samples, labels, config.test, seed, classes)
    elif config.by == "column":
        raise DataError(
            say(
                "A column of the set says which samples are held out, so that there is no test share to draw. Write test in "
                "the rows that are to be the test part, or set the test share to 0."
            ),
            code="bad_split",
            column="split.test",
        )
    else:
        drawn = split_by_keys(keys, config.by, config.test, seed, num_samples)
    if len(drawn.train) < 2:
        raise DataError(
            say(
                "The test part takes {count:,} of {total:,} samples; at least 2 must be left, one to train on and one to "
                "validate with. Lower its share.",
                count=num_samples - len(drawn.train),
                total=num_samples,
            ),
            code="too_few",
            column="split.test",
        )
    num_left_out = num_samples - len(drawn.train) - len(drawn.validation)
    note = say(
        "Test part: {count:,} of {total:,} samples are held out before all else, and measured once, when the training "
        "has ended.",
        count=len(drawn.validation),
        total=num_samples,
    )
    if not num_left_out:
        return replace(drawn, notes=(note,))
    border = say(
        "{count:,} sample reaches across the border to the test part and is left out."
        if num_left_out == 1
        else "{count:,} samples reach across the border to the test part and are left out.",
        count=num_left_out,
    )
    return replace(drawn, notes=(note, border))


def _some_keys(keys: SplitKeys, chosen: Indices) -> SplitKeys:
    spans, groups, parts = (
        None if each is None else np.asarray(each)[chosen] for each in (keys.spans, keys.groups, keys.parts)
    )
    return SplitKeys(spans, groups, parts, keys.no_parts)
