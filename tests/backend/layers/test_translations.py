"""The Chinese documentation names layers and parameters that exist, and says all that the English does."""

import json
from pathlib import Path

import netwright.layers
import pytest
from netwright.layers.chinese import FAMILIES
from netwright.layers.registry import LAYERS

FOLDER = Path(netwright.layers.__file__).parent / "zh"
ENTRIES = [
    pytest.param(path.stem, name, entry, id=name)
    for path in sorted(FOLDER.glob("*.json"))
    if path.name != FAMILIES
    for name, entry in json.loads(path.read_text("utf-8")).items()
]


@pytest.mark.parametrize(("family", "name", "entry"), ENTRIES)
def test_chinese_documentation_of_a_layer_is_whole(
    family: str, name: str, entry: dict[str, str | dict[str, str]]
) -> None:
    layer = LAYERS[name]
    assert layer.family == family
    texts = [entry["summary"], entry["use_when"], entry["pitfalls"]]
    params = entry["params"]
    assert isinstance(params, dict)
    assert list(params) == list(layer.Params.model_fields)
    for text in [*texts, *params.values()]:
        assert isinstance(text, str)
        assert text.endswith("。")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text)
