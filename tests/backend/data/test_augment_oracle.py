"""Augmentations against torchvision's own, in a process where torchvision can be imported."""

from pathlib import Path

import pytest
from torchvision_oracle import ask

EXACT = (
    "rotate nearest",
    "affine nearest",
    "ShearX",
    "ShearY",
    "Posterize",
    "Solarize",
    "Equalize",
    "edge",
    "reflect",
    "symmetric",
)
CLOSE = ("brightness", "contrast", "saturation", "hue", "rotate bilinear", "affine bilinear", "blur")
ROUNDED = ("Sharpness", "AutoContrast")
"""torchvision cuts these down to whole levels, ours keep what lies between."""


@pytest.fixture(scope="module")
def differences() -> dict[str, list[float]]:
    """What ``augment_oracle.py`` prints; skipped, loudly, where torchvision is not installed for it."""
    read: dict[str, list[float]] = ask(Path(__file__).with_name("augment_oracle.py"))
    return read


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [*EXACT, *CLOSE, *ROUNDED])
def test_picture_when_changed_by_the_same_amount_is_torchvisions(
    differences: dict[str, list[float]], name: str
) -> None:
    largest, share = differences[name]
    assert largest <= (0 if name in EXACT else 0.01 if name in CLOSE else 1.5)
    assert share <= (0.1 if name in ROUNDED else 0)


def test_oracle_when_asked_compares_everything_it_is_held_to(differences: dict[str, list[float]]) -> None:
    assert differences.keys() == {*EXACT, *CLOSE, *ROUNDED}
