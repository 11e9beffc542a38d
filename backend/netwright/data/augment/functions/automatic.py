"""RandAugment and TrivialAugmentWide: operations drawn for each picture, carried out group by group.

In a batch each of the fourteen operations gets an equal share of the pictures; which pictures, chance decides.  So an operation
is one tensor program over its group.
"""

import torch
from torch import Tensor
from torch.nn import functional

from netwright.data.augment.functions.colour import adjust_brightness, adjust_contrast, adjust_saturation, blend
from netwright.data.augment.functions.draws import beside
from netwright.data.augment.functions.geometry import inverse_affine, move_pixels

MOVES = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate")
COLOURS = ("Brightness", "Color", "Contrast", "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize")
OPERATIONS = (*MOVES, "Identity", *COLOURS)


def rand_augment(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    num_ops: int,
    magnitude: int,
    num_magnitude_bins: int,
    interpolation: str,
    fill: float,
    maximum: float,
    mask_fill: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """``num_ops`` operations of one strength, one after the other (Cubuk et al. 2020, arXiv:1909.13719)."""
    strongest = {"shear": 0.3, "translate": 150 / 331, "rotate": 30.0, "colour": 0.9, "bits": 4}
    strength = torch.full((len(batch),), magnitude / (num_magnitude_bins - 1))
    batch = batch.to(torch.float32) * (255 / maximum)
    for _ in range(num_ops):
        batch, mask = operate(
            batch, mask, generator, strength, strongest, interpolation, fill * 255 / maximum, mask_fill
        )
    return batch * (maximum / 255), mask


def trivial_augment_wide(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    *,
    num_magnitude_bins: int,
    interpolation: str,
    fill: float,
    maximum: float,
    mask_fill: int = 0,
) -> tuple[Tensor, Tensor | None]:
    """One operation of any strength (Mueller and Hutter 2021, arXiv:2103.10158)."""
    pixels = 32 / max(batch.shape[2:])
    strongest = {"shear": 0.99, "translate": pixels, "rotate": 135.0, "colour": 0.99, "bits": 6}
    strength = torch.randint(num_magnitude_bins, (len(batch),), generator=generator) / (num_magnitude_bins - 1)
    batch = batch.to(torch.float32) * (255 / maximum)
    batch, mask = operate(batch, mask, generator, strength, strongest, interpolation, fill * 255 / maximum, mask_fill)
    return batch * (maximum / 255), mask


def operate(
    batch: Tensor,
    mask: Tensor | None,
    generator: torch.Generator,
    strength: Tensor,
    strongest: dict[str, float],
    interpolation: str,
    fill: float,
    mask_fill: int,
) -> tuple[Tensor, Tensor | None]:
    """One operation on each picture of 0 to 255.  ``strength`` is from 0 to 1, (N,) on the CPU."""
    count = len(OPERATIONS)
    order = torch.randperm(len(batch), generator=generator)
    # A batch smaller than the number of operations gets any of them.
    names = torch.randperm(count, generator=generator).tolist()
    sign = torch.randint(2, (len(batch),), generator=generator) * 2.0 - 1.0
    groups = {OPERATIONS[name]: order[place::count] for place, name in enumerate(names)}
    batch, mask = move_groups(batch, mask, groups, sign * strength, strongest, interpolation, fill, mask_fill)
    for name, group in groups.items():
        if len(group) and name in COLOURS:
            chosen = beside(group, batch)
            changed = recolour(name, batch.index_select(0, chosen), strength[group], sign[group], strongest)
            batch = batch.index_copy(0, chosen, changed)
    return batch, mask


def move_groups(
    batch: Tensor,
    mask: Tensor | None,
    groups: dict[str, Tensor],
    signed: Tensor,
    strongest: dict[str, float],
    interpolation: str,
    fill: float,
    mask_fill: int,
) -> tuple[Tensor, Tensor | None]:
    """All that are sheared, moved or turned, by one resampling."""
    height, width = batch.shape[2:]
    amounts = torch.zeros(5, len(batch))
    turning = [strongest["shear"], strongest["shear"], strongest["translate"] * width, strongest["translate"] * height]
    for row, (name, most) in enumerate(zip(MOVES, [*turning, strongest["rotate"]], strict=True)):
        amounts[row, groups[name]] = signed[groups[name]] * most
    group = torch.cat([groups[name] for name in MOVES])
    if not len(group):
        return batch, mask
    shear_x, shear_y, right, down, angle = amounts[:, group]
    # A shear is about the top left corner: seen from the middle it moves the picture too.
    right = right.trunc() - shear_x * height / 2
    down = down.trunc() - shear_y * width / 2
    degrees_x, degrees_y = torch.rad2deg(torch.atan(shear_x)), torch.rad2deg(torch.atan(shear_y))
    inverse = inverse_affine(-angle, right, down, torch.ones_like(angle), degrees_x, degrees_y)
    chosen = beside(group, batch)
    moved, moved_mask = move_pixels(
        batch.index_select(0, chosen),
        None if mask is None else mask.index_select(0, chosen),
        beside(inverse, batch),
        interpolation,
        fill,
        mask_fill,
    )
    batch = batch.index_copy(0, chosen, moved)
    if mask is not None and moved_mask is not None:
        mask = mask.index_copy(0, chosen, moved_mask)
    return batch, mask


def recolour(name: str, group: Tensor, strength: Tensor, sign: Tensor, strongest: dict[str, float]) -> Tensor:
    """One operation on the colours of a group (M, C, H, W) of 0 to 255; ``strength`` and ``sign`` (M,) on the CPU."""
    factor = beside(1 + sign * strength * strongest["colour"], group)
    if name == "Brightness":
        return adjust_brightness(group, factor, 255)
    if name == "Color":
        return adjust_saturation(group, factor, 255)
    if name == "Contrast":
        return adjust_contrast(group, factor, 255)
    if name == "Sharpness":
        return adjust_sharpness(group, factor)
    if name == "Posterize":
        step = 2 ** beside((strength * strongest["bits"]).round(), group).view(-1, 1, 1, 1)
        return (group / step).floor() * step
    if name == "Solarize":
        threshold = beside(255 * (1 - strength), group).view(-1, 1, 1, 1)
        return torch.where(group >= threshold, 255 - group, group)
    return auto_contrast(group) if name == "AutoContrast" else equalize(group)


def adjust_sharpness(group: Tensor, factor: Tensor) -> Tensor:
    """Away from a softened picture, or towards it; the border stays."""
    if min(group.shape[2:]) <= 2:
        return group
    kernel = torch.ones(3, 3, device=group.device)
    kernel[1, 1] = 5
    channels = group.shape[1]
    softened = functional.conv2d(group, (kernel / 13).expand(channels, 1, 3, 3), groups=channels)
    soft = group.clone()
    soft[:, :, 1:-1, 1:-1] = softened
    return blend(group, soft, factor, 255)


def auto_contrast(group: Tensor) -> Tensor:
    """Each channel stretched from 0 to 255."""
    low, high = group.amin((2, 3), keepdim=True), group.amax((2, 3), keepdim=True)
    is_flat = low == high
    stretched = (group - low) * (255 / torch.where(is_flat, torch.ones_like(low), high - low))
    return torch.where(is_flat, group, stretched.clamp(0, 255))


def equalize(group: Tensor) -> Tensor:
    """Each channel's levels spread so that all are about equally frequent."""
    levels = group.round().to(torch.int64).flatten(2)
    counts = torch.zeros(*levels.shape[:2], 256, dtype=torch.int64, device=group.device)
    counts.scatter_add_(2, levels, torch.ones_like(levels))
    # The pixels of the brightest level do not count, as in Pillow.
    brightest = levels.amax(2, keepdim=True)
    step = (levels.shape[2] - counts.gather(2, brightest)) // 255
    divisor = step.clamp_min(1)
    table = ((counts.cumsum(2) - counts + divisor // 2) // divisor).clamp(0, 255)
    spread = table.gather(2, levels).to(group.dtype).view_as(group)
    return torch.where(step.unsqueeze(3) == 0, group, spread)
