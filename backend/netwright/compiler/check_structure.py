"""One block as drawn: its names, wires, order and reachability, before any shape is known.

Every finding here is about the definition alone, so it is the same wherever the block is used.
"""

import dataclasses
import threading
from functools import partial
from operator import attrgetter

import orjson

from netwright.compiler import fixes
from netwright.compiler.check_definition import (
    PORTS_DEPEND_ON,
    Definition,
    Finding,
    Signature,
    output_names,
    signature_of,
    type_signature,
)
from netwright.compiler.check_names import illegal_id_reason
from netwright.compiler.check_order import order
from netwright.compiler.check_sharing import find_shares
from netwright.compiler.check_wiring import Wiring
from netwright.graph.document import BLOCK_PREFIX, NETWORK, Document
from netwright.graph.problems import Fix
from netwright.language import Text, listed, say
from netwright.layers.registry import LAYERS


class _Memory:
    """The last definitions without findings, by what they were made from."""

    SIZE = 128

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[object, ...], Definition] = {}

    def get(self, key: tuple[object, ...]) -> Definition | None:
        with self._lock:
            found = self._known.pop(key, None)
            if found is not None:
                self._known[key] = found  # the last used stands last
            return found

    def put(self, key: tuple[object, ...], definition: Definition) -> None:
        with self._lock:
            self._known[key] = definition
            if len(self._known) > self.SIZE:
                del self._known[next(iter(self._known))]

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


WIRED = _Memory()
"""Most edits change a parameter, not a wire."""

NAMED = _Memory()
"""Definitions before their wires: an edit that changes a wire mostly changes nothing else."""

_NOTHING = Document()

_ENDS = attrgetter("source", "target", "source_port", "target_port")
_ID, _TYPE, _SHARE = attrgetter("id"), attrgetter("type"), attrgetter("share")


def analyse(name: str, document: Document, known: dict[str, Signature]) -> Definition:
    """The definition of the block ``name`` with everything that is wrong with it as drawn.

    ``known`` remembers the ports of types within one document.
    """
    block = document.block(name)
    names = _key_of_names(name, document, known)
    ends = tuple(map(_ENDS, block.edges))
    key = (names, ends)
    remembered = WIRED.get(key)
    if remembered is not None:
        return dataclasses.replace(remembered, document=document, block=block, findings=[])
    definition = _recall_names(names, name, document, known)
    wiring = Wiring(definition)
    wiring.connect(ends)
    order(definition, wiring)
    if not definition.findings:
        WIRED.put(key, _bare(definition))
    return definition


def _recall_names(key: tuple[object, ...], name: str, document: Document, known: dict[str, Signature]) -> Definition:
    remembered = NAMED.get(key)
    if remembered is not None:
        return dataclasses.replace(remembered, document=document, block=document.block(name), findings=[])
    definition = _name(name, document, known)
    if not definition.findings:
        NAMED.put(key, _bare(definition))
    return definition


def _bare(definition: Definition) -> Definition:
    """A copy that holds no document."""
    return dataclasses.replace(definition, document=_NOTHING, block=_NOTHING.network)


def _key_of_names(name: str, document: Document, known: dict[str, Signature]) -> tuple[object, ...]:
    """All that a definition depends on but its wires: names, types, and the ports of the blocks it uses."""
    block = document.block(name)
    nodes = block.nodes
    types = tuple(map(_TYPE, nodes))
    distinct = set(types)
    used = sorted(type_name for type_name in distinct if type_name.startswith(BLOCK_PREFIX))
    ports = [type_signature(type_name, document, known) for type_name in used]
    has_ports_of_its_own = not distinct.isdisjoint(PORTS_DEPEND_ON)
    return (
        name,
        tuple(block.parameters),
        tuple(map(_ID, nodes)),
        types,
        tuple([(tuple(one.inputs), tuple(one.outputs), one.is_open) for one in ports]),
        tuple([output_names(node) for node in nodes if node.type in PORTS_DEPEND_ON]) if has_ports_of_its_own else (),
        tuple(map(_SHARE, nodes)),
    )


def _name(name: str, document: Document, known: dict[str, Signature]) -> Definition:
    """The definition as far as it goes without wires."""
    block = document.block(name)
    nodes = block.nodes
    index: dict[str, int] = {}
    for i, node in enumerate(nodes):
        index.setdefault(node.id, i)
    signatures = [signature_of(node, document, known) for node in nodes]
    definition = Definition(
        document,
        name,
        block,
        index,
        [orjson.dumps(node.id)[1:-1] for node in nodes],
        signatures,
        [i for i, node in enumerate(nodes) if node.type == "Input" and index[node.id] == i],
        [i for i, node in enumerate(nodes) if node.type == "Output" and index[node.id] == i],
        [i for i, node in enumerate(nodes) if is_entry(node.type, name) and index[node.id] == i],
        [
            len(one.inputs) == 1 and one.variadic < 0 and not one.is_open and index[nodes[i].id] == i
            for i, one in enumerate(signatures)
        ],
    )
    _check_names(definition)
    definition.shares = find_shares(definition)
    return definition


def is_entry(type_name: str, block: str) -> bool:
    """Whether data enters a block by such a node: into the network by any entry, into a block by its wires alone."""
    return type_name == "Input" or (block == NETWORK and type_name in LAYERS and LAYERS[type_name].is_entry)


def _check_names(definition: Definition) -> None:
    find = definition.findings.append
    name, block = definition.name, definition.block
    for parameter in block.parameters:
        if reason := illegal_id_reason(parameter, is_parameter=True):
            find(
                Finding(
                    "illegal_parameter_name",
                    say(
                        "The parameter `{name}` of {title} cannot be used: {reason}.",
                        name=parameter,
                        title=_title(name),
                        reason=reason,
                    ),
                    name,
                    field=parameter,
                    values={"name": parameter, "reason": reason},
                    fixes=partial(fixes.rename_parameter, definition.document, name, parameter),
                )
            )
    doubles: dict[str, list[int]] = {}
    for i, node in enumerate(block.nodes):
        if definition.index[node.id] != i:
            doubles.setdefault(node.id, []).append(i)
        elif reason := illegal_id_reason(node.id):
            find(
                Finding(
                    "illegal_id",
                    say("The id `{node}` cannot be used: {reason}.", node=node.id, reason=reason),
                    name,
                    i,
                    "id",
                    values={"id": node.id, "reason": reason},
                    fixes=partial(fixes.rename, definition.document, name, node.id, [node.type]),
                )
            )
        if definition.signatures[i].is_open:
            find(_unknown_type(definition, i))
        elif (layer := LAYERS.get(node.type)) and layer.is_entry and not is_entry(node.type, name):
            find(_entry_in_block(definition, i))
    for node_id, places in doubles.items():
        find(
            Finding(
                "duplicate_id",
                say(
                    "The id `{node}` stands for {count} nodes of {title}. Give each an id of its own.",
                    node=node_id,
                    count=len(places) + 1,
                    title=_title(name),
                ),
                name,
                places[0],
                "id",
                values={"id": node_id, "count": len(places) + 1},
                fixes=partial(fixes.rename, definition.document, name, node_id, [block.nodes[i].type for i in places]),
            )
        )
    _check_boundary(definition)


def _entry_in_block(definition: Definition, i: int) -> Finding:
    names = listed(port.name for port in LAYERS[definition.block.nodes[i].type].outputs)
    return Finding(
        "entry_in_block",
        say(
            "{node} can only stand in the network itself. Inside a block, add Inputs for {names} and connect them from "
            "outside.",
            node=definition.say(i),
            names=names,
        ),
        definition.name,
        i,
        "type",
        fixes=partial(_remove, definition, i),
    )


def _remove(definition: Definition, i: int) -> list[Fix]:
    return [fixes.remove_node(definition.name, definition.block.nodes[i].id)]


def _unknown_type(definition: Definition, i: int) -> Finding:
    node = definition.block.nodes[i]
    is_block = node.type.startswith(BLOCK_PREFIX)
    word = node.type.removeprefix(BLOCK_PREFIX)
    known = list(definition.document.blocks) if is_block else list(LAYERS)
    return Finding(
        "unknown_block" if is_block else "unknown_type",
        say(
            "There is no block `{word}`, which `{node}` asks for. The node is kept but cannot be run."
            if is_block
            else "There is no layer type `{word}`, which `{node}` asks for. The node is kept but cannot be run.",
            word=word,
            node=node.id,
        ),
        definition.name,
        i,
        "type",
        values={"type": word},
        got=word,
        fixes=partial(fixes.other_type, definition.name, node.id, word, known, BLOCK_PREFIX if is_block else ""),
    )


def _check_boundary(definition: Definition) -> None:
    is_network = definition.name == NETWORK
    title = say("The network") if is_network else say("The block `{name}`", name=definition.name)
    if not definition.entries:
        definition.findings.append(
            Finding(
                "no_input",
                say(
                    "{title} has no Input: nothing can flow in. Add an Input and wire it to the first layer.",
                    title=title,
                ),
                definition.name,
                fixes=partial(fixes.add_input, definition.document, definition.name),
            )
        )
    if not definition.outputs:
        definition.findings.append(
            Finding(
                "no_output",
                say("{title} has no Output: nothing comes out. Add an Output behind the last layer.", title=title),
                definition.name,
                fixes=partial(fixes.add_output, definition.document, definition.name),
            )
        )


def _title(name: str) -> Text:
    return say("the network") if name == NETWORK else say("the block `{name}`", name=name)
