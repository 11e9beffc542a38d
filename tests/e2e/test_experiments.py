"""An experiment of the notes, from the gallery to its comparison, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIRST_CHECK_MS = 60_000
"""The server of each test is fresh: the check before the runs waits for PyTorch."""


def test_experiment_when_started_from_the_gallery_opens_its_runs_beside_each_other(page: Page) -> None:
    page.get_by_role("link", name="Gallery").first.click()
    page.get_by_role("button", name="Start Activations compared").click()
    expect(page.get_by_role("note")).to_contain_text("sigmoid hardly moves", timeout=FIRST_CHECK_MS)
    for name in ("MLP with ReLU", "MLP with sigmoid", "MLP with tanh"):
        expect(page.get_by_text(name).first).to_be_visible()
