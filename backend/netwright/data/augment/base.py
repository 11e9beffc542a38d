"""What an augmentation of ``data.augment`` is: one class with its settings, and the name of the function that does it.

Nothing here needs torch: the server checks a list of augmentations and shows their forms without it.  The function stands in
``functions/``; training executes the source that :func:`netwright.data.augment.write.write_augment` makes of the list, and an
exported project gets the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from netwright.data.base import DataError
from netwright.data.transform_base import Layout
from netwright.graph.model import Model
from netwright.language import say

Stage = Literal["samples", "inputs"]
"""``samples``: raw samples, before the preprocessing.  ``inputs``: the network's input, after it."""
TargetKind = Literal["classes", "numbers", "mask", "none"]
MaskAction = Literal["moves", "stays", "mixes"]
Interpolation = Literal["nearest", "bilinear"]
Range = Annotated[list[float], Field(min_length=2, max_length=2)]

BILINEAR = "How pixels between pixels are found."


@dataclass(frozen=True, slots=True)
class Subject:
    """What a list of augmentations is for.

    ``raw`` is a batch before the preprocessing and ``ready`` the network's input after it; ``maximum`` is the raw value of full
    brightness.  ``targets`` are class indices (N,) below ``num_classes``, numbers (N, T), or a mask (N, H, W) that moves with
    its picture; where a mask is moved, ``mask_fill`` comes in from outside of it.
    """

    raw: Layout
    ready: Layout
    maximum: float
    targets: TargetKind
    num_classes: int | None = None
    mask_fill: int = 0
    plan: Callable[[Layout], Layout] = lambda layout: layout
    """What the preprocessing makes of another raw batch."""


@dataclass(frozen=True, slots=True)
class Augment:
    """A list of augmentations as Python: ``source`` defines ``augment_samples`` and ``augment_inputs``, each
    ``(batch, targets, generator) -> (batch, targets)``, of which those are there that the flags name.

    ``has_soft_targets``: classes (N,) leave as shares (N, K).
    """

    source: str
    has_samples: bool
    has_inputs: bool
    has_soft_targets: bool


class Augmentation(ABC):
    """One registered augmentation."""

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ("image",)
    stage: ClassVar[Stage] = "samples"
    mask: ClassVar[MaskAction] = "stays"
    """What becomes of a target mask (N, H, W): it moves with the picture, it stays as it is, or the targets are mixed."""
    function: ClassVar[str]
    """Name of the function in ``functions/``, called with ``arguments``."""

    class Params(Model):
        """Settings of this augmentation."""

    @classmethod
    @abstractmethod
    def arguments(cls, params: Any, subject: Subject) -> Mapping[str, object]:
        """Keyword arguments of the function: plain values, whose ``repr`` reads back.

        Raises:
            DataError: code ``bad_transform``: it does not fit there.
        """


def unfit(augmentation: type[Augmentation], why: str) -> DataError:
    return DataError(
        say("The augmentation {type} does not fit here: {why}.", type=augmentation.type, why=why), code="bad_transform"
    )


def ordered(
    augmentation: type[Augmentation], name: str, values: Sequence[float], low: float, high: float
) -> tuple[float, float]:
    """A range from a smaller to a larger number, both within bounds.

    Raises:
        DataError: it is none.
    """
    first, second = values
    if not low <= first <= second <= high:
        raise unfit(
            augmentation,
            say(
                "{name} must be two numbers from {low} to {high}, the smaller one first, not {first} and {second}",
                name=name,
                low=f"{low:g}",
                high=f"{high:g}",
                first=f"{first:g}",
                second=f"{second:g}",
            ),
        )
    return first, second


def check_colours(augmentation: type[Augmentation], layout: Layout) -> None:
    """
    Raises:
        DataError: the pictures have other channels than grey or red, green and blue.
    """
    if layout.shape[0] not in (1, 3):
        raise unfit(
            augmentation,
            say("it needs 1 or 3 channels, the pictures have {channels}", channels=layout.shape[0]),
        )
