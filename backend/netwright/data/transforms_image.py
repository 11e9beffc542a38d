"""Transforms of pictures, ``(N, C, H, W)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import Field

from netwright.data.transform_base import Code, Layout, Training, Transform, misfit, on_device, to_literal
from netwright.graph.model import Model
from netwright.language import say


class ToFloat(Transform):
    type = "ToFloat"
    title = "To float"
    description = "Turns pixels of whole numbers into floats from 0 to 1."
    kinds = ("image",)
    is_per_pixel = True

    class Params(Model):
        maximum: float = Field(default=255.0, gt=0.0, le=65535.0, description="The pixel value that becomes 1.")

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if layout.is_float:
            raise misfit(cls, say("the pictures are floats already; remove it"))
        return replace(layout, is_float=True)

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        # Whole numbers divided are float32: in one pass, without a copy that was only turned into floats.
        return Code((f"batch = batch / {to_literal(params.maximum)}",))


class Normalize(Transform):
    type = "Normalize"
    title = "Normalize"
    description = "Shifts and scales each channel to mean 0 and standard deviation 1, as measured on the training part."
    kinds = ("image",)

    class Params(Model):
        mean: list[float] | None = Field(
            default=None, max_length=16, description="One mean a channel; empty: measured on the training part."
        )
        std: list[float] | None = Field(
            default=None,
            max_length=16,
            description="One standard deviation a channel; empty: measured on the training part.",
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if not layout.is_float:
            raise misfit(cls, say("it needs floats; put ToFloat before it"))
        for label, values in (("mean", params.mean), ("std", params.std)):
            if values is not None and len(values) != layout.shape[0]:
                raise misfit(
                    cls,
                    say(
                        "{name} has {count} values, the pictures have {channels} channels",
                        name=label,
                        count=len(values),
                        channels=layout.shape[0],
                    ),
                )
        if params.std is not None and min(params.std) <= 0:
            raise misfit(cls, say("every standard deviation must be above 0"))
        return layout

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import channel_statistics

        mean, std = params.mean, params.std
        if mean is None or std is None:
            fitted_mean, fitted_std = channel_statistics(training)
            mean = fitted_mean if mean is None else mean
            std = fitted_std if std is None else std
        if len(mean) == 1:
            return Code((f"batch = (batch - {to_literal(mean[0])}).div_({to_literal(std[0])})",))
        shape = (len(mean), 1, 1)
        constants = {name("MEAN"): (tuple(mean), shape), name("STD"): (tuple(std), shape)}
        shift, scale = (on_device(constant) for constant in constants)
        return Code((f"batch = (batch - {shift}).div_({scale})",), constants)


class Resize(Transform):
    type = "Resize"
    title = "Resize"
    description = "Resamples pictures to another size (bilinear, with antialiasing)."
    kinds = ("image",)

    class Params(Model):
        size: list[int] = Field(
            default=[32, 32], min_length=2, max_length=2, description="Height and width in pixels, each from 1 to 1024."
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if not layout.is_float:
            raise misfit(cls, say("it needs floats; put ToFloat before it"))
        height, width = params.size
        if not (1 <= height <= 1024 and 1 <= width <= 1024):
            raise misfit(
                cls,
                say("height and width must be from 1 to 1024, not {height} and {width}", height=height, width=width),
            )
        return replace(layout, shape=(layout.shape[0], height, width))

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        height, width = params.size
        return Code(
            (
                "batch = torch.nn.functional.interpolate(",
                f'    batch, size=({height}, {width}), mode="bilinear", align_corners=False, antialias=True',
                ")",
            )
        )

    @classmethod
    def write_masks(cls, params: Params) -> tuple[str, ...]:
        height, width = params.size
        # A class has no middle: the nearest pixel's, at the centres that the picture's resampling has.
        return (
            "masks = torch.nn.functional.interpolate(",
            f'    masks[:, None], size=({height}, {width}), mode="nearest-exact"',
            ")[:, 0]",
        )


class Grayscale(Transform):
    type = "Grayscale"
    title = "Grayscale"
    description = "Turns red, green and blue into one channel of brightness (ITU-R BT.601)."
    kinds = ("image",)

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        if not layout.is_float:
            raise misfit(cls, say("it needs floats; put ToFloat before it"))
        if layout.shape[0] != 3:
            raise misfit(cls, say("it needs 3 channels, the pictures have {channels}", channels=layout.shape[0]))
        return replace(layout, shape=(1, *layout.shape[1:]))

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        return Code(("batch = 0.299 * batch[:, 0:1] + 0.587 * batch[:, 1:2] + 0.114 * batch[:, 2:3]",))


class CenterCrop(Transform):
    type = "CenterCrop"
    title = "Centre crop"
    description = "Cuts the middle out of each picture."
    kinds = ("image",)

    class Params(Model):
        size: list[int] = Field(
            default=[28, 28], min_length=2, max_length=2, description="Height and width in pixels, each from 1 to 1024."
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        high, wide = params.size
        channels, height, width = layout.shape
        if not (1 <= high <= height and 1 <= wide <= width):
            raise misfit(
                cls,
                say(
                    "a middle of {high} x {wide} cannot be cut out of pictures of {height} x {width}; make it smaller",
                    high=high,
                    wide=wide,
                    height=height,
                    width=width,
                ),
            )
        return replace(layout, shape=(channels, high, wide))

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        high, wide = params.size
        return Code(
            (
                f"top, left = (batch.shape[2] - {high}) // 2, (batch.shape[3] - {wide}) // 2",
                f"batch = batch[:, :, top : top + {high}, left : left + {wide}]",
            )
        )
