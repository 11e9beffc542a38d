"""How long a ResNet-152 takes to open in the page: from the click on its card to the drawing, in a real Chromium.

``drawn`` is the first frame in which the cards and wires of the opened level stand on the canvas; ``shapes`` the first in which
the wires say what flows through them, which waits for the server's check.  The network with blocks, a dozen boxes, and the flat
drawing of the same network are opened in turn.  ``block`` is from the double-click on a stage to what is inside it.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import block_samples
import browser  # type: ignore[import-not-found]  # scripts/browser.py
import resnet
from e2e.conftest import CHROMIUM_ARGUMENTS, Server
from netwright.graph.document import Document
from playwright.sync_api import Locator, Page, sync_playwright

ROUNDS = 9

WATCH = """
() => {
  window.__opening = null;
  const begin = (event) => {
    const card = event.target.closest("a[href^='/networks/'], [data-testid^='node-']");
    if (!card || (event.type === "click" && !card.matches("a"))) return;
    const times = { start: event.timeStamp };
    window.__opening = times;
    const before = new Set(document.querySelectorAll("[data-testid^='node-']"));
    const look = () => {
      const cards = [...document.querySelectorAll("[data-testid^='node-']")].filter((each) => !before.has(each));
      const wires = document.querySelectorAll("[data-edge]");
      // The frame after the one in which they are there has them on the screen.
      if (!times.drawn && cards.length > 2 && wires.length > 1) requestAnimationFrame((now) => { times.drawn = now; });
      const shown = /N x \\d/.test(document.querySelector("[data-testid='canvas']")?.textContent ?? "");
      if (times.drawn && shown) times.shapes = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  window.addEventListener("click", begin, true);
  window.addEventListener("dblclick", begin, true);
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(Path(home))
        server.start()
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=CHROMIUM_ARGUMENTS)
        try:
            measure(server, chromium.new_page(viewport={"width": 1440, "height": 900}))
        finally:
            chromium.close()
            server.stop()


def measure(server: Server, page: Page) -> None:
    networks = {"blocks": create(server, block_samples.resnet152()), "flat": create(server, resnet.resnet152())}
    page.add_init_script(f"({WATCH.strip()})()")
    page.goto(server.url)
    times: dict[str, list[dict[str, float]]] = {"blocks": [], "flat": [], "block": []}
    for number in range(ROUNDS + 1):
        for kind, network in networks.items():
            page.goto(f"http://127.0.0.1:{server.port}/networks")
            card = page.locator(f"a[href$='{network}']")
            card.wait_for()
            page.wait_for_timeout(500)
            found = timed(page, partial(click, page, card))
            times[kind] += [found] if number else []  # the first loads the page's parts and, in the server, PyTorch
            if kind == "blocks":
                stage = page.get_by_test_id("node-layer3")
                found = timed(page, partial(stage.dblclick, position={"x": 40, "y": 12}))
                times["block"] += [found] if number else []
    for kind, rounds in times.items():
        for what in ("drawn", "shapes"):
            spent = sorted(each[what] - each["start"] for each in rounds)
            print(f"{kind:8} {what:8} median {statistics.median(spent):6.0f} ms   worst {spent[-1]:6.0f} ms")


def click(page: Page, card: Locator) -> None:
    """As a hand does it: the pointer arrives, and the button is down for a moment."""
    card.hover()
    page.wait_for_timeout(150)
    card.click(delay=80)


def create(server: Server, document: Document) -> str:
    with server.client() as client:
        answer = client.post(
            "/api/networks", content=b'{"document":%b}' % document.model_dump_json().encode(), headers=JSON
        )
        network: str = answer.raise_for_status().json()["id"]
        return network


JSON = {"Content-Type": "application/json"}


def timed(page: Page, act: Callable[[], None]) -> dict[str, float]:
    act()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        # Asked from outside, and seldom: the page's own rules let no text be run in it.
        found: dict[str, Any] | None = page.evaluate("window.__opening")
        if found and "shapes" in found:
            return found
        page.wait_for_timeout(100)
    raise TimeoutError("the network was not drawn within a minute")


if __name__ == "__main__":
    main()
