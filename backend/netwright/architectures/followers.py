"""What usually follows what: for each layer type, in how many ready-made networks each other type comes next.

The page suggests a next layer from it.  Nothing is written down by hand: a network that is added to the gallery counts at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from netwright.architectures.registry import ARCHITECTURES
from netwright.graph.document import BLOCK_PREFIX, Block, Document, Node

Followers = Mapping[str, Mapping[str, int]]
"""By type, by the type that follows it: the number of networks in which it does."""

_ENTRY, _EXIT = "Input", "Output"
"""The format's two words for a block's ports: wires of a block go on inside it."""


@cache
def gallery_followers() -> Followers:
    """What follows what in the ready-made networks, the most usual first."""
    return count_followers(each.build() for each in ARCHITECTURES.values())


def count_followers(documents: Iterable[Document]) -> Followers:
    """What follows what in ``documents``; a pair counts once in each, however often it is repeated there.

    A block is looked into: what feeds it is followed by what its entries lead to, and what feeds its exits by what it
    feeds.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for before, after in _pairs(document):
            counts[before][after] += 1
    return {before: dict(after.most_common()) for before, after in sorted(counts.items())}


def _pairs(document: Document) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for block, is_network in [(document.network, True), *((each, False) for each in document.blocks.values())]:
        nodes = {node.id: node for node in block.nodes}
        for edge in block.edges:
            source, target = nodes[edge.source], nodes[edge.target]
            if not is_network and (source.type == _ENTRY or target.type == _EXIT):
                continue
            for before in _ends(document, source, _EXIT):
                for after in _ends(document, target, _ENTRY):
                    found[before, after] = None
        for node in block.nodes:
            # A repeated block is followed by itself.
            if node.repeat != 1 and node.type.startswith(BLOCK_PREFIX):
                for before in _ends(document, node, _EXIT):
                    for after in _ends(document, node, _ENTRY):
                        found[before, after] = None
    return list(found)


def _ends(document: Document, node: Node, port: str) -> set[str]:
    """The types that stand at the entries (or the exits) of ``node``: its own, or those within the block that it uses."""
    if not node.type.startswith(BLOCK_PREFIX):
        return {node.type}
    block: Block = document.blocks[node.type.removeprefix(BLOCK_PREFIX)]
    nodes = {each.id: each for each in block.nodes}
    ends: set[str] = set()
    for edge in block.edges:
        outer, inner = (edge.source, edge.target) if port == _ENTRY else (edge.target, edge.source)
        if nodes[outer].type == port and nodes[inner].type not in (_ENTRY, _EXIT):
            ends |= _ends(document, nodes[inner], port)
    return ends
