from pathlib import Path

import pytest
from netwright.layers.page import to_markdown

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("name", "language"), [("layers.md", "en"), ("layers.zh.md", "zh")])
def test_layers_page_is_what_the_catalogue_says(name: str, language: str) -> None:
    assert (DOCS / name).read_text("utf-8") == to_markdown(language), "run: make generate"
