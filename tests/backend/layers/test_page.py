from pathlib import Path

from netwright.layers.page import to_markdown

PAGE = Path(__file__).parents[3] / "docs" / "layers.md"


def test_layers_page_is_what_the_catalogue_says() -> None:
    assert PAGE.read_text("utf-8") == to_markdown(), "run: python -m netwright.layers.page > docs/layers.md"
