"""Draw, train, watch, take home: by mouse in a real browser, on real digits."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from e2e.drawing import Editor
from e2e.live import watch
from e2e.training import TRAINING_MS, accuracy_in_plain_pytorch, start_training
from netwright.data.base import SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.training.config import DataConfig
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

pytestmark = pytest.mark.browser

LAYERS = [
    ("Input", 150, 110),
    ("Conv2d", 420, 110),
    ("ReLU", 690, 110),
    ("MaxPool2d", 150, 270),
    ("Conv2d", 420, 270),
    ("Flatten", 690, 270),
    ("Linear", 150, 430),
    ("Output", 420, 430),
]
CHAIN = ["input1", "conv1", "act1", "pool1", "conv2", "flatten1", "linear1", "output1"]


@pytest.fixture
def nursery() -> None:
    """None: the server is the command, started as a person starts it."""


def draw(editor: Editor) -> None:
    """A convolutional network, dragged onto an empty canvas and wired node by node."""
    for layer, x, y in LAYERS:
        editor.drag_in(layer, x, y)
    for source, target in pairwise(CHAIN):
        editor.connect(source, target)
    expect(editor.page.locator("[data-edge]")).to_have_count(len(CHAIN) - 1)


def test_closed_loop_by_mouse_takes_home_what_was_validated(page: Page, tmp_path: Path) -> None:
    editor = Editor(page)
    editor.open_new()
    draw(editor)

    # A shape error appears as a sentence and is repaired by its button.
    for node in ("conv1", "conv2"):
        editor.select(node)
        editor.set_number("padding", 1)
    editor.set_number("kernel_size", 31)
    page.get_by_role("button", name="1 problem").click()
    expect(page.get_by_text("slides a window of 31 x 31").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Set kernel_size to")).first.click()
    expect(page.get_by_role("button", name="No problems")).to_be_visible()
    editor.set_number("kernel_size", 3)

    # Training says what does not fit the data, and mends it.
    page.get_by_role("button", name="Train").click()
    drawer = page.get_by_test_id("train-drawer")
    drawer.get_by_role("button", name="Set input1 to [1, 8, 8]").click()
    drawer.get_by_role("button", name="Set linear1 to 10 outputs").click()
    watched = watch(page)
    start_training(page)
    state = page.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "completed", timeout=TRAINING_MS)

    # Points came while the first epoch was under way, or within five seconds of the first step.
    arrivals = [arrived for arrived, _, _ in watched.points("train/loss")]
    first_validation = watched.points("val/loss")[0][0]
    assert sum(t <= max(first_validation, arrivals[0] + 5.0) for t in arrivals) >= 10
    accuracies = [value for _, _, value in watched.points("val/Accuracy")]
    assert len(accuracies) <= 20
    assert max(accuracies) >= 0.97

    # The best checkpoint and the source give the same accuracy, to the last digit, in plain PyTorch.
    with page.expect_download() as weights:
        page.get_by_test_id("download-best-safetensors").click()
    with page.expect_download() as source:
        page.get_by_test_id("download-source").click()
    weights.value.save_as(tmp_path / "best.safetensors")
    source.value.save_as(tmp_path / "model.py")
    validation = prepare(open_source(SourceSpec(type="digits")).load(), DataConfig(source="digits")).validation
    save_file({"inputs": validation.inputs, "targets": validation.targets}, tmp_path / "samples.safetensors")
    accuracy = accuracy_in_plain_pytorch(
        tmp_path / "model.py", tmp_path / "best.safetensors", tmp_path / "samples.safetensors"
    )
    assert accuracy == max(accuracies)
