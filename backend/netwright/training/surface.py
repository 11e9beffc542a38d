"""What a network answers all over its input, where the input has one or two features and can be drawn."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from netwright.data.base import Prepared
from netwright.training.answers import Answers
from netwright.training.reporting import Emit, to_scalar

if TYPE_CHECKING:
    from torch import Tensor

SIZE_OF_PLANE, SIZE_OF_LINE = 48, 200
MARGIN = 0.1
MAX_POINTS = 500
MAX_EVENTS = 60


def is_look_due(epoch: int, epochs: int) -> bool:
    """All of the first ten epochs, then evenly, so that a run has no more than about 60 looks of a kind."""
    return epoch <= 10 or epoch >= epochs or epoch % math.ceil(epochs / (MAX_EVENTS - 10)) == 0


@dataclass
class Surface:
    """Looks at the network's answers on a grid after an epoch.

    ``inputs`` are the grid's points as the network gets them, ``(size ** F, ...)``.  A look costs one forward pass of some
    2,300 tiny samples.
    """

    features: tuple[str, ...]
    ranges: list[list[float]]
    size: int
    inputs: "Tensor"
    points: list[list[float]]
    classes: tuple[str, ...]
    """Empty for a regression."""
    answers: Answers

    def emit(self, answer: "Callable[[Tensor], Tensor]", epoch: int, step: int, emit: Emit) -> None:
        """``answer`` gives ``(N, K)`` outputs for inputs, with the network in evaluation mode."""
        fields: dict[str, Any] = {"values": [], "confidence": []}
        outputs = answer(self.inputs)
        if not self.classes:
            fields["values"] = [to_scalar(round(value, 5)) for value in outputs[:, 0].tolist()]
        else:
            fields["values"] = self.answers.classes(outputs).tolist()
            if self.answers.are_sure:
                confidence = self.answers.probabilities(outputs).amax(1)
                fields["confidence"] = [round(value, 3) for value in confidence.nan_to_num().tolist()]
        emit(
            "surface",
            step=step,
            epoch=epoch,
            features=list(self.features),
            ranges=self.ranges,
            classes=list(self.classes),
            size=self.size,
            points=self.points,
            **fields,
        )
        self.points = []


def build_surface(
    data: Prepared, preprocess: "Callable[[Tensor], Tensor]", device: torch.device, answers: Answers
) -> Surface | None:
    """For tables of one or two numbers and one target; None for any other data."""
    if len(data.numbers) not in {1, 2} or (data.task == "regression" and data.num_outputs != 1):
        return None
    if data.task in {"reconstruction", "multilabel"}:  # several answers a point
        return None
    raw = data.train.inputs
    if not bool(raw.isfinite().all()):
        return None
    low, high = raw.amin(0), raw.amax(0)
    margin = MARGIN * (high - low).clamp_min(1e-6)
    low, high = low - margin, high + margin
    size = SIZE_OF_LINE if len(data.numbers) == 1 else SIZE_OF_PLANE
    axes = [torch.linspace(float(a), float(b), size) for a, b in zip(low, high, strict=True)]
    # The last axis varies fastest in a meshgrid: reversed, so that the first feature does.
    grid = torch.stack(torch.meshgrid(*reversed(axes), indexing="ij")[::-1], -1).reshape(-1, len(axes))
    targets = data.train.targets[:MAX_POINTS].reshape(-1, 1)
    points = torch.cat([raw[:MAX_POINTS].double(), targets.double()], 1)
    return Surface(
        features=data.numbers,
        ranges=[[round(float(a), 6), round(float(b), 6)] for a, b in zip(low, high, strict=True)],
        size=size,
        inputs=preprocess(grid.to(device)),
        points=[[round(value, 5) for value in point] for point in points.tolist()],
        classes=data.classes,
        answers=answers,
    )
