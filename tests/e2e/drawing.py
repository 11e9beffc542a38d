"""What a person does in the editor, by mouse and keyboard."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from e2e.conftest import PATIENCE_MS, Server
from playwright.sync_api import Locator, Page, expect

STEPS = 12
"""Mouse moves in a drag: the first only starts it."""


STILL_FRAMES = 4
"""As many frames in a row a thing has one place in before a gesture goes there."""


def wait_until(page: Page, condition: Callable[[], bool], complaint: str = "it never came about") -> None:
    """For what no ``expect`` knows, as a place, which is drawn some frames after the gesture."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, complaint
        page.wait_for_timeout(50)


def box_of(locator: Locator) -> dict[str, float]:
    """Where a thing is once it stands still, in pixels of the window: ``x``, ``y``, ``width`` and ``height``.

    A place that is read while things still move, or are laid out, is not where the mouse finds the thing a moment later.
    """
    found: dict[str, float] | None = locator.evaluate(
        """(element, frames) => new Promise((done) => {
            let last = "";
            let still = 0;
            let left = 600;
            const look = () => {
                const { x, y, width, height } = element.getBoundingClientRect();
                const now = [x, y, width, height].join();
                still = now === last ? still + 1 : 0;
                last = now;
                if (still >= frames) done({ x, y, width, height });
                else if (left-- > 0) requestAnimationFrame(look);
                else done(null);
            };
            look();
        })""",
        STILL_FRAMES,
    )
    assert found is not None, "it does not stand still"
    assert found["width"] > 0, "it is not drawn"
    return found


@dataclass
class Editor:
    """The editor page of one network."""

    page: Page

    def open_new(self) -> None:
        """From the list of networks to an empty canvas."""
        self.page.get_by_role("button", name="New network").first.click()
        expect(self.page.get_by_test_id("palette")).to_be_visible()

    def node(self, node: str) -> Locator:
        return self.page.get_by_test_id(f"node-{node}")

    def drag_in(self, layer: str, x: float, y: float) -> None:
        """Drags ``layer`` from the palette to ``(x, y)``, in pixels from the canvas's upper left corner."""
        item = self.page.get_by_test_id(f"palette-{layer}")
        item.scroll_into_view_if_needed()
        box, canvas = box_of(item), box_of(self.page.get_by_test_id("canvas"))
        self._drag(box["x"] + 30, box["y"] + box["height"] / 2, canvas["x"] + x, canvas["y"] + y)

    def connect(self, source: str, target: str, *, output: str | None = None, port: str | None = None) -> None:
        """Drags a wire from an output port of ``source`` to an input port of ``target`` (the first, or the one named)."""
        begin = self._handle(source, "output", output)
        end = self._handle(target, "input", port)
        self._drag(*middle_of_box(begin), *middle_of_box(end))

    def _handle(self, node: str, kind: str, port: str | None) -> Locator:
        which = f'[data-node="{node}"][data-kind="{kind}"]' + (f'[data-port="{port}"]' if port else "")
        return self.page.locator(which).first

    def _drag(self, x0: float, y0: float, x1: float, y1: float) -> None:
        mouse = self.page.mouse
        mouse.move(x0, y0)
        mouse.down()
        mouse.move(x1, y1, steps=STEPS)
        mouse.up()

    def select(self, node: str) -> None:
        self.node(node).click(position={"x": 90, "y": 12})

    def field(self, label: str) -> Locator:
        """A field of the inspector by its label."""
        return self.page.get_by_label("Settings of what is selected").get_by_label(label, exact=True)

    def set_number(self, label: str, value: float) -> None:
        field = self.field(label).first
        field.fill(str(value))
        field.press("Enter")

    def problems(self) -> Locator:
        return self.page.get_by_test_id("problems")


def document_of(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A document whose nodes are wired one behind the other."""
    ids = [str(node["id"]) for node in nodes]
    edges = [{"source": a, "target": b} for a, b in pairwise(ids)]
    return {"format": 1, "name": "Gestures", "network": {"nodes": list(nodes), "edges": edges}}


def small() -> dict[str, Any]:
    """``image -> conv -> act -> scores``."""
    return document_of(
        {"id": "image", "type": "Input", "params": {"shape": [1, 28, 28]}},
        {"id": "conv", "type": "Conv2d", "params": {"out_channels": 16, "padding": 1}},
        {"id": "act", "type": "ReLU"},
        {"id": "scores", "type": "Output"},
    )


def wire(page: Page, edge: str) -> Locator:
    """The wire ``conv.y>act.x``."""
    return page.locator(f'[data-edge="{edge}"]')


def middle_of(page: Page, edge: str) -> tuple[float, float]:
    """A point on a wire, in pixels of the window."""
    box_of(wire(page, edge).locator("path").first)
    x, y = page.evaluate(
        """edge => {
            const path = document.querySelector(`[data-edge="${edge}"] path`);
            const at = path.getPointAtLength(path.getTotalLength() * 0.25);
            const seen = new DOMPoint(at.x, at.y).matrixTransform(path.getScreenCTM());
            return [seen.x, seen.y];
        }""",
        edge,
    )
    return x, y


def empty_place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the window from one of the canvas."""
    canvas = box_of(page.get_by_test_id("canvas"))
    return canvas["x"] + x, canvas["y"] + y


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], key: str | None = None) -> None:
    if key is not None:
        page.keyboard.down(key)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=STEPS)
    page.mouse.up()
    if key is not None:
        page.keyboard.up(key)


def centre(editor: Editor, node: str) -> tuple[float, float]:
    """Where a card can be taken hold of: its middle, away from its ports and words."""
    return middle_of_box(editor.node(node))


def middle_of_box(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wire_ends(page: Page, edge: str) -> list[float]:
    """Where a wire begins and ends, in pixels of the window: x, y, x, y."""
    box_of(wire(page, edge).locator("path").first)
    found: list[float] = page.evaluate(
        """edge => {
            const path = document.querySelector(`[data-edge="${edge}"] path`);
            return [0, path.getTotalLength()].flatMap((at) => {
                const place = path.getPointAtLength(at);
                const seen = new DOMPoint(place.x, place.y).matrixTransform(path.getScreenCTM());
                return [seen.x, seen.y];
            });
        }""",
        edge,
    )
    return found


def saved_document(server: Server, page: Page) -> dict[str, Any]:
    """The document as the server has it, once everything is saved."""
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    with server.client() as client:
        document: dict[str, Any] = client.get(f"/api/networks/{page.url.split('/')[-1].split('?')[0]}").json()[
            "document"
        ]
    return document
