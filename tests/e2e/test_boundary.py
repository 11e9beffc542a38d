"""The perceptron's lesson through the page: its own rule, its boundary, and two objectives on two Outputs."""

import os
from pathlib import Path

import pytest
from e2e.conftest import Server
from e2e.drawing import wait_until
from e2e.training import chain, create_network, open_training, start_training, values, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PERCEPTRON = chain(
    "Perceptron",
    ("point", "Input", {"shape": [2]}),
    ("sum", "Linear", {"out_features": 1}),
    ("step", "Step", {}),
    ("answer", "Output", {}),
)


def test_perceptron_on_separable_points_draws_a_boundary_that_gets_all_right(page: Page, server: Server) -> None:
    network = create_network(server, PERCEPTRON)
    open_training(page, server, network, "two_clusters", 5)
    expect(page.get_by_test_id("train-loss")).to_have_value("PerceptronLoss")
    run = start_training(page)
    wait_for_end(page)
    assert values(server, run, "val/Accuracy")[-1] == 1.0
    surface = page.get_by_test_id("run-surface")
    expect(surface.get_by_role("heading", name="Decision boundary")).to_be_visible()
    expect(surface.get_by_text("After epoch 5", exact=True)).to_be_visible()

    # Both classes have their part of the plane: pixels near two corners differ.
    def corners() -> set[str]:
        colors = surface.locator("canvas").evaluate(
            """canvas => [[0.05, 0.95], [0.95, 0.05]].map(([x, y]) => {
                const pixel = canvas.getContext("2d").getImageData(canvas.width * x, canvas.height * y, 1, 1).data;
                return Array.from(pixel).join();
            })"""
        )
        return set(colors)

    wait_until(page, lambda: len(corners()) == 2, "both corners have one colour")
    surface.get_by_role("slider").press("Home")
    expect(surface.get_by_text("After epoch 1", exact=True).first).to_be_visible()
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        page.screenshot(path=Path(folder) / "boundary.png", full_page=True)


def test_perceptron_on_xor_is_told_that_no_line_was_found(page: Page, server: Server) -> None:
    network = create_network(server, PERCEPTRON)
    open_training(page, server, network, "xor", 3)
    start_training(page)
    wait_for_end(page)
    alert = page.get_by_test_id("run-alerts")
    expect(alert).to_contain_text("No straight line separates the two classes as far as this run saw")
    expect(alert).to_contain_text("A hidden layer")
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        page.screenshot(path=Path(folder) / "xor.png")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 1024, "height": 768})
        page.screenshot(path=Path(folder) / "xor_dark.png")


def test_network_with_a_head_half_way_is_trained_on_both(page: Page, server: Server) -> None:
    document = chain(
        "Two heads",
        ("image", "Input", {"shape": [1, 8, 8]}),
        ("flat", "Flatten", {}),
        ("hidden", "Linear", {"out_features": 32}),
        ("act", "ReLU", {}),
        ("head", "Linear", {"out_features": 10}),
        ("scores", "Output", {}),
    )
    document["network"]["nodes"] += [
        {"id": "early", "type": "Linear", "params": {"out_features": 10}},
        {"id": "aux", "type": "Output", "params": {}},
    ]
    document["network"]["edges"] += [{"source": "hidden", "target": "early"}, {"source": "early", "target": "aux"}]
    network = create_network(server, document)
    open_training(page, server, network, "digits", 1)
    drawer = page.get_by_test_id("train-drawer")
    expect(drawer.get_by_test_id("train-loss-1")).to_have_value("CrossEntropyLoss")
    drawer.get_by_role("button", name="Remove the loss on aux").click()
    expect(drawer.get_by_test_id("train-loss-1")).to_have_count(0)
    drawer.get_by_role("button", name="Add a loss on aux").click()
    weight = drawer.get_by_label("Weight", exact=True).last
    weight.fill("0.3")
    weight.press("Tab")
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        drawer.screenshot(path=Path(folder) / "objectives.png")
    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        objectives = client.get(f"/api/runs/{run}").json()["training"]["objectives"]
    assert [(each["output"], each["weight"]) for each in objectives] == [("scores", 1.0), ("aux", 0.3)]
