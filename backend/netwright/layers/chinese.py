"""The catalogue of layers in Chinese: ``zh/<family>.json`` with one entry a type, and the names of the families."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from netwright.graph.model import Model
from netwright.layers.base import Layer

FAMILIES = "families.json"

LEGEND = (
    "形状中的字母，所有文档字符串和本页都使用它们：\n"
    "`N` 批次，`C` 通道，`D H W` 图像的深、高、宽，`L` 长度，`T` 序列的步，`F` 特征，`V` 顶点，`E` 边，`*` 任意数量的轴。"
)


class Said(Model):
    """What is said of a layer in words: formula, shape and source need none.  ``params`` by the names of the settings."""

    summary: str
    use_when: str
    pitfalls: str
    params: dict[str, str]


def _folder() -> Mapping[str, Any]:
    paths = sorted((files("netwright.layers") / "zh").iterdir(), key=lambda path: path.name)
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in paths if path.name.endswith(".json")}


@cache
def chinese_families() -> Mapping[str, str]:
    """Names of the families."""
    names: Mapping[str, str] = _folder()[FAMILIES]
    return names


@cache
def chinese_documentation() -> Mapping[str, Said]:
    """By type.  A layer that is not there yet is shown in English; the tests do not let that be."""
    return {
        name: Said.model_validate(entry)
        for file, entries in _folder().items()
        if file != FAMILIES
        for name, entry in entries.items()
    }


def in_english(layer: type[Layer[Any]]) -> Said:
    """What the class itself says."""
    documentation = layer.documentation
    return Said(
        summary=documentation.summary,
        use_when=documentation.use_when,
        pitfalls=documentation.pitfalls,
        params={name: field.description or "" for name, field in layer.Params.model_fields.items()},
    )


def in_chinese(layer: type[Layer[Any]]) -> Said:
    """What its entry says; English where it has none."""
    return chinese_documentation().get(layer.type) or in_english(layer)
