"""Every page, light and dark, at two sizes, in English and Chinese: nothing overflows, nothing is out of reach for a screen
reader, and a Chinese page has no English sentence left in it.

`NETWRIGHT_PICTURES=folder make test-backend` keeps the pictures; `make pictures` renews the README's.
"""

from collections.abc import Iterator
from typing import Literal

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.pictures import keep
from e2e.training import chain, create_network
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (1024, 768)]
THEMES: list[Literal["light", "dark"]] = ["light", "dark"]
LOCALES = {"en": "en-US", "zh": "zh-CN"}
CODE = {"en": "Code", "zh": "代码"}
"""The button that shows the code."""

BLOCK = {"en": "Block", "zh": "块"}
"""What a picture of a block is called."""

NAMES = ("LeNet on digits", "Needs Flatten", "Thrown away", "First try")
"""What a person has called things: no language changes it."""

ENGLISH = r"\\b(the|is|are|of|and|or|with|from|has|this|that|for|not|by|at|each|all|no)\\b"
LEFT_ENGLISH = f"""names => {{
  const left = [];
  // What is marked as English (the title of a paper) is read out as English.
  const isEnglish = element => element.closest("[lang]").lang === "en";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {{
    const node = walker.currentNode;
    if (node.parentElement.closest("script, style, code, pre, noscript, .katex")) continue;
    if (isEnglish(node.parentElement)) continue;
    let text = node.textContent;
    for (const name of names) text = text.replaceAll(name, "");
    // The path of a setting is a name: data.split.by.
    if (/^\\w+(\\.\\w+)+$/.test(text.trim())) continue;
    // Titles of papers stay as they are; a name in Chinese marks is a name.
    if (!/(19|20)\\d\\d/.test(text) && new RegExp("{ENGLISH}").test(text)) left.push(text.trim());
  }}
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {{
    if (isEnglish(element)) continue;
    for (const attribute of ["aria-label", "title", "placeholder"]) {{
      let text = element.getAttribute(attribute) ?? "";
      for (const name of names) text = text.replaceAll(name, "");
      if (new RegExp("{ENGLISH}").test(text)) left.push(`${{attribute}}: ${{text}}`);
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


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, str]]:
    """A server with a network, a broken network and a finished run; with the ids of the network and the run."""
    home = tmp_path_factory.mktemp("home")
    server = Server(home)
    try:
        server.start()
        network = create_network(server, FIRST_TRY)
        create_network(
            server, chain("Needs Flatten", ("image", "Input", {}), ("head", "Linear", {}), ("y", "Output", {}))
        )
        deleted = create_network(server, chain("Thrown away", ("image", "Input", {}), ("y", "Output", {})))
        with server.client() as client:
            client.patch(f"/api/networks/{network}/revisions/1", json={"label": "First try"}).raise_for_status()
            client.put(f"/api/networks/{network}", json={"document": LENET, "revision": 1}).raise_for_status()
            client.delete(f"/api/networks/{deleted}").raise_for_status()
            training = client.post("/api/training/suggest", json={"document": LENET, "source": "digits"}).json()[
                "config"
            ]
            answer = client.post("/api/runs", json={"network_id": network, "training": {**training, "epochs": 6}})
            run = answer.raise_for_status().json()["id"]
            while client.get(f"/api/runs/{run}").json()["state"] not in {"completed", "failed", "stopped"}:
                pass
        yield server, network, run
    finally:
        server.stop()


def show(page: Page, name: str, network: str, run: str, base: str, language: str) -> None:
    """Opens the page called ``name`` and waits until it shows what it is there for."""
    address = {
        "networks": "/networks",
        "versions": f"/networks/{network}/versions",
        "trash": "/networks/deleted",
        "editor": f"/networks/{network}?node=conv2",
        "code": f"/networks/{network}",
        "train": f"/networks/{network}?drawer=train",
        "gallery": "/architectures",
        "architecture": "/architectures/googlenet_torchvision_aux",
        "data": "/data",
        "dataset": "/data/digits",
        "table": "/data/iris",
        "runs": "/runs",
        "run": f"/runs/{run}",
    }[name]
    page.goto(base + address)
    sight = {
        "networks": page.get_by_text("LeNet on digits"),
        "versions": page.get_by_test_id("network-differences").get_by_role("img"),
        "trash": page.get_by_text("Thrown away"),
        "editor": Editor(page).node("conv2"),
        "code": Editor(page).node("conv2"),
        "train": page.get_by_test_id("train-curve"),
        "gallery": page.get_by_test_id("architecture-perceptron"),
        "architecture": page.get_by_role("img", name=f"{BLOCK[language]} Inception", exact=True),
        "data": page.get_by_test_id("dataset-digits"),
        "dataset": page.get_by_test_id("dataset-pictures"),
        "table": page.get_by_test_id("dataset-columns"),
        "runs": page.get_by_test_id(f"run-row-{run}"),
        "run": page.get_by_test_id("download-best-safetensors"),
    }[name]
    expect(sight.first).to_be_visible()
    if name == "code":
        page.get_by_role("button", name=CODE[language], exact=True).click()
        expect(page.get_by_text("class Network")).to_be_visible()
    page.wait_for_timeout(400)  # transitions end


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    "name",
    [
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
        "runs",
        "run",
    ],
)
def test_page_shows_whole_and_is_accessible(
    browser: Browser,
    stocked: tuple[Server, str, str],
    name: str,
    size: tuple[int, int],
    theme: Literal["light", "dark"],
    language: str,
) -> None:
    server, network, run = stocked
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale=LOCALES[language]
    )
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.goto(server.url)
        show(page, name, network, run, f"http://127.0.0.1:{server.port}", language)
        keep(page, f"{name}-{theme}-{size[0]}-{language}")
        assert page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-Hans"}[language]
        if language == "zh":
            assert page.evaluate(LEFT_ENGLISH, NAMES) == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "the page can be scrolled sideways"
        assert not faults(page)
        assert not errors
    finally:
        context.close()
