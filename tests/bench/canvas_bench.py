"""Frames while a drawing of 1,000 nodes is panned, zoomed and a card is dragged: Netwright beside stock React Flow, in turn.

``near`` is at zoom 1, ``all`` with every node in view.  The figures are milliseconds from one animation frame to the next, as
the page itself sees them, in one real Chromium; the stock page is React Flow's default node and edge with nothing set but the
handlers that it needs.  Both have the same nodes, wires and places and are looked at from the same place: stock React Flow is
given the view that Netwright has.  What is dragged is the card nearest to the middle of what is seen, held where the browser
says that nothing lies over it.  Every round draws a network of its own, as a drag is saved.  The frames of a gesture that
has moved nothing are left out, and that is said.
"""

import contextlib
import http.server
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import browser  # type: ignore[import-not-found]  # scripts/browser.py
from e2e.conftest import CHROMIUM_ARGUMENTS, Server
from netwright.graph.document import Block, Document, Edge, Node
from playwright.sync_api import Page, sync_playwright

NUM_NODES = 1000
COLUMNS = 40
PITCH = (340, 140)
ROUNDS = 5
STEPS = 60
"""Moves of the mouse, or turns of the wheel, in one gesture."""

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"

STOCK_PAGE = """<!doctype html><html><head><style>html,body,#root{margin:0;width:100%;height:100%}</style></head>
<body><div id="root"></div><script type="module" src="./main.js"></script></body></html>"""

STOCK_SCRIPT = """
import "@xyflow/react/dist/style.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
const places = PLACES;
const first = places.map(([x, y], at) => ({ id: `n${at}`, position: { x, y }, data: { label: `n${at} ReLU` } }));
const wires = places.slice(1).map((_, at) => ({ id: `e${at}`, source: `n${at}`, target: `n${at + 1}` }));
function Stock() {
  const [nodes, , onNodesChange] = useNodesState(first);
  const [edges, , onEdgesChange] = useEdgesState(wires);
  const onInit = (flow) => { window.__flow = flow; };
  return createElement(ReactFlow, { nodes, edges, onNodesChange, onEdgesChange, onInit, minZoom: 0.02 });
}
createRoot(document.getElementById("root")).render(createElement(Stock));
"""

WATCH = """() => {
  window.__frames = [];
  let last = performance.now();
  window.__watching = true;
  const tick = (now) => {
    window.__frames.push(now - last);
    last = now;
    if (window.__watching) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


GROUND = """() => {
  const { left, top, width, height } = document.querySelector(".react-flow").getBoundingClientRect();
  const isFree = (x, y) => document.elementFromPoint(x, y)?.classList.contains("react-flow__pane");
  // Pixel by pixel where much is in view, in larger steps where one card covers what is near.
  for (const step of [1, 9]) {
    for (let away = 0; away < 400; away++) {
      const [x, y] = [left + width / 2 + (away % 20) * step, top + height / 2 + Math.floor(away / 20) * step];
      if (isFree(x, y) && isFree(x + 1, y) && isFree(x, y + 1)) return [x, y];
    }
  }
  throw new Error("There is no empty ground in the middle.");
}"""

CARD = """() => {
  const { left, top, width, height } = document.querySelector(".react-flow").getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const cards = [...document.querySelectorAll(".react-flow__node")].map((card) => {
    const box = card.getBoundingClientRect();
    return { card, box, away: Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) };
  });
  const isCard = (card, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return card.contains(hit) && hit.closest(".react-flow__handle, .nodrag, button") === null;
  };
  for (const { card, box } of cards.sort((a, b) => a.away - b.away)) {
    for (let y = Math.ceil(box.top); y < box.bottom; y++) {
      for (let x = Math.round(box.left + box.width / 2); x < box.right; x++) {
        if (isCard(card, x, y)) return [card.dataset.id, x, y];
      }
    }
  }
  throw new Error("No card can be taken hold of.");
}"""

SHOW = """css => {
  const [x, y, zoom] = css.match(/-?[\\d.]+/g).map(Number);
  window.__flow.setViewport({ x, y, zoom });
}"""


def place(number: int) -> tuple[float, float]:
    return float(number % COLUMNS * PITCH[0]), float(number // COLUMNS * PITCH[1])


def drawing() -> Document:
    nodes = [Node(id=f"n{number}", type="ReLU") for number in range(NUM_NODES)]
    edges = [Edge(source=f"n{number}", target=f"n{number + 1}") for number in range(NUM_NODES - 1)]
    view = {"network": {f"n{number}": place(number) for number in range(NUM_NODES)}}
    return Document(name="1,000 nodes", network=Block(nodes=nodes, edges=edges), view=view)


@contextlib.contextmanager
def stock_page() -> Iterator[str]:
    """The address of a page with stock React Flow, built with the page's own tools."""
    with tempfile.TemporaryDirectory(prefix="stock-", dir=FRONTEND / "node_modules") as source:
        # There its imports are found.
        (Path(source) / "index.html").write_text(STOCK_PAGE)
        places = str([list(place(number)) for number in range(NUM_NODES)])
        (Path(source) / "main.js").write_text(STOCK_SCRIPT.replace("PLACES", places))
        vite = FRONTEND / "node_modules" / ".bin" / "vite"
        subprocess.run([vite, "build", source, "--outDir", "dist", "--logLevel", "error"], cwd=source, check=True)
        handler = partial(Quiet, directory=str(Path(source) / "dist"))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Says nothing."""


def frames(page: Page, act: Callable[[], None]) -> list[float]:
    page.evaluate(WATCH)
    act()
    found: list[float] = page.evaluate("() => { window.__watching = false; return window.__frames.slice(2); }")
    return found


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(start[0] + by[0] * step / STEPS, start[1] + by[1] * step / STEPS)
    page.mouse.up()


def zoom(page: Page, at: tuple[float, float]) -> None:
    page.mouse.move(*at)
    for step in range(STEPS):
        page.mouse.wheel(0, -20 if step < STEPS // 2 else 18)


def measure(page: Page) -> dict[str, list[float]]:
    return {
        "drag": drag_card(page),
        "zoom": gesture(page, view, lambda: zoom(page, ground(page))),
        "pan": gesture(page, view, lambda: drag(page, ground(page), (-240.0, -120.0))),
    }


def drag_card(page: Page) -> list[float]:
    card, x, y = page.evaluate(CARD)
    return gesture(page, lambda page: place_of(page, card), lambda: drag(page, (x, y), (60.0, 40.0)))


def gesture(page: Page, what: Callable[[Page], str], act: Callable[[], None]) -> list[float]:
    """The frames of a gesture that must change ``what``."""
    before = what(page)
    found = frames(page, act)
    for _ in range(20):
        if what(page) != before:
            return found
        page.wait_for_timeout(100)
    print(f"void: a gesture has moved nothing on {page.url}, {before} is as it was; its frames are left out")
    return []


def settle(page: Page) -> str:
    """Waits until the view has stood still for half a second; the view."""
    last = ""
    while (now := view(page)) != last:
        last = now
        page.wait_for_timeout(500)
    return now


def view(page: Page) -> str:
    """The shift and the zoom of the drawing, as CSS."""
    found: str = page.locator(".react-flow__viewport").evaluate("element => element.style.transform")
    return found


def place_of(page: Page, card: str) -> str:
    """The place of a card in the drawing, as CSS."""
    found: str = page.locator(f".react-flow__node[data-id='{card}']").evaluate("element => element.style.transform")
    return found


def ground(page: Page) -> tuple[float, float]:
    """A point of the empty canvas in the middle of the drawing: no card and no wire is there."""
    x, y = page.evaluate(GROUND)
    return x, y


def ours(page: Page, address: str, *, is_near: bool) -> tuple[dict[str, list[float]], str]:
    """The frames, and the view that they began with."""
    page.goto(address)
    page.locator("[data-testid^='node-']").first.wait_for()
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("0" if is_near else "f")
    page.wait_for_timeout(1000)
    begun = settle(page)
    return measure(page), begun


def stock(page: Page, address: str, begun: str) -> dict[str, list[float]]:
    page.goto(address)
    page.locator(".react-flow__node").first.wait_for()
    page.evaluate(SHOW, begun)
    page.wait_for_timeout(1000)
    settle(page)
    return measure(page)


def draw(server: Server) -> str:
    """The address of a new network with the drawing."""
    body = b'{"document":%b}' % drawing().model_dump_json().encode()
    with server.client() as client:
        answer = client.post("/api/networks", content=body, headers={"Content-Type": "application/json"})
    return f"http://127.0.0.1:{server.port}/networks/{answer.raise_for_status().json()['id']}"


def main() -> None:
    server = Server(Path(tempfile.mkdtemp()))
    server.start()
    try:
        with sync_playwright() as playwright, stock_page() as stock_address:
            chromium = playwright.chromium.launch(executable_path=browser.find(), args=CHROMIUM_ARGUMENTS)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.url)
            run(page, partial(draw, server), stock_address)
            chromium.close()
    finally:
        server.stop()


def run(page: Page, new_address: Callable[[], str], stock_address: str) -> None:
    for is_near in (True, False):
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            here, begun = ours(page, new_address(), is_near=is_near)
            for name, found in (("netwright", here), ("stock", stock(page, stock_address, begun))):
                for gesture_name, spent in found.items():
                    times.setdefault(f"{name:10} {gesture_name}", []).extend(spent)
        for what, spent in sorted(times.items(), key=lambda item: item[0].split()[::-1]):
            if len(spent) < 2:
                print(f"{'near' if is_near else 'all':5} {what:16} not measured")
                continue
            p95 = statistics.quantiles(spent, n=20)[-1]
            print(
                f"{'near' if is_near else 'all':5} {what:16} p50 {statistics.median(spent):5.0f} ms   p95 {p95:5.0f} ms"
            )


if __name__ == "__main__":
    main()
