"""The figures of the ready-made networks: as written down, as published, as the command prints them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from netwright.architectures.__main__ import main
from netwright.architectures.base import Architecture
from netwright.architectures.measure import compare, measure
from netwright.architectures.registry import ARCHITECTURES

EVERY = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)

REFERENCE = {
    "alexnet": "torchvision/alexnet",
    **{name: f"torchvision/{name}" for name in ARCHITECTURES if name.startswith(("vgg", "resnet"))},
    "googlenet_torchvision": "torchvision/googlenet_no_aux",
    "googlenet_torchvision_aux": "torchvision/googlenet_aux",
    **{name: name for name in ARCHITECTURES if name.startswith("cifar_")},
    "unet": "unet_original",
    "transformer_encoder": "small_transformer_classifier",
    "gcn_cora": "gcn_cora_2layer_16",
    "lenet5": "lenet5_full_c3",
    "mlp": "mlp_784_256_128_100_10",
}
"""Entries of the reference that are ready-made, by the id of the network."""


@EVERY
def test_network_when_measured_has_no_problem_and_the_figures_that_are_written_down(architecture: Architecture) -> None:
    assert measure(architecture) == architecture.figures


def test_figures_when_compared_with_the_published_ones_agree() -> None:
    rows = list(compare())
    assert [row.id for row in rows] == list(ARCHITECTURES)
    assert [(row.id, row.faults) for row in rows if row.faults] == []
    assert sum(row.published_gmacs is not None for row in rows) >= 15


def test_command_when_all_agree_prints_every_network_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(ARCHITECTURES)
    assert next(line for line in lines if line.startswith("resnet152 ")).split()[1:3] == ["60,192,808", "60,192,808"]
    assert main(["--nonsense"]) == 2


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REFERENCE)
def test_network_when_held_against_the_reference_has_its_figures(shared_data: Path, name: str) -> None:
    every: dict[str, Any] = json.loads((shared_data.parent / "reference" / "architectures.json").read_text("utf-8"))
    entry = every["architectures"][REFERENCE[name]]
    architecture = ARCHITECTURES[name]
    figures, published = architecture.figures, architecture.published
    assert published is not None
    assert figures.parameters == entry["params"] == published.parameters
    if entry.get("gflops_published") is not None and name != "googlenet_torchvision_aux":
        assert published.gmacs == entry["gflops_published"]
        assert figures.macs == pytest.approx(entry["gflops_published"] * 1e9, rel=0.001)
    shape = next(iter(figures.inputs.values()))
    if isinstance(entry["input"], list):
        assert list(shape) == entry["input"][1:] or [math.prod(shape)] == entry["input"][1:]
    assert tuple(entry["output"][1:]) in figures.outputs.values()
