"""The gestures of the canvas, by mouse: finding, joining, healing, cutting, copying, each one step back."""

import re

import pytest
from e2e.conftest import Server
from e2e.drawing import STEPS, box_of, centre, drag, empty_place, middle_of, small, wait_until, wire
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_search_at_the_pointer_adds_here_into_a_wire_and_behind_a_dropped_wire(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    search = page.get_by_test_id("quick-add")

    # On the empty canvas: the best match is the first line, and Enter puts it there.
    at = empty_place(page, 500, 480)
    page.mouse.dblclick(*at)
    expect(search.get_by_role("combobox")).to_be_focused()
    assert abs(box_of(search)["x"] - at[0]) < 5
    page.keyboard.type("bn2")
    expect(search.get_by_role("option").first).to_have_text(re.compile("BatchNorm2d"))
    page.keyboard.press("Enter")
    expect(search).to_have_count(0)
    norm = editor.node("norm1")
    expect(norm).to_be_visible()
    box = box_of(norm)
    assert box["x"] <= at[0] <= box["x"] + box["width"]
    assert box["y"] <= at[1] <= box["y"] + box["height"]

    # What was added last comes first where nothing is asked; Escape changes nothing.
    page.mouse.move(*empty_place(page, 200, 480))
    page.keyboard.press("Shift+A")
    expect(search.get_by_role("option").first).to_have_text(re.compile("BatchNorm2d"))
    page.keyboard.press("Escape")
    expect(search).to_have_count(0)

    # On a wire: into it, as one step.
    page.mouse.dblclick(*middle_of(page, "image.y>conv.x"))
    expect(search).to_contain_text("Between image and conv")
    expect(search.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    expect(wire(page, "image.y>dropout1.x")).to_be_attached()
    expect(wire(page, "dropout1.y>conv.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "image.y>conv.x")).to_be_attached()
    expect(editor.node("dropout1")).to_have_count(0)
    expect(page.get_by_test_id("canvas")).to_be_focused()

    # A wire dropped on the empty canvas: what takes it comes first, what needs a repair under its own heading.
    begin = box_of(page.locator('[data-node="conv"][data-kind="output"]'))
    drag(page, (begin["x"] + 6, begin["y"] + 6), empty_place(page, 560, 380))
    expect(search).to_contain_text("After conv")
    expect(search.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("linear")
    expect(search.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("maxpool2d")
    page.keyboard.press("Enter")
    expect(wire(page, "conv.y>pool1.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(editor.node("pool1")).to_have_count(0)
    expect(wire(page, "conv.y>pool1.x")).to_have_count(0)


def test_dragged_cards_go_into_wires_leave_them_and_leave_copies_and_a_stroke_cuts(page: Page, server: Server) -> None:
    document = small()
    document["network"]["nodes"].append({"id": "norm", "type": "BatchNorm2d"})
    document["view"] = {
        "network": {
            "image": [0, 0],
            "conv": [340, 0],
            "act": [680, 0],
            "scores": [1020, 0],
            "norm": [340, 200],
        }
    }
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A card without wires goes into the wire on which it is dropped; one step back undoes all of it.
    drag(page, centre(editor, "norm"), middle_of(page, "conv.y>act.x"))
    expect(wire(page, "conv.y>norm.x")).to_be_attached()
    expect(wire(page, "norm.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    expect(wire(page, "conv.y>norm.x")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(wire(page, "norm.y>act.x")).to_be_attached()

    # Alt takes it out again: the wire heals.
    x, y = centre(editor, "norm")
    page.keyboard.down("Alt")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 220, steps=STEPS)
    expect(page.get_by_text("Takes norm out of its wires")).to_be_visible()
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    expect(page.locator('[data-edge*="norm"]')).to_have_count(0)

    # Ctrl leaves the card where it is and puts a copy at the end of the drag.
    before = centre(editor, "conv")
    drag(page, before, (before[0], before[1] + 300), "Control")
    copy = editor.node("conv1")
    expect(copy).to_be_visible()
    wait_until(page, lambda: centre(editor, "conv") == before and centre(editor, "conv1")[1] > before[1] + 250)
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(copy).to_have_count(0)

    # Delete heals, Shift+Delete does not.
    editor.select("conv")
    page.keyboard.press("Delete")
    expect(wire(page, "image.y>act.x")).to_be_attached()
    page.keyboard.press("Control+z")
    editor.select("conv")
    page.keyboard.press("Shift+Delete")
    expect(editor.node("conv")).to_have_count(0)
    expect(page.locator('[data-edge*="act.x"]')).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A stroke with Alt over the empty canvas cuts the wires that it crosses, as one step; the knife does without Alt.
    def across(*edges: str, key: str | None) -> None:
        points = [middle_of(page, edge) for edge in edges]
        left, right = min(x for x, _ in points) - 15, max(x for x, _ in points) + 15
        level = sum(y for _, y in points) / len(points)
        if key is not None:
            page.keyboard.down(key)
        page.mouse.move(left, level - 60)
        page.mouse.down()
        page.mouse.move(left, level - 58, steps=2)
        page.mouse.move(left + 30, level + 60, steps=STEPS)
        page.mouse.move(right - 30, level + 60, steps=STEPS)
        page.mouse.move(right, level - 60, steps=STEPS)
        page.mouse.up()
        if key is not None:
            page.keyboard.up(key)

    across("image.y>conv.x", "conv.y>act.x", key="Alt")
    expect(wire(page, "image.y>conv.x")).to_have_count(0)
    expect(wire(page, "conv.y>act.x")).to_have_count(0)
    expect(wire(page, "act.y>scores.x")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(wire(page, "image.y>conv.x")).to_be_attached()
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.keyboard.press("k")
    across("image.y>conv.x", key=None)
    expect(wire(page, "image.y>conv.x")).to_have_count(0)
    expect(wire(page, "conv.y>act.x")).to_be_attached()


def test_commands_keys_finding_and_arranging(page: Page, server: Server) -> None:
    document = small()
    document["view"] = {"network": {"image": [0, 0], "conv": [340, 60], "act": [700, 20], "scores": [1020, 0]}}
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # The palette finds a command by its letters, says why one cannot be done, and does the other.
    page.keyboard.press("Control+k")
    palette = page.get_by_test_id("command-palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("mute")
    expect(palette.get_by_text("No command matches")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("align top")
    line = palette.get_by_test_id("pick-alignTop")
    expect(line).to_have_attribute("aria-disabled", "true")
    expect(line).to_contain_text("Select at least 2 nodes.")
    page.keyboard.press("Control+a")
    page.keyboard.type("select all")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    page.keyboard.press("F1")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("align top")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)

    def tops() -> list[float]:
        return [box_of(editor.node(name))["y"] for name in ("image", "conv", "act", "scores")]

    wait_until(page, lambda: max(tops()) - min(tops()) < 1, "the cards do not begin at one height")
    page.keyboard.press("Control+z")
    page.keyboard.press("Escape")

    # Keys are changed; what another command has is taken only when that is said.
    page.keyboard.press("?")
    row = page.get_by_test_id("keys-find")
    row.hover()
    row.get_by_role("button", name="Add a key to Find a node").click()
    page.keyboard.press("m")
    expect(row).to_contain_text("M is Leave out or take back in.")
    row.get_by_role("button", name="Use it here instead").click()
    expect(row.locator("kbd")).to_have_text([re.compile("Ctrl\\+F"), re.compile("M")])
    expect(page.get_by_test_id("keys-mute").locator("kbd")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(row).to_have_count(0)
    page.reload()
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("m")

    # Finding by id, type or setting; the one under the keyboard is shown and selected, Enter stays with it.
    found = page.get_by_test_id("find")
    expect(found.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("out_channels=16")
    expect(found.get_by_role("option")).to_have_text([re.compile("conv")])
    page.keyboard.press("Enter")
    expect(found).to_have_count(0)
    expect(editor.node("conv")).to_have_attribute("data-selected", "true")
    page.keyboard.press("?")
    page.get_by_role("button", name="Give all commands their own keys back").click()
    expect(page.get_by_test_id("keys-mute").locator("kbd")).to_have_count(1)
    page.keyboard.press("Escape")

    # Selecting by keys, and a look at what is selected.
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("d")
    expect(page.locator("[data-testid^=node-][data-selected=true]")).to_have_count(3)
    page.keyboard.press("i")
    expect(editor.node("image")).to_have_attribute("data-selected", "true")
    expect(editor.node("conv")).not_to_have_attribute("data-selected", "true")
    page.keyboard.press("z")
    expect(editor.node("image")).to_be_in_viewport()
