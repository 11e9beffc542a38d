"""Weights that several nodes of an imported network have in common.

Two nodes have one set of weights where each of their weights is the very same constant of the file and they make equal calls:
that is what a document can say (``share``).  Exporters store equal numbers once, so a weight whose numbers are all one (a
normalisation that has not learnt yet) is no sign of it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from netwright.exchange.graphs.flat import FlatNode
from netwright.exchange.graphs.foreign import ForeignGraph, to_array
from netwright.exchange.graphs.items import Item
from netwright.exchange.graphs.report import ImportNote
from netwright.exchange.weights.tensors import Stored
from netwright.language import say

Tie = tuple[int, ...]
"""The sets of weights within an item, in order of execution: equal for items that have the same ones."""


def find_ties(nodes: Sequence[FlatNode], graph: ForeignGraph) -> None:
    """Gives nodes that have one set of weights the same ``tie``, and notes which weights had to be copied."""
    number = 0
    alike: defaultdict[object, list[FlatNode]] = defaultdict(list)
    for node in nodes:
        if node.weights:
            node.tie = number
            number += 1
            if node.origins:
                alike[(node.type, json.dumps(node.params, sort_keys=True), node.origins)].append(node)
    for group in alike.values():
        for i, node in enumerate(group[1:], 1):
            owner = next((each for each in group[:i] if _equal(each.weights, node.weights)), None)
            if owner is not None and any(map(_says_something, node.weights.values())):
                node.tie = owner.tie
    graph.notes += _copied(nodes, graph)


def _equal(one: dict[str, Stored], other: dict[str, Stored]) -> bool:
    return one.keys() == other.keys() and all(
        weight.info.shape == other[name].info.shape
        and weight.info.dtype == other[name].info.dtype
        and (weight.data is other[name].data or memoryview(weight.data) == memoryview(other[name].data))
        for name, weight in one.items()
    )


def _says_something(weight: Stored) -> bool:
    array = to_array(weight)
    return array.size > 1 and bool(np.any(array != array.reshape(-1)[0]))


def _copied(nodes: Sequence[FlatNode], graph: ForeignGraph) -> list[ImportNote]:
    """A note for each weight of the file that belongs to layers which differ."""
    ties: defaultdict[int, set[int]] = defaultdict(set)
    for node in nodes:
        for origin in node.origins:
            ties[origin].add(node.tie)
    found = []
    for name, stored in graph.constants.items():
        used = ties.pop(id(stored), set())
        if len(used) > 1 and _says_something(stored):
            values = {"weight": name[:100], "count": str(len(used))}
            message = say(
                "{count} layers that are not alike use the weight `{weight}` of the file. Nodes share all of their weights or "
                "none, so each has a copy, and the copies learn apart.",
                **values,
            )
            found.append(ImportNote(code="weights_copied", message=message, values=values))
    return found


# --- what folding asks -----------------------------------------------------------------------------------------------


def tie_of(items: Iterable[Item]) -> Tie:
    return tuple(leaf.tie for item in items for leaf in item.leaves() if leaf.tie >= 0)


def has_ties(items: Iterable[Item]) -> bool:
    found = tie_of(items)
    return len(set(found)) < len(found)


def can_be_uses(copies: Sequence[Sequence[Item]], others: Iterable[Item]) -> bool:
    """Whether uses of one block can say what ``copies`` share with each other, within themselves, and with ``others``.

    Every copy shares alike within itself, two copies share all or nothing, and nothing is shared with what lies outside.
    """
    ties = [tie_of(copy) for copy in copies]
    whole = set(ties)
    inside = {tie for each in whole for tie in each}
    return (
        len({tuple(each.index(tie) for tie in each) for each in ties}) == 1
        and len(inside) == sum(len(set(each)) for each in whole)
        and inside.isdisjoint(tie_of(others))
    )
