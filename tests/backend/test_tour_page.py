"""The two pages of the tour have the same stops, show pictures that are there, and call everything by the page's own names."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = {"en": DOCS / "tour.md", "zh": DOCS / "tour.zh.md"}
LARGEST_FOLDER = 2_500_000
"""Bytes of all pictures together: they are in every clone."""


def words(inner: Any) -> Iterator[str]:
    """All sentences of a file of the page's words."""
    if isinstance(inner, str):
        yield inner
    else:
        for each in inner.values():
            yield from words(each)


def pictures(language: str) -> list[str]:
    """The pictures that a page shows, from its folder on."""
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGES[language].read_text(encoding="utf-8"))


def test_pages_of_the_tour_have_the_same_stops_and_one_picture_each() -> None:
    stops = {language: [name.removesuffix(f"-{language}.webp") for name in pictures(language)] for language in PAGES}
    assert stops["en"] == stops["zh"]
    assert len(set(stops["en"])) == len(stops["en"]) >= 12
    for language, page in PAGES.items():
        headings = re.findall(r"^## (\d+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == [str(number + 1) for number in range(len(stops[language]))]


def test_pictures_of_the_tour_are_there_and_each_is_shown() -> None:
    shown = {name for language in PAGES for name in pictures(language)}
    taken = {f"tour/{file.name}": file.stat().st_size for file in (DOCS / "tour").iterdir()}
    assert shown == set(taken)
    assert sum(taken.values()) < LARGEST_FOLDER


@pytest.mark.parametrize("language", PAGES)
def test_names_in_bold_are_those_of_the_page(language: str) -> None:
    files = (ROOT / "frontend" / "src" / "locales" / language).glob("*.json")
    known = {said for file in files for said in words(json.loads(file.read_text(encoding="utf-8")))}
    text = PAGES[language].read_text(encoding="utf-8").replace("\n", " ")  # a name may go over the end of a line
    named = re.findall(r"\*\*(.+?)\*\*", text)
    said_of_itself = {"Bold", "粗体"}
    assert len(named) > 40
    assert set(named) - known - said_of_itself == set()
