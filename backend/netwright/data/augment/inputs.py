"""Augmentations of the network's input, after the preprocessing: erasing, mixing, noise, and those of series and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from netwright.data.augment.base import Augmentation, Range, Subject, ordered, unfit
from netwright.data.augment.pictures import P
from netwright.graph.model import Model
from netwright.language import say

PADDING, UNKNOWN = 0, 1
"""Indices of tokens that stand for no word: what fills short texts up, and any word that is not known."""


class RandomErasing(Augmentation):
    type = "RandomErasing"
    title = "Random erasing"
    description = (
        "Wipes a random rectangle out of some pictures (cutout). The network may not rely on one part of a thing alone."
    )
    stage = "inputs"
    function = "random_erasing"

    class Params(Model):
        p: float = Field(default=0.5, ge=0.0, le=1.0, description=P)
        scale: Range = Field(
            default=[0.02, 0.33], description="Least and largest share of the area that is wiped out, from 0 to 1."
        )
        ratio: Range = Field(
            default=[0.3, 3.3],
            description="Least and largest height divided by width of the rectangle, from 0.05 to 20.",
        )
        value: float | Literal["random"] = Field(
            default=0.0,
            description="What stands in the rectangle: a number (0 is the mean colour after Normalize), or noise.",
        )

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        return {
            "p": params.p,
            "scale": ordered(cls, "scale", params.scale, 0.0, 1.0),
            "ratio": ordered(cls, "ratio", params.ratio, 0.05, 20.0),
            "value": params.value,
        }


class _Mixing(Augmentation):
    stage = "inputs"
    mask = "mixes"

    class Params(Model):
        alpha: float = Field(
            default=1.0,
            gt=0.0,
            le=100.0,
            description="Shares are drawn from Beta(alpha, alpha): 1 makes all alike, less mixes weakly, more nearly halves.",
        )
        p: float = Field(default=1.0, ge=0.0, le=1.0, description="How likely a sample is mixed.")

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        if subject.targets == "none":
            raise unfit(cls, say("the targets of this task cannot be mixed; remove it"))
        return {"alpha": params.alpha, "p": params.p, "num_classes": subject.num_classes}


class MixUp(_Mixing):
    type = "MixUp"
    title = "MixUp"
    description = (
        "Blends each sample with another one, and its target in the same shares. Makes the network less sure of itself between "
        "classes; training accuracy is then measured against the larger share."
    )
    kinds = ("image", "table", "series")
    function = "mixup"

    @classmethod
    def arguments(cls, params: _Mixing.Params, subject: Subject) -> Mapping[str, object]:
        if subject.targets == "mask":
            raise unfit(cls, say("a pixel of a mask has one class and cannot be blended; choose CutMix"))
        return super().arguments(params, subject)


class CutMix(_Mixing):
    type = "CutMix"
    title = "CutMix"
    description = (
        "Puts a rectangle of another picture into each one, and mixes the targets by its share of the area. Training accuracy "
        "is then measured against the larger share."
    )
    function = "cutmix"


class GaussianNoise(Augmentation):
    type = "GaussianNoise"
    title = "Gaussian noise"
    description = (
        "Adds a little noise to every number that the network gets; categories stay. In units of the network's input: after "
        "Normalize or Standardize, of the standard deviation."
    )
    kinds = ("image", "table", "series")
    stage = "inputs"
    function = "gaussian_noise"

    class Params(Model):
        mean: float = Field(default=0.0, ge=-1000.0, le=1000.0, description="Mean of the noise.")
        sigma: float = Field(default=0.1, ge=0.0, le=1000.0, description="Standard deviation of the noise.")

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        columns = subject.ready.columns
        numbers = {column.name for column in subject.raw.columns if column.categories is None}
        places = [place for place, column in enumerate(columns) if column.name in numbers]
        arguments: dict[str, object] = {"mean": params.mean, "sigma": params.sigma}
        if not columns or len(places) == len(columns):
            return arguments
        if not places:
            raise unfit(cls, say("the data has no number column that noise could be added to; remove it"))
        return {**arguments, "columns": places}


class TimeShift(Augmentation):
    type = "TimeShift"
    title = "Time shift"
    description = (
        "Moves each series a few steps earlier or later. The network learns that when a pattern begins is chance."
    )
    kinds = ("series",)
    stage = "inputs"
    function = "time_shift"

    class Params(Model):
        max_shift: int = Field(default=4, ge=1, le=100_000, description="The largest shift, in steps.")
        mode: Literal["edge", "zero", "roll"] = Field(
            default="edge", description="What fills the gap: the end repeated, zero, or the other end of the series."
        )

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        _check_steps(cls, params.max_shift, subject)
        return {"max_shift": params.max_shift, "mode": params.mode}


class TimeMasking(Augmentation):
    type = "TimeMasking"
    title = "Time masking"
    description = "Sets random stretches of each series to zero. The network may not rely on one moment alone."
    kinds = ("series",)
    stage = "inputs"
    function = "time_masking"

    class Params(Model):
        time_mask_param: int = Field(
            default=8, ge=1, le=100_000, description="Every stretch is shorter than this many steps."
        )
        num_masks: int = Field(default=1, ge=1, le=20, description="Stretches a series.")
        p: float = Field(default=1.0, ge=0.0, le=1.0, description="How likely each stretch is masked.")

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        _check_steps(cls, params.time_mask_param, subject)
        return {"time_mask_param": params.time_mask_param, "num_masks": params.num_masks, "p": params.p}


class TokenDropout(Augmentation):
    type = "TokenDropout"
    title = "Token dropout"
    description = "Replaces some tokens of each text by the unknown token. The network may not rely on single words."
    kinds = ("text",)
    stage = "inputs"
    function = "token_dropout"

    class Params(Model):
        p: float = Field(default=0.1, ge=0.0, lt=1.0, description="How likely a token is replaced.")

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        return {"p": params.p, "unknown": UNKNOWN, "padding": PADDING}


def _check_steps(augmentation: type[Augmentation], steps: int, subject: Subject) -> None:
    length = subject.ready.shape[0]
    if steps > length:
        raise unfit(
            augmentation, say("the series have {length} steps, {steps} is more than that", length=length, steps=steps)
        )
