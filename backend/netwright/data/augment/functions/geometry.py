"""Augmentations that move pixels: ``batch`` (N, C, H, W) in its raw scale, ``mask`` (N, H, W) or None, moved along with it."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from netwright.data.augment.functions.draws import beside, draw, draw_some, draw_whole


def random_crop(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    size: tuple[int, int],
    padding: tuple[int, int, int, int],
    padding_mode: str,
    fill: float,
    mask_fill: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """A window of ``size`` at a random place of each picture, after ``padding`` (left, top, right, bottom) around it."""
    batch = pad_pictures(batch, padding, padding_mode, fill)
    top = draw_whole(batch, generator, batch.shape[2] - size[0] + 1)
    left = draw_whole(batch, generator, batch.shape[3] - size[1] + 1)
    if mask is not None:
        mask = cut(pad_pictures(mask[:, None], padding, padding_mode, mask_fill), top, left, size)[:, 0]
    return cut(batch, top, left, size), mask


def pad_pictures(batch: Tensor, padding: tuple[int, int, int, int], mode: str, fill: float) -> Tensor:
    """With ``padding`` (left, top, right, bottom) around each picture: ``fill``, or what mirrors or repeats the border."""
    left, top, right, bottom = padding
    if not any(padding):
        return batch
    if mode == "constant":
        return functional.pad(batch, (left, right, top, bottom), value=fill)
    rows = beside(border_places(batch.shape[2], top, bottom, mode), batch)
    columns = beside(border_places(batch.shape[3], left, right, mode), batch)
    return batch.index_select(2, rows).index_select(3, columns)


def border_places(length: int, before: int, after: int, mode: str) -> Tensor:
    """Which places of an axis stand in a padded one: ``edge`` repeats the last, ``reflect`` and ``symmetric`` mirror it."""
    places = torch.arange(-before, length + after)
    if mode == "edge":
        return places.clamp(0, length - 1)
    once = 1 if mode == "symmetric" else 0
    places = torch.where(places < 0, -places - once, places)
    return torch.where(places >= length, 2 * (length - 1) - places + once, places)


def cut(batch: Tensor, top: Tensor, left: Tensor, size: tuple[int, int]) -> Tensor:
    """The window of each picture (N, C, *size) whose corner is at (``top``, ``left``), by one gather over all windows."""
    windows = batch.unfold(2, size[0], 1).unfold(3, size[1], 1)
    return windows[torch.arange(len(batch), device=batch.device), :, top, left]


def random_horizontal_flip(
    batch: Tensor, mask: Tensor | None, generator: torch.Generator, *, p: float
) -> tuple[Tensor, Tensor | None]:
    """Left and right exchanged, of each picture with probability ``p``."""
    return flip_some(batch, mask, draw_some(batch, generator, p), -1)


def random_vertical_flip(
    batch: Tensor, mask: Tensor | None, generator: torch.Generator, *, p: float
) -> tuple[Tensor, Tensor | None]:
    """Top and bottom exchanged, of each picture with probability ``p``."""
    return flip_some(batch, mask, draw_some(batch, generator, p), -2)


def flip_some(batch: Tensor, mask: Tensor | None, chosen: Tensor, axis: int) -> tuple[Tensor, Tensor | None]:
    batch = batch.index_copy(0, chosen, batch.index_select(0, chosen).flip(axis))
    if mask is not None:
        mask = mask.index_copy(0, chosen, mask.index_select(0, chosen).flip(axis))
    return batch, mask


def random_rotation(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    degrees: tuple[float, float],
    interpolation: str,
    fill: float,
    mask_fill: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """Turned about the middle by an angle from ``degrees``, counter-clockwise."""
    angle = draw(batch, generator, *degrees)
    zero = torch.zeros_like(angle)
    return move_pixels(
        batch, mask, inverse_affine(-angle, zero, zero, zero + 1, zero, zero), interpolation, fill, mask_fill
    )


def random_affine(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    degrees: tuple[float, float],
    translate: tuple[float, float],
    scale: tuple[float, float],
    shear: tuple[float, float, float, float],
    interpolation: str,
    fill: float,
    mask_fill: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """Turned, moved by whole pixels, scaled and sheared about the middle.  ``translate`` is the largest shift as a share of
    width and height, ``shear`` the angles in degrees along x (from, to) and along y (from, to)."""
    height, width = batch.shape[2:]
    angle = draw(batch, generator, *degrees)
    right = draw(batch, generator, -translate[0] * width, translate[0] * width).round()
    down = draw(batch, generator, -translate[1] * height, translate[1] * height).round()
    factor = draw(batch, generator, *scale)
    shear_x, shear_y = draw(batch, generator, *shear[:2]), draw(batch, generator, *shear[2:])
    inverse = inverse_affine(angle, right, down, factor, shear_x, shear_y)
    return move_pixels(batch, mask, inverse, interpolation, fill, mask_fill)


def inverse_affine(
    angle: Tensor, right: Tensor, down: Tensor, factor: Tensor, shear_x: Tensor, shear_y: Tensor
) -> Tensor:
    """Where each pixel comes from, (N, 2, 3) over places (x, y, 1) counted from the middle: the inverse of shearing, turning
    clockwise and scaling about the middle, then moving ``right`` and ``down``.  Angles in degrees."""
    turn, x, y = torch.deg2rad(angle), torch.deg2rad(shear_x), torch.deg2rad(shear_y)
    a = torch.cos(turn - y) / torch.cos(y)
    b = -torch.cos(turn - y) * torch.tan(x) / torch.cos(y) - torch.sin(turn)
    c = torch.sin(turn - y) / torch.cos(y)
    d = -torch.sin(turn - y) * torch.tan(x) / torch.cos(y) + torch.cos(turn)
    linear = torch.stack([d, -b, -c, a], 1).view(-1, 2, 2) / factor.view(-1, 1, 1)
    shift = -linear @ torch.stack([right, down], 1).unsqueeze(2)
    return torch.cat([linear, shift], 2)


def move_pixels(
    batch: Tensor,
    mask: Tensor | None,
    inverse: Tensor,
    interpolation: str,
    fill: float,
    mask_fill: int = 0,
    outside: str = "zeros",
) -> tuple[Tensor, Tensor | None]:
    """Each pixel from where ``inverse`` says; what comes from outside is ``fill``, or the nearest pixel where ``outside`` is
    ``border``.  The batch leaves as float32."""
    height, width = batch.shape[2:]
    x = torch.arange(width, device=batch.device) - (width - 1) / 2
    y = torch.arange(height, device=batch.device) - (height - 1) / 2
    places = torch.stack(
        [x.expand(height, width), y[:, None].expand(height, width), torch.ones(height, width).to(x)], 2
    )
    came = places.view(1, -1, 3) @ inverse.transpose(1, 2)
    grid = (came * came.new_tensor([2 / width, 2 / height])).view(-1, height, width, 2)
    shifted = batch.to(torch.float32) - fill
    moved = functional.grid_sample(shifted, grid, interpolation, outside, align_corners=False) + fill
    if mask is not None:
        # Whole numbers up to 2^24 pass through float32 unchanged.
        shifted = mask.unsqueeze(1).to(torch.float32) - mask_fill
        nearest = functional.grid_sample(shifted, grid, "nearest", outside, align_corners=False) + mask_fill
        mask = nearest.squeeze(1).round().to(mask.dtype)
    return moved, mask


def random_resized_crop(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    scale: tuple[float, float],
    ratio: tuple[float, float],
    interpolation: str,
) -> tuple[Tensor, Tensor | None]:
    """A part of each picture with a share of its area from ``scale`` and a shape (width / height) from ``ratio``, stretched to
    the size that the picture had."""
    height, width = batch.shape[2:]
    area = draw(batch, generator, *scale) * height * width
    shape = draw(batch, generator, math.log(ratio[0]), math.log(ratio[1])).exp()
    wide, high = (area * shape).sqrt().clamp(1, width), (area / shape).sqrt().clamp(1, height)
    right = (draw(batch, generator, 0, 1) - 0.5) * (width - wide)
    down = (draw(batch, generator, 0, 1) - 0.5) * (height - high)
    zero = torch.zeros_like(wide)
    inverse = torch.stack([wide / width, zero, right, zero, high / height, down], 1).view(-1, 2, 3)
    return move_pixels(batch, mask, inverse, interpolation, 0.0, outside="border")
