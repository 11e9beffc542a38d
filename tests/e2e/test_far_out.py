"""The canvas from far away, where all cards and wires are drawn on one canvas element: it answers to the mouse as near in."""

from itertools import pairwise
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.drawing import STEPS, Editor, box_of, wait_until
from e2e.training import open_document
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NUM_NODES = 40
PITCH = 320
ROW = 400


def drawing() -> dict[str, Any]:
    """A chain in rows of ten: too wide to be read when all of it is in view."""
    middle = [{"id": f"n{number}", "type": "ReLU"} for number in range(NUM_NODES)]
    nodes: list[dict[str, Any]] = [
        {"id": "image", "type": "Input", "params": {"shape": [1, 8, 8]}},
        *middle,
        {"id": "scores", "type": "Output"},
    ]
    ids = [str(node["id"]) for node in nodes]
    places = {one: [at % 10 * PITCH, at // 10 * ROW] for at, one in enumerate(ids)}
    edges = [{"source": a, "target": b} for a, b in pairwise(ids)]
    return {
        "format": 1,
        "name": "Far out",
        "network": {"nodes": nodes, "edges": edges},
        "view": {"network": places},
    }


def between(editor: Editor, left: str, right: str) -> tuple[float, float]:
    """The middle of a straight wire between two cards of one row, in pixels of the window."""
    a, b = box_of(editor.node(left)), box_of(editor.node(right))
    return (a["x"] + a["width"] + b["x"]) / 2, a["y"] + a["height"] / 2


def show_all(page: Page, editor: Editor) -> None:
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("f")
    expect(page.get_by_test_id("far-layer")).to_be_attached()
    box_of(editor.node("n20"))  # the view moves there: what is pointed at must stand still


def test_far_out_cards_and_wires_answer_to_the_mouse(page: Page, server: Server) -> None:
    editor = open_document(page, server, drawing())
    expect(editor.node("n0")).to_be_visible()
    show_all(page, editor)

    # One bitmap has the look of all, and it is not empty; no wire is an element, and no card has words in it.
    expect(page.locator("[data-edge]")).to_have_count(0)
    expect(editor.node("n20")).to_have_text("")
    wait_until(page, lambda: number_of_colours(page) > 2, "the far layer stayed empty")

    # A wire is found under the pointer, selected by a click and taken away; the history brings it back.
    page.mouse.move(*between(editor, "n11", "n12"))
    wire = page.locator("[data-edge='n11.y>n12.x']")
    expect(wire).to_be_attached()
    page.mouse.click(*between(editor, "n11", "n12"))
    expect(wire).to_have_attribute("data-selected", "true")
    page.keyboard.press("Delete")
    expect(wire).to_have_count(0)
    page.keyboard.press("ControlOrMeta+z")
    page.mouse.move(*between(editor, "n11", "n12"))
    expect(wire).to_be_attached()

    # A card is selected, dragged and taken back.
    editor.node("n24").click()
    expect(editor.node("n24")).to_have_attribute("data-selected", "true")
    start = box_of(editor.node("n24"))
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=STEPS)
    page.mouse.up()
    wait_until(page, lambda: box_of(editor.node("n24"))["y"] > start["y"] + 5)
    page.keyboard.press("ControlOrMeta+z")
    wait_until(page, lambda: abs(box_of(editor.node("n24"))["y"] - start["y"]) < 1)

    # A stroke cuts the wires that it crosses.
    at = between(editor, "n14", "n15")
    page.keyboard.press("k")
    page.mouse.move(at[0], at[1] - 8)
    page.mouse.down()
    page.mouse.move(at[0], at[1] + 8, steps=STEPS)
    page.mouse.up()
    expect(page.get_by_test_id("command-undo")).to_be_enabled()
    wait_until(page, lambda: not is_found(page, "n14.y>n15.x", at), "the wire was not cut")
    page.keyboard.press("ControlOrMeta+z")
    wait_until(page, lambda: is_found(page, "n14.y>n15.x", at))

    # Near in again, cards have their words and wires are elements.
    page.keyboard.press("0")
    expect(page.get_by_test_id("far-layer")).to_have_count(0)
    expect(page.locator("[data-edge]").first).to_be_attached()


def is_found(page: Page, edge: str, at: tuple[float, float]) -> bool:
    """Whether a pointer that comes to this place finds the wire there."""
    page.mouse.move(at[0], at[1] + 40)
    page.mouse.move(*at, steps=2)
    # Moves reach the page with the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator(f"[data-edge='{edge}']").count() == 1


def number_of_colours(page: Page) -> int:
    found: int = page.get_by_test_id("far-layer").evaluate(
        """element => {
            const { width, height } = element;
            const data = new Uint32Array(element.getContext("2d").getImageData(0, 0, width, height).data.buffer);
            return new Set(data).size;
        }"""
    )
    return found
