"""Every class of ``torch.nn`` is a layer, a loss, or has a written reason in ``docs/torch-nn.md``."""

import re
from pathlib import Path

import pytest
from netwright.layers.registry import LAYERS
from netwright.training.objectives import LOSSES
from torch import nn

PAGE = Path(__file__).resolve().parents[3] / "docs" / "torch-nn.md"
THERE = {*LAYERS, *LOSSES.classes}
CODE = re.compile(r"`(\w+)`")


def rows() -> dict[str, str]:
    """The reason for each class that the page lists."""
    found: dict[str, str] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            classes, reason = line.strip("| ").split(" | ")
            for name in CODE.findall(classes):
                assert name not in found, f"{name} is listed twice"
                found[name] = reason
    return found


def of_torch() -> set[str]:
    """What ``torch.nn`` offers: its modules, and whatever else it names beside them."""
    modules = {
        name for name in dir(nn) if isinstance(getattr(nn, name), type) and issubclass(getattr(nn, name), nn.Module)
    }
    return modules | set(nn.modules.__all__)


def test_every_class_of_torch_nn_is_a_layer_a_loss_or_has_a_reason() -> None:
    assert of_torch() - THERE - set(rows()) == set()


def test_no_reason_is_given_for_what_is_there() -> None:
    assert set(rows()) & THERE == set()


@pytest.mark.parametrize("name", sorted(rows()))
def test_what_a_reason_names_in_its_stead_is_there(name: str) -> None:
    reason = rows()[name]
    assert len(reason) > 20
    assert set(CODE.findall(reason)) <= THERE
