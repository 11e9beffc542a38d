"""Augmentations of rows (N, F), of series (N, T, F) and of tokens (N, T), as the network gets them."""

import torch
from torch import Tensor

from netwright.data.augment.functions.draws import beside, draw_noise


def gaussian_noise(
    batch: Tensor, generator: torch.Generator, *, mean: float, sigma: float, columns: list[int] | None = None
) -> Tensor:
    """Normal noise added to every value, or to ``columns`` (places in the last axis) alone."""
    noise = mean + sigma * draw_noise(batch, generator)
    if columns is None:
        return batch + noise
    places = beside(torch.tensor(columns), batch)
    return batch.index_add(-1, places, noise.index_select(-1, places))


def time_shift(batch: Tensor, generator: torch.Generator, *, max_shift: int, mode: str) -> Tensor:
    """Each series (T, F) moved earlier or later by up to ``max_shift`` steps.  What is left open becomes zero, repeats the
    series' end (``edge``), or comes from its other end (``roll``)."""
    length = batch.shape[1]
    shift = torch.randint(-max_shift, max_shift + 1, (len(batch), 1), generator=generator)
    places = torch.arange(length) - shift
    came = places % length if mode == "roll" else places.clamp(0, length - 1)
    moved = batch.gather(1, beside(came, batch).unsqueeze(2).expand_as(batch))
    if mode != "zero":
        return moved
    is_inside = beside((places >= 0) & (places < length), batch).unsqueeze(2)
    return torch.where(is_inside, moved, torch.zeros_like(moved))


def time_masking(
    batch: Tensor, generator: torch.Generator, *, time_mask_param: int, num_masks: int, p: float
) -> Tensor:
    """Up to ``num_masks`` stretches of each series (T, F), each shorter than ``time_mask_param`` steps, become zero."""
    length = batch.shape[1]
    steps = torch.arange(length)
    is_masked = torch.zeros(len(batch), length, dtype=torch.bool)
    for _ in range(num_masks):
        size = (torch.rand(len(batch), 1, generator=generator) * time_mask_param).floor()
        start = (torch.rand(len(batch), 1, generator=generator) * (length - size + 1)).floor()
        is_used = torch.rand(len(batch), 1, generator=generator) < p
        is_masked |= is_used & (steps >= start) & (steps < start + size)
    return batch.masked_fill(beside(is_masked, batch).unsqueeze(2), 0.0)


def token_dropout(batch: Tensor, generator: torch.Generator, *, p: float, unknown: int, padding: int) -> Tensor:
    """Each token (N, T) becomes ``unknown`` with probability ``p``; ``padding`` stays."""
    is_dropped = beside(torch.rand(batch.shape, generator=generator) < p, batch) & (batch != padding)
    return batch.masked_fill(is_dropped, unknown)
