"""What is said and offered while one draws: costs, shapes, numbers that are dragged, a next layer."""

import pytest
from e2e.conftest import Server
from e2e.drawing import STEPS, box_of, document_of, middle_of, small, wire
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_costs_shapes_and_numbers_are_followed_live(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A wire says where the sizes of its shape come from.
    page.mouse.move(*middle_of(page, "act.y>scores.x"))
    hint = page.get_by_test_id("shape-hint")
    expect(hint).to_contain_text("N x 16 x 28 x 28")
    expect(hint).to_contain_text("16: out_channels of conv")
    expect(hint).to_contain_text("28: shape of image")

    # The table of costs: sorted, its rows lead to the layer, and it goes out as CSV.
    page.get_by_role("button", name="params").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(6)
    table.get_by_role("button", name="Parameters").click()
    expect(table.get_by_role("columnheader", name="Parameters")).to_have_attribute("aria-sort", "descending")
    first = table.locator("tbody tr").first
    expect(first).to_contain_text("conv")
    expect(first).to_contain_text("160")
    expect(table.locator("tfoot")).to_contain_text("160")
    first.get_by_role("button").click()
    expect(editor.node("conv")).to_have_attribute("data-selected", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "path,type,output,parameters,macs,activation_bytes"
    assert lines[1].startswith("conv,Conv2d,N x 16 x 28 x 28,160,112896,")

    # Cards coloured by what they cost say it too.
    page.get_by_text("MACs", exact=True).click()
    expect(editor.node("conv")).to_have_attribute("data-heat", "10")
    expect(editor.node("conv")).to_contain_text("113 kMAC")
    expect(editor.node("act")).to_have_attribute("data-heat", "0")

    # A number is dragged: shapes and costs follow, and all of it is one step.
    field = editor.field("out_channels").first
    box = box_of(field)
    start = (box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 32, start[1], steps=STEPS)
    expect(field).to_have_value("20")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_text("N x 20 x 28 x 28")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_attribute("data-changed", "true")
    page.mouse.up()
    expect(table.locator("tfoot")).to_contain_text("200")
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("16")
    expect(table.locator("tfoot")).to_contain_text("160")

    # A click still writes.
    field.click()
    expect(field).to_be_focused()
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    expect(page.locator('[data-wire="conv.y>act.x"]')).to_have_text("N x 24 x 28 x 28")


def test_suggested_layer_is_taken_with_tab_changed_with_shift_tab_and_let_go_with_escape(
    page: Page, server: Server
) -> None:
    editor = open_document(
        page,
        server,
        document_of(
            {"id": "image", "type": "Input", "params": {"shape": [1, 28, 28]}},
            {"id": "conv", "type": "Conv2d", "params": {"out_channels": 16, "padding": 1}},
        ),
    )
    suggestion = page.get_by_test_id("suggestion")
    editor.select("image")
    expect(suggestion).to_have_count(0)  # its output has a wire

    # Each Tab adds what is shown and wires it, as one step; the next one is shown at once.
    editor.select("conv")
    expect(suggestion).to_have_attribute("data-type", "BatchNorm2d")
    expect(suggestion).to_contain_text("Tab adds it")
    page.keyboard.press("Tab")
    expect(wire(page, "conv.y>norm1.x")).to_be_attached()
    expect(suggestion).to_have_attribute("data-type", "ReLU")
    page.keyboard.press("Tab")
    expect(wire(page, "norm1.y>act1.x")).to_be_attached()
    expect(suggestion).to_have_attribute("data-type", "Conv2d")
    page.keyboard.press("Control+z")
    page.keyboard.press("f")  # what is out of sight is not in the page
    expect(editor.node("norm1")).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(3)

    # Another one, which Tab then takes.
    editor.select("norm1")
    expect(suggestion).to_have_attribute("data-type", "ReLU")
    page.keyboard.press("Shift+Tab")
    expect(suggestion).not_to_have_attribute("data-type", "ReLU")
    other = suggestion.get_attribute("data-type")
    page.keyboard.press("Tab")
    expect(suggestion).not_to_have_attribute("data-type", str(other))
    page.keyboard.press("f")
    expect(page.locator(".react-flow__node")).to_have_count(4)
    expect(page.locator(".react-flow__node").last).to_contain_text(str(other))
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(3)

    # Escape lets go of it, and of nothing else: Tab then leaves the canvas behind the last node. Y shows it again.
    editor.select("norm1")
    expect(suggestion).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestion).to_have_count(0)
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestion).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    expect(page.locator(".react-flow__node:focus")).to_have_count(0)

    # Where the keyboard is elsewhere, nothing is suggested; a mouse takes it by its button.
    editor.select("norm1")
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.get_by_test_id("palette-search").focus()
    expect(suggestion).to_have_count(0)
    page.get_by_test_id("canvas").focus()
    suggestion.get_by_role("button", name="Add ReLU").click()
    expect(wire(page, "norm1.y>act1.x")).to_be_attached()

    # Walking with Tab goes on walking; and it can be switched off, which this browser keeps.
    expect(suggestion).to_have_attribute("data-type", "Conv2d")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator('.react-flow__node[data-node="act1"]')).to_be_focused()
    expect(suggestion).to_have_count(0)
    page.keyboard.press("y")
    expect(suggestion).to_be_visible()
    page.get_by_test_id("command-toggleSuggestions").click()
    expect(suggestion).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("command-toggleSuggestions")).to_have_attribute("aria-pressed", "false")
