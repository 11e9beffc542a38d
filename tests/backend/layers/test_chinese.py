"""Every layer is documented in Chinese, as completely as in English."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import netwright.layers
import pytest
from netwright.layers.base import Family
from netwright.layers.chinese import FAMILIES, chinese_documentation, chinese_families, in_english
from netwright.layers.registry import LAYERS
from netwright.services.catalogue import list_layers

ROOT = Path(__file__).parents[3]
FOLDER = Path(netwright.layers.__file__).parent / "zh"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", LAYERS)
def test_layer_has_an_entry_with_exactly_its_params(name: str) -> None:
    said = chinese_documentation().get(name)
    assert said is not None, f"add {name} to backend/netwright/layers/zh/{LAYERS[name].family}.json"
    assert list(said.params) == list(LAYERS[name].Params.model_fields)


@pytest.mark.parametrize("name", LAYERS)
def test_entry_of_a_layer_is_chinese_and_names_what_the_english_names(name: str) -> None:
    said, english = chinese_documentation()[name].model_dump(), in_english(LAYERS[name]).model_dump()
    for key in ("summary", "use_when", "pitfalls"):
        assert CHINESE.search(said[key])
        assert said[key].endswith("。")
    for param, text in said["params"].items():
        assert CHINESE.search(text)
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[!！]", text), text
        names = set(re.findall(r"\b[a-z]+_[a-z_]+\b", english["params"][param]))
        assert names <= set(re.findall(r"[a-z_]+", text)), f"{param} names {names} in English"


def test_entries_are_of_layers_that_there_are_in_the_file_of_their_family() -> None:
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json") if path.name != FAMILIES}
    counts = Counter(name for entries in files.values() for name in entries)
    assert [name for name, count in counts.items() if count > 1] == []
    assert counts.keys() - LAYERS.keys() == set()
    wrong = [(stem, name) for stem, entries in files.items() for name in entries if LAYERS[name].family != stem]
    assert wrong == []


def test_families_have_the_names_that_the_page_gives_them() -> None:
    page = json.loads((ROOT / "frontend/src/locales/zh/editor.json").read_text("utf-8"))["family"]
    for family in get_args(Family):
        assert chinese_families()[family] == page[family]


def test_catalogue_differs_between_languages_in_words_only() -> None:
    for english, chinese in zip(list_layers("en"), list_layers("zh"), strict=True):
        assert chinese.documentation.summary != english.documentation.summary
        assert chinese.documentation.formula == english.documentation.formula
        before, after = (
            {
                name: {key: value for key, value in field.items() if key not in {"description", "unit"}}
                for name, field in layer.params_schema.get("properties", {}).items()
            }
            for layer in (english, chinese)
        )
        assert before == after
        assert (english.type, english.inputs, english.outputs) == (chinese.type, chinese.inputs, chinese.outputs)
