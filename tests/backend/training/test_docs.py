"""The page on training names everything that there is."""

import re
from pathlib import Path

from netwright.training import checking
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from torch import nn

ROOT = Path(__file__).resolve().parents[3]


def test_page_when_something_is_registered_or_can_go_wrong_names_it() -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    for registry in (LOSSES, OPTIMIZERS, SCHEDULES, METRICS):
        assert set(registry.classes) <= named
    folder = Path(checking.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Problem\(\s*code="(\w+)"', source)}
    assert len(codes) > 10
    assert codes <= named


def test_page_when_pytorch_has_a_loss_says_what_became_of_it() -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    table = page[page.index("| loss of PyTorch | here |") :].split("\n\n", 1)[0]
    named = set(re.findall(r"`(\w+)`", table))
    losses = {name for name in dir(nn) if "Loss" in name}
    assert len(losses) > 20
    assert losses <= named
    offered = next(line for line in table.splitlines() if "offered" in line)
    assert losses & set(LOSSES.classes) == set(re.findall(r"`(\w+)`", offered))
