"""``docs/layers.md``, made from the catalogue: ``python -m netwright.layers.page > docs/layers.md``."""

import json
import sys
from collections.abc import Iterator
from typing import Any, get_args

import netwright.layers
from netwright.layers.base import Family, Layer
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


def to_markdown() -> str:
    """The whole page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    legend = (netwright.layers.__doc__ or "").split("\n\n", 1)[1].strip()
    yield "# Layers"
    yield ""
    yield "Made from the classes in `backend/netwright/layers` by `make generate`; do not edit."
    yield ""
    yield legend.replace("``", "`")
    yield ""
    yield "| layer | family | shape | what it does |"
    yield "|---|---|---|---|"
    for layer in LAYERS.values():
        documentation = layer.documentation
        link = f"[{layer.type}](#{layer.type.lower()})"
        yield f"| {link} | {layer.family} | `{documentation.shape}` | {documentation.summary} |"
    for family in get_args(Family):
        yield ""
        yield f"## {_TITLES[family]}"
        for layer in LAYERS.values():
            if layer.family == family:
                yield from _section(layer)


def _section(layer: type[Layer[Any]]) -> Iterator[str]:
    documentation = layer.documentation
    yield ""
    yield f"### {layer.type}"
    yield ""
    yield documentation.summary
    yield ""
    yield f"$$ {documentation.formula} $$"
    yield ""
    yield f"Shape: `{documentation.shape}`"
    fields = layer.Params.model_json_schema().get("properties", {})
    if fields:
        yield ""
        yield "| parameter | default | unit | |"
        yield "|---|---|---|---|"
    for name, field in fields.items():
        default = json.dumps(field["default"])
        yield f"| `{name}` | `{default}` | {field['unit']} | {field['description']} |"
    yield ""
    yield f"**When.** {documentation.use_when}"
    yield ""
    yield f"**Pitfalls.** {documentation.pitfalls}"
    yield ""
    yield f"Source: {documentation.source}"


if __name__ == "__main__":
    sys.stdout.write(to_markdown())
