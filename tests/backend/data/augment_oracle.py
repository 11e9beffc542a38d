"""Run by a Python of its own with torchvision on its path: compares augmentations with torchvision's ``transforms.v2`` and
prints JSON: by name the largest difference between two pictures' pixels, on a scale of 0 to 255, and the share of pixels
that differ by more than 1."""

import json
import math

import torch
from torchvision_oracle import declare_operators

_OPERATORS = declare_operators()

from netwright.data.augment.functions import automatic, colour, geometry  # noqa: E402 - after the declarations
from torch import Tensor  # noqa: E402
from torchvision.transforms.v2 import InterpolationMode  # noqa: E402
from torchvision.transforms.v2 import functional as theirs  # noqa: E402

BATCH = torch.randint(256, (8, 3, 24, 20), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
FLOATS = BATCH.to(torch.float32)
NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def full(value: float) -> Tensor:
    return torch.full((len(BATCH),), float(value))


def moved(interpolation: str, *amounts: float, fill: float = 0.0) -> Tensor:
    inverse = geometry.inverse_affine(*(full(amount) for amount in amounts))
    return geometry.move_pixels(FLOATS, None, inverse, interpolation, fill)[0]


def shear(x: float, y: float) -> Tensor:
    """As RandAugment shears: by the operations' own code, with all pictures in one group."""
    groups = {name: torch.arange(0) for name in automatic.OPERATIONS}
    groups["ShearX" if x else "ShearY"] = torch.arange(len(BATCH))
    strongest = {"shear": x or y, "translate": 0.0, "rotate": 0.0}
    return automatic.move_groups(FLOATS, None, groups, full(1.0), strongest, "nearest", 0.0, 0)[0]


def recoloured(name: str, strength: float, **strongest: float) -> Tensor:
    return automatic.recolour(name, FLOATS, full(strength), full(1.0), {"colour": 0.9, "bits": 4, **strongest})


def affine(
    angle: float, translate: list[int], scale: float, degrees: list[float], mode: InterpolationMode, **more: object
) -> Tensor:
    return theirs.affine(FLOATS, angle, translate, scale, degrees, interpolation=mode, **more)  # type: ignore[no-any-return]


UNIT = FLOATS / 255
PAIRS: dict[str, tuple[Tensor, Tensor]] = {
    "brightness": (colour.adjust_brightness(FLOATS, full(1.3), 255), 255 * theirs.adjust_brightness(UNIT, 1.3)),
    "contrast": (colour.adjust_contrast(FLOATS, full(0.6), 255), 255 * theirs.adjust_contrast(UNIT, 0.6)),
    "saturation": (colour.adjust_saturation(FLOATS, full(1.7), 255), 255 * theirs.adjust_saturation(UNIT, 1.7)),
    "hue": (colour.adjust_hue(FLOATS, full(0.3), 255), 255 * theirs.adjust_hue(UNIT, 0.3)),
    "rotate nearest": (moved("nearest", -30, 0, 0, 1, 0, 0, fill=7), theirs.rotate(FLOATS, 30, NEAREST, fill=[7.0])),
    "rotate bilinear": (moved("bilinear", -15, 0, 0, 1, 0, 0), theirs.rotate(FLOATS, 15, BILINEAR)),
    "affine nearest": (
        moved("nearest", 20, 3, -2, 1.2, 10, -5),
        affine(20, [3, -2], 1.2, [10.0, -5.0], NEAREST),
    ),
    "affine bilinear": (
        moved("bilinear", 20, 3, -2, 1.2, 10, -5),
        affine(20, [3, -2], 1.2, [10.0, -5.0], BILINEAR),
    ),
    "ShearX": (shear(0.3, 0), affine(0, [0, 0], 1, [math.degrees(math.atan(0.3)), 0], NEAREST, center=[0, 0])),
    "ShearY": (shear(0, 0.3), affine(0, [0, 0], 1, [0, math.degrees(math.atan(0.3))], NEAREST, center=[0, 0])),
    "Sharpness": (recoloured("Sharpness", 0.5), theirs.adjust_sharpness(BATCH, 1.45)),
    "Posterize": (recoloured("Posterize", 0.5), theirs.posterize(BATCH, 6)),
    "Solarize": (recoloured("Solarize", 0.4), theirs.solarize(BATCH, 0.6 * 255)),
    "AutoContrast": (recoloured("AutoContrast", 0.0), theirs.autocontrast(BATCH)),
    "Equalize": (recoloured("Equalize", 0.0), theirs.equalize(BATCH)),
    "edge": (
        geometry.pad_pictures(FLOATS, (3, 1, 2, 4), "edge", 0),
        theirs.pad(FLOATS, [3, 1, 2, 4], padding_mode="edge"),
    ),
    "reflect": (
        geometry.pad_pictures(FLOATS, (3, 1, 2, 4), "reflect", 0),
        theirs.pad(FLOATS, [3, 1, 2, 4], padding_mode="reflect"),
    ),
    "symmetric": (
        geometry.pad_pictures(FLOATS, (3, 1, 2, 4), "symmetric", 0),
        theirs.pad(FLOATS, [3, 1, 2, 4], padding_mode="symmetric"),
    ),
}
bell = colour.gaussian_blur(FLOATS, torch.Generator(), kernel_size=(5, 3), sigma=(1.1, 1.1))
PAIRS["blur"] = (bell, 255 * theirs.gaussian_blur(UNIT, [5, 3], [1.1, 1.1]))

differences = {name: (ours - other.to(torch.float32)).abs() for name, (ours, other) in PAIRS.items()}
print(json.dumps({name: [float(each.max()), float((each > 1).float().mean())] for name, each in differences.items()}))
