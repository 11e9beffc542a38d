"""Folds of a cross-validation: the set in as many parts, each of which validates once while the others are trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from netwright.data.base import DataError, RawData, SplitKeys
from netwright.data.split import Split, SplitLike, draw_order, split_samples, whole
from netwright.data.split_keys import check_known, split_by_keys
from netwright.data.split_labels import Flags, Indices, deal_labels
from netwright.language import Text, say


def split_pool(num_samples: int, labels: Indices | Flags | None, config: SplitLike, classes: tuple[str, ...]) -> Split:
    """Samples drawn by chance: a share of them, or a fold.  ``labels`` as in :func:`netwright.data.split.split_samples`.

    Raises:
        DataError: too few samples.
    """
    if config.folds is None:
        return split_samples(num_samples, labels, config.validation, config.seed, classes)
    return fold_samples(num_samples, labels, config.folds, config.fold, config.seed, classes)


def split_known(keys: SplitKeys, config: SplitLike, num_samples: int) -> Split:
    """By what the set knows of its samples: a share of them, or a fold.

    Raises:
        DataError: the set does not know this, it cannot be folded so, or a part would be empty.
    """
    folds, fold = config.folds, config.fold
    if folds is None:
        return split_by_keys(keys, config.by, config.validation, config.seed, num_samples)
    check_known(keys, config.by)
    check_fold(folds, fold)
    if config.by == "time":
        assert keys.spans is not None
        return fold_by_time(keys.spans.astype(np.float64), folds, fold)
    if config.by == "group":
        assert keys.groups is not None
        return fold_by_group(keys.groups.astype(np.int64), folds, fold, config.seed)
    raise DataError(
        say(
            "A column of the set says which samples validate, so that there are no folds to choose. Split by sample instead."
        ),
        code="bad_split",
        column="split.folds",
    )


def labels_of(raw: RawData) -> Indices | Flags | None:
    """What samples are kept in the same shares by: their class ``(N,)``, or their labels ``(N, L)``."""
    if raw.task == "classification":
        return np.asarray(raw.targets.numpy())
    return np.asarray(raw.targets.numpy() > 0) if raw.task == "multilabel" else None


def check_fold(folds: int, fold: int) -> None:
    """
    Raises:
        DataError: there is no such fold.
    """
    if fold > folds:
        raise DataError(
            say("There are {folds} folds, so that fold {fold} cannot be held out.", folds=folds, fold=fold),
            code="bad_split",
            column="split.fold",
        )


def fold_samples(
    num_samples: int,
    labels: Indices | Flags | None,
    folds: int,
    fold: int,
    seed: int,
    classes: tuple[str, ...],
) -> Split:
    """Holds out fold ``fold`` (from 1) of ``folds``.  Every sample is in one fold, and sizes differ by one at most; so do the
    samples of each class, where ``labels`` names classes.  With several labels a sample each fold has its share of each label
    as nearly as that can be.

    Raises:
        DataError: there are fewer samples than folds, or no such fold.
    """
    check_fold(folds, fold)
    if num_samples < folds:
        raise DataError(
            say(
                "{samples:,} samples cannot be put into {folds} folds. Take fewer folds.",
                samples=num_samples,
                folds=folds,
            ),
            code="too_few",
            column="split.folds",
        )
    order = draw_order(num_samples, seed)
    notes: tuple[Text, ...] = ()
    if labels is not None and labels.ndim == 2:
        homes = deal_labels(labels.astype(bool), np.full(folds, 1.0 / folds), order)
        notes = _rare(labels.sum(axis=0), folds, classes)
    else:
        by_class = order
        if labels is not None:
            by_class = order[np.argsort(labels[order], kind="stable")]
            notes = _rare(np.bincount(labels, minlength=len(classes)), folds, classes)
        homes = np.empty(num_samples, dtype=np.int64)
        homes[by_class] = np.arange(num_samples) % folds
    return _of_fold(homes, folds, fold, notes)


def fold_by_group(groups: Indices, folds: int, fold: int, seed: int) -> Split:
    """Whole groups in an order that chance draws, each into the fold that has the fewest samples yet: sizes differ by
    the largest group at most.

    Raises:
        DataError: there are fewer groups than folds.
    """
    names, members, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < folds:
        raise DataError(
            say(
                "{groups} groups cannot be put into {folds} folds. Take fewer folds, or split by sample.",
                groups=len(names),
                folds=folds,
            ),
            code="too_few",
            column="split.folds",
        )
    order = draw_order(len(names), seed)
    sizes = np.zeros(folds, dtype=np.int64)
    home = np.empty(len(names), dtype=np.int64)
    for group in order.tolist():
        home[group] = int(np.argmin(sizes))
        sizes[home[group]] += counts[group]
    return _of_fold(home[members], folds, fold, ())


def fold_by_time(spans: npt.NDArray[np.float64], folds: int, fold: int) -> Split:
    """A window that grows: ``folds + 1`` stretches of time; fold ``i`` validates with the one after the first ``i``, which are
    trained on.  What comes later, and what reaches across the border, is in neither part.  ``spans`` is ``(N, 2)``, first and
    last moment of each sample.

    Raises:
        DataError: a part is empty.
    """
    num_samples = len(spans)
    starts = np.sort(spans[:, 0], kind="stable")
    size = num_samples // (folds + 1)
    if size == 0:
        raise DataError(
            say(
                "{samples:,} samples cannot be put into {folds} folds. Take fewer folds.",
                samples=num_samples,
                folds=folds,
            ),
            code="too_few",
            column="split.folds",
        )
    first = num_samples - (folds - fold + 1) * size
    border = starts[first]
    end = np.inf if fold == folds else starts[first + size]
    held_out = np.flatnonzero((spans[:, 0] >= border) & (spans[:, 0] < end))
    train = np.flatnonzero(spans[:, 1] < border)
    note = say(
        "Fold {fold} of {folds} by time: {train:,} samples before it to train on, {validation:,} to validate with; {count} "
        "that come later or reach across the border are left out.",
        fold=fold,
        folds=folds,
        train=len(train),
        validation=len(held_out),
        count=num_samples - len(train) - len(held_out),
    )
    return whole(Split(train, held_out, (note,)))


def _of_fold(homes: Indices, folds: int, fold: int, notes: tuple[Text, ...]) -> Split:
    is_held_out = homes == fold - 1
    note = say(
        "Fold {fold} of {folds}: {train:,} samples to train on, {validation:,} to validate with.",
        fold=fold,
        folds=folds,
        train=int((~is_held_out).sum()),
        validation=int(is_held_out.sum()),
    )
    return whole(Split(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out), (note, *notes)))


def _rare(counts: npt.NDArray[np.integer], folds: int, classes: tuple[str, ...]) -> tuple[Text, ...]:
    """What is to be said of classes that cannot be in every fold."""
    rare = np.flatnonzero((counts > 0) & (counts < folds)).tolist()
    if not rare:
        return ()
    names = [classes[index] if index < len(classes) else str(index) for index in rare]
    return (
        say(
            "There are fewer samples than folds of {names}: some folds validate without them, and a single sample is not "
            "trained on in the fold that holds it out.",
            names=", ".join(names[:5]) + (" ..." if len(names) > 5 else ""),
        ),
    )
