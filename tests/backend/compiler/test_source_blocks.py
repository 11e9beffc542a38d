"""The exported Python of published networks that are drawn with blocks: short, readable, and the network itself."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from block_samples import BLOCK_SAMPLES, resnet, resnet152
from netwright.compiler.check import check
from netwright.compiler.module import build_network
from netwright.compiler.source import to_source
from netwright.graph.document import Document

EXPECTED = Path(__file__).parent / "sources"
RUFF = Path(sys.executable).with_name("ruff")

PARAMETERS = {"resnet50": 25_557_032, "cifar_resnet": 272_474, "vgg16": 138_365_992, "googlenet": 7_005_832}
"""As published for these layers; GoogLeNet has the paper's 5x5 convolutions and no auxiliary heads."""


@pytest.mark.parametrize("name", BLOCK_SAMPLES)
def test_source_of_a_published_network_is_as_it_was_read_and_found_good(name: str) -> None:
    """A change shows in review; ``python tests/samples.py`` writes the files anew."""
    assert to_source(BLOCK_SAMPLES[name]()) == (EXPECTED / f"{name}.py.txt").read_text("utf-8")


@pytest.mark.parametrize("name", BLOCK_SAMPLES)
def test_source_of_a_published_network_passes_a_formatter_and_a_linter(name: str) -> None:
    source = to_source(BLOCK_SAMPLES[name]()).encode()
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,B,UP,RET,PIE,C4"]):
        arguments = [str(RUFF), *command, "--isolated", "--stdin-filename", "model.py", "-"]
        result = subprocess.run(arguments, input=source, capture_output=True, check=False)
        assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()


@pytest.mark.parametrize("name", BLOCK_SAMPLES)
def test_module_has_the_published_parameters_under_the_paths_of_nodes(name: str) -> None:
    document = BLOCK_SAMPLES[name]()
    report = check(document)
    assert report.problems == []
    with torch.device("meta"):
        network = build_network(to_source(document))
    state = network.state_dict()
    assert sum(tensor.numel() for tensor in network.parameters()) == report.totals.parameters == PARAMETERS[name]
    assert {key.rsplit(".", 1)[0] for key in state} <= set(report.nodes)


def test_deeper_network_when_its_stages_are_blocks_is_the_same_source_with_other_numbers() -> None:
    def plain(document: Document) -> list[str]:
        return [line for line in to_source(document).splitlines() if "depth=" not in line and not line.startswith("#")]

    assert plain(resnet152()) == plain(resnet(3, 4, 6, 3))
    assert check(resnet152()).totals.parameters == 60_192_808
    assert len(resnet152().network.nodes) == 13


def test_numbers_that_pass_through_a_block_are_written_as_one_number() -> None:
    source = to_source(resnet(3, 4, 6, 3))
    assert "self.layer2 = Stage(256, channels=128, depth=4, stride=2)" in source
