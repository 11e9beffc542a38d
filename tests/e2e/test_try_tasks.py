"""Trying out what answers with a mask or about a vertex."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from e2e.accessibility import faults
from e2e.conftest import PATIENCE_MS, Server
from e2e.training import TRAINING_MS, chain
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

MASKS = chain(
    "Masks",
    ("image", "Input", {"shape": [1, 32, 32]}),
    ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("norm", "BatchNorm2d", {}),
    ("act", "ReLU", {}),
    ("head", "Conv2d", {"out_channels": 4, "kernel_size": 1}),
    ("mask", "Output", {}),
)
SMALL = [{"type": "ToFloat", "params": {}}, {"type": "Resize", "params": {"size": [32, 32]}}]
NUMBERS = chain(
    "Numbers", ("row", "Input", {"shape": [10]}), ("head", "Linear", {"out_features": 1}), ("y", "Output", {})
)
CLUB: dict[str, Any] = {
    "format": 1,
    "name": "Club",
    "network": {
        "parameters": {},
        "nodes": [
            {"id": "graph", "type": "Graph", "params": {"num_features": 34}},
            {"id": "conv", "type": "GCNConv", "params": {"out_channels": 2}},
            {"id": "side", "type": "Output", "params": {}},
        ],
        "edges": [
            {"source": "graph", "target": "conv", "source_port": "x", "target_port": "x"},
            {"source": "graph", "target": "conv", "source_port": "edge_index", "target_port": "edge_index"},
            {"source": "conv", "target": "side"},
        ],
    },
}


def start(server: Server, document: dict[str, Any], source: str, *, epochs: int, lr: float, steps: Any = ()) -> str:
    with server.client() as client:
        asked = {"document": document, "source": source}
        config = client.post("/api/training/suggest", json=asked).raise_for_status().json()["config"]
        config["optimizer"]["params"]["lr"] = lr
        config["data"]["preprocess"] = list(steps)
        body = {"document": document, "training": {**config, "epochs": epochs}}
        return str(client.post("/api/runs", json=body).raise_for_status().json()["id"])


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with finished runs, by what they answer with."""
    server = Server(tmp_path_factory.mktemp("home"))
    try:
        server.start()
        runs = {
            "masks": start(server, MASKS, "shapes", epochs=2, lr=0.05, steps=SMALL),
            "numbers": start(server, NUMBERS, "diabetes", epochs=2, lr=0.05),
            "club": start(server, CLUB, "karate", epochs=20, lr=0.05),
        }
        with server.client() as client:
            while states := {client.get(f"/api/runs/{run}").json()["state"] for run in runs.values()} - {"completed"}:
                assert states <= {"queued", "starting", "running"}, states
                time.sleep(0.2)
        yield server, runs
    finally:
        server.stop()


@pytest.fixture
def page(browser: Browser, tried: tuple[Server, dict[str, str]]) -> Iterator[Page]:
    """A page that is signed in; an uncaught error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(tried[0].url)
    yield opened
    context.close()
    assert not errors, errors


def address(tried: tuple[Server, dict[str, str]], run: str, part: str = "") -> str:
    server, runs = tried
    return f"http://127.0.0.1:{server.port}/runs/{runs[run]}?tab=try{part}"


def test_picture_of_the_data_has_a_mask_over_it_as_strong_as_wanted(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    page.goto(address(tried, "masks"))
    page.get_by_test_id("picture-example").click()
    answer = page.get_by_test_id("mask-answer")
    cover = answer.get_by_test_id("mask-cover")
    expect(cover).to_be_visible(timeout=TRAINING_MS)
    legend = answer.get_by_role("table")
    expect(legend.get_by_role("row")).to_have_count(4)
    expect(legend.get_by_role("rowheader", name="background (clear)")).to_be_visible()
    expect(legend.get_by_role("row", name="triangle")).to_contain_text("%")
    # The mask has the pixels of the network, and the picture below it too.
    sizes = answer.get_by_role("img").evaluate_all("all => all.map(one => [one.naturalWidth, one.naturalHeight])")
    assert sizes == [[32, 32], [32, 32]]
    expect(cover).to_have_css("opacity", "0.6")
    slider = answer.get_by_role("slider", name="Mask")
    slider.focus()
    page.keyboard.press("Home")
    expect(cover).to_have_css("opacity", "0")
    page.keyboard.press("End")
    expect(cover).to_have_css("opacity", "1")
    expect(answer.get_by_role("link", name="Save the mask")).to_have_attribute("download", "mask.png")
    assert not faults(page)

    page.get_by_text("Evaluation", exact=True).click()
    matrix = page.get_by_test_id("confusion")
    expect(matrix).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_test_id("per-class").get_by_role("columnheader", name="IoU")).to_be_visible()
    assert not faults(page)
    matrix.get_by_role("button").first.click()
    samples = page.get_by_role("dialog").get_by_test_id("samples").get_by_role("listitem")
    expect(samples.first.get_by_role("img", name="as it came")).to_be_visible()
    expect(samples.first).to_contain_text("Right pixels")


def test_vertex_is_chosen_in_its_surroundings_and_a_graph_of_ones_own_is_answered(
    page: Page, tried: tuple[Server, dict[str, str]]
) -> None:
    page.goto(address(tried, "club"))
    answer = page.get_by_test_id("answer")
    expect(answer.get_by_role("row")).to_have_count(2, timeout=TRAINING_MS)
    asked = page.get_by_test_id("try-graph")
    expect(asked.get_by_test_id("graph-target")).to_contain_text("In the data: Mr. Hi.")
    asked.get_by_role("button", name="Vertex 8,").press("Enter")
    expect(asked.get_by_label("Vertex", exact=True)).to_have_value("8")
    expect(asked.get_by_test_id("graph-target")).to_contain_text("In the data:")
    expect(asked.get_by_role("button", name="Vertex 8,")).to_have_attribute("aria-pressed", "true")
    asked.get_by_text("My own graph").click()
    expect(answer.get_by_test_id("vertex-answers").get_by_role("row").nth(1)).to_contain_text("%")
    asked.get_by_label("The graph as JSON").fill('{"x": [[1]]}')
    expect(asked).to_contain_text("The row of vertex 0 in x does not have a value for each feature.")
    expect(answer.get_by_role("table")).to_have_count(0)
