"""The gallery in a real browser: found, looked into, opened, changed, trained."""

import pytest
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.training import start_training, wait_for_end
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIRST_CHECK_MS = 30_000
"""The server of each test is fresh: its first check waits for PyTorch."""


def test_resnet152_when_searched_and_opened_is_a_dozen_boxes_without_a_problem(page: Page) -> None:
    page.get_by_role("link", name="Gallery").first.click()
    cards = page.locator('[data-testid^="architecture-"]')
    # The cards beyond the first view are drawn right after it.
    expect(cards.nth(39)).to_be_attached()
    page.get_by_role("searchbox").fill("resnet 152")
    expect(cards).to_have_count(1)
    page.get_by_role("link", name="ResNet-152").click()
    expect(page.get_by_role("heading", name="What to look at")).to_be_visible()
    expect(page.get_by_text("published: 60,192,808")).to_be_visible()
    expect(page.get_by_role("img", name="Block Bottleneck", exact=True)).to_be_visible()
    page.get_by_role("button", name="Open as my network").click()
    editor = Editor(page)
    expect(editor.node("layer4")).to_be_visible()
    expect(page.get_by_text("No problems")).to_be_visible(timeout=FIRST_CHECK_MS)
    expect(page.get_by_text("60.2 M params")).to_be_visible()
    assert 12 <= page.locator('[data-testid^="node-"]').count() <= 13
    page.go_back()
    expect(page.get_by_role("heading", name="What to look at")).to_be_visible()


@pytest.mark.timeout(900)  # some seventy pages, one after the other
def test_every_network_when_opened_from_its_card_is_drawn_without_a_problem(page: Page, server: Server) -> None:
    with server.client() as client:
        offered = {one["id"]: one for one in client.get("/api/architectures").json()}
    assert len(offered) >= 71
    # One family at a time: a short gallery to come back to.
    for family in dict.fromkeys(one["family"] for one in offered.values()):
        page.goto(f"http://127.0.0.1:{server.port}/architectures?family={family}")
        for name in [name for name, one in offered.items() if one["family"] == family]:
            page.get_by_test_id(f"architecture-{name}").get_by_role("button").click()
            expect(page.get_by_role("button", name="No problems"), name).to_be_visible()
            nodes = page.locator('[data-testid^="node-"]')
            expect(nodes, name).to_have_count(len(offered[name]["outline"]["nodes"]))
            page.go_back()


def test_starter_when_opened_on_the_first_visit_trains_at_once(page: Page) -> None:
    expect(page.get_by_text("No networks yet")).to_be_visible()
    page.get_by_role("button", name="Open Small CNN for digits as my network").click()
    expect(Editor(page).node("stage")).to_be_visible()
    expect(page.get_by_text("No problems")).to_be_visible(timeout=FIRST_CHECK_MS)
    page.get_by_role("button", name="Train", exact=True).click()
    start_training(page)
    wait_for_end(page)


def test_gallery_when_a_filtered_address_is_opened_shows_the_same_cards(page: Page, server: Server) -> None:
    base = f"http://127.0.0.1:{server.port}"
    page.goto(f"{base}/architectures?family=cifar&q=plain")
    cards = page.locator('[data-testid^="architecture-cifar_plain"]')
    expect(cards).to_have_count(4)
    expect(page.locator('[data-testid^="architecture-"]')).to_have_count(4)
    page.goto(f"{base}/architectures/nonsense")
    expect(page.get_by_text("There is no such ready-made network")).to_be_visible()
