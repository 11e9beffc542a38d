"""What the last looks at networks found: after an edit only what it changed, and what stands behind that, is looked at again.

For documents made of recalled pieces alone (``graph.recall``), in which a node that did not change is the same object.  What
is taken over is what a new look would find: a layer that has nothing to complain of depends on its type, its parameters and
what comes into it.
"""

import dataclasses
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from operator import is_

from netwright.compiler.check_definition import PORTS_DEPEND_ON, Definition
from netwright.compiler.check_walk import Instance, Known
from netwright.graph.document import Document, Edge, Node
from netwright.graph.recall import RecalledDocument

_MOST = 4
"""Looks that are kept; one at a ResNet-152 takes about 0.1 MB beside what it shares with the other memories."""

_NOTHING = Document()


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One look at a network without blocks.  ``definition`` is None where the drawing had problems: they are told with the
    document."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    parameters: Sequence[str]
    definition: Definition | None
    known: Known


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """What can be taken over from an earlier look."""

    definition: Definition | None
    known: Known


class Looks:
    """The last looks, the newest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: list[Look] = []

    @staticmethod
    def takes(document: Document) -> bool:
        return isinstance(document, RecalledDocument) and not document.blocks

    def recall(self, document: Document) -> Again | None:
        """What the look at the most alike network found; None where none is half alike."""
        if not self.takes(document):
            return None
        with self._lock:
            looks = list(self._looks)
        nodes = document.network.nodes
        found, most = None, len(nodes) // 2
        for look in looks:
            head, tail = _ends_alike(look.nodes, nodes)
            if head + tail > most:
                found, most = (look, head, tail), head + tail
        if found is None:
            return None
        look, head, tail = found
        return Again(_definition(look, document, head, tail), look.known.between(head, tail, len(nodes)))

    def keep(self, document: Document, root: Instance, written: Sequence[bytes | None], language: str) -> None:
        """``written`` are the nodes' reports in the answer."""
        if root.definition.shares:  # of nodes that share weights one is told without them: not what it alone would be
            own = zip(root.nodes, root.known.results, written, strict=True)
            written = [one if result is sound else None for result, sound, one in own]
        definition, network = root.definition, document.network
        is_sound = not definition.findings and not definition.shares
        look = Look(
            network.nodes,
            network.edges,
            tuple(network.parameters),
            dataclasses.replace(definition, document=_NOTHING, block=_NOTHING.network) if is_sound else None,
            dataclasses.replace(root.known, written=written, language=language),
        )
        with self._lock:
            self._looks = [look, *self._looks[: _MOST - 1]]

    def clear(self) -> None:
        with self._lock:
            self._looks = []


def _ends_alike(before: Sequence[Node], now: Sequence[Node]) -> tuple[int, int]:
    """How many nodes from the beginning, and how many of the others from the end, are the same."""
    head = _alike(before, now)
    if head == len(before) == len(now):
        return head, 0
    tail = _alike(before[::-1], now[::-1])
    return head, min(tail, len(before) - head, len(now) - head)


def _alike(before: Sequence[Node], now: Sequence[Node]) -> int:
    is_same = list(map(is_, before, now))
    return is_same.index(False) if False in is_same else len(is_same)


def _definition(look: Look, document: Document, head: int, tail: int) -> Definition | None:
    """The definition as it was, where no name, type, port or wire changed."""
    network = document.network
    if (
        look.definition is None
        or len(network.nodes) != len(look.nodes)
        or len(network.edges) != len(look.edges)
        or not all(map(is_, network.edges, look.edges))
        or tuple(network.parameters) != look.parameters
        or not all(_is_drawn_alike(look.nodes[i], network.nodes[i]) for i in range(head, len(network.nodes) - tail))
    ):
        return None
    return dataclasses.replace(look.definition, document=document, block=network, findings=[])


def _is_drawn_alike(before: Node, now: Node) -> bool:
    return (
        before.id == now.id
        and before.type == now.type
        and before.type not in PORTS_DEPEND_ON
        and before.share is None
        and now.share is None
    )
