"""The first visit: an example that one click trains, and a tour that stands in nobody's way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server, serving
from e2e.drawing import Editor
from e2e.training import TRAINING_MS
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that was never started before, as a person finds it."""
    with serving(tmp_path / "home", has_example=True) as running:
        yield running


def step(page: Page, number: int) -> None:
    expect(page.get_by_test_id("tour")).to_have_attribute("data-step", str(number))


def test_first_visit_trains_the_example_with_one_click(page: Page) -> None:
    step(page, 1)
    expect(page.locator("body")).to_be_focused()
    expect(page.get_by_role("link", name="Small CNN for digits", exact=True).first).to_be_visible()
    assert not faults(page)

    page.get_by_role("button", name="Train the example").click()
    page.wait_for_url("**/runs/*")
    step(page, 4)
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=TRAINING_MS)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_test_id("tour")).to_have_count(0)

    # It was taken: no visit offers it again.
    page.goto(page.url.split("/runs/")[0] + "/networks")
    expect(page.get_by_role("link", name="Small CNN for digits", exact=True).first).to_be_visible()
    expect(page.get_by_test_id("tour")).to_have_count(0)


def test_tour_by_keyboard_is_skipped_and_taken_again_without_the_example(page: Page) -> None:
    step(page, 1)
    page.get_by_role("button", name="Look inside").press("Enter")
    step(page, 2)
    expect(page.get_by_role("heading", name="A network is drawn")).to_be_focused()
    expect(Editor(page).node("stage")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    step(page, 3)
    expect(page.get_by_test_id("train-start")).to_be_visible()
    page.get_by_role("button", name="Skip the tour").press("Enter")
    expect(page.get_by_test_id("tour")).to_have_count(0)

    # Deleted, the example stays away; the tour makes it again only when it is led into it.
    page.get_by_role("link", name="Networks", exact=True).click()
    page.get_by_role("button", name="What to do with Small CNN for digits").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("No networks yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No networks yet")).to_be_visible()
    expect(page.get_by_test_id("tour")).to_have_count(0)
    page.get_by_role("button", name="New network").click()
    expect(page.get_by_test_id("palette")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_test_id("command-palette").get_by_role("combobox").fill("take the tour")
    page.keyboard.press("Enter")
    step(page, 1)
    expect(page.get_by_role("heading", name="An example to begin with")).to_be_focused()
    page.get_by_role("button", name="Look inside").press("Enter")
    step(page, 2)
    expect(page.get_by_role("heading", name="A network is drawn")).to_be_focused()
    expect(Editor(page).node("stage")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("tour")).to_have_count(0)
