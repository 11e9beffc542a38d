"""Blocks by mouse and by keyboard: made, opened, given parameters, repeated, unpacked, kept in the library."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import Editor, box_of
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def small() -> dict[str, Any]:
    """``image -> conv -> norm -> act -> pool -> flat -> head -> scores``."""
    nodes: list[dict[str, Any]] = [
        {"id": "image", "type": "Input", "params": {"shape": [1, 28, 28]}},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": 16, "padding": 1, "bias": False}},
        {"id": "norm", "type": "BatchNorm2d"},
        {"id": "act", "type": "ReLU"},
        {"id": "pool", "type": "AdaptiveAvgPool2d"},
        {"id": "flat", "type": "Flatten"},
        {"id": "head", "type": "Linear", "params": {"out_features": 10}},
        {"id": "scores", "type": "Output"},
    ]
    ids = [str(node["id"]) for node in nodes]
    edges = [{"source": a, "target": b} for a, b in pairwise(ids)]
    return {"format": 1, "name": "Small CNN", "network": {"nodes": nodes, "edges": edges}}


def select_many(editor: Editor, *nodes: str) -> None:
    for node in nodes:
        editor.node(node).click(position={"x": 90, "y": 12}, modifiers=[] if node == nodes[0] else ["ControlOrMeta"])


def test_block_made_by_mouse_is_opened_given_a_parameter_repeated_and_unpacked(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    inspector = page.get_by_label("Settings of what is selected")

    # The page itself does not scroll: a second bar would stand beside the inspector's.
    assert page.get_by_role("main").evaluate("main => main.scrollHeight - main.clientHeight") == 0

    # Group, with a name of one's own.
    select_many(editor, "conv", "norm", "act")
    editor.node("norm").click(button="right", position={"x": 90, "y": 12})
    page.get_by_role("menuitem", name="Make a block").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name of the block")).to_have_value("ConvNormAct")
    dialog.get_by_label("Name of the block").fill("ConvStage")
    dialog.get_by_role("button", name="Make block").click()
    card = editor.node("conv_stage1")
    expect(card).to_be_visible()
    expect(card).to_contain_text("ConvStage")
    expect(inspector).to_contain_text("N x 16 x 28 x 28")

    # Rename it; the card follows.
    name = inspector.get_by_label("Name of block ConvStage")
    name.fill("Stage")
    name.press("Enter")
    expect(card).to_contain_text("Stage")

    # Open it and make a number a parameter, with one click.
    card.dblclick(position={"x": 90, "y": 12})
    expect(page.get_by_label("Where you are")).to_contain_text("conv_stage1")
    editor.select("conv")
    inspector.get_by_label("out_channels", exact=True).first.hover()
    inspector.get_by_role("button", name="Make out_channels a parameter of Stage").click()
    expect(inspector.get_by_label("out_channels", exact=True).first).to_have_value("=channels")
    page.get_by_label("Where you are").get_by_role("button", name="Network").click()

    # Outside it is a setting of the node; shapes follow.
    editor.select("conv_stage1")
    expect(inspector).to_contain_text("Sets conv.out_channels.")
    editor.set_number("channels", 24)
    expect(inspector).to_contain_text("N x 24 x 28 x 28")
    expect(card).to_contain_text("channels 24")

    # Three in a row.
    editor.set_number("Repeat", 3)
    expect(card).to_contain_text("x 3")
    expect(inspector.get_by_title("10,728", exact=True)).to_be_visible()

    # Unpacking says what it does, and does it.
    inspector.get_by_role("button", name="Unpack block").click()
    expect(page.get_by_role("dialog")).to_contain_text("stands 3 times in a row")
    page.get_by_role("button", name="Unpack into 9 nodes").click()
    page.keyboard.press("f")
    expect(editor.node("conv_stage1_2_act")).to_be_visible()
    expect(page.get_by_role("button", name="No problems")).to_be_visible()

    # All of it is undone, step by step.
    for _ in range(6):
        page.get_by_test_id("command-undo").click()
    page.get_by_test_id("command-fit").click()
    expect(editor.node("conv")).to_be_visible()
    expect(editor.node("act")).to_be_visible()
    expect(page.get_by_test_id("command-undo")).to_have_attribute("aria-disabled", "true")


def test_block_kept_in_the_library_is_used_in_another_network(page: Page, server: Server, tmp_path: Path) -> None:
    editor = open_document(page, server, small())
    select_many(editor, "conv", "norm", "act")
    page.keyboard.press("Control+g")
    page.get_by_label("Name of the block").fill("Stage")
    page.keyboard.press("Enter")
    expect(editor.node("stage1")).to_be_visible()
    page.get_by_label("Settings of what is selected").get_by_role("button", name="Save block to the library").click()
    page.get_by_label("Description").fill("Convolution, normalization, ReLU.")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("library-Stage")).to_be_visible()

    # In another network it comes in with a drag.
    page.goto(f"http://127.0.0.1:{server.port}/networks")
    editor.open_new()
    item = page.get_by_test_id("library-Stage")
    item.scroll_into_view_if_needed()
    box, canvas = box_of(item), box_of(page.get_by_test_id("canvas"))
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(canvas["x"] + 300, canvas["y"] + 200, steps=12)
    page.mouse.up()
    expect(editor.node("stage1")).to_be_visible()
    editor.node("stage1").dblclick(position={"x": 90, "y": 12})
    expect(editor.node("norm")).to_be_visible()

    # It is renamed, taken home as a file, deleted, brought back, and read from the file.
    page.get_by_test_id("command-openLibrary").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Description of Stage")).to_have_value("Convolution, normalization, ReLU.")
    dialog.get_by_label("Name of Stage in the library").fill("Unit")
    page.keyboard.press("Enter")
    expect(dialog.get_by_test_id("library-row-Unit")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export Unit as a file").click()
    file = tmp_path / "Unit.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["definition"]["name"] == "Unit"
    dialog.get_by_role("button", name="Delete Unit from the library").click()
    expect(dialog.get_by_text("Nothing is kept yet.", exact=False)).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(dialog.get_by_test_id("library-row-Unit")).to_have_count(1)
    dialog.locator("input[type=file]").or_(page.locator("input[type=file]")).first.set_input_files(file)
    expect(dialog.get_by_test_id("library-row-Unit")).to_have_count(2)


def test_problem_inside_a_block_shows_on_its_card_and_leads_inside(page: Page, server: Server) -> None:
    document = small()
    stage = {
        "nodes": [
            {"id": "x", "type": "Input"},
            {"id": "wrong", "type": "Linear", "params": {"out_features": "=nothing"}},
            {"id": "y", "type": "Output"},
        ],
        "edges": [{"source": "x", "target": "wrong"}, {"source": "wrong", "target": "y"}],
    }
    document["blocks"] = {"Stage": stage}
    document["network"]["nodes"][3] = {"id": "act", "type": "block:Stage"}
    editor = open_document(page, server, document)
    badge = editor.node("act").get_by_role("button")
    expect(badge).to_have_attribute("title", re.compile("inside"))
    badge.click()
    expect(page.get_by_label("Where you are")).to_contain_text("act")
    expect(editor.node("wrong")).to_have_attribute("data-selected", "true")


def test_blocks_by_keyboard_alone(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    page.get_by_test_id("canvas").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Control+g")
    expect(page.get_by_label("Name of the block")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Stem")
    page.keyboard.press("Enter")
    expect(editor.node("stem1")).to_be_visible()
    expect(page.locator('.react-flow__node[data-node="stem1"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Where you are")).to_contain_text("Stem")
    page.keyboard.press("Shift+Enter")
    expect(page.locator('.react-flow__node[data-node="stem1"]')).to_be_focused()
    page.keyboard.press("Control+Shift+G")
    expect(editor.node("conv")).to_be_visible()
    expect(editor.node("stem1")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(editor.node("stem1")).to_be_visible()
