"""What folding works on: the nodes of one level in order of execution, each a layer or the use of a block."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from netwright.exchange.graphs.flat import FlatNode
from netwright.graph.document import BLOCK_PREFIX

OUTSIDE = -1
"""The source of what comes into a block from outside."""


@dataclass(slots=True)
class Item:
    """A node of a level.  ``sources`` are places in the level's list, with the port's name where there is a choice.

    ``bodies`` are the items inside of a use of a block, once for each repetition; all repetitions, and all uses of one block,
    have bodies of one structure.
    """

    type: str
    params: dict[str, JsonValue]
    sources: list[tuple[int, str | None]]
    leaf: FlatNode | None = None
    bodies: list[list["Item"]] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        return self.type.startswith(BLOCK_PREFIX)

    def leaves(self) -> Iterator[FlatNode]:
        """The layers in it."""
        if self.leaf is not None:
            yield self.leaf
        for body in self.bodies:
            for item in body:
                yield from item.leaves()


@dataclass(slots=True)
class FoldedDefinition:
    """A block that was made: the items of its first copy, with expressions where uses differ, and its parameters' defaults."""

    name: str
    items: list[Item]
    parameters: dict[str, int | float]
    repeats: dict[int, str] = field(default_factory=dict)
    """Repeats of inner uses that are expressions, by the place of the item."""
    num_uses: int = 0
    num_copies: int = 0


def to_items(nodes: list[FlatNode]) -> list[Item]:
    """The flat nodes as a level, with every Output right behind what it takes."""
    outputs = [i for i, node in enumerate(nodes) if node.type == "Output"]
    behind: dict[int, list[int]] = {}
    for i in outputs:
        behind.setdefault(nodes[i].sources[0].node, []).append(i)
    order = []
    for i, node in enumerate(nodes):
        if node.type != "Output":
            order += [i, *behind.get(i, [])]
    place = {old: new for new, old in enumerate(order)}
    return [
        Item(
            nodes[i].type, dict(nodes[i].params), [(place[wire.node], wire.port) for wire in nodes[i].sources], nodes[i]
        )
        for i in order
    ]


def outputs_in_order(items: list[Item], nodes: list[FlatNode]) -> list[Item]:
    """The level with its Outputs last, as the file has them: that is the order of what the network answers."""
    ranks = {id(node): number for number, node in enumerate(nodes) if node.type == "Output"}
    is_output = [item.leaf is not None and id(item.leaf) in ranks for item in items]
    order = [i for i, each in enumerate(is_output) if not each]
    order += sorted((i for i, each in enumerate(is_output) if each), key=lambda i: ranks[id(items[i].leaf)])
    place = {old: new for new, old in enumerate(order)}
    for item in items:
        item.sources = [(source if source == OUTSIDE else place[source], port) for source, port in item.sources]
    return [items[i] for i in order]


def common_scope(items: list[Item]) -> tuple[str, ...]:
    """The part of the program that all layers in ``items`` belong to."""
    scopes = [leaf.scope for item in items for leaf in item.leaves() if leaf.scope]
    if not scopes:
        return ()
    shortest = min(scopes, key=len)
    for i, part in enumerate(shortest):
        if any(scope[i] != part for scope in scopes):
            return shortest[:i]
    return shortest


def common_class(items: list[Item], scope: tuple[str, ...]) -> str:
    """The class of the module at ``scope``, "" where it is not told or says nothing."""
    for item in items:
        for leaf in item.leaves():
            if leaf.scope[: len(scope)] == scope and len(leaf.classes) >= len(scope) > 0:
                name = leaf.classes[len(scope) - 1]
                return "" if name in {"Sequential", "ModuleList", "Module", "Network"} else name
    return ""
