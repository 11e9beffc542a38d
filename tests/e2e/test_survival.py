"""Nothing is lost: the server is killed under an open page, an open editor has a second tab, the page and the browser crash."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from e2e.conftest import CHROMIUM_ARGUMENTS, Server
from e2e.drawing import Editor, wait_until
from e2e.live import watch
from e2e.training import chain, create_network, open_training, start_training, wait_for_end
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

pytestmark = pytest.mark.browser

GRID = 20
"""How far a card goes with one press of an arrow key, in pixels of the drawing."""
CNN = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"padding": 1}),
    ("act1", "ReLU", {}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


@pytest.fixture
def nursery() -> None:
    """None: the server is the command, started as a person starts it."""


def test_server_killed_mid_run_browser_catches_up_by_itself(page: Page, server: Server) -> None:
    watched = watch(page)
    open_training(page, server, create_network(server, CNN), "digits", epochs=80)
    start_training(page)
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "running", timeout=60_000)
    wait_until(page, lambda: len(watched.points("train/loss")) >= 5, "no points arrived")

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
    # The next page's code is fetched ahead of the click: its sheets may be on their way still.
    wait_until(
        page, lambda: page.evaluate(f"{sheets}.every((link) => link.sheet !== null)"), "a style sheet is missing"
    )


def test_edits_without_a_server_are_kept_over_a_crash_of_the_page_and_sent_when_it_is_back(
    page: Page, context: BrowserContext, server: Server
) -> None:
    network = create_network(server, CNN)
    address = f"http://127.0.0.1:{server.port}/networks/{network}"

    def kept() -> set[str]:
        with server.client() as client:
            nodes = client.get(f"/api/networks/{network}").json()["document"]["network"]["nodes"]
        return {node["type"] for node in nodes}

    page.goto(address)
    expect(Editor(page).node("conv1")).to_be_visible()
    state = page.get_by_test_id("save-state")
    server.kill()
    Editor(page).drag_in("Dropout", 300, 400)
    expect(state).to_have_text("Kept here")
    server.start()
    expect(state).to_have_text("Saved")
    assert "Dropout" in kept()

    server.kill()
    Editor(page).drag_in("Tanh", 300, 500)
    expect(state).to_have_text("Kept here")
    crash(page)
    server.start()
    again = context.new_page()
    again.goto(address)
    expect(Editor(again).node("act2")).to_be_visible()
    expect(again.get_by_text("that had not reached the server are back")).to_be_visible()
    expect(again.get_by_test_id("save-state")).to_have_text("Saved")
    assert "Tanh" in kept()


def crash(page: Page) -> None:
    """Ends the page's process."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")


@contextmanager
def own_browser(browser: Browser, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Page]]:
    """A Chromium with a profile of its own in ``folder``, that a test may kill."""
    process, over = start_browser(browser, folder)
    try:
        yield process, over.contexts[0].new_page()
    finally:
        end_browser(process)


STARTS = 3
"""On the profile of one that was killed a busy machine's Chromium now and then answers nothing: another start does."""


def start_browser(browser: Browser, folder: Path, starts: int = STARTS) -> tuple[subprocess.Popen[bytes], Browser]:
    process, port = launch_browser(folder)
    try:
        return process, browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}")
    except Error:
        end_browser(process)
        if starts == 1:
            raise
    return start_browser(browser, folder, starts - 1)


def end_browser(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def launch_browser(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The process and the port that it listens on."""
    from browser import find  # type: ignore[import-not-found]  # scripts/browser.py

    port = folder / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            find(),
            *CHROMIUM_ARGUMENTS,
            "--headless",
            "--window-size=1440,900",
            f"--user-data-dir={folder}",
            "--remote-debugging-port=0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (port.exists() and port.read_text().count("\n")):
        if time.monotonic() > deadline:
            end_browser(process)
            pytest.fail("the browser did not start")
        time.sleep(0.05)
    return process, port.read_text().split()[0]


def test_browser_that_is_killed_while_the_hands_do_not_rest_loses_only_the_last_edits(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    network = create_network(server, CNN)
    address = f"http://127.0.0.1:{server.port}/networks/{network}"

    def height() -> float:
        """Of the card: it goes up, where no other card is that it could come to lie below."""
        with server.client() as client:
            places = client.get(f"/api/networks/{network}").json()["document"]["view"].get("network", {})
        return -float(places["conv1"][1]) if "conv1" in places else 0.0

    before = height()
    with own_browser(browser, tmp_path / "profile") as (process, page):
        page.goto(server.url)
        page.goto(address)
        Editor(page).select("conv1")
        # By the page's own clock, which no slow machine holds up: five edits a second, and no rest.
        page.evaluate(
            """() => {
              window.steps = 0;
              setInterval(() => {
                const press = new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true });
                document.querySelector("[data-testid=canvas]").dispatchEvent(press);
                window.steps += 1;
              }, 200);
            }"""
        )
        wait_until(page, lambda: page.evaluate("window.steps") > 5, "the keys were not pressed")
        steps = page.evaluate("window.steps")
        wait_until(page, lambda: height() >= before + steps * GRID, "nothing is saved while the hands do not rest")
        os.killpg(process.pid, signal.SIGKILL)
    saved = height()
    assert saved >= before + steps * GRID

    # Opened again it asks about nothing that the server has, and edits go on from there. (Its cookie is not on disk yet.)
    with own_browser(browser, tmp_path / "profile") as (process, page):
        page.goto(server.url)
        page.goto(address)
        state = page.get_by_test_id("save-state")
        expect(state).to_have_text("Saved")
        Editor(page).select("conv1")
        page.keyboard.press("ArrowUp")
        wait_until(page, lambda: height() > saved, "the edit after the kill was not saved")
        expect(state).to_have_text("Saved")
        expect(page.get_by_role("dialog")).to_have_count(0)
        saved = height()

        # Without a server this browser alone has the edits, and is killed.
        server.kill()
        page.keyboard.press("ArrowUp")
        expect(state).to_have_text("Kept here")
        os.killpg(process.pid, signal.SIGKILL)
    server.start()
    with own_browser(browser, tmp_path / "profile") as (_, page):
        page.goto(server.url)
        page.goto(address)
        expect(page.get_by_text("that had not reached the server are back")).to_be_visible()
        expect(page.get_by_test_id("save-state")).to_have_text("Saved")
        wait_until(page, lambda: height() == saved + GRID, "the last edit has not reached the server")
