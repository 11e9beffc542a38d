"""Runs outlive everything: the server is killed under an open page and an open editor has a second tab."""

import pytest
from e2e.conftest import Server
from e2e.drawing import Editor, wait_until
from e2e.live import watch
from e2e.training import chain, create_network, open_training, start_training, wait_for_end
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser

CNN = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"padding": 1}),
    ("act1", "ReLU", {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def test_server_killed_mid_run_browser_catches_up_by_itself(page: Page, server: Server) -> None:
    watched = watch(page)
    open_training(page, server, create_network(server, CNN), "digits", epochs=80)
    start_training(page)
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "running", timeout=60_000)
    wait_until(page, lambda: len(watched.points("train/loss")) >= 5, "no points arrived", 60.0)

    server.kill()
    expect(page.get_by_text("Offline, reconnecting").first).to_be_visible()
    page.wait_for_timeout(1500)
    server.start()

    wait_for_end(page)
    expect(page.get_by_text("Offline, reconnecting")).to_have_count(0)
    # No gap and no duplicate in what the browser was told, and the curve has every epoch once.
    cursors = watched.cursors()
    assert cursors == list(range(cursors[0], cursors[0] + len(cursors)))
    steps = [step for _, step, _ in watched.points("val/loss")]
    # What was measured before the page listened came with the run's history.
    epoch = steps[-1] // 80
    assert steps[-1] == 80 * epoch
    assert steps == list(range(steps[0], 80 * epoch + 1, epoch))


def test_second_tab_is_told_and_nothing_is_overwritten(page: Page, context: BrowserContext, server: Server) -> None:
    network = create_network(server, CNN)
    address = f"http://127.0.0.1:{server.port}/networks/{network}"
    other = context.new_page()
    for tab in (page, other):
        tab.goto(address)
        expect(Editor(tab).node("conv1")).to_be_visible()

    Editor(page).drag_in("Dropout", 300, 400)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    with server.client() as client:
        wait_until(
            page,
            lambda: bool(client.get(f"/api/networks/{network}").json()["revision"] >= 2),
            "the first tab's edit was not saved",
            15.0,
        )

    Editor(other).drag_in("Tanh", 300, 400)
    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("This network was changed elsewhere")
    dialog.get_by_role("button", name="Keep mine as a copy").click()
    other.wait_for_url(lambda url: network not in url)

    with server.client() as client:
        kept = client.get(f"/api/networks/{network}").json()["document"]["network"]["nodes"]
        copy = client.get(f"/api/networks/{other.url.rsplit('/', 1)[-1].split('?')[0]}").json()
    assert "Dropout" in [node["type"] for node in kept]
    assert "Tanh" not in [node["type"] for node in kept]
    assert "Tanh" in [node["type"] for node in copy["document"]["network"]["nodes"]]
    other.close()


def test_page_opened_while_server_is_away_comes_when_it_is_back(page: Page, server: Server) -> None:
    page.goto(f"http://127.0.0.1:{server.port}/networks")
    expect(page.get_by_role("heading", name="Networks", exact=True)).to_be_visible()
    server.kill()
    # The code of this page was never loaded: the page before stands until it can be.
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_text("Offline, reconnecting").first).to_be_visible()
    expect(page.get_by_text("This page stopped with an error")).to_have_count(0)
    server.start()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Offline, reconnecting")).to_have_count(0)
    sheets = "[...document.querySelectorAll('link[rel=stylesheet]')]"
    assert page.evaluate(f"{sheets}.filter((link) => link.sheet === null).map((link) => link.href)") == []
