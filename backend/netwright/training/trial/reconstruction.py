"""Samples that a network gives back, beside what they were: pictures in their own brightness, rows as the network sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from netwright.data.base import Part
from netwright.training.trial.model import Trial, check_finite

BATCH_SIZE = 64
NUM_BINS = 24

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``wanted`` is the sample as the network saw it, ``given`` what it gave back, both of the input's shape."""

    wanted: Values
    given: Values

    @property
    def error(self) -> Values:
        error: Values = np.abs(self.given - self.wanted)
        return error

    @property
    def mean_absolute_error(self) -> float:
        return float(self.error.mean(dtype=np.float64))

    @property
    def mean_squared_error(self) -> float:
        return float(np.square(self.error, dtype=np.float64).mean())


@torch.inference_mode()
def rebuild(trial: Trial, samples: torch.Tensor) -> Iterator[Rebuilt]:
    """Raw samples ``(N, ...)`` given back, in their order.

    Raises:
        TrialError: a value is not finite.
    """
    for batch in torch.split(samples, BATCH_SIZE):
        wanted = trial.preprocess(batch)
        given = trial.main(wanted)
        check_finite(given)
        yield from (Rebuilt(*pair) for pair in zip(wanted.numpy(), given.reshape(wanted.shape).numpy(), strict=True))


@dataclass(frozen=True, slots=True)
class Brightness:
    """What black and white pictures are to the network, ``(C, H, W)`` each: by them its values become pictures again."""

    black: Values
    white: Values

    @classmethod
    @torch.inference_mode()
    def of(cls, trial: Trial, white: float) -> "Brightness":
        """``white`` is the raw value of full brightness."""
        pair = torch.zeros((2, *trial.raw.inputs.shape[1:]), dtype=trial.raw.inputs.dtype)
        pair[1] = round(white)
        low, high = trial.preprocess(pair).numpy()
        return cls(low, high)

    @property
    def span(self) -> Values:
        """From black to white; 1 where the preprocessing makes them the same."""
        return np.where(self.white == self.black, 1.0, self.white - self.black).astype(np.float32)

    def picture(self, values: Values) -> NDArray[np.uint8]:
        """Values of the network ``(C, H, W)`` as pixels; what is darker than black is black."""
        shares = np.clip((values - self.black) / self.span, 0.0, 1.0)
        pixels: NDArray[np.uint8] = np.round(shares * 255).astype(np.uint8)
        return pixels


def difference(error: Values) -> NDArray[np.uint8]:
    """Absolute errors ``(C, H, W)`` as a grey picture ``(1, H, W)``: the mean over the channels, white where it is largest."""
    grey = error.mean(axis=0, keepdims=True)
    pixels: NDArray[np.uint8] = np.round(grey * (255 / max(float(grey.max()), 1e-12))).astype(np.uint8)
    return pixels


# --- the held-out part ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvaluatedSamples:
    """Errors of each sample ``(N,)``, in the unit that the network sees."""

    part: Part
    absolute: NDArray[np.float64]
    squared: NDArray[np.float64]
    has_changed: bool
    edges: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    """A histogram of ``absolute``."""


def evaluate_samples(trial: Trial, part: Part, *, has_changed: bool) -> EvaluatedSamples:
    """The whole part given back; only the errors are kept."""
    pairs = [(one.mean_absolute_error, one.mean_squared_error) for one in rebuild(trial, part.inputs)]
    absolute, squared = np.array(pairs).T
    counts, edges = np.histogram(absolute, bins=NUM_BINS)
    return EvaluatedSamples(part, absolute, squared, has_changed, edges.tolist(), counts.tolist())
