"""Augmentations that move the pixels of pictures, under the names and parameters of torchvision's ``transforms.v2``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from netwright.data.augment.base import Augmentation, Interpolation, Range, Subject, ordered, unfit
from netwright.graph.model import Model
from netwright.language import say

Padding = Annotated[int, Field(ge=0, le=512)]
FILL = "What comes in from outside, from 0 (black) to 1 (full brightness)."
P = "How likely a picture is changed."


class RandomCrop(Augmentation):
    type = "RandomCrop"
    title = "Random crop"
    description = (
        "Cuts a window out of each picture at a random place, after adding a border. The network learns that a thing is the "
        "same wherever it stands."
    )
    mask = "moves"
    function = "random_crop"

    class Params(Model):
        size: list[int] | None = Field(
            default=None,
            min_length=2,
            max_length=2,
            description="Height and width of the window in pixels; empty: the size of the pictures.",
        )
        padding: Padding | Annotated[list[Padding], Field(min_length=4, max_length=4)] = Field(
            default=4, description="Border that is added first, in pixels: one number, or left, top, right and bottom."
        )
        fill: float = Field(default=0.0, ge=0.0, le=1.0, description=FILL)
        padding_mode: Literal["constant", "edge", "reflect", "symmetric"] = Field(
            default="constant",
            description="What the border is: the fill, the last pixel repeated, or the picture mirrored.",
        )

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        _, height, width = subject.raw.shape
        window = (height, width) if params.size is None else (params.size[0], params.size[1])
        padding = params.padding if isinstance(params.padding, list) else [params.padding] * 4
        left, top, right, bottom = padding
        if not (1 <= window[0] <= height + top + bottom and 1 <= window[1] <= width + left + right):
            raise unfit(
                cls,
                say(
                    "a window of {high} x {wide} does not fit into pictures of {height} x {width} with their border; "
                    "make it smaller",
                    high=window[0],
                    wide=window[1],
                    height=height,
                    width=width,
                ),
            )
        if params.padding_mode in {"reflect", "symmetric"} and max(*padding) >= min(height, width):
            raise unfit(cls, say("a border as wide as the picture cannot mirror it; make padding smaller"))
        return {
            "size": window,
            "padding": (left, top, right, bottom),
            "padding_mode": params.padding_mode,
            "fill": scaled(params.fill, subject),
        }


class RandomResizedCrop(Augmentation):
    type = "RandomResizedCrop"
    title = "Random resized crop"
    description = (
        "Cuts a part of random size and shape out of each picture and stretches it to the size of the picture: things appear "
        "larger and at other places."
    )
    mask = "moves"
    function = "random_resized_crop"

    class Params(Model):
        scale: Range = Field(default=[0.08, 1.0], description="Least and largest share of the area that is kept.")
        ratio: Range = Field(
            default=[0.75, 4 / 3], description="Least and largest width divided by height of the part, from 0.1 to 10."
        )
        interpolation: Interpolation = Field(default="bilinear", description="How pixels between pixels are found.")

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        return {
            "scale": ordered(cls, "scale", params.scale, 0.001, 1.0),
            "ratio": ordered(cls, "ratio", params.ratio, 0.1, 10.0),
            "interpolation": params.interpolation,
        }


class _Flip(Augmentation):
    mask = "moves"

    class Params(Model):
        p: float = Field(default=0.5, ge=0.0, le=1.0, description=P)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        return {"p": params.p}


class RandomHorizontalFlip(_Flip):
    type = "RandomHorizontalFlip"
    title = "Random horizontal flip"
    description = (
        "Exchanges left and right. For things that look alike from both sides; not for digits, letters or signs, which become "
        "others."
    )
    function = "random_horizontal_flip"


class RandomVerticalFlip(_Flip):
    type = "RandomVerticalFlip"
    title = "Random vertical flip"
    description = "Exchanges top and bottom. For pictures from above or through a microscope, where no side is up."
    function = "random_vertical_flip"


class RandomRotation(Augmentation):
    type = "RandomRotation"
    title = "Random rotation"
    description = "Turns each picture about its middle by a random angle."
    mask = "moves"
    function = "random_rotation"

    class Params(Model):
        degrees: float | Range = Field(
            default=15.0,
            description="The largest angle to both sides, or the smallest and the largest, in degrees counter-clockwise.",
        )
        interpolation: Interpolation = Field(default="nearest", description="How pixels between pixels are found.")
        fill: float = Field(default=0.0, ge=0.0, le=1.0, description=FILL)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        return {
            "degrees": angles(cls, params.degrees),
            "interpolation": params.interpolation,
            "fill": scaled(params.fill, subject),
        }


class RandomAffine(Augmentation):
    type = "RandomAffine"
    title = "Random affine"
    description = "Turns, moves, scales and shears each picture at random."
    mask = "moves"
    function = "random_affine"

    class Params(Model):
        degrees: float | Range = Field(
            default=10.0, description="The largest angle to both sides, or the smallest and the largest, in degrees."
        )
        translate: Range = Field(
            default=[0.1, 0.1], description="The largest shift, as a share of the width and of the height."
        )
        scale: Range = Field(default=[0.9, 1.1], description="The smallest and the largest factor of size.")
        shear: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
            default=None,
            description="Angles of shear in degrees along x, from and to, and along y, from and to; empty: none.",
        )
        interpolation: Interpolation = Field(default="nearest", description="How pixels between pixels are found.")
        fill: float = Field(default=0.0, ge=0.0, le=1.0, description=FILL)

    @classmethod
    def arguments(cls, params: Params, subject: Subject) -> Mapping[str, object]:
        shear = params.shear or [0.0, 0.0, 0.0, 0.0]
        along_x, along_y = (ordered(cls, "shear", pair, -80.0, 80.0) for pair in (shear[:2], shear[2:]))
        if not all(0 <= share <= 1 for share in params.translate):
            raise unfit(cls, say("the shares of translate must be from 0 to 1"))
        return {
            "degrees": angles(cls, params.degrees),
            "translate": tuple(params.translate),
            "scale": ordered(cls, "scale", params.scale, 0.01, 100.0),
            "shear": (*along_x, *along_y),
            "interpolation": params.interpolation,
            "fill": scaled(params.fill, subject),
        }


def scaled(fill: float, subject: Subject) -> float | int:
    """A brightness from 0 to 1 as a raw value; whole, as raw pixels are."""
    return round(fill * subject.maximum)


def angles(augmentation: type[Augmentation], degrees: float | list[float]) -> tuple[float, float]:
    """``degrees`` as a range."""
    pair = degrees if isinstance(degrees, list) else [-abs(degrees), abs(degrees)]
    return ordered(augmentation, "degrees", pair, -360.0, 360.0)
