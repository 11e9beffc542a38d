"""Screenshots for people, in the folder that NETWRIGHT_PICTURES names; without it none are taken."""

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect


def choose_language(page: Page, name: str) -> None:
    page.get_by_test_id("language").click()
    page.get_by_role("menuitemradio", name=name).click()


def keep(page: Page, name: str) -> None:
    """The page as it stands."""
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def keep_small(page: Page, name: str) -> None:
    """The page as it stands, to the pixel, in a third of the bytes of a PNG: for pictures that are committed."""
    if folder := os.environ.get("NETWRIGHT_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        taken = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        taken.save(Path(folder) / f"{name}.webp", lossless=True, quality=100, method=6)


def keep_both(page: Page, name: str) -> None:
    """A tall page twice: English and light, Chinese, dark and narrow."""
    if "NETWRIGHT_PICTURES" not in os.environ:
        return
    page.set_viewport_size({"width": 1440, "height": 1900})
    keep(page, name)
    page.emulate_media(color_scheme="dark")
    choose_language(page, "简体中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.set_viewport_size({"width": 1024, "height": 1900})
    keep(page, f"{name}_zh_dark")
    choose_language(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
