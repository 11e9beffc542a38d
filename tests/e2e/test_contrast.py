"""More contrast and less motion: as the system asks for them, and contrast as a person chooses it."""

from typing import Literal

import pytest
from e2e.accessibility import faults
from e2e.conftest import Server
from e2e.drawing import Editor
from e2e.training import chain, create_network
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SMALL = chain(
    "Digits",
    ("image", "Input", {"shape": [1, 8, 8]}),
    ("flat", "Flatten", {}),
    ("head", "Linear", {"out_features": 10}),
    ("scores", "Output", {}),
)
GROUND = "getComputedStyle(document.documentElement).getPropertyValue('--nw-bg')"

TRACK = "input => getComputedStyle(input.nextElementSibling).backgroundColor"
THUMB = "input => getComputedStyle(input.nextElementSibling.querySelector('.mantine-Switch-thumb')).backgroundColor"

MOVING = """
  [...document.querySelectorAll('*')].filter((element) => {
    const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
    const longest = (durations) => Math.max(...durations.split(',').map(parseFloat));
    return longest(transitionDuration) > 0.001 || (animationName !== 'none' && longest(animationDuration) > 0.001);
  }).map((element) => element.outerHTML.slice(0, 120))
"""
"""What would glide or turn for longer than a millisecond."""


@pytest.mark.parametrize(("theme", "ground"), [("light", "#fff"), ("dark", "#000")])
def test_system_that_asks_for_more_contrast_and_less_motion_gets_them(
    browser: Browser, server: Server, theme: Literal["light", "dark"], ground: str
) -> None:
    network = create_network(server, SMALL)
    context = browser.new_context(color_scheme=theme, contrast="more", locale="en-US", reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(server.url)
        expect(page.locator("html")).to_have_attribute("data-contrast", "more")
        assert page.evaluate(GROUND) in {ground, ground + ground[1:]}
        for address in (f"/networks/{network}", "/architectures"):
            page.goto(f"http://127.0.0.1:{server.port}{address}")
            expect(page.get_by_role("main").get_by_text("Linear").first).to_be_visible()
            assert not faults(page)
            assert page.evaluate(MOVING) == []
    finally:
        context.close()


def test_contrast_that_is_chosen_is_kept(page: Page, server: Server) -> None:
    html = page.locator("html")
    expect(html).to_have_attribute("data-contrast", "usual")
    page.get_by_test_id("look").click()
    page.get_by_role("menuitemradio", name="More").click()
    expect(html).to_have_attribute("data-contrast", "more")
    page.goto(f"http://127.0.0.1:{server.port}/networks/{create_network(server, SMALL)}")
    expect(Editor(page).node("head")).to_be_visible()
    expect(html).to_have_attribute("data-contrast", "more")
    page.get_by_test_id("look").click()
    expect(page.get_by_role("menuitemradio", name="More")).to_be_checked()
    page.keyboard.press("Escape")
    # The system's own colours paint every ground alike: a switch still shows where it stands.
    page.emulate_media(forced_colors="active")
    Editor(page).node("head").click()
    switch = page.get_by_role("switch", name="Leave out")
    expect(switch).to_be_attached()
    assert switch.evaluate(THUMB) not in {None, switch.evaluate(TRACK)}
