"""The ready-made networks against torchvision's own, in a process where torchvision can be imported."""

from pathlib import Path
from typing import Any

import pytest
from netwright.architectures.registry import ARCHITECTURES
from netwright.compiler.source import to_source
from source_lines import lines_of
from torchvision_oracle import ask

SAME_IN_TORCHVISION = [
    name
    for name in ARCHITECTURES
    if name in {"alexnet", "vit_b16"} or name.startswith(("vgg", "resnet", "googlenet_torchvision"))
]

TORCHVISION_LINES = {"resnet50": 112, "googlenet_torchvision_aux": 165}
"""Of ``torchvision/models/resnet.py`` and ``googlenet.py``, version 0.28.0, what the network needs (``SOURCES`` in oracle.py),
counted like ours: without docstrings, decorators, comments and line breaks."""

Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def answers() -> Answers:
    """What ``oracle.py`` prints; skipped, loudly, where torchvision is not installed for it."""
    read: Answers = ask(Path(__file__).with_name("oracle.py"))
    return read


@pytest.mark.timeout(600)
def test_oracle_when_asked_knows_every_network_that_both_have(answers: Answers) -> None:
    assert set(answers) == set(SAME_IN_TORCHVISION)
    assert len(answers) == 17


@pytest.mark.parametrize("name", SAME_IN_TORCHVISION)
def test_network_when_torchvisions_weights_are_carried_over_gives_its_outputs(answers: Answers, name: str) -> None:
    answer = answers[name]
    assert 0.01 < answer["size"] < 1e4, "the comparison would say nothing"
    assert answer["difference"] <= 1e-5 * max(1.0, answer["size"])


@pytest.mark.parametrize("name", TORCHVISION_LINES)
def test_source_when_counted_is_no_longer_than_torchvisions(name: str) -> None:
    assert sum(lines_of(to_source(ARCHITECTURES[name].build()))) <= TORCHVISION_LINES[name]


@pytest.mark.parametrize("name", TORCHVISION_LINES)
def test_torchvisions_source_when_counted_has_the_lines_that_are_written_down(answers: Answers, name: str) -> None:
    ours, theirs = answers[name]["lines"]
    assert theirs == TORCHVISION_LINES[name]
    assert ours <= theirs
