"""The measured time of each node through the page: cards coloured by it, and its columns in the cost table."""

import os
import re
from pathlib import Path

import pytest
from e2e.conftest import Server
from e2e.training import TRAINING_MS, chain, create_network, open_document, open_training, start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SMALL = chain(
    "Small",
    ("point", "Input", {"shape": [2]}),
    ("wide", "Linear", {"out_features": 512}),
    ("act", "Sigmoid", {}),
    ("deep", "Linear", {"out_features": 512}),
    ("bend", "ReLU", {}),
    ("head", "Linear", {"out_features": 2}),
    ("scores", "Output", {}),
)


def test_cards_are_coloured_by_the_time_that_a_run_has_measured(page: Page, server: Server) -> None:
    open_document(page, server, SMALL)
    page.get_by_role("button", name="params").click()
    colours = page.get_by_role("radiogroup", name="Colour the cards by")
    expect(page.get_by_text("Time: No run of this network has measured times yet.")).to_be_visible()
    expect(colours.get_by_role("radio", name="Time")).to_be_disabled()

    network = create_network(server, SMALL)
    open_training(page, server, network, "two_clusters", 2)
    run = start_training(page)
    wait_for_end(page)
    page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=costs")
    note = page.get_by_test_id("times-note")
    expect(note).to_contain_text("Times of one batch", timeout=TRAINING_MS)
    expect(note).to_contain_text("cpu (CPU,")
    expect(note.get_by_role("link")).to_have_attribute("href", f"/runs/{run}")
    colours.get_by_text("Time", exact=True).click()
    cards = page.locator(".react-flow__node")
    # Two layers that take nearly as long have the same colour.
    expect(cards.locator("[data-heat='10']").first).to_be_visible()
    for name in ("wide", "act", "deep", "bend", "head"):
        expect(page.get_by_test_id(f"rf__node-{name}")).to_contain_text(re.compile(r"\d (µs|ms|s)"))

    table = page.get_by_role("table")
    table.get_by_role("button", name="Share of time").click()
    expect(table.get_by_role("columnheader", name="Share of time")).to_have_attribute("aria-sort", "descending")
    shares = [
        float(text.rstrip(" %")) for text in table.locator("tbody tr td:last-child").all_inner_texts() if text != "-"
    ]
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=1)
    slowest = table.locator("tbody tr").first.locator("th, td").first.inner_text().split()[0]
    expect(page.get_by_test_id(f"rf__node-{slowest}").locator("[data-heat='10']")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    header = download.value.path().read_text(encoding="utf-8").splitlines()[0]
    assert header.endswith("forward_ms,backward_ms,time_share")
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        page.screenshot(path=Path(folder) / "times.png")

    # A layer that is another one now has no time; the others keep theirs.
    page.get_by_test_id("rf__node-bend").click()
    page.keyboard.press("m")
    expect(page.get_by_test_id("rf__node-bend")).not_to_contain_text(re.compile(r"\d (µs|ms|s)"))
    expect(page.get_by_test_id("rf__node-deep")).to_contain_text(re.compile(r"\d (µs|ms|s)"))
