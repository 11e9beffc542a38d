"""Augmentations against torchvision's own, in a process where torchvision can be imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import netwright
import pytest

FOLDER = Path(__file__).resolve().parents[3] / ".oracle"
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
    if not (FOLDER / "torchvision").is_dir():
        pytest.skip(f"no torchvision in {FOLDER}: `make .setup/oracle` puts it there")
    package = Path(netwright.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(FOLDER)])}
    script = Path(__file__).with_name("augment_oracle.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    read: dict[str, list[float]] = json.loads(done.stdout)
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
