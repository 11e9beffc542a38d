"""What a sweep of the learning rate finds, and what follows from it.  No torch here: the server reads it.

The learning rate range test of Smith, "Cyclical Learning Rates for Training Neural Networks" (2015, arXiv:1506.01186): the rate
rises exponentially from step to step, the loss is watched.  The suggestions are those of fastai's ``lr_find``: where the loss
falls fastest ("steep"), and a tenth of where it is lowest ("minimum").
"""

import math
from typing import Literal

from pydantic import Field

from netwright.graph.model import Model
from netwright.language import Sentence

RATE_FINDER = -1
"""The number of the attempt that only sweeps the learning rate: its folder has a ``spec.json``, it writes ``rates.json`` and
nothing else."""

RESULT_NAME = "rates.json"

FIRST_RATE, LAST_RATE = 1e-7, 10.0
NUM_STEPS = 200
LEAST_STEPS = 60
"""So many steps are made where 200 would take longer than a minute."""
MIN_POINTS = 10
"""Fewer say nothing."""

DIVERGED = 4.0
"""The sweep stops once the loss is so many times its lowest (as fastai's) ..."""
ABOVE_BEGINNING = 1.5
"""... and so many times what it was in the first ``BEGINNING`` steps: one that fell far may rise again unharmed."""
BEGINNING = 20
RUNNING_SHARE = 0.9
"""Of the running mean that says whether the loss has diverged."""


class RateFinding(Model):
    """``losses[i]``: the loss on the batch after the step with ``rates[i]``; ``smoothed``: the curve that is drawn.

    ``sentence`` says why nothing can be suggested, ``note`` what to bear in mind.  ``end``: all rates were tried, the loss grew
    far beyond its lowest value and its beginning, or it was no longer finite.
    """

    num_steps: int = NUM_STEPS
    rates: list[float] = Field(default_factory=list)
    losses: list[float] = Field(default_factory=list)
    smoothed: list[float] = Field(default_factory=list)
    steepest: float | None = None
    tenth: float | None = None
    sentence: Sentence | None = None
    note: Sentence | None = None
    end: Literal["all", "diverged", "not_finite"] | None = None


def rate_of(step: int, num_steps: int) -> float:
    """The learning rate of step ``step`` (from 0) of a sweep."""
    return FIRST_RATE * math.pow(LAST_RATE / FIRST_RATE, step / max(num_steps - 1, 1))


class Divergence:
    """Whether a sweep has gone too far: a running mean of the loss against the lowest that it has been."""

    def __init__(self) -> None:
        self._sum, self._weight, self._count = 0.0, 0.0, 0
        self._begin, self._lowest = -math.inf, math.inf

    @property
    def limit(self) -> float:
        """The loss from which on it has diverged.  One that is not above zero has no multiples: its beginning counts."""
        if self._count == 0:
            return math.inf
        if self._lowest > 0:
            return max(DIVERGED * self._lowest, ABOVE_BEGINNING * self._begin)
        return self._begin + (DIVERGED - 1) * abs(self._begin)

    def is_over(self, loss: float) -> bool:
        self._sum = RUNNING_SHARE * self._sum + (1 - RUNNING_SHARE) * loss
        self._weight = RUNNING_SHARE * self._weight + (1 - RUNNING_SHARE)
        mean = self._sum / self._weight
        self._count += 1
        if self._count <= BEGINNING:
            self._begin = max(self._begin, mean)
        self._lowest = min(self._lowest, mean)
        return mean > self.limit and self._count > BEGINNING


def smooth(losses: list[float], num_steps: int, limit: float = math.inf) -> list[float]:
    """A mean of each loss and its neighbours on both sides, weighted by a bell curve of a fiftieth of the sweep.

    A running mean would show each fall later, at a larger rate, than it was.  Losses above ``limit`` count as it: a single
    huge one at the end would hide what was before it.
    """
    width = max(num_steps / 50, 0.5)
    reach = math.ceil(3 * width)
    bell = [math.exp(-0.5 * (i / width) ** 2) for i in range(reach + 1)]
    smoothed = []
    for at in range(len(losses)):
        near = range(max(at - reach, 0), min(at + reach + 1, len(losses)))
        weights = [bell[abs(i - at)] for i in near]
        total = sum(weight * min(losses[i], limit) for i, weight in zip(near, weights, strict=True))
        smoothed.append(total / sum(weights))
    return smoothed


def suggest(rates: list[float], losses: list[float], smoothed: list[float]) -> tuple[float, float] | None:
    """The rate where ``smoothed`` falls fastest, and a tenth of the one where it is lowest; None where it never falls by
    more than what batches differ by before the rates matter."""
    begin = losses[: max(len(losses) // 10, 5)]
    mean = sum(begin) / len(begin)
    spread = math.sqrt(sum((loss - mean) ** 2 for loss in begin) / len(begin))
    lowest = min(range(len(smoothed)), key=smoothed.__getitem__)
    if smoothed[0] - smoothed[lowest] <= max(spread, 0.01 * abs(mean)) or lowest == 0:
        return None
    # Rates are evenly spaced in their logarithm, so that a difference is a slope.
    steepest = min(range(lowest), key=lambda i: smoothed[i + 1] - smoothed[max(i - 1, 0)])
    return rates[steepest], rates[lowest] / 10
