"""A learning rate is looked for in the training form, and taken."""

import re

import pytest
from e2e.conftest import Server
from e2e.training import TRAINING_MS, chain, create_network, open_training
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MLP = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def test_learning_rate_is_found_taken_and_falls_away_with_another_batch(page: Page, server: Server) -> None:
    network = create_network(server, MLP)
    open_training(page, server, network, "digits", epochs=2)
    drawer = page.get_by_test_id("train-drawer")
    rates = page.get_by_test_id("rates")

    page.get_by_test_id("rates-find").click()
    page.get_by_test_id("rates-take-steepest").wait_for(timeout=TRAINING_MS)
    expect(page.get_by_test_id("rates-picture")).to_have_attribute(
        "aria-label", re.compile(r"Learning rates from 1e-7 to .* its lowest is ")
    )
    expect(rates).to_contain_text("a tenth of where it is lowest")
    take = page.get_by_test_id("rates-take-steepest")
    found = re.search(r"Use (\S+):", take.inner_text())
    assert found is not None
    take.click()
    expect(take).to_have_attribute("aria-pressed", "true")
    expect(drawer.get_by_label("lr", exact=True)).to_have_value(found.group(1))
    expect(page.get_by_test_id("rates-picture")).to_contain_text(f"now {found.group(1)}")

    # Nothing of it is a run.
    with server.client() as client:
        assert client.get("/api/runs").json() == []

    # What was found was found with another batch.
    drawer.get_by_label("Batch size").fill("64")
    drawer.get_by_label("Batch size").press("Tab")
    expect(page.get_by_test_id("rates-picture")).to_have_count(0)
