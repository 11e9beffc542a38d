"""docs/data.md names everything that a reader may meet."""

import re
from pathlib import Path

from netwright.data.augment.registry import AUGMENTATIONS
from netwright.data.registry import SOURCES
from netwright.data.transforms import TRANSFORMS
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[3]


def test_page_when_read_names_every_source_transform_and_code() -> None:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    package = ROOT / "backend" / "netwright"
    files = [*(package / "data").glob("*.py"), *(package / "services").glob("datasets*.py")]
    codes = {
        code for file in files for code in re.findall(r'code(?:: str)? ?= ?"(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert {"bad_data", "too_large", "not_a_number"} <= codes
    named = set(re.findall(r"`(\w+)`", page))
    assert sorted({*SOURCES, *TRANSFORMS, *AUGMENTATIONS, *codes} - named) == []


def test_sources_and_transforms_when_listed_explain_every_choice() -> None:
    models: list[type[BaseModel]] = [source.Options for source in SOURCES.values()]
    models += [transform.Params for transform in TRANSFORMS.values()]
    models += [augmentation.Params for augmentation in AUGMENTATIONS.values()]
    for model in models:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__qualname__}.{name}"
    titles = [source.title for source in SOURCES.values()] + [transform.title for transform in TRANSFORMS.values()]
    assert all(titles)
