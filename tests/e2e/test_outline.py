"""The outline: a network is drawn in it by keyboard alone, and it goes with the canvas."""

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.training import chain, create_network
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SMALL = chain(
    "Small",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def line(page: Page, node: str) -> Locator:
    return page.get_by_test_id(f"tree-{node}")


def test_outline_by_keyboard_connects_renames_adds_and_deletes(page: Page, server: Server) -> None:
    page.goto(f"http://127.0.0.1:{server.port}/networks/{create_network(server, SMALL)}")
    editor = Editor(page)
    expect(editor.node("head")).to_be_visible()
    page.get_by_test_id("outline-toggle").press("Enter")
    lines = page.get_by_role("treeitem")
    expect(lines).to_have_count(4)
    expect(line(page, "head")).to_contain_text("N x 10")  # the check has answered
    assert not faults(page)

    # The canvas and the outline select together.
    editor.select("flat")
    expect(line(page, "flat")).to_have_attribute("aria-selected", "true")
    line(page, "flat").focus()
    page.keyboard.press("ArrowDown")
    expect(line(page, "head")).to_be_focused()
    expect(editor.node("head")).to_have_attribute("data-selected", "true")

    # The wire into head goes, and comes again from what fits.
    into_head = page.get_by_test_id("wire-flat.y>head.x")
    expect(into_head).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(lines).to_have_count(6)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(into_head).to_have_count(0)
    into = lines.filter(has_text="nothing connected")
    expect(into).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    expect(dialog.get_by_role("option", name="flat")).to_have_count(1)
    expect(dialog.get_by_role("option", name="scores")).to_have_count(0)  # gives nothing out
    page.keyboard.type("flat")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(into_head).to_have_count(1)
    expect(line(page, "head")).to_be_focused()

    # Renamed, followed by a new layer, which is then deleted.
    page.keyboard.press("F2")
    expect(page.get_by_label("New name of head", exact=True)).to_be_focused()
    page.keyboard.type("logits")
    page.keyboard.press("Enter")
    expect(line(page, "logits")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_test_id("quick-add").get_by_role("combobox")).to_be_focused()
    page.keyboard.type("ReLU")
    page.keyboard.press("Enter")
    expect(line(page, "act1")).to_be_focused()
    expect(page.get_by_test_id("wire-logits.y>act1.x")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(line(page, "act1")).to_have_count(0)
    expect(editor.node("act1")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(line(page, "act1")).to_be_visible()

    # Closed from within, the keyboard goes on where it was opened.
    page.locator("#outline").get_by_role("button", name="Close").press("Enter")
    expect(lines).to_have_count(0)
    expect(page.get_by_test_id("outline-toggle")).to_be_focused()
