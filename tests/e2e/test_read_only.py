"""A link that shows a network as it was, in which nothing can be changed; and the same view on a phone."""

import pytest
from e2e.accessibility import faults, settle
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.training import chain, create_network
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SMALL = chain(
    "Shown",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)


def test_link_shows_what_was_linked_and_lets_nothing_be_changed(page: Page, server: Server) -> None:
    network = create_network(server, SMALL)
    base = f"http://127.0.0.1:{server.port}"
    page.goto(f"{base}/networks")
    page.get_by_role("button", name="What to do with Shown").click()
    page.get_by_role("menuitem", name="Read-only link").click()
    address = page.get_by_test_id("link-dialog").get_by_label("Address")
    expect(address).to_have_value(f"{base}/networks/{network}/view/1")
    with server.client() as client:  # changed afterwards
        later = {**SMALL, "name": "Later"}
        client.put(f"/api/networks/{network}", json={"document": later, "revision": 1}).raise_for_status()

    page.goto(address.input_value())
    view = page.get_by_test_id("read-only")
    expect(view.get_by_role("note")).to_contain_text("Nothing can be changed here")
    expect(page.get_by_role("heading", name="Shown").first).to_be_visible()
    editor = Editor(page)
    editor.select("head")
    expect(page.get_by_test_id("tree-head")).to_contain_text("N x 10")
    assert not faults(page)
    expect(page.get_by_label("out_features").first).to_be_disabled()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Make a copy to change it").first).to_be_visible()
    page.get_by_test_id("tree-head").press("Delete")
    expect(page.locator("[data-edge]")).to_have_count(3)

    page.get_by_role("button", name="Make a copy").click()
    expect(page.get_by_test_id("palette")).to_be_visible()
    expect(editor.node("head")).to_be_visible()
    assert network not in page.url
    with server.client() as client:
        assert client.get(f"/api/networks/{network}").json()["revision"] == 2


def test_network_on_a_phone_is_read_and_edited_only_when_asked(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(server.url)
        network = create_network(server, SMALL)
        page.goto(f"http://127.0.0.1:{server.port}/networks/{network}")
        expect(page.get_by_test_id("read-only")).to_be_visible()
        expect(Editor(page).node("image")).to_be_visible()
        page.get_by_text("Outline", exact=True).click()
        expect(page.get_by_test_id("tree-head")).to_contain_text("N x 10")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert not faults(page)
        page.get_by_role("button", name="Edit anyway").click()
        expect(page.get_by_test_id("outline-toggle")).to_be_visible()
        # Whoever comes for the training form, as by a step of the tour, gets it.
        page.goto(f"http://127.0.0.1:{server.port}/networks/{network}?drawer=train")
        expect(page.get_by_test_id("train-source")).to_be_visible()
    finally:
        context.close()
