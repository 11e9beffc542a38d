"""What a file of curves holds, before it is anybody's run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from netwright.exchange.refusal import ImportRefusedError
from netwright.language import say

MAX_STEP = 2**53
MAX_EPOCH = 2**31 - 1
MAX_POINTS = 1_000_000
"""Of one file, all metrics of all its runs together."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one metric, one axis each.  ``epochs`` is 0 where the file knows none; ``elapsed`` is in seconds."""

    steps: NDArray[np.int64]
    epochs: NDArray[np.int32]
    elapsed: NDArray[np.float64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class IncomingRun:
    """Curves that belong together, by metric.  ``started`` is in Unix seconds, None where the file does not say it."""

    name: str
    curves: dict[str, Curve]
    started: float | None = None


@dataclass(slots=True)
class Collected:
    """Points of one metric while a file is read, in the file's order."""

    steps: list[int] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, step: int, epoch: int, time: float, value: float) -> None:
        self.steps.append(step)
        self.epochs.append(epoch)
        self.times.append(time)
        self.values.append(value)

    def to_curve(self, start: float = 0.0) -> Curve:
        """In the order of steps; equal ones as they came."""
        steps = np.array(self.steps, np.int64)
        order = np.argsort(steps, kind="stable")
        times = np.nan_to_num(np.array(self.times, np.float64)[order] - start, nan=0.0, posinf=0.0, neginf=0.0)
        return Curve(
            steps[order],
            np.array(self.epochs, np.int32)[order],
            np.maximum(times, 0.0),
            np.array(self.values, np.float64)[order],
        )


def check_size(label: str, runs: Sequence[int]) -> None:
    """Raises ImportRefusedError ``file_too_large`` where these are more points than a file may hold."""
    if sum(runs) > MAX_POINTS:
        raise ImportRefusedError(
            "file_too_large",
            say("{label} holds more than {count:,} points. Send fewer runs at once.", label=label, count=MAX_POINTS),
        )
