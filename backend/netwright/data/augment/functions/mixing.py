"""Augmentations of the network's input (N, C, H, W): parts erased, samples mixed with each other and their targets too."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from netwright.data.augment.functions.draws import beside, draw, draw_noise, draw_shares, per_sample


def random_erasing(
    batch: Tensor,
    generator: torch.Generator,
    *,
    p: float,
    scale: tuple[float, float],
    ratio: tuple[float, float],
    value: float | str,
) -> Tensor:
    """A rectangle of each picture, with probability ``p``, becomes ``value`` (or noise where that is ``random``)."""
    height, width = batch.shape[2:]
    tries = (len(batch), 10)
    area = (scale[0] + (scale[1] - scale[0]) * torch.rand(tries, generator=generator)) * height * width
    low, high = math.log(ratio[0]), math.log(ratio[1])
    shape = (low + (high - low) * torch.rand(tries, generator=generator)).exp()
    rows, columns = (area * shape).sqrt().round(), (area / shape).sqrt().round()
    fits = (rows < height) & (columns < width)
    # The first of ten tries that fits; a picture of which none does is left as it is.
    first = fits.to(torch.uint8).argmax(1, keepdim=True)
    is_erased = fits.any(1) & (torch.rand(len(batch), generator=generator) < p)
    rows, columns = rows.gather(1, first)[:, 0], columns.gather(1, first)[:, 0]
    top = (torch.rand(len(batch), generator=generator) * (height - rows + 1)).floor()
    left = (torch.rand(len(batch), generator=generator) * (width - columns + 1)).floor()
    box = boxes(batch, top, left, top + rows, left + columns) & per_sample(beside(is_erased, batch), batch)
    filling = (
        draw_noise(batch, generator) if value == "random" else torch.full_like(batch[:1, :1, :1, :1], float(value))
    )
    return torch.where(box, filling, batch)


def boxes(batch: Tensor, top: Tensor, left: Tensor, bottom: Tensor, right: Tensor) -> Tensor:
    """True inside of each sample's rectangle: bool (N, 1, H, W)."""
    top, left, bottom, right = (beside(side, batch).view(-1, 1, 1, 1) for side in (top, left, bottom, right))
    row = torch.arange(batch.shape[2], device=batch.device).view(1, 1, -1, 1)
    column = torch.arange(batch.shape[3], device=batch.device).view(1, 1, 1, -1)
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)


def mixup(
    batch: Tensor, targets: Tensor, generator: torch.Generator, *, alpha: float, p: float, num_classes: int | None
) -> tuple[Tensor, Tensor]:
    """Each sample blended with the one before it, and its target in the same shares.  Classes (N,) become shares (N, K)."""
    share = draw_shares(batch, generator, alpha, p)
    keep = per_sample(share, batch)
    batch = keep * batch + (1 - keep) * batch.roll(1, 0)
    return batch, mix_targets(targets, share, num_classes)


def cutmix(
    batch: Tensor, targets: Tensor, generator: torch.Generator, *, alpha: float, p: float, num_classes: int | None
) -> tuple[Tensor, Tensor]:
    """A rectangle of each picture comes from the one before it, and the target by the rectangle's share of the area.

    Targets are classes (N,), which become shares (N, K), numbers (N, T), or a mask (N, H, W), which is pasted too.
    """
    share = draw_shares(batch, generator, alpha, p)
    height, width = batch.shape[2:]
    side = (1 - share).sqrt() / 2
    row, column = draw(batch, generator, 0, height).floor(), draw(batch, generator, 0, width).floor()
    half_height, half_width = (side * height).floor(), (side * width).floor()
    top, bottom = (row - half_height).clamp_min(0), (row + half_height).clamp_max(height)
    left, right = (column - half_width).clamp_min(0), (column + half_width).clamp_max(width)
    box = boxes(batch, top, left, bottom, right)
    batch = torch.where(box, batch.roll(1, 0), batch)
    if targets.ndim == 3:
        return batch, torch.where(box[:, 0], targets.roll(1, 0), targets)
    return batch, mix_targets(targets, 1 - (bottom - top) * (right - left) / (height * width), num_classes)


def mix_targets(targets: Tensor, share: Tensor, num_classes: int | None) -> Tensor:
    """Each target with the one before it, as a share of ``share`` and the rest: float32 (N, K) or (N, T)."""
    if num_classes is not None and not targets.is_floating_point():
        targets = functional.one_hot(targets, num_classes).to(torch.float32)
    keep = per_sample(share, targets)
    return keep * targets + (1 - keep) * targets.roll(1, 0)
