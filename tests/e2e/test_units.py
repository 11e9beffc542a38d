"""Dead and saturated units through the page: of a run, and of runs beside each other."""

import os
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Server
from e2e.training import chain, create_network, open_training, start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def network(name: str, activation: str) -> dict[str, Any]:
    return chain(
        name,
        ("point", "Input", {"shape": [2]}),
        ("fc1", "Linear", {"out_features": 16}),
        ("act1", activation, {}),
        ("fc2", "Linear", {"out_features": 16}),
        ("act2", activation, {}),
        ("head", "Linear", {"out_features": 2}),
        ("scores", "Output", {}),
    )


def test_units_of_two_runs_are_shown_and_compared(page: Page, server: Server) -> None:
    training = {"data": {"source": "two_clusters"}, "epochs": 3, "device": "cpu"}
    with server.client() as client:
        body = {"network_id": create_network(server, network("With Sigmoid", "Sigmoid")), "training": training}
        answer = client.post("/api/runs", json=body)
        answer.raise_for_status()
        first = answer.json()["id"]
    # It waits in the queue for the one before.
    open_training(page, server, create_network(server, network("With ReLU", "ReLU")), "two_clusters", 3)
    second = start_training(page)
    wait_for_end(page)
    units = page.get_by_test_id("run-units")
    expect(units.get_by_role("heading", name="Units behind each activation")).to_be_visible()
    expect(units).to_contain_text("After epoch 3, on")
    row = units.locator("tr[data-node='act1']")
    expect(row).to_contain_text("ReLU")
    cells = row.locator("td")
    expect(cells.nth(0)).to_have_text("16")
    expect(cells.nth(1)).to_contain_text("%")  # a ReLU dies, and has no other end to saturate at
    expect(cells.nth(2)).to_have_text("-")
    expect(row.locator("svg rect[data-of='dead']")).to_have_count(3)
    expect(row).to_contain_text("of a gradient")
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        page.screenshot(path=Path(folder) / "units.png", full_page=True)

    page.goto(f"http://127.0.0.1:{server.port}/runs/compare?ids={first},{second}&tab=units")
    beside = page.get_by_test_id("compare-units")
    sigmoid = beside.get_by_role("region", name="With Sigmoid")
    expect(sigmoid.locator("tr[data-node='act2']")).to_contain_text(
        "so that the layers before it learn as much more slowly"
    )
    expect(sigmoid.locator("tr[data-node='act2'] td").nth(1)).to_have_text("-")
    expect(beside.get_by_role("region", name="With ReLU").locator("tr[data-node='act2']")).to_be_visible()
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        page.screenshot(path=Path(folder) / "units-compared.png", full_page=True)
