"""One block as drawn: its names, wires, order and reachability, before any shape is known.

Every finding here is about the definition alone, so it is the same wherever the block is used.
"""

import dataclasses
import threading
from collections.abc import Sequence
from functools import partial
from operator import attrgetter

import orjson

from netwright.compiler import fixes
from netwright.compiler.check_definition import (
    NO_WIRE,
    PORTS_DEPEND_ON,
    Definition,
    Finding,
    Signature,
    Source,
    output_names,
    signature_of,
    type_signature,
)
from netwright.compiler.check_names import illegal_id_reason
from netwright.compiler.check_sharing import find_shares
from netwright.compiler.check_wiring import Wiring
from netwright.graph.document import BLOCK_PREFIX, NETWORK, Document
from netwright.graph.problems import Fix
from netwright.graph.topology import fed_along, find_cycles, live_along, reachable, reverse, topological_order
from netwright.language import Text, all_of, listed, say
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
    _order(definition, wiring)
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


def _order(definition: Definition, wiring: Wiring) -> None:
    """Fill in order, reachability and sources, and complain about what is missing or leads nowhere."""
    count = len(definition.block.nodes)
    successors = wiring.successors
    definition.order = list(range(count)) if wiring.is_forward else topological_order(successors)
    silent: set[int] = set()
    if len(definition.order) < count:
        silent = set(range(count)) - set(definition.order)
        for loop in find_cycles(successors):
            definition.findings.append(_cycle(definition, successors, loop))
    if len(definition.order) == count:
        definition.fed = fed_along(definition.order, successors, definition.entries)
        live = live_along(definition.order, successors, definition.outputs)
    else:
        definition.fed = reachable(successors, definition.entries)
        live = reachable(reverse(successors), definition.outputs)
    definition.live = live if definition.outputs else [True] * count
    # Most nodes have one wire to one input, and lead somewhere: only the others are looked at one by one.
    nodes = zip(definition.is_plain, wiring.incoming, successors, strict=True)
    is_usual = [is_plain and len(incoming) == 1 and bool(targets) for is_plain, incoming, targets in nodes]
    definition.sources = [incoming if one else None for incoming, one in zip(wiring.incoming, is_usual, strict=True)]
    for i in definition.index.values():  # in the order of the nodes: an id belongs to the first that has it
        if not is_usual[i]:
            _connect_node(definition, wiring, i, is_silent=i in silent)


def _connect_node(definition: Definition, wiring: Wiring, i: int, *, is_silent: bool) -> None:
    signature, incoming = definition.signatures[i], wiring.incoming[i]
    if (definition.is_plain[i] and len(incoming) == 1) or (
        signature.variadic == 0 and len(signature.inputs) == 1 and len(incoming) >= signature.least
    ):
        definition.sources[i] = incoming
    elif incoming or signature.inputs or signature.is_open:
        definition.sources[i] = _gather(definition, wiring, i, is_silent=is_silent)
    else:
        definition.sources[i] = []
    if not wiring.successors[i] and definition.fed[i] and not wiring.is_used[i] and not signature.is_open:
        _complain_unused(definition, i)


def _gather(definition: Definition, wiring: Wiring, i: int, is_silent: bool) -> list[Source] | None:
    """The inputs of a node that has not exactly one port with one wire; None where they are not complete."""
    signature = definition.signatures[i]
    incoming = wiring.incoming[i]
    if signature.is_open:
        return None
    wires: list[list[Source]] = [[] for _ in signature.inputs]
    for one in incoming:
        wire = wiring.wires[one[2]]
        assert wire is not None
        wires[wire[3]].append(one)
    names = list(signature.inputs)
    missing = [
        port
        for port, found in enumerate(wires)
        if len(found) < (signature.least if port == signature.variadic else 1) and port not in signature.optional
    ]
    crowded = [port for port, found in enumerate(wires) if len(found) > 1 and port != signature.variadic]
    if is_silent:
        return None
    for port in crowded if not wiring.is_crowded[i] else ():
        definition.findings.append(_too_many(definition, i, names[port], [edge for _, _, edge in wires[port]]))
    if missing and not wiring.is_spoilt[i] and definition.entries:
        if not incoming and not (definition.outputs and definition.live[i]):
            definition.findings.append(_unreachable(definition, i))
        else:
            definition.findings.extend(_missing(definition, i, names[port], wires[port]) for port in missing)
    if missing or crowded:
        return None
    return [
        source
        for port, found in enumerate(wires)
        for source in (found or ([NO_WIRE] if port in signature.optional else []))
    ]


def _cycle(definition: Definition, successors: Sequence[Sequence[int]], loop: list[int]) -> Finding:
    ids = [definition.block.nodes[i].id for i in loop]
    way = " -> ".join(f"`{node}`" for node in (*ids, ids[0]))
    return Finding(
        "cycle",
        say("The wires {way} run in a circle. Data flows one way only: remove one of them.", way=way),
        definition.name,
        loop[0],
        values={"nodes": list(ids)},
        fixes=partial(
            fixes.break_cycle,
            definition.name,
            definition.block,
            definition.index,
            successors,
            loop[0],
            definition.entries,
        ),
    )


def _too_many(definition: Definition, i: int, port: str, edges: list[int]) -> Finding:
    chosen = [definition.block.edges[number] for number in edges]
    sources = all_of(f"`{edge.source}`" for edge in chosen)
    return Finding(
        "too_many_wires",
        say(
            "{node} takes one wire at its input `{port}` but gets {count}, from {sources}. Keep one of "
            "them, or join them first.",
            node=definition.say(i),
            port=port,
            count=len(edges),
            sources=sources,
        ),
        definition.name,
        i,
        port,
        values={"port": port, "sources": [edge.source for edge in chosen]},
        expected=say("1 wire"),
        got=say("{count} wires", count=len(edges)),
        fixes=partial(fixes.keep_one_wire, definition.document, definition.name, chosen),
    )


def _unreachable(definition: Definition, i: int) -> Finding:
    node = definition.block.nodes[i]
    return Finding(
        "unreachable_node",
        say(
            "{node} is not connected to an Input: it is left out of the network. Connect it or remove it.",
            node=definition.say(i),
        ),
        definition.name,
        i,
        severity="warning",
        values={"id": node.id},
        fixes=partial(_connect_or_remove, definition, i),
    )


def _connect_or_remove(definition: Definition, i: int) -> list[Fix]:
    ports = list(definition.signatures[i].inputs)
    needs = definition.signatures[i].least if definition.signatures[i].variadic == 0 else 1
    connect = fixes.connect(definition, i, ports[0], needs) if len(ports) == 1 else []
    return [*connect, fixes.remove_node(definition.name, definition.block.nodes[i].id)]


def _complain_unused(definition: Definition, i: int) -> None:
    node = definition.block.nodes[i]
    if not definition.outputs or not definition.signatures[i].outputs:
        return  # an Output itself, or a block without one, which is said already
    definition.findings.append(
        Finding(
            "unused_node",
            say("{node} is given in but not used. Connect its output or remove it.", node=definition.say(i))
            if node.type == "Input"
            else say(
                "{node} leads nowhere: it is left out of the network. Connect its output or remove it.",
                node=definition.say(i),
            ),
            definition.name,
            i,
            severity="warning",
            values={"id": node.id},
            fixes=partial(_use_or_remove, definition, i),
        )
    )


def _use_or_remove(definition: Definition, i: int) -> list[Fix]:
    node = definition.block.nodes[i].id
    return [
        fixes.remove_node(definition.name, node),
        *fixes.add_output(definition.document, definition.name, behind=node),
    ]


def _missing(definition: Definition, i: int, port: str, wires: list[Source]) -> Finding:
    signature = definition.signatures[i]
    is_variadic = signature.variadic == signature.inputs[port]
    place = definition.say(i)
    if len(signature.inputs) > 1:
        place = say("{node} at its input `{port}`", node=place, port=port)
    if is_variadic:
        has = say("{count} wires", count=len(wires)) if wires else say("none")
        message = say(
            "{place} needs {least} or more wires but has {has}. Connect the output of another node to it.",
            place=place,
            least=signature.least,
            has=has,
        )
    else:
        message = say("{place} has no wire coming in. Connect the output of another node to it.", place=place)
    return Finding(
        "missing_input",
        message,
        definition.name,
        i,
        port,
        values={"port": port, "wires": len(wires)},
        expected=say("{least} or more wires", least=signature.least) if is_variadic else say("1 wire"),
        got=say("{count} wires", count=len(wires)),
        fixes=partial(_connect_or_bypass, definition, i, port, len(wires)),
    )


def _connect_or_bypass(definition: Definition, i: int, port: str, wires: int) -> list[Fix]:
    signature = definition.signatures[i]
    needs = signature.least - wires if signature.variadic == signature.inputs[port] else 1
    return [
        *fixes.connect(definition, i, port, needs),
        fixes.remove_node(definition.name, definition.block.nodes[i].id),
    ]


def _title(name: str) -> Text:
    return say("the network") if name == NETWORK else say("the block `{name}`", name=name)
