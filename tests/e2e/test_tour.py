"""The tour of docs/tour.md, walked stop by stop by the names that it quotes, with real runs on the digits.

`make tour` walks it in both languages and takes its pictures anew; without that it is walked in English and leaves nothing.
"""

import copy
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import pytest
from e2e.accessibility import settle
from e2e.conftest import PATIENCE_MS, ROOT, Server
from e2e.drawing import Editor, box_of
from e2e.pictures import keep_small
from e2e.training import TRAINING_MS
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

LOCALES = {"en": "en-US", "zh": "zh-CN"}
IS_KEPT = "NETWRIGHT_PICTURES" in os.environ
SEVEN = ((0.3, 0.22), (0.7, 0.22), (0.44, 0.8))
"""The corners of a seven, in parts of the place to draw in."""

RATES = (0.0003, 0.001, 0.003) if IS_KEPT else (0.001, 0.003)
"""Learning rates of the runs; two are enough to be compared where nobody looks at the pictures."""

FIRST_VERSION = {"en": "Before the dropout", "zh": "加入 Dropout 之前"}


def said(language: str, key: str) -> str:
    """What the page says for ``namespace.path.of.the.key``."""
    namespace, *path = key.split(".")
    words: Any = json.loads(
        (ROOT / "frontend" / "src" / "locales" / language / f"{namespace}.json").read_text(encoding="utf-8")
    )
    for part in path:
        words = words[part]
    assert isinstance(words, str)
    return words


@dataclass(frozen=True)
class Walk:
    """One person on the tour: a page in one language, and what the server holds."""

    page: Page
    language: str
    base: str
    network: str
    runs: list[str]

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def named(self, role: Literal["button", "link", "tab", "heading", "radio"], key: str) -> Locator:
        """What has exactly the name that the page's words have at ``key``."""
        return self.page.get_by_role(role, name=said(self.language, key), exact=True)


def networks(walk: Walk) -> None:
    walk.go("/networks")
    expect(walk.named("button", "networks.new").first).to_be_visible()
    expect(walk.page.locator(f"a[href='/networks/{walk.network}']").first).to_be_visible()


def editor(walk: Walk) -> None:
    walk.page.locator(f"a[href='/networks/{walk.network}']").first.click()
    expect(Editor(walk.page).node("stage")).to_be_visible()
    expect(walk.page.get_by_text("N x 1 x 8 x 8").first).to_be_visible()


def block(walk: Walk) -> None:
    drawn = Editor(walk.page)
    drawn.node("stage").dblclick(position={"x": 90, "y": 12})
    expect(walk.page.get_by_label(said(walk.language, "editor.level.label"))).to_contain_text("stage")
    drawn.select("conv")
    panel = walk.page.get_by_label(said(walk.language, "inspector.title"))
    expect(panel.get_by_label("kernel_size", exact=True).first).to_be_visible()


def train(walk: Walk) -> None:
    walk.go(f"/networks/{walk.network}")
    walk.named("button", "app.editor.train").click()
    expect(walk.page.get_by_test_id("train-curve")).to_be_visible()
    expect(walk.named("button", "training.start")).to_be_enabled()


def run(walk: Walk) -> None:
    walk.go(f"/runs/{walk.runs[-1]}")
    expect(walk.page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed")
    expect(walk.page.get_by_test_id("curve-loss").locator("canvas")).to_be_visible()


def classes(walk: Walk) -> None:
    table = walk.page.get_by_test_id("run-classes")
    expect(table.get_by_test_id("run-confusion")).to_be_visible()
    table.evaluate("element => element.scrollIntoView()")


def tried(walk: Walk) -> None:
    walk.go(f"/runs/{walk.runs[-1]}")
    walk.named("tab", "runs.tabs.try").click()
    pad = walk.page.get_by_test_id("draw-pad")
    expect(pad).to_be_visible(timeout=TRAINING_MS)
    box = box_of(pad)
    (x, y), *rest = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    walk.page.mouse.move(x, y)
    walk.page.mouse.down()
    for x, y in rest:
        walk.page.mouse.move(x, y, steps=12)
    walk.page.mouse.up()
    expect(walk.page.get_by_test_id("answer-label")).to_contain_text("%", timeout=TRAINING_MS)


def compare(walk: Walk) -> None:
    walk.go(f"/runs/compare?ids={','.join(walk.runs)}")
    expect(walk.page.get_by_test_id("compare-val/loss").locator("canvas")).to_be_visible()
    expect(walk.page.get_by_test_id("compare-val/loss").get_by_role("listitem")).to_have_count(len(walk.runs))


def data(walk: Walk) -> None:
    walk.go("/data/digits")
    expect(walk.page.get_by_test_id("dataset-pictures").get_by_role("img").first).to_be_visible()
    expect(walk.named("button", "data.page.begin")).to_be_enabled()


def gallery(walk: Walk) -> None:
    walk.named("link", "app.frame.architectures").first.click()
    expect(walk.page.get_by_test_id("architecture-perceptron")).to_be_visible()
    families = walk.page.get_by_role("group", name=said(walk.language, "architectures.families"))
    families.get_by_text(said(walk.language, "architectures.family.resnet"), exact=True).click()
    expect(walk.page.get_by_test_id("architecture-resnet18")).to_be_visible()
    expect(walk.page.get_by_test_id("architecture-perceptron")).to_have_count(0)


def code(walk: Walk) -> None:
    walk.go(f"/networks/{walk.network}")
    expect(Editor(walk.page).node("stage")).to_be_visible()
    walk.named("button", "app.editor.code").click()
    expect(walk.page.get_by_text("class Network")).to_be_visible()
    walk.page.get_by_test_id("command-toggleMinimap").click()  # it would lie on the cards
    walk.page.get_by_test_id("command-fit").click()
    walk.page.get_by_text(said(walk.language, "code.title"), exact=True).hover()  # away from the button and its tooltip


def export(walk: Walk) -> None:
    walk.named("button", "code.close").click()
    walk.named("button", "exports.network").click()
    expect(walk.page.get_by_test_id("export-onnx")).to_be_visible()


def versions(walk: Walk) -> None:
    walk.go(f"/networks/{walk.network}")
    walk.named("link", "app.saving.versions").click()
    walk.page.get_by_role("button", name=FIRST_VERSION[walk.language]).first.click()
    expect(Editor(walk.page).node("drop")).to_have_attribute("data-difference", "added")
    expect(walk.named("button", "versions.restore")).to_be_enabled()


STOPS: dict[str, Callable[[Walk], None]] = {
    "networks": networks,
    "editor": editor,
    "block": block,
    "train": train,
    "run": run,
    "classes": classes,
    "try": tried,
    "compare": compare,
    "data": data,
    "gallery": gallery,
    "code": code,
    "export": export,
    "versions": versions,
}
"""In the order of docs/tour.md; each begins where the one before it ended."""

DARK = {"compare"}


def before_the_dropout(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` as it may have been a day earlier: a narrower hidden layer, and no ``drop`` behind it."""
    earlier = copy.deepcopy(document)
    drawn = earlier["network"]
    drawn["nodes"] = [node for node in drawn["nodes"] if node["id"] != "drop"]
    next(node for node in drawn["nodes"] if node["id"] == "fc")["params"]["out_features"] = 64
    drawn["edges"] = [edge for edge in drawn["edges"] if edge["source"] != "drop"]
    next(edge for edge in drawn["edges"] if edge["target"] == "drop")["target"] = "head"
    return earlier


def fill(client: httpx.Client, language: str) -> tuple[str, list[str]]:
    """A network with two versions among others, and ended runs of it that differ in their learning rate."""

    def ready_made(name: str) -> dict[str, Any]:
        known = client.get(f"/api/architectures/{name}").raise_for_status().json()
        return {**known["document"], "name": known["name"][language]}

    for name in ("resnet18", "vit_digits", "lenet5"):
        client.post("/api/networks", json={"document": ready_made(name)}).raise_for_status()
    document = ready_made("cnn_digits")
    began = {"document": before_the_dropout(document)}
    network: str = client.post("/api/networks", json=began).raise_for_status().json()["id"]
    label = {"label": FIRST_VERSION[language]}
    client.patch(f"/api/networks/{network}/revisions/1", json=label).raise_for_status()
    client.put(f"/api/networks/{network}", json={"document": document, "revision": 1}).raise_for_status()
    asked = {"document": document, "source": "digits"}
    config = client.post("/api/training/suggest", json=asked).raise_for_status().json()["config"]
    config["data"]["split"]["validation"] = 0.3  # enough samples that some are taken for another class
    runs = []
    for rate in RATES:
        config["optimizer"]["params"]["lr"] = rate
        body = {"network_id": network, "training": {**config, "epochs": 5}, "name": f"lr {rate}"}
        runs.append(str(client.post("/api/runs", json=body).raise_for_status().json()["id"]))
    while states := {client.get(f"/api/runs/{each}").json()["state"] for each in runs} - {"completed"}:
        assert states <= {"queued", "starting", "running"}, states
        time.sleep(0.2)
    return network, runs


@pytest.mark.parametrize("language", LOCALES if IS_KEPT else ["en"])
def test_tour_when_walked_shows_what_its_page_says(browser: Browser, server: Server, language: str) -> None:
    page_of_it = ROOT / "docs" / {"en": "tour.md", "zh": "tour.zh.md"}[language]
    assert re.findall(r"\(tour/(\w+)-\w+\.webp\)", page_of_it.read_text(encoding="utf-8")) == list(STOPS)
    with server.client() as client:
        network, runs = fill(client, language)
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale=LOCALES[language], color_scheme="light", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.url)
        walk = Walk(page, language, f"http://127.0.0.1:{server.port}", network, runs)
        for name, stop in STOPS.items():
            page.emulate_media(color_scheme="dark" if name in DARK else "light")
            stop(walk)
            if IS_KEPT:
                settle(page)
                keep_small(page, f"{name}-{language}")
        assert not errors
    finally:
        context.close()
