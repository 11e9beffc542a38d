"""``docs/layers.md``, made from the catalogue: ``python -m netwright.layers.page > docs/layers.md``.

With the argument ``zh`` it is the same page in Chinese, ``docs/layers.zh.md``.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import netwright.layers
from netwright.language import DEFAULT, say, spoken
from netwright.layers.base import Family, Layer
from netwright.layers.chinese import LEGEND, Said, chinese_families, in_chinese, in_english
from netwright.layers.registry import LAYERS

_TITLES: dict[Family, str] = {
    "io": "Inputs and outputs",
    "linear": "Linear",
    "convolution": "Convolution",
    "recurrent": "Recurrent",
    "attention": "Attention",
    "embedding": "Embedding and positions",
    "pooling": "Pooling",
    "normalization": "Normalization",
    "activation": "Activation",
    "regularization": "Regularization",
    "shape": "Shape",
    "merge": "Merge",
    "graph": "Graphs",
}


_WORDS = {
    "en": {
        "title": "Layers",
        "made": "Made from the classes in `backend/netwright/layers` by `make generate`; do not edit.",
        "columns": "| layer | family | shape | what it does |",
        "shape": "Shape:",
        "parameters": "| parameter | default | unit | |",
        "when": "When.",
        "pitfalls": "Pitfalls.",
        "source": "Source:",
    },
    "zh": {
        "title": "层",
        "made": "由 `make generate` 根据 `backend/netwright/layers` 中的类及其 `zh` 文件夹生成；请勿直接编辑。",
        "columns": "| 层 | 类别 | 形状 | 作用 |",
        "shape": "形状：",
        "parameters": "| 参数 | 默认值 | 单位 | |",
        "when": "适用：",
        "pitfalls": "注意：",
        "source": "来源：",
    },
}
"""What the page says by itself."""


def to_markdown(language: str = DEFAULT) -> str:
    """The whole page."""
    return "\n".join(_page(language)) + "\n"


def _page(language: str) -> Iterator[str]:
    words = _WORDS[language]
    is_english = language == DEFAULT
    legend = (netwright.layers.__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`")
    titles: Mapping[str, str] = (
        {str(family): title for family, title in _TITLES.items()} if is_english else chinese_families()
    )
    yield f"# {words['title']}"
    yield ""
    yield words["made"]
    yield ""
    yield legend if is_english else LEGEND
    yield ""
    yield words["columns"]
    yield "|---|---|---|---|"
    for layer in LAYERS.values():
        link = f"[{layer.type}](#{layer.type.lower()})"
        family = layer.family if is_english else titles[layer.family]
        yield f"| {link} | {family} | `{layer.documentation.shape}` | {_said(layer, language).summary} |"
    for each in get_args(Family):
        yield ""
        yield f"## {titles[each]}"
        for layer in LAYERS.values():
            if layer.family == each:
                yield from _section(layer, language)


def _said(layer: type[Layer[Any]], language: str) -> Said:
    return in_english(layer) if language == DEFAULT else in_chinese(layer)


def _section(layer: type[Layer[Any]], language: str) -> Iterator[str]:
    words, said = _WORDS[language], _said(layer, language)
    yield ""
    yield f"### {layer.type}"
    yield ""
    yield said.summary
    yield ""
    yield f"$$ {layer.documentation.formula} $$"
    yield ""
    yield f"{words['shape']} `{layer.documentation.shape}`"
    fields = layer.Params.model_json_schema().get("properties", {})
    if fields:
        yield ""
        yield words["parameters"]
        yield "|---|---|---|---|"
    for name, field in fields.items():
        default, unit = json.dumps(field["default"]), spoken(say(field["unit"]), language)
        yield f"| `{name}` | `{default}` | {unit} | {said.params[name]} |"
    yield ""
    yield f"**{words['when']}** {said.use_when}"
    yield ""
    yield f"**{words['pitfalls']}** {said.pitfalls}"
    yield ""
    yield f"{words['source']} {layer.documentation.source}"


if __name__ == "__main__":
    sys.stdout.write(to_markdown(*sys.argv[1:2]))
