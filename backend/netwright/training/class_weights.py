"""Class weights that balance classes, from how often each occurs.  No torch: a server fills them in."""

from collections.abc import Sequence
from typing import Literal, get_args

BalanceKind = Literal["classes", "second"]
"""What a setting of a loss takes, as its schema says under ``balance``: a factor for each class, or one for the second of two,
or for each label on the samples that have it."""


def balance(kind: BalanceKind, counts: Sequence[int], num_samples: int, *, are_labels: bool) -> list[float] | None:
    """``sum(counts) / (classes * count)`` for each class, as scikit-learn's "balanced", or how many samples lack what the
    second class, or each label, is.  A class that the part lacks counts as 1, for nothing is learnt of it; None where nothing
    can be balanced.  Four digits."""
    if are_labels:
        if any(count in {0, num_samples} for count in counts):
            return None
        return [_round((num_samples - count) / count) for count in counts]
    if len(counts) < 2:
        return None
    if kind == "classes":
        return [_round(sum(counts) / (len(counts) * count)) if count else 1.0 for count in counts]
    return [_round(counts[0] / counts[1])] if len(counts) == 2 and all(counts) else None


def offered_weights(counts: Sequence[int], num_samples: int, *, are_labels: bool) -> dict[BalanceKind, list[float]]:
    """What a person is offered, by kind: nothing where a class does not occur, which is then to be said."""
    if 0 in counts:
        return {}
    kinds: tuple[BalanceKind, ...] = get_args(BalanceKind)
    found = {kind: balance(kind, counts, num_samples, are_labels=are_labels) for kind in kinds}
    return {kind: weights for kind, weights in found.items() if weights is not None}


def _round(value: float) -> float:
    return float(f"{value:.4g}")
