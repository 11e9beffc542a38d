"""Ids of imported nodes: from the modules of the program they come from, else from what they are."""

import re
from collections.abc import Iterable

from netwright.compiler.check_names import illegal_id_reason
from netwright.exchange.graphs.items import Item, common_scope

SHORT = {
    "Linear": "linear",
    "AdaptiveAvgPool": "pool",
    "AdaptiveMaxPool": "pool",
    "BatchNorm": "norm",
    "LayerNorm": "norm",
    "GroupNorm": "norm",
    "MaxPool": "pool",
    "AvgPool": "pool",
}
MAX_LENGTH = 60


def name_items(items: list[Item], prefix: tuple[str, ...], taken: Iterable[str] = ()) -> list[str]:
    """An id for each item of a level whose layers all lie under ``prefix`` in their program."""
    used = set(taken)
    modules = {leaf.scope[:end] for item in items for leaf in item.leaves() for end in range(len(leaf.scope))}
    return [_unique(_wish(item, prefix, modules), used) for item in items]


def _wish(item: Item, prefix: tuple[str, ...], modules: set[tuple[str, ...]]) -> str:
    """``modules`` are those that hold others: an operator right in one of them needs a word of its own."""
    short = _short(item)
    if item.leaf is not None and item.leaf.type in {"Graph", "Input", "Output"}:
        return _legal(item.leaf.hint, short)
    scope = item.leaf.scope if item.leaf is not None else common_scope([item])
    own = scope[len(prefix) :] if scope[: len(prefix)] == prefix else scope
    text = "_".join(own)
    if not text:
        return short
    if item.leaf is not None and scope in modules:
        text = f"{text}_{short}"
    # A number alone ("0" in a Sequential) says nothing without what it counts.
    return _legal(f"{short}{text}" if text.replace("_", "").isdigit() else text, short)


def _short(item: Item) -> str:
    kind = item.type.partition(":")[2] or item.type
    base = re.sub(r"[123]d$", "", kind)
    if item.is_block:
        return _legal(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", base).lower(), "block")
    return _legal(SHORT.get(base, base.lower()), "node")


def _legal(text: str, fallback: str) -> str:
    """``text`` as a Python name that a PyTorch module can carry."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:MAX_LENGTH]
    if not name:
        return fallback
    if name[0].isdigit():
        name = f"{fallback}_{name}"
    return name if illegal_id_reason(name) is None else f"{name}_"


def _unique(wish: str, used: set[str]) -> str:
    name, number = wish, 1
    while name in used or illegal_id_reason(name) is not None:
        number += 1
        name = f"{wish}{'_' if wish[-1:].isdigit() else ''}{number}"
    used.add(name)
    return name
