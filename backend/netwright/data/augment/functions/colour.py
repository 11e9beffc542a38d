"""Augmentations of a picture's colours: ``batch`` (N, C, H, W) in its raw scale, 0 to ``maximum``, with 1 or 3 channels."""

import torch
from torch import Tensor
from torch.nn import functional

from netwright.data.augment.functions.draws import draw, draw_some, per_sample


def color_jitter(
    batch: Tensor,
    generator: torch.Generator,
    *,
    brightness: tuple[float, float],
    contrast: tuple[float, float],
    saturation: tuple[float, float],
    hue: tuple[float, float],
    maximum: float,
) -> Tensor:
    """Brightness, contrast, saturation and hue, in this order, each by a factor (the hue: a shift) from its range."""
    batch = batch.to(torch.float32)
    if brightness != (1, 1):
        batch = adjust_brightness(batch, draw(batch, generator, *brightness), maximum)
    if contrast != (1, 1):
        batch = adjust_contrast(batch, draw(batch, generator, *contrast), maximum)
    if saturation != (1, 1):
        batch = adjust_saturation(batch, draw(batch, generator, *saturation), maximum)
    if hue != (0, 0):
        batch = adjust_hue(batch, draw(batch, generator, *hue), maximum)
    return batch


def adjust_brightness(batch: Tensor, factor: Tensor, maximum: float) -> Tensor:
    return (batch * per_sample(factor, batch)).clamp(0, maximum)


def adjust_contrast(batch: Tensor, factor: Tensor, maximum: float) -> Tensor:
    """Away from the mean grey of the picture, or towards it."""
    return blend(batch, to_grey(batch).mean((1, 2, 3), keepdim=True), factor, maximum)


def adjust_saturation(batch: Tensor, factor: Tensor, maximum: float) -> Tensor:
    """Away from the grey of each pixel, or towards it."""
    return batch if batch.shape[1] == 1 else blend(batch, to_grey(batch), factor, maximum)


def blend(batch: Tensor, other: Tensor, factor: Tensor, maximum: float) -> Tensor:
    keep = per_sample(factor, batch)
    return (keep * batch + (1 - keep) * other).clamp(0, maximum)


def to_grey(batch: Tensor) -> Tensor:
    """Brightness (N, 1, H, W) of red, green and blue (ITU-R BT.601)."""
    if batch.shape[1] == 1:
        return batch
    return 0.2989 * batch[:, 0:1] + 0.587 * batch[:, 1:2] + 0.114 * batch[:, 2:3]


def adjust_hue(batch: Tensor, shift: Tensor, maximum: float) -> Tensor:
    """Colours turned around the circle by ``shift`` (1 is once around): to hue, saturation and value, and back."""
    if batch.shape[1] == 1:
        return batch
    red, green, blue = (batch / maximum).unbind(1)
    value, low = torch.maximum(torch.maximum(red, green), blue), torch.minimum(torch.minimum(red, green), blue)
    spread = value - low
    divisor = torch.where(spread == 0, torch.ones_like(spread), spread)
    hue = torch.where(
        value == red,
        (green - blue) / divisor,
        torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    hue = (hue / 6 + shift.view(-1, 1, 1)) % 1.0
    # Each channel is the value less what the distance of its hue takes away.
    turned = [(hue * 6 + offset) % 6 for offset in (5, 3, 1)]
    channels = [value - spread * torch.minimum(k, 4 - k).clamp(0, 1) for k in turned]
    return torch.stack(channels, 1) * maximum


def random_grayscale(batch: Tensor, generator: torch.Generator, *, p: float) -> Tensor:
    """Without colour, of each picture with probability ``p``; the channels stay three."""
    batch = batch.to(torch.float32)
    chosen = draw_some(batch, generator, p)
    grey = to_grey(batch.index_select(0, chosen)).expand(-1, batch.shape[1], -1, -1)
    return batch.index_copy(0, chosen, grey.contiguous())


def gaussian_blur(
    batch: Tensor, generator: torch.Generator, *, kernel_size: tuple[int, int], sigma: tuple[float, float]
) -> Tensor:
    """Blurred by a bell curve ``kernel_size`` (width, height) pixels wide, whose width is drawn from ``sigma``."""
    batch = batch.to(torch.float32)
    samples, channels, height, width = batch.shape
    wide, high = kernel_size
    width_of_bell = draw(batch, generator, *sigma)
    padded = functional.pad(batch, (wide // 2, wide // 2, high // 2, high // 2), mode="reflect")
    # Every channel of every picture is a channel of its own, so that each can have its own bell.
    rows = bell(width_of_bell, wide).repeat_interleave(channels, 0).view(-1, 1, 1, wide)
    columns = bell(width_of_bell, high).repeat_interleave(channels, 0).view(-1, 1, high, 1)
    blurred = functional.conv2d(padded.view(1, samples * channels, *padded.shape[2:]), rows, groups=samples * channels)
    blurred = functional.conv2d(blurred, columns, groups=samples * channels)
    return blurred.view(samples, channels, height, width)


def bell(sigma: Tensor, size: int) -> Tensor:
    """Weights (N, size) of a bell curve of each ``sigma``, that add up to 1."""
    places = torch.arange(size, device=sigma.device) - (size - 1) / 2
    weights = torch.exp(-0.5 * (places / sigma.view(-1, 1)).square())
    return weights / weights.sum(1, keepdim=True)
