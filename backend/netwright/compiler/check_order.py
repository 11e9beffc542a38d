"""The order of a block's nodes and what each is fed by, and complaints about what is missing or leads nowhere."""

from collections.abc import Sequence
from functools import partial

from netwright.compiler import fixes
from netwright.compiler.check_definition import (
    NO_WIRE,
    Definition,
    Finding,
    Source,
)
from netwright.compiler.check_wiring import Wiring
from netwright.graph.problems import Fix
from netwright.graph.topology import fed_along, find_cycles, live_along, reachable, reverse, topological_order
from netwright.language import all_of, say


def order(definition: Definition, wiring: Wiring) -> None:
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
