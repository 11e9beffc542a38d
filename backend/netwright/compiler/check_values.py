"""The numbers of blocks: parameters passed from outside, repetitions, and how much a network unfolds to.

Everything here is counted before it is unfolded, so that a repeat of a billion costs nothing to refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from netwright.compiler.check_definition import Definition
from netwright.compiler.check_params import ParamIssue, Wish, resolve_params, unknown_parameter
from netwright.compiler.costs import MAX_LAYERS, MAX_NESTING
from netwright.graph.document import BLOCK_PREFIX, NETWORK, Document, Node
from netwright.graph.expressions import ExpressionError, evaluate, is_expression
from netwright.language import say

Number = int | float


def block_of(node: Node) -> str | None:
    """The name of the block that a node uses, None for a layer."""
    return node.type[len(BLOCK_PREFIX) :] if node.type.startswith(BLOCK_PREFIX) else None


def is_repeated(node: Node) -> bool:
    """Whether a block node is a list in the exported module: its repeat is an expression or larger than 1."""
    return isinstance(node.repeat, str) or node.repeat > 1


def bind(child: Definition, node: Node, values: Mapping[str, Number]) -> tuple[dict[str, Number], list[ParamIssue]]:
    """The parameters of a block with what a node passes to it, and what is wrong with that."""
    resolved, issues = resolve_params(node.params, values)
    bound = dict(child.block.parameters)
    for name, value in resolved.items():
        if name not in bound:
            issues.append(unknown_parameter(name, node.params[name], list(bound)))
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            reset = Wish("reset_param", say("Use the default of {name}", name=name), ((name, None),))
            message = say("{name} must be a number, but is {value}.", name=name, value=repr(value))
            issues.append(
                ParamIssue("parameter_invalid", name, message, say("a number"), repr(value), {"name": name}, (reset,))
            )
        else:
            bound[name] = value
    return bound, issues


def evaluate_repeat(node: Node, values: Mapping[str, Number]) -> int:
    """How often a node repeats.

    Raises:
        ExpressionError: its expression cannot be evaluated or gives no whole number.
    """
    if not isinstance(node.repeat, str):
        return node.repeat
    if not is_expression(node.repeat):
        raise ExpressionError(say("It is neither a whole number nor an expression, which begins with '='."), 0)
    value = evaluate(node.repeat, values)
    if not isinstance(value, int):
        raise ExpressionError(
            say("It gives {value}, but a whole number is needed; // divides without a remainder.", value=value), 0
        )
    return value


@dataclass(frozen=True, slots=True)
class Use:
    """A node that uses a block."""

    block: str
    node: int


def used_blocks(document: Document) -> tuple[list[str], list[Use], Use | None]:
    """The definitions that the network needs, each before those that it uses; the uses that lead back into a block that is
    being built (recursion); and the first use that nests deeper than ``MAX_NESTING``."""
    uses: dict[str, list[tuple[int, str]]] = {}
    types = {BLOCK_PREFIX + name: name for name in document.blocks}
    for name in (NETWORK, *document.blocks):
        nodes = document.block(name).nodes if types else ()
        uses[name] = [(i, types[node.type]) for i, node in enumerate(nodes) if node.type in types]
    finished: dict[str, int] = {}
    """Levels below each definition that is done, by name, innermost first."""
    recursive = []
    too_deep: Use | None = None
    way = {NETWORK: 1}
    stack = [(NETWORK, iter(uses[NETWORK]))]
    while stack:
        name, remaining = stack[-1]
        for i, inner in remaining:
            if inner in way:
                recursive.append(Use(name, i))
            elif inner in finished:
                way[name] = max(way[name], finished[inner] + 1)
            else:
                way[inner] = 1
                stack.append((inner, iter(uses[inner])))
                break
            if way[name] > MAX_NESTING:
                too_deep = too_deep or Use(name, i)
        else:
            stack.pop()
            finished[name] = way.pop(name)
            if stack:
                parent = stack[-1][0]
                way[parent] = max(way[parent], finished[name] + 1)
                if way[parent] > MAX_NESTING and too_deep is None:
                    too_deep = Use(parent, next(i for i, inner in uses[parent] if inner == name))
    return list(reversed(finished)), recursive, too_deep


_MAX_CHANGES = 8
"""Repetitions that one fix turns down at most."""


class Counter:
    """Counts layers and blocks of the unfolded network without unfolding it.

    Every node that is visited counts at least one, so the visits are bounded by the limit too.
    """

    def __init__(self, definitions: Mapping[str, Definition], broken: set[tuple[str, int]]) -> None:
        self.definitions = definitions
        self.broken = broken
        self.visits = 0
        self.overrides: dict[tuple[str, int], int] = {}
        """Repetitions that are tried in place of what is drawn."""

    def count(self, name: str, values: Mapping[str, Number]) -> list[tuple[int, int]]:
        """For every node of a block how many layers and blocks one repetition of it is, and its repetitions."""
        nodes = self.definitions[name].block.nodes
        self.visits += len(nodes)
        if len(self.definitions) == 1:
            return [(1, 1)] * len(nodes)
        counts = []
        for i, node in enumerate(nodes):
            inner = block_of(node)
            if inner is None or inner not in self.definitions or (name, i) in self.broken or node.muted:
                counts.append((1, 1))
                continue
            if self.visits > MAX_LAYERS:
                counts.append((MAX_LAYERS + 1, 1))
                continue
            try:
                repeat = self.overrides.get((name, i)) or evaluate_repeat(node, values)
            except ExpressionError:
                repeat = 1
            bound, _ = bind(self.definitions[inner], node, values)
            counts.append((1 + self.total(inner, bound), max(repeat, 1)))
        return counts

    def total(self, name: str, values: Mapping[str, Number]) -> int:
        return sum(each * repeat for each, repeat in self.count(name, values))

    def remedy(self) -> list[tuple[Use, int]]:
        """The fewest repetitions to turn down, largest first, so that the network fits; empty where that is not enough."""
        network = self.definitions[NETWORK].block.parameters
        changes: list[tuple[Use, int]] = []
        for _ in range(_MAX_CHANGES):
            self.visits = 0
            if self.total(NETWORK, network) <= MAX_LAYERS:
                return changes
            change = self._excess(NETWORK, network, MAX_LAYERS)
            if change is None:
                return []
            changes.append(change)
            use, repeat = change
            self.overrides[use.block, use.node] = repeat
        return []

    def _excess(self, name: str, values: Mapping[str, Number], limit: int) -> tuple[Use, int] | None:
        """The use that makes a block larger than ``limit``, and as many repetitions of it as fit, at least one."""
        self.visits = 0
        counts = self.count(name, values)
        if not counts:
            return None
        total = sum(each * repeat for each, repeat in counts)
        largest = max(range(len(counts)), key=lambda i: counts[i][0] * counts[i][1])
        each, repeat = counts[largest]
        part = each * repeat
        # What the others leave, or a fair share where they leave next to nothing.
        room, share = limit - (total - part), limit * part // total
        room = room if room >= share // 2 else share
        if repeat > 1 and room >= each:
            return Use(name, largest), room // each
        node = self.definitions[name].block.nodes[largest]
        inner = block_of(node)
        if (
            inner in self.definitions
            and inner is not None
            and room // repeat > 1
            and (name, largest) not in self.broken
        ):
            bound, _ = bind(self.definitions[inner], node, values)
            inside = self._excess(inner, bound, room // repeat - 1)
            if inside is not None:
                return inside
        return (Use(name, largest), 1) if repeat > 1 else None
