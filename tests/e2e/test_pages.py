"""Every page, light and dark, at two sizes, in English and Chinese: nothing overflows, nothing is out of reach for a screen
reader, and a Chinese page has no English sentence left in it.

`NETWRIGHT_PICTURES=folder make test-backend` keeps the pictures; `make pictures` renews the README's.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from e2e.accessibility import COLOURS, WCAG, faults, settle
from e2e.conftest import Nursery, Server
from e2e.drawing import Editor
from e2e.pictures import keep
from e2e.training import chain, create_network
from netwright.server import pages
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (1024, 768)]
LOCALES = {"en": "en-US", "zh": "zh-CN"}
CODE = {"en": "Code", "zh": "代码"}
"""The button that shows the code."""

BLOCK = {"en": "Block", "zh": "模块"}
"""What a picture of a block is called."""

NAMES = ("LeNet on digits", "Needs Flatten", "Thrown away", "First try")
"""What a person has called things: no language changes it."""

ENGLISH = r"\\b(the|is|are|of|and|or|with|from|has|this|that|for|not|by|at|each|all|no)\\b"
LEFT_ENGLISH = f"""names => {{
  const left = [];
  // What is marked as English (the title of a paper) is read out as English.
  const isEnglish = element => element.closest("[lang]").lang === "en";
  // A name as well: Linux-6.1-x86_64-with-glibc2.36.
  const isVersion = text => /^[\\w.-]*\\d[\\w.-]*$/.test(text.trim());
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {{
    const node = walker.currentNode;
    if (node.parentElement.closest("script, style, code, pre, noscript, .katex")) continue;
    if (isEnglish(node.parentElement)) continue;
    let text = node.textContent;
    for (const name of names) text = text.replaceAll(name, "");
    // The path of a setting is a name: data.split.by.
    if (/^\\w+(\\.\\w+)+$/.test(text.trim())) continue;
    if (isVersion(text)) continue;
    // Titles of papers stay as they are; a name in Chinese marks is a name.
    if (!/(19|20)\\d\\d/.test(text) && new RegExp("{ENGLISH}").test(text)) left.push(text.trim());
  }}
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {{
    if (isEnglish(element)) continue;
    for (const attribute of ["aria-label", "title", "placeholder"]) {{
      let text = element.getAttribute(attribute) ?? "";
      for (const name of names) text = text.replaceAll(name, "");
      if (!isVersion(text) && new RegExp("{ENGLISH}").test(text)) left.push(`${{attribute}}: ${{text}}`);
    }}
  }}
  return left;
}}"""
"""English sentences that a page still shows, also to a screen reader."""

LENET = chain(
    "LeNet on digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 16, "padding": 1}),
    ("act1", "ReLU", {}),
    ("conv2", "Conv2d", {"out_channels": 32, "padding": 1}),
    ("act2", "ReLU", {}),
    ("pool", "MaxPool2d", {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)

FIRST_TRY = chain(
    "LeNet on digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 8}),
    ("act1", "ReLU", {}),
    ("drop", "Dropout", {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def train(client: httpx.Client, network: str, document: dict[str, Any]) -> str:
    """The id of a run of six epochs on the digits, once it has ended."""
    suggested = client.post("/api/training/suggest", json={"document": document, "source": "digits"}).json()["config"]
    answer = client.post("/api/runs", json={"network_id": network, "training": {**suggested, "epochs": 6}})
    run: str = answer.raise_for_status().json()["id"]
    while client.get(f"/api/runs/{run}").json()["state"] not in {"completed", "failed", "stopped"}:
        time.sleep(0.1)
    return run


@dataclass(frozen=True)
class Stock:
    """What a server holds: ids of a network, of a finished run of it, and of another run, of its first version."""

    server: Server
    network: str
    run: str
    other: str


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[Stock]:
    """A server with a network, a broken network and two finished runs."""
    home = tmp_path_factory.mktemp("home")
    server = Server(home, nursery=nursery)
    try:
        server.start()
        network = create_network(server, FIRST_TRY)
        create_network(
            server, chain("Needs Flatten", ("image", "Input", {}), ("head", "Linear", {}), ("y", "Output", {}))
        )
        deleted = create_network(server, chain("Thrown away", ("image", "Input", {}), ("y", "Output", {})))
        with server.client() as client:
            client.patch(f"/api/networks/{network}/revisions/1", json={"label": "First try"}).raise_for_status()
            client.delete(f"/api/networks/{deleted}").raise_for_status()
            other = train(client, network, FIRST_TRY)
            client.put(f"/api/networks/{network}", json={"document": LENET, "revision": 1}).raise_for_status()
            run = train(client, network, LENET)
        yield Stock(server, network, run, other)
    finally:
        server.end()


def address(name: str, network: str, run: str, other: str) -> str:
    return {
        "networks": "/networks",
        "versions": f"/networks/{network}/versions",
        "trash": "/networks/deleted",
        "editor": f"/networks/{network}?node=conv2",
        "code": f"/networks/{network}",
        "outline": f"/networks/{network}",
        "commands": f"/networks/{network}",
        "keys": f"/networks/{network}",
        "train": f"/networks/{network}?drawer=train",
        "gallery": "/architectures",
        "architecture": "/architectures/googlenet_torchvision_aux",
        "data": "/data",
        "dataset": "/data/digits",
        "table": "/data/iris",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "try": f"/runs/{run}?tab=try",
        "log": f"/runs/{run}?tab=log",
        "settings": f"/runs/{run}?tab=settings",
        "compare": f"/runs/compare?ids={run},{other}",
        "compare-settings": f"/runs/compare?ids={run},{other}&tab=settings",
        "compare-network": f"/runs/compare?ids={run},{other}&tab=network",
        "compare-parallel": f"/runs/compare?ids={run},{other}&tab=parallel",
    }[name]


def show(page: Page, name: str, base: str, stock: Stock, language: str) -> None:
    """Opens the page called ``name`` and waits until it shows what it is there for."""
    seen = address(name, stock.network, stock.run, stock.other)
    page.goto(f"{base}{seen}{'&' if '?' in seen else '?'}token={stock.server.token}")
    canvas = Editor(page).node("conv2")
    sight = {
        "networks": page.get_by_text("LeNet on digits"),
        "versions": page.get_by_test_id("network-differences").locator("[data-testid^=node-][data-difference]").first,
        "trash": page.get_by_text("Thrown away"),
        "editor": canvas,
        "code": canvas,
        "outline": canvas,
        "commands": canvas,
        "keys": canvas,
        "train": page.get_by_test_id("train-curve"),
        "gallery": page.get_by_test_id("architecture-perceptron"),
        "architecture": page.get_by_role("img", name=f"{BLOCK[language]} Inception", exact=True),
        "data": page.get_by_test_id("dataset-digits"),
        "dataset": page.get_by_test_id("dataset-pictures"),
        "table": page.get_by_test_id("dataset-columns"),
        "runs": page.get_by_test_id(f"run-row-{stock.run}"),
        "run": page.get_by_test_id("download-best-safetensors"),
        "try": page.get_by_test_id("draw-pad"),
        "log": page.get_by_test_id("run-log"),
        "settings": page.get_by_test_id("trainer-notes"),
        "compare": page.get_by_test_id("compare-val/loss"),
        "compare-settings": page.get_by_test_id("compare-settings"),
        "compare-network": page.get_by_test_id("compare-network"),
        "compare-parallel": page.get_by_test_id("compare-parallel"),
    }[name]
    expect(sight.first).to_be_visible()
    if name == "code":
        page.get_by_role("button", name=CODE[language], exact=True).click()
        expect(page.get_by_text("class Network")).to_be_visible()
    elif name == "outline":
        page.get_by_test_id("outline-toggle").click()
        expect(page.get_by_test_id("tree-conv2")).to_be_visible()
    elif name == "commands":
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    elif name == "keys":
        page.keyboard.press("?")
        expect(page.get_by_test_id("keys-undo")).to_be_visible()


EVERYWHERE = (
    *(
        "networks",
        "versions",
        "trash",
        "editor",
        "code",
        "train",
        "gallery",
        "architecture",
        "data",
        "dataset",
        "table",
    ),
    *("runs", "run"),
)
"""Seen in both languages and themes, at both sizes."""

TWICE = (
    *("outline", "commands", "keys", "try", "log", "settings"),
    *("compare", "compare-settings", "compare-network", "compare-parallel"),
)
"""Seen large and light in English, and small and dark in Chinese."""

PHONE = (390, 844)

AXE_LOOKS = {(SIZES[0], "en"), (SIZES[1], "zh"), (PHONE, "zh")}
"""Where axe looks: it takes most of the time, and looks at each page in each language and each theme at one size."""

ON_A_PHONE = ("networks", "gallery", "architecture", "data", "dataset", "runs", "run", "compare", "editor")
"""Can be read on a phone."""

Theme = Literal["light", "dark"]
BOTH: dict[tuple[int, int], tuple[Theme, ...]] = {SIZES[0]: ("light", "dark"), SIZES[1]: ("dark", "light")}
"""The themes of a page at a size: it is opened in the first, and changes to the other as the computer does at night."""

VIEWS: list[tuple[str, tuple[int, int], tuple[Theme, ...], str]] = [
    *((name, size, BOTH[size], language) for name, size, language in product(EVERYWHERE, SIZES, LOCALES)),
    *((name, SIZES[0], ("light",), "en") for name in TWICE),
    *((name, SIZES[1], ("dark",), "zh") for name in TWICE),
    *((name, PHONE, ("light",), "zh") for name in ON_A_PHONE),
]


@pytest.mark.parametrize(
    ("name", "size", "themes", "language"),
    VIEWS,
    ids=[f"{name}-{size[0]}x{size[1]}-{'-'.join(themes)}-{language}" for name, size, themes, language in VIEWS],
)
def test_page_shows_whole_and_is_accessible(
    browser: Browser, stocked: Stock, name: str, size: tuple[int, int], themes: tuple[Theme, ...], language: str
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=themes[0], locale=LOCALES[language]
    )
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None
        )
        show(page, name, f"http://127.0.0.1:{stocked.server.port}", stocked, language)
        expect(page.locator("html")).to_have_attribute("lang", {"en": "en", "zh": "zh-Hans"}[language])
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
            settle(page)
            keep(page, f"{name}-{theme}-{size[0]}-{language}")
            if language == "zh":
                assert page.evaluate(LEFT_ENGLISH, NAMES) == []
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, "the page can be scrolled sideways"
            if (size, language) in AXE_LOOKS:
                assert not faults(page, WCAG if theme == themes[0] else COLOURS)
        assert not errors
    finally:
        context.close()


def test_first_script_is_small_and_in_few_files() -> None:
    """250 KB packed, whatever page is opened first; each file is a request."""
    built = Path(pages.FOLDER)
    scripts = re.findall(
        r'(?:src|modulepreload" crossorigin href)="/(assets/[^"]+[.]js)"', (built / "index.html").read_text()
    )
    packed = [built / f"{script}.gz" for script in scripts]
    size = sum((file if file.is_file() else file.with_suffix("")).stat().st_size for file in packed)
    assert 100_000 < size < 250_000
    assert len(scripts) < 10
