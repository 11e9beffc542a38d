"""What stands beside the network: frames, notes, colours of cards, points of wires."""

from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import (
    box_of,
    centre,
    drag,
    empty_place,
    middle_of,
    middle_of_box,
    saved_document,
    small,
    wait_until,
    wire,
    wire_ends,
)
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_frames_notes_and_colours_are_kept_beside_the_network(page: Page, server: Server) -> None:
    document = small()
    document["view"] = {"network": {"image": [0, 0], "conv": [340, 0], "act": [680, 0], "scores": [680, 240]}}
    editor = open_document(page, server, document)
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # A frame around what is selected; it takes the cards that stand in it along, as one step.
    editor.select("conv")
    editor.node("act").click(position={"x": 90, "y": 12}, modifiers=["ControlOrMeta"])
    page.keyboard.press("Shift+F")
    frame = page.get_by_test_id("mark-frame1")
    expect(frame.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Feature extractor")
    page.keyboard.press("Enter")
    expect(frame).to_contain_text("Feature extractor")
    title = frame.get_by_role("button", name="Frame: Feature extractor")

    def places() -> dict[str, tuple[float, float]]:
        return {name: centre(editor, name) for name in ("image", "conv", "act")}

    before = places()
    box = box_of(title)
    drag(page, (box["x"] + 60, box["y"] + 8), (box["x"] + 60, box["y"] + 108))
    wait_until(page, lambda: all(70 <= places()[name][1] - before[name][1] <= 130 for name in ("conv", "act")))
    assert places()["image"] == before["image"]
    page.keyboard.press("Control+z")
    wait_until(page, lambda: places() == before)
    frame.get_by_role("button", name="Frame: Feature extractor").click()
    frame.get_by_role("button", name="Orange").click()
    expect(frame.get_by_role("button", name="Orange")).to_have_attribute("aria-pressed", "true")

    # A note shows Markdown; HTML in it is only text.
    page.mouse.click(*empty_place(page, 120, 500))
    page.keyboard.press("Shift+N")
    expect(page.get_by_test_id("mark-note1").get_by_role("textbox")).to_be_focused()
    page.keyboard.type(
        "**Why** so <img src=x onerror=alert(1)>\n\n- [paper](https://arxiv.org)\n- [bad](javascript:alert(1))"
    )
    page.mouse.click(*empty_place(page, 500, 620))
    note = page.get_by_test_id("mark-note1")
    expect(note.locator("strong")).to_have_text("Why")
    expect(note.locator("img")).to_have_count(0)
    expect(note.get_by_role("link", name="paper")).to_have_attribute("href", "https://arxiv.org")
    expect(note.locator("a[href^=javascript]")).to_have_count(0)

    # A card gets a colour from the menu.
    editor.node("conv").click(button="right", position={"x": 90, "y": 12})
    green = page.get_by_role("menuitem", name="Card: green")
    expect(green).to_be_in_viewport(ratio=1)  # it is the last of a long menu
    green.click()
    expect(editor.node("conv")).to_have_attribute("data-color", "green")

    # All of it is in the document, apart from the network, and comes back.
    marks = saved_document(server, page)["marks"]["network"]
    assert marks["frames"]["frame1"]["title"] == "Feature extractor"
    assert marks["frames"]["frame1"]["color"] == "orange"
    assert marks["notes"]["note1"]["text"].startswith("**Why**")
    assert marks["colors"] == {"conv": "green"}
    page.reload()
    expect(page.get_by_test_id("mark-note1").locator("strong")).to_have_text("Why")
    expect(editor.node("conv")).to_have_attribute("data-color", "green")

    # By keys: a mark that has the keyboard moves, and goes with Delete; undo brings it back.
    page.get_by_test_id("mark-note1").get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("mark-note1")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("mark-note1")).to_be_visible()


def test_a_wire_is_led_through_points_by_mouse_and_by_keys(page: Page, server: Server) -> None:
    editor = open_document(page, server, small())
    led = wire(page, "image.y>conv.x").locator("path").first
    box_of(led)
    straight = led.get_attribute("d")
    assert straight is not None
    point = page.get_by_test_id("point-image-conv-0")

    # Put by Ctrl and a double-click; no search opens, and the point has the keyboard.
    page.keyboard.down("Control")
    page.mouse.dblclick(*middle_of(page, "image.y>conv.x"))
    page.keyboard.up("Control")
    expect(point).to_be_focused()
    expect(page.get_by_test_id("quick-add")).to_have_count(0)

    # Dragged, as one step.
    x, y = middle_of_box(point)
    drag(page, (x, y), (x, y + 160))
    wait_until(page, lambda: abs(middle_of_box(point)[1] - y - 160) < 20, "the point did not follow the mouse")
    bent = led.get_attribute("d")
    assert bent != straight
    page.keyboard.press("Control+z")
    wait_until(page, lambda: abs(middle_of_box(point)[1] - y) < 20, "the point did not go back")
    page.keyboard.press("Control+Shift+z")
    expect(led).to_have_attribute("d", str(bent))

    # It is saved beside the network, and is there when the page is opened anew.
    network = page.url.split("/networks/")[1].split("?")[0]
    with server.client() as client:

        def saved() -> list[dict[str, Any]]:
            marks = client.get(f"/api/networks/{network}").json()["document"].get("marks", {})
            ways: list[dict[str, Any]] = marks.get("network", {}).get("ways", [])
            return ways

        wait_until(page, lambda: len(saved()) == 1, "the point was not saved")
    page.reload()
    expect(point).to_be_visible()
    expect(led).to_have_attribute("d", str(bent))

    # Copied with the nodes at both its ends.
    editor.select("image")
    page.keyboard.down("Control")
    editor.select("conv")
    page.keyboard.up("Control")
    page.keyboard.press("Control+d")
    expect(page.locator("[data-mark='point']")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mark='point']")).to_have_count(1)

    # Let go on the line between its neighbours it is gone.
    x, y = middle_of_box(point)
    ends = wire_ends(page, "image.y>conv.x")
    drag(page, (x, y), ((ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2))
    expect(point).to_have_count(0)
    expect(led).to_have_attribute("d", straight)

    # By keys alone: the selected wire gets a point in its middle, which the arrows move and Delete takes away.
    page.mouse.click(*middle_of(page, "image.y>conv.x"))
    expect(wire(page, "image.y>conv.x")).to_have_attribute("data-selected", "true")
    page.keyboard.press("r")
    expect(point).to_be_focused()
    before = point.get_attribute("style")
    page.keyboard.press("ArrowDown")
    expect(point).not_to_have_attribute("style", str(before))
    page.keyboard.press("Delete")
    expect(point).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(point).to_be_visible()

    # Tidying draws anew, and without the points of the old drawing.
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("t")
    expect(point).to_have_count(0)
