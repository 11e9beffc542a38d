"""The keyboard alone: build, connect, mend, train."""

import pytest
from e2e.drawing import Editor
from e2e.training import TRAINING_MS, wait_for_check
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

FIRST_CHECK_MS = 30_000
"""The server is fresh: its first check of a training waits for PyTorch."""


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until ``wanted`` has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(250):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_keyboard_alone_builds_connects_and_trains(page: Page) -> None:
    press(page, page.get_by_role("button", name="New network").first)
    editor = Editor(page)
    expect(page.get_by_test_id("palette")).to_be_visible()

    # A layer that is added goes behind the one that is selected and is wired to it.
    tab_to(page, page.get_by_test_id("palette-search"))
    for layer in ("Input", "Flatten", "Linear", "ReLU", "Output"):
        page.keyboard.type(layer)
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("f")  # what is out of sight is not in the page
    wires = page.locator("[data-edge]")
    expect(wires).to_have_count(4)

    # C takes a wire away and draws it again.
    page.keyboard.press("Shift+Tab")  # from node to node, against the data
    expect(page.locator('.react-flow__node[data-node="act1"]')).to_be_focused()
    for count in (3, 4):
        page.keyboard.press("c")
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        page.keyboard.type("output1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(wires).to_have_count(count)

    # Undo and redo.
    page.keyboard.press("Control+z")
    expect(wires).to_have_count(3)
    page.keyboard.press("Control+Shift+z")
    expect(wires).to_have_count(4)
    expect(editor.node("output1")).to_be_visible()

    press(page, page.get_by_role("button", name="Train"))
    drawer = page.get_by_test_id("train-drawer")
    fix = drawer.get_by_role("button", name="Set input1 to [1, 8, 8]")
    expect(fix).to_be_visible(timeout=FIRST_CHECK_MS)
    press(page, fix)
    press(page, drawer.get_by_role("button", name="Set linear1 to 10 outputs"))
    wait_for_check(page)
    expect(drawer.get_by_test_id("train-start")).to_be_enabled()
    press(page, drawer.get_by_test_id("train-start"))
    page.wait_for_url("**/runs/*")
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=TRAINING_MS)
