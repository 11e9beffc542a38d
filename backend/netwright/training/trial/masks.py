"""Masks that a network draws over pictures, and how well they fit on the part that was held out.

Letters: N pictures, C channels or classes, H W pixels of the network's input, which the mask has too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from netwright.data.base import Part
from netwright.training.trial.evaluation import Floats, Integers
from netwright.training.trial.model import Trial, check_finite

BATCH_SIZE = 8
"""A network that draws masks holds every layer's values at every pixel."""

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Drawn:
    """``mask`` is ``(H, W)``, a class at every pixel.  ``certainty`` is the mean over the pixels of the probability of the
    class that is said; None where the loss makes no probabilities."""

    mask: Mask
    certainty: float | None

    def shares(self, num_classes: int) -> list[float]:
        """Which part of the pixels each class has."""
        counts = np.bincount(self.mask.ravel(), minlength=num_classes)
        return [float(count) / self.mask.size for count in counts]


@torch.inference_mode()
def draw_masks(trial: Trial, samples: torch.Tensor) -> Iterator[Drawn]:
    """Masks of raw pictures ``(N, C, H, W)``, in their order.

    Raises:
        TrialError: a value is not finite.
    """
    for batch in torch.split(samples, BATCH_SIZE):
        outputs = trial.main(trial.preprocess(batch))
        check_finite(outputs)
        masks = trial.answers.classes(outputs).to(torch.uint8).numpy()
        certainty: list[float | None] = [None] * len(masks)
        if trial.are_probabilities:
            certainty = list(trial.answers.probabilities(outputs).amax(1).flatten(1).mean(1).tolist())
        yield from (Drawn(mask, sure) for mask, sure in zip(masks, certainty, strict=True))


def fit_picture(trial: Trial, sample: torch.Tensor) -> NDArray[np.uint8]:
    """A raw picture ``(C, H, W)`` in the pixels of the mask, which the preprocessing may have moved."""
    moved = sample if trial.move is None else trial.move(sample)
    pixels: NDArray[np.uint8] = moved.numpy()
    return pixels


# --- the held-out part ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvaluatedMasks:
    """``masks`` and ``targets`` are ``(N, H, W)``, ``counts`` is ``(C, C)``: at how many pixels the class of the row was taken
    for that of the column.  ``certainty`` is ``(N,)``; None where there are no probabilities."""

    part: Part
    masks: Mask
    targets: Mask
    counts: Integers
    certainty: Floats | None
    has_changed: bool

    @property
    def right(self) -> Floats:
        """Of each picture the share of pixels that are right."""
        shares: Floats = (self.masks == self.targets).reshape(len(self.masks), -1).mean(axis=1)
        return shares


def evaluate_masks(trial: Trial, part: Part, *, has_changed: bool) -> EvaluatedMasks:
    """Masks of the whole part beside those that are wanted."""
    drawn = list(draw_masks(trial, part.inputs))
    masks, targets = np.stack([one.mask for one in drawn]), part.targets.numpy().astype(np.uint8)
    num_classes = len(trial.raw.classes)
    places = targets.astype(np.int64).ravel() * num_classes + masks.ravel()
    counts: Integers = np.bincount(places, minlength=num_classes**2).reshape(num_classes, num_classes)
    sure = [one.certainty for one in drawn if one.certainty is not None]
    certainty = np.array(sure) if len(sure) == len(drawn) else None
    return EvaluatedMasks(part, masks, targets, counts, certainty, has_changed)


def overlaps(counts: Integers) -> list[float | None]:
    """Intersection over union of each class of a confusion matrix; None where no pixel is of it or taken for it."""
    unions = counts.sum(axis=0) + counts.sum(axis=1) - counts.diagonal()
    return [float(hit / union) if union else None for hit, union in zip(counts.diagonal(), unions, strict=True)]


def order_masks(found: EvaluatedMasks, order: str, target: int | None, predicted: int | None) -> Integers:
    """Places of pictures in the held-out part: those with most pixels of a cell of the confusion matrix where one is named;
    ``worst`` first those with the fewest right pixels, ``uncertain`` first those with the lowest certainty."""
    if target is not None or predicted is not None:
        is_there = np.ones_like(found.masks, dtype=bool)
        if target is not None:
            is_there &= found.targets == target
        if predicted is not None:
            is_there &= found.masks == predicted
        pixels = is_there.reshape(len(is_there), -1).sum(axis=1)
        places = np.argsort(-pixels, kind="stable")
        return np.asarray(places[pixels[places] > 0], dtype=np.int64)
    by = found.certainty if order == "uncertain" and found.certainty is not None else found.right
    return np.argsort(by, kind="stable").astype(np.int64)
