"""The edges of a block made into the inputs of its nodes; those that lead nowhere are found and left out."""

from collections.abc import Mapping, Sequence
from functools import partial

from netwright.compiler import fixes
from netwright.compiler.check_definition import Definition, Ends, Finding, Source, Wire
from netwright.compiler.costs import MAX_EDGES
from netwright.graph.document import BLOCK_PREFIX, Edge
from netwright.language import Text, all_of, listed, say


class Wiring:
    """Turns the edges of a block into the inputs of its nodes, complaining about those that lead nowhere."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        count = len(definition.block.nodes)
        self.successors = definition.successors = [[] for _ in range(count)]
        self.incoming: list[list[Source]] = [[] for _ in range(count)]
        """For each node where its wires come from, in the order of the edges."""
        self.wires: list[Wire | None] = []
        """For each edge where it leads, None where that is nowhere or where another edge leads already."""
        self.is_forward = True
        """Every wire leads from a node to a later one, as in most drawings."""
        self.is_spoilt = [False] * count
        """A wire into this node has a problem of its own, so that a missing input is not the root cause."""
        self.is_crowded = [False] * count
        """A wire into this node is doubled, so that too many wires are not the root cause."""
        self.is_used = [False] * count
        """A wire out of this node has a problem of its own, so that leading nowhere is not the root cause."""

    def connect(self, drawn: Sequence[Ends]) -> None:
        """``drawn`` are the edges of the block."""
        resolved, successors, incoming = self.definition.resolved, self.successors, self.incoming
        wires = self.wires = list(map(resolved.get, drawn))
        if None in wires:
            for number, ends in enumerate(drawn):
                if wires[number] is None:
                    wires[number] = wire = self._resolve(self.definition.block.edges[number])
                    if wire is not None and len(resolved) < MAX_EDGES:
                        resolved[ends] = wire
        if len(set(wires)) < len(wires):
            self._take_out_doubled(wires)
        for number, wire in enumerate(wires):
            if wire is not None:
                source, output, target, _ = wire
                successors[source].append(target)
                incoming[target].append((source, output, number))
                if source > target:
                    self.is_forward = False

    def _take_out_doubled(self, wires: list[Wire | None]) -> None:
        """Leaves the first of equal wires, with a finding about the others."""
        seen: set[Wire] = set()
        surplus: dict[Wire, list[Edge]] = {}
        for number, wire in enumerate(wires):
            if wire in seen:
                surplus.setdefault(wire, []).append(self.definition.block.edges[number])
                wires[number] = None
            elif wire is not None:
                seen.add(wire)
        for (_, _, target, _), edges in surplus.items():
            self._doubled(edges, target)

    def _resolve(self, edge: Edge) -> Wire | None:
        """Where an edge leads; None (and a finding) where it leads nowhere."""
        index, signatures = self.definition.index, self.definition.signatures
        source, target = index.get(edge.source), index.get(edge.target)
        if source is None or target is None:
            self._dangling(edge, source, target)
            return None
        if source == target:
            self._self_loop(edge, target)
            return None
        begin, end = signatures[source], signatures[target]
        output = _port(begin.outputs, begin.is_open, edge.source_port)
        port = _port(end.inputs, end.is_open, edge.target_port)
        if output is None or port is None:
            self._unknown_port(edge, source, target, output is None)
            return None
        return source, output, target, port

    def _dangling(self, edge: Edge, source: int | None, target: int | None) -> None:
        nodes = [node for node in (edge.source, edge.target) if node not in self.definition.index]
        gone = all_of(f"`{node}`" for node in nodes)
        if target is not None:
            self.is_spoilt[target] = True
        if source is not None:
            self.is_used[source] = True
        message = say(
            "A wire leads from `{source}` to `{target}`, but there is no node {gone}. Remove it.",
            source=edge.source,
            target=edge.target,
            gone=gone,
        )
        self._about_edge("dangling_edge", message, edge)

    def _self_loop(self, edge: Edge, target: int) -> None:
        self.is_spoilt[target] = True
        message = say("A wire leads from `{source}` back into itself. Remove it.", source=edge.source)
        self._about_edge("self_loop", message, edge, target)

    def _doubled(self, edges: list[Edge], target: int) -> None:
        """``edges`` are those that have to go."""
        count = say("Two") if len(edges) == 1 else len(edges) + 1
        first = edges[0]
        self.is_crowded[target] = True
        self.definition.findings.append(
            Finding(
                "doubled_edge",
                say(
                    "{count} wires lead from `{source}` to the same input of `{target}`. Keep one of them.",
                    count=count,
                    source=first.source,
                    target=first.target,
                ),
                self.definition.name,
                target,
                values={"source": first.source, "target": first.target},
                fixes=partial(fixes.remove_edges, self.definition.name, edges),
                key=_edge_key(first),
            )
        )

    def _unknown_port(self, edge: Edge, source: int, target: int, is_output: bool) -> None:
        node, port = (source, edge.source_port) if is_output else (target, edge.target_port)
        signature = self.definition.signatures[node]
        known = list(signature.outputs if is_output else signature.inputs)
        node_type = self.definition.block.nodes[node].type
        self.is_spoilt[target] = self.is_used[source] = True
        if not known and node_type.startswith(BLOCK_PREFIX):
            return  # the block has no Input or no Output at all, which is said of the block
        nothing = say("no outputs") if is_output else say("no inputs")
        self.definition.findings.append(
            Finding(
                "unknown_port",
                say(
                    "A wire from `{source}` to `{target}` uses {port} of {node}, but it has {known}.",
                    source=edge.source,
                    target=edge.target,
                    port=_named_port(port, is_output),
                    node=self.definition.say(node),
                    known=listed(f"`{name}`" for name in known) if known else nothing,
                ),
                self.definition.name,
                node,
                port,
                values={"source": edge.source, "target": edge.target, "port": port, "known": list(known)},
                expected=listed(known) if known else nothing,
                got=port,
                fixes=partial(fixes.correct_port, self.definition.block, self.definition.name, edge, known, is_output),
                key=_edge_key(edge),
            )
        )

    def _about_edge(self, code: str, message: str, edge: Edge, node: int | None = None) -> None:
        """One finding for all wires between the same two nodes."""
        self.definition.findings.append(
            Finding(
                code,
                message,
                self.definition.name,
                node,
                values={"source": edge.source, "target": edge.target},
                fixes=partial(fixes.remove_wires_between, self.definition.block, self.definition.name, edge),
                key=(edge.source, edge.target),
            )
        )


def _port(ports: Mapping[str, int], is_open: bool, name: str | None) -> int | None:
    """The number of a port; a wire that names none means the first."""
    if is_open:
        return 0
    if name is None:
        return 0 if ports else None
    return ports.get(name)


def _named_port(port: str | None, is_output: bool) -> Text:
    if port is None:
        return say("the output") if is_output else say("the input")
    return say("the output `{port}`", port=port) if is_output else say("the input `{port}`", port=port)


def _edge_key(edge: Edge) -> tuple[object, ...]:
    return (edge.source, edge.source_port, edge.target, edge.target_port)
