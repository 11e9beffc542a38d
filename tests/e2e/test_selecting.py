"""Many cards at once, by mouse and key: chosen with a box, copied within and between networks, put in order, left out."""

from itertools import pairwise
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import (
    Editor,
    box_of,
    centre,
    drag,
    empty_place,
    middle_of_box,
    saved_document,
    small,
    wait_until,
    wire,
)
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def in_a_row() -> dict[str, Any]:
    """``small`` with its cards side by side, at places that are not on one line and have unlike gaps."""
    places = {"image": [0, 0], "conv": [300, 60], "act": [640, 20], "scores": [900, 0]}
    return {**small(), "view": {"network": places}}


def chosen(page: Page) -> set[str]:
    cards = page.locator("[data-testid^=node-][data-selected=true]")
    return {name.removeprefix("node-") for name in cards.evaluate_all("all => all.map(one => one.dataset.testid)")}


def corner(editor: Editor, node: str, *, is_lower: bool = False) -> tuple[float, float]:
    """A point outside a card, off its upper left corner or its lower right one."""
    box = box_of(editor.node(node))
    if is_lower:
        return box["x"] + box["width"] + 12, box["y"] + box["height"] + 30
    return box["x"] - 12, box["y"] - 30


def _width(editor: Editor, node: str) -> float:
    return box_of(editor.node(node))["width"]


def test_cards_are_chosen_by_box_and_key_and_copied_within_and_between_networks(page: Page, server: Server) -> None:
    editor = open_document(page, server, in_a_row())
    expect(wire(page, "conv.y>act.x")).to_be_attached()

    # Shift and a drag over the empty canvas: what the box touches is selected. Ctrl and a click add and take out.
    start = corner(editor, "conv")
    end = corner(editor, "act", is_lower=True)
    drag(page, (start[0], min(start[1], corner(editor, "act")[1])), (end[0], end[1] + 30), "Shift")
    wait_until(page, lambda: chosen(page) == {"conv", "act"}, "the box did not select what is in it")
    for expected in ({"conv", "act", "scores"}, {"conv", "act"}):
        editor.node("scores").click(position={"x": 90, "y": 12}, modifiers=["ControlOrMeta"])
        wait_until(page, lambda: chosen(page) == expected, "Ctrl and a click did not change it")  # noqa: B023

    # Copies have the wires among them; those that come in are left out, or taken along with Shift.
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(wire(page, "conv1.y>act1.x")).to_be_attached()
    expect(wire(page, "image.y>conv1.x")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(editor.node("conv1")).to_have_count(0)
    page.keyboard.press("Control+Shift+V")
    expect(wire(page, "image.y>conv1.x")).to_be_attached()
    expect(wire(page, "conv1.y>act1.x")).to_be_attached()
    page.keyboard.press("Control+z")

    # What is cut leaves a wire that heals, and comes back by pasting.
    page.mouse.click(*empty_place(page, 300, 600))
    wait_until(page, lambda: chosen(page) == set(), "a click on the empty canvas did not let go")
    editor.select("conv")
    page.keyboard.press("Control+x")
    expect(wire(page, "image.y>act.x")).to_be_attached()
    page.keyboard.press("Control+v")
    expect(editor.node("conv")).to_be_visible()
    saved_document(server, page)

    # In another network: by the key, and, where the page may not read the clipboard, from the menu and with Shift.
    other = open_document(page, server, {**small(), "name": "Other"})
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+v")
    expect(other.node("conv1")).to_be_visible()
    expect(page.locator('[data-edge*="conv1"]')).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(other.node("conv1")).to_have_count(0)
    page.keyboard.press("Control+Shift+V")
    expect(wire(page, "image.y>conv1.x")).to_be_attached()
    page.keyboard.press("Control+z")
    page.mouse.click(*empty_place(page, 300, 600), button="right")
    page.get_by_role("menuitem", name="Paste", exact=False).first.click()
    expect(other.node("conv1")).to_be_visible()


def test_cards_are_put_in_order_and_the_history_is_jumped_in(page: Page, server: Server) -> None:
    editor = open_document(page, server, in_a_row())
    expect(wire(page, "conv.y>act.x")).to_be_attached()
    names = ("image", "conv", "act", "scores")

    def boxes() -> list[dict[str, float]]:
        return [box_of(editor.node(name)) for name in names]

    def gaps() -> list[float]:
        found = boxes()
        return [b["x"] - a["x"] - a["width"] for a, b in pairwise(found)]

    # The same gaps, one line, the grid; each is one step.
    assert max(gaps()) - min(gaps()) > 20
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+Shift+H")
    wait_until(page, lambda: max(gaps()) - min(gaps()) < 2, "the gaps are not the same")
    page.keyboard.press("Alt+V")
    wait_until(page, lambda: len({round(box["y"] + box["height"] / 2) for box in boxes()}) == 1, "not in one line")
    page.mouse.click(*empty_place(page, 300, 600))
    expect(page.get_by_test_id("command-toggleSnap")).to_have_attribute("aria-pressed", "true")
    at = centre(editor, "act")
    drag(page, at, (at[0] + 33, at[1] + 171))
    wait_until(page, lambda: centre(editor, "act")[1] > at[1] + 100, "the card was not dragged")
    place = saved_document(server, page)["view"]["network"]["act"]
    assert [value % 20 for value in place] == [0, 0], place
    page.get_by_test_id("command-toggleSnap").click()
    at = centre(editor, "act")
    drag(page, at, (at[0] + 33, at[1] - 47))
    wait_until(page, lambda: centre(editor, "act")[1] < at[1] - 30, "the card was not dragged back")
    place = saved_document(server, page)["view"]["network"]["act"]
    assert [value % 20 for value in place] != [0, 0], place
    tidied = centre(editor, "image")
    page.get_by_test_id("command-tidy").click()
    wait_until(page, lambda: centre(editor, "image") != tidied, "nothing was tidied")

    # The list of steps, the last first: to one before, and to one that was undone. What is selected is none of them.
    page.get_by_test_id("history").click()
    steps = page.get_by_role("menuitem")
    expect(steps).to_have_text(
        ["Tidy up", "Move 1 node", "Move 1 node", "Arrange 4 nodes", "Arrange 4 nodes", "As it was opened"]
    )
    expect(page.locator("[aria-current=step]")).to_have_text("Tidy up")
    steps.nth(4).click()
    page.keyboard.press("f")
    wait_until(page, lambda: len({round(box["y"]) for box in boxes()}) > 1 and max(gaps()) - min(gaps()) < 2)
    page.get_by_test_id("history").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Arrange 4 nodes")
    expect(steps).to_have_count(6)
    steps.first.click()
    page.get_by_test_id("history").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Tidy up")


def test_view_follows_the_overview_the_keys_and_what_is_selected(page: Page, server: Server) -> None:
    document = in_a_row()
    document["view"]["network"]["scores"] = [4200, 1600]
    way = {"edge": {"source": "act", "target": "scores"}, "points": [[700, -1500]]}
    document["marks"] = {"network": {"ways": [way]}}
    editor = open_document(page, server, document)
    expect(editor.node("image")).to_be_visible()

    # A wire that is led through a point is there where neither of its ends is in view.
    for _ in range(3):
        drag(page, empty_place(page, 300, 140), empty_place(page, 300, 640))
    expect(page.locator(".react-flow__node")).to_have_count(0)
    expect(page.locator('[data-testid="passing-act.y>scores.x"]')).to_be_visible()

    # A drag in the overview moves the view.
    overview = page.get_by_role("img", name="Overview of the network")
    expect(editor.node("scores")).to_have_count(0)
    box = box_of(overview)
    drag(page, (box["x"] + 20, box["y"] + 20), (box["x"] + box["width"] - 20, box["y"] + box["height"] - 20))
    expect(editor.node("image")).to_have_count(0)

    # F shows all, also when a drawer takes room then, and the overview, which would cover a part of it, goes.
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("f")
    expect(overview).to_have_count(0)
    page.get_by_role("button", name="params").click()
    expect(page.get_by_role("table")).to_be_visible()
    expect(editor.node("scores")).to_be_in_viewport(ratio=0.99)
    expect(editor.node("image")).to_be_in_viewport(ratio=0.99)
    expect(overview).to_have_count(0)

    # Z shows what is selected, larger and in the middle.
    small_width = _width(editor, "scores")
    editor.node("scores").click()
    page.keyboard.press("z")
    wait_until(page, lambda: _width(editor, "scores") > 1.5 * small_width)
    middle = middle_of_box(page.get_by_test_id("canvas"))
    wait_until(page, lambda: max(abs(a - b) for a, b in zip(centre(editor, "scores"), middle, strict=True)) < 30)


def test_wires_that_cannot_be_say_why_while_they_are_drawn_and_a_node_left_out_lets_through(
    page: Page, server: Server
) -> None:
    document = in_a_row()
    document["network"]["nodes"].append({"id": "head", "type": "Conv3d", "params": {"out_channels": 4}})
    document["view"]["network"]["head"] = [300, 300]
    editor = open_document(page, server, document)
    label = page.locator('[data-wire="act.y>scores.x"]')
    expect(label).to_have_text("N x 16 x 28 x 28")
    hint = page.locator("[data-kind][role=status]:visible")

    def draw_from(source: str, *targets: tuple[str, str, str]) -> None:
        page.mouse.move(*middle_of_box(page.locator(f'[data-node="{source}"][data-kind="output"]')))
        page.mouse.down()
        for target, kind, words in targets:
            page.mouse.move(*centre(editor, target), steps=12)
            expect(hint).to_have_attribute("data-kind", kind)
            expect(hint).to_contain_text(words)
            expect(editor.node(target)).to_have_attribute("data-target", f"{kind} over")
        page.mouse.up()

    # Over each card: it can be, it needs a repair, it can never be, each in words. Let go there, nothing is joined.
    draw_from(
        "act",
        ("head", "mismatch", "head takes"),
        ("scores", "illegal", "act already feeds scores here."),
        ("conv", "illegal", "conv already feeds act: the wire would close a circle."),
    )
    expect(page.locator('[data-edge="act.y>conv.x"]')).to_have_count(0)
    expect(page.get_by_text("the wire would close a circle").first).to_be_visible()
    draw_from("conv", ("scores", "fits", "Takes the place of the wire from act."))
    expect(wire(page, "conv.y>scores.x")).to_be_attached()
    page.keyboard.press("Control+z")

    # A node that is left out lets its input through: the shapes behind it are those before it.
    editor.select("conv")
    page.keyboard.press("m")
    expect(editor.node("conv")).to_have_attribute("data-muted", "true")
    expect(label).to_have_text("N x 1 x 28 x 28")
    page.keyboard.press("m")
    expect(editor.node("conv")).not_to_have_attribute("data-muted", "true")
    expect(label).to_have_text("N x 16 x 28 x 28")
