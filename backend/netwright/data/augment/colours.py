"""Augmentations of a picture's colours, and those that choose by themselves, as torchvision's ``transforms.v2`` has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from netwright.data.augment.base import Augmentation, Interpolation, Range, Subject, check_colours, ordered, unfit
from netwright.data.augment.pictures import FILL, P, scaled
from netwright.graph.model import Model
from netwright.language import say

Odd = Annotated[int, Field(ge=1, le=101)]


class ColorJitter(Augmentation):
    type = "ColorJitter"
    title = "Colour jitter"
    description = (
        "Changes brightness, contrast, saturation and hue of each picture at random, in this order. The network learns that "
        "light and colour of a photo are chance."
    )
    function = "color_jitter"

    class Params(Model):
        brightness: float | Range = Field(
            default=0.2, description="How far the factor may be from 1, or the smallest and the largest factor."
        )
        contrast: float | Range = Field(
            default=0.2, description="How far the factor may be from 1, or the smallest and the largest factor."
        )
        saturation: float | Range = Field(
            default=0.2, description="How far the factor may be from 1, or the smallest and the largest factor."
        )
        hue: float | Range = Field(
            default=0.0,
            description="The largest shift around the circle of colours to both sides, at most 0.5, or both ends of it.",
        )

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        check_colours(cls, subject.raw)
        found: dict[str, object] = {}
        for name in ("brightness", "contrast", "saturation"):
            value = getattr(params, name)
            pair = value if isinstance(value, list) else [max(0.0, 1 - value), 1 + value]
            found[name] = ordered(cls, name, pair, 0.0, 100.0)
        hue = params.hue if isinstance(params.hue, list) else [-params.hue, params.hue]
        return {**found, "hue": ordered(cls, "hue", hue, -0.5, 0.5), "maximum": subject.maximum}


class RandomGrayscale(Augmentation):
    type = "RandomGrayscale"
    title = "Random grayscale"
    description = "Takes the colour out of some pictures. The network may not rely on colour alone."
    function = "random_grayscale"

    class Params(Model):
        p: float = Field(default=0.1, ge=0.0, le=1.0, description=P)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        check_colours(cls, subject.raw)
        return {"p": params.p}


class GaussianBlur(Augmentation):
    type = "GaussianBlur"
    title = "Gaussian blur"
    description = "Blurs each picture by a random amount. The network may not rely on the finest details."
    function = "gaussian_blur"

    class Params(Model):
        kernel_size: Odd | Annotated[list[Odd], Field(min_length=2, max_length=2)] = Field(
            default=3, description="Width and height of the window in pixels, odd numbers."
        )
        sigma: float | Range = Field(
            default=[0.1, 2.0], description="Width of the bell curve in pixels, or the smallest and the largest."
        )

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        size = params.kernel_size if isinstance(params.kernel_size, list) else [params.kernel_size] * 2
        if any(each % 2 == 0 for each in size):
            raise unfit(cls, say("kernel_size must be odd, so that the window has a middle"))
        _, height, width = subject.raw.shape
        if size[0] // 2 >= width or size[1] // 2 >= height:
            raise unfit(cls, say("half of kernel_size must be smaller than the picture"))
        sigma = params.sigma if isinstance(params.sigma, list) else [params.sigma] * 2
        return {"kernel_size": tuple(size), "sigma": ordered(cls, "sigma", sigma, 0.01, 100.0)}


class RandAugment(Augmentation):
    type = "RandAugment"
    title = "RandAugment"
    description = (
        "Does a few of fourteen operations to each picture, all with one strength: shears, shifts, turns, colours, sharpness, "
        "levels. A strong recipe with two numbers to choose."
    )
    mask = "moves"
    function = "rand_augment"

    class Params(Model):
        num_ops: int = Field(default=2, ge=1, le=10, description="Operations one after the other.")
        magnitude: int = Field(default=9, ge=0, le=100, description="Their strength, below num_magnitude_bins.")
        num_magnitude_bins: int = Field(default=31, ge=2, le=101, description="How many strengths there are.")
        interpolation: Interpolation = Field(default="nearest", description="How pixels between pixels are found.")
        fill: float = Field(default=0.0, ge=0.0, le=1.0, description=FILL)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        check_colours(cls, subject.raw)
        if params.magnitude >= params.num_magnitude_bins:
            raise unfit(cls, say("magnitude must be below num_magnitude_bins"))
        return {
            "num_ops": params.num_ops,
            "magnitude": params.magnitude,
            "num_magnitude_bins": params.num_magnitude_bins,
            "interpolation": params.interpolation,
            "fill": scaled(params.fill, subject),
            "maximum": subject.maximum,
        }


class TrivialAugmentWide(Augmentation):
    type = "TrivialAugmentWide"
    title = "TrivialAugmentWide"
    description = (
        "Does one of the operations of RandAugment to each picture, with any strength. There is nothing to tune."
    )
    mask = "moves"
    function = "trivial_augment_wide"

    class Params(Model):
        num_magnitude_bins: int = Field(default=31, ge=2, le=101, description="How many strengths there are.")
        interpolation: Interpolation = Field(default="nearest", description="How pixels between pixels are found.")
        fill: float = Field(default=0.0, ge=0.0, le=1.0, description=FILL)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        check_colours(cls, subject.raw)
        return {
            "num_magnitude_bins": params.num_magnitude_bins,
            "interpolation": params.interpolation,
            "fill": scaled(params.fill, subject),
            "maximum": subject.maximum,
        }
