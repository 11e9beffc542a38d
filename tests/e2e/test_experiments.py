"""An experiment of the notes, from the gallery to its comparison, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIRST_CHECK_MS = 60_000
"""The server of each test is fresh: the check before the runs waits for PyTorch."""


def test_experiment_when_started_from_the_gallery_opens_its_runs_beside_each_other(page: Page) -> None:
    page.get_by_role("link", name="Gallery").first.click()
    card = page.get_by_test_id("experiment-degradation")
    expect(card.get_by_test_id("download-dataset-cifar10")).to_be_visible()
    expect(card.get_by_role("button", name="Start Degradation")).to_be_disabled()
    expect(page.get_by_test_id("experiment-activations").get_by_role("button", name="Download")).to_have_count(0)
    page.get_by_role("button", name="Start Activations compared").click()
    expect(page.get_by_role("note")).to_contain_text("sigmoid stays at 0.10", timeout=FIRST_CHECK_MS)
    for name in ("MLP with ReLU", "MLP with sigmoid", "MLP with tanh"):
        expect(page.get_by_text(name).first).to_be_visible()
