"""Folding a branch to one card, and pasting a document's JSON text onto the canvas."""

import json
import re
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import box_of, wait_until
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def residual() -> dict[str, Any]:
    """``image -> conv -> act -> sum -> scores``, and ``image -> sum``."""
    nodes: list[dict[str, Any]] = [
        {"id": "image", "type": "Input", "params": {"shape": [4, 8, 8]}},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": 4, "padding": 1}},
        {"id": "act", "type": "ReLU"},
        {"id": "sum", "type": "Add"},
        {"id": "scores", "type": "Output"},
    ]
    wires = [("image", "conv"), ("conv", "act"), ("act", "sum"), ("image", "sum"), ("sum", "scores")]
    return {
        "format": 1,
        "name": "Residual",
        "network": {"nodes": nodes, "edges": [{"source": a, "target": b} for a, b in wires]},
        "view": {"network": {node["id"]: [340 * at, 0] for at, node in enumerate(nodes)}},
    }


def paste(page: Page, text: str) -> None:
    """What the browser does on Ctrl+V with ``text`` in the clipboard."""
    page.get_by_test_id("canvas").focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            window.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_branch_is_folded_found_and_opened_and_json_text_is_pasted(page: Page, server: Server) -> None:
    editor = open_document(page, server, residual())
    wire = page.locator('[data-edge="conv.y>act.x"]')
    expect(wire).to_be_attached()
    card = page.get_by_test_id("fold-conv")

    # The branch that begins with the selected node, until it joins: one card, to which the wires go.
    editor.select("conv")
    page.keyboard.press("b")
    expect(card).to_contain_text("conv ... act")
    expect(card).to_contain_text("2 nodes")
    expect(editor.node("conv")).to_have_count(0)
    expect(wire).to_have_count(0)
    expect(page.locator('[data-edge="image.y>conv.x"]')).to_be_attached()
    expect(page.locator('[data-edge="act.y>sum.x"]')).to_be_attached()

    # It is a card: it is dragged with what is in it, and kept; to walk by keys it is one stop.
    before = box_of(card)
    page.mouse.move(before["x"] + 60, before["y"] + 10)
    page.mouse.down()
    page.mouse.move(before["x"] + 60, before["y"] + 170, steps=12)
    page.mouse.up()
    wait_until(page, lambda: box_of(card)["y"] - before["y"] > 60)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(card).to_contain_text("conv ... act")
    editor.select("image")
    page.keyboard.press("Tab")
    expect(card).to_have_attribute("data-selected", "true")
    page.keyboard.press("Tab")
    expect(editor.node("sum")).to_have_attribute("data-selected", "true")

    # The outline has one line for it, which opens it.
    page.get_by_test_id("outline-toggle").click()
    line = page.get_by_test_id("tree-fold-conv")
    expect(line).to_contain_text("2 folded nodes")
    line.press("ArrowRight")
    expect(page.get_by_test_id("tree-act")).to_be_visible()
    expect(editor.node("act")).to_be_visible()
    expect(card).to_have_count(0)
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+z")
    expect(card).to_be_visible()

    # What is looked for in it opens it; so does the button of the card.
    page.keyboard.press("Control+f")
    expect(page.get_by_test_id("find").get_by_role("combobox")).to_be_focused()
    page.keyboard.type("act")
    expect(page.get_by_test_id("find").get_by_role("option")).to_have_text([re.compile("act")])
    expect(card).to_have_attribute("data-selected", "true")
    page.keyboard.press("Enter")
    expect(editor.node("act")).to_have_attribute("data-selected", "true")
    page.keyboard.press("Control+z")
    card.get_by_role("button", name="Show conv ... act again").click()
    expect(editor.node("conv")).to_be_visible()

    # A wire is drawn to a folded card and from it: the node within that takes it is named.
    page.keyboard.press("Control+z")
    expect(card).to_be_visible()
    hint = page.locator("[data-kind][role=status]:visible")
    head, begin = box_of(card), box_of(page.locator('[data-node="image"][data-kind="output"]'))
    page.mouse.move(begin["x"] + 6, begin["y"] + 6)
    page.mouse.down()
    page.mouse.move(head["x"] + head["width"] / 2, head["y"] + head["height"] / 2, steps=12)
    expect(hint).to_contain_text("Takes the place of the wire from conv.")
    page.mouse.up()
    expect(page.locator('[data-edge="image.y>act.x"]')).to_be_attached()
    page.keyboard.press("Control+z")
    expect(page.locator('[data-edge="image.y>act.x"]')).to_have_count(0)
    begin = box_of(page.locator('[data-node="act"][data-kind="output"]'))
    page.mouse.move(begin["x"] + 6, begin["y"] + 6)
    page.mouse.down()
    page.mouse.move(begin["x"] + 40, begin["y"] + 160, steps=12)
    page.mouse.up()
    expect(page.get_by_test_id("quick-add")).to_contain_text("After act")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Show conv ... act again").click()
    expect(editor.node("conv")).to_be_visible()

    # A piece of JSON comes in as one step; what cannot be read says where.
    piece: dict[str, Any] = {
        "nodes": [{"id": "drop", "type": "Dropout"}, {"id": "again", "type": "ReLU"}],
        "edges": [{"source": "drop", "target": "again"}],
    }
    paste(page, json.dumps(piece))
    expect(page.locator('[data-edge="drop.y>again.x"]')).to_be_attached()
    page.keyboard.press("Control+z")
    expect(editor.node("drop")).to_have_count(0)
    paste(page, json.dumps(residual()))
    expect(page.locator('[data-edge="conv1.y>act1.x"]')).to_be_attached()
    del piece["nodes"][1]["type"]
    paste(page, json.dumps(piece))
    expect(page.get_by_text("Nothing was pasted: nodes[1].type must be a text.").first).to_be_visible()
    expect(editor.node("drop")).to_have_count(0)
