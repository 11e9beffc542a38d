"""What the check knows of one block: its findings, ports and wires.

Nodes and edges go by their place in the block's lists.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import JsonValue

from netwright.graph.document import BLOCK_PREFIX, Block, Document, Node
from netwright.graph.problems import Fix
from netwright.layers.registry import LAYERS

Source = tuple[int, int, int]
"""Where a wire begins: node, number of its output, and the edge."""

Ends = tuple[str, str, str | None, str | None]
"""A wire as drawn: source, target, and their ports."""

Wire = tuple[int, int, int, int]
"""The same by number: source, its output, target, its input."""

NO_WIRE: Source = (-1, -1, -1)
"""Stands for an optional input that no wire leads to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before it is one: ``fixes`` are made only for those that are reported.

    Findings with the same ``key`` are one problem met in several instances of a block.
    """

    code: str
    message: str
    block: str
    node: int | None = None
    field: str | None = None
    severity: Literal["error", "warning"] = "error"
    values: Mapping[str, JsonValue] = dataclasses.field(default_factory=dict)
    expected: str | None = None
    got: str | None = None
    fixes: Callable[[], Iterable[Fix]] = tuple
    key: tuple[object, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.code, self.block, self.node, self.field, self.key)


@dataclass(frozen=True, slots=True)
class Signature:
    """The ports of a node.  ``is_open`` for a type that is not known: anything may be wired to it."""

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    variadic: int = -1
    """Which input takes several wires; -1 for none."""
    least: int = 2
    """How many wires that input needs."""
    optional: frozenset[int] = frozenset()
    """Inputs that may stay without a wire."""
    is_open: bool = False


_OPEN = Signature({}, {}, is_open=True)


@dataclass(slots=True)
class Definition:
    """A block with its wires resolved.

    ``quoted`` are the nodes' ids as they stand between the quotation marks of JSON.
    ``sources[i]`` are the inputs of node ``i`` in the order of its call, None where they are not complete.
    ``inputs`` are the Input nodes, which are the ports of a block; ``entries`` all nodes by which data enters, in the network
    a Graph too.  ``order`` leaves out what stands on or behind a cycle.  ``live[i]`` says that an Output depends on node
    ``i`` (all are live while there is no Output), ``fed[i]`` that data from an entry reaches it.
    ``successors[i]`` are the nodes that a sound wire leads to from node ``i``; one that has two of them stands there twice.
    ``is_plain[i]`` says that node ``i`` has one input that takes one wire, as most have.
    ``shares`` maps a node that uses the weights of another to that other.
    ``resolved`` remembers where sound wires lead, for all definitions that have these names in common.
    """

    document: Document
    name: str
    block: Block
    index: dict[str, int]
    quoted: list[bytes]
    signatures: list[Signature]
    inputs: list[int]
    outputs: list[int]
    entries: list[int] = dataclasses.field(default_factory=list)
    is_plain: list[bool] = dataclasses.field(default_factory=list)
    sources: list[list[Source] | None] = dataclasses.field(default_factory=list)
    successors: list[list[int]] = dataclasses.field(default_factory=list)
    order: list[int] = dataclasses.field(default_factory=list)
    live: list[bool] = dataclasses.field(default_factory=list)
    fed: list[bool] = dataclasses.field(default_factory=list)
    shares: dict[int, int] = dataclasses.field(default_factory=dict)
    resolved: dict[Ends, Wire] = dataclasses.field(default_factory=dict)
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def say(self, node: int) -> str:
        """``Conv2d `conv1` ``: how sentences name a node."""
        return f"{self.block.nodes[node].type.removeprefix(BLOCK_PREFIX)} `{self.block.nodes[node].id}`"


@cache
def layer_signature(type_name: str, outputs: tuple[str, ...] | None = None) -> Signature:
    """The ports of a layer type; ``outputs`` are their names where they depend on the parameters."""
    layer = LAYERS[type_name]
    variadic = [number for number, port in enumerate(layer.inputs) if port.variadic]
    names = outputs if outputs is not None else [port.name for port in layer.outputs]
    return Signature(
        {port.name: number for number, port in enumerate(layer.inputs)},
        {name: number for number, name in enumerate(names)},
        variadic[0] if variadic else -1,
        layer.inputs[variadic[0]].least if variadic else 2,
        frozenset(number for number, port in enumerate(layer.inputs) if port.optional),
    )


PORTS_DEPEND_ON = {
    name: tuple(field for port in layer.outputs for field in (port.only_if, port.count_from) if field is not None)
    for name, layer in LAYERS.items()
    if any(port.only_if is not None or port.count_from is not None for port in layer.outputs)
}
"""Layer types whose ports depend on their parameters, with the names of those parameters."""


def output_names(node: Node) -> tuple[str, ...]:
    """The outputs of a node of a type in ``PORTS_DEPEND_ON``."""
    return tuple(port.name for port in LAYERS[node.type].outputs_for(node.params))


def block_signature(block: Block) -> Signature:
    """The ports of a block: its Input and Output nodes in document order."""
    first: dict[str, str] = {}
    for node in block.nodes:
        first.setdefault(node.id, node.type)  # a doubled id belongs to the first node
    entries = [name for name, type_name in first.items() if type_name == "Input"]
    exits = [name for name, type_name in first.items() if type_name == "Output"]
    return Signature({name: i for i, name in enumerate(entries)}, {name: i for i, name in enumerate(exits)})


def signature_of(node: Node, document: Document, known: dict[str, Signature]) -> Signature:
    """The ports of a node; ``known`` remembers those of types within the document."""
    if node.type in PORTS_DEPEND_ON:
        return layer_signature(node.type, output_names(node))
    return type_signature(node.type, document, known)


def type_signature(type_name: str, document: Document, known: dict[str, Signature]) -> Signature:
    """The ports of a type that do not depend on a node's parameters."""
    if type_name in known:
        return known[type_name]
    if type_name in LAYERS:
        signature = layer_signature(type_name)
    elif type_name.startswith(BLOCK_PREFIX) and (block := document.blocks.get(type_name[len(BLOCK_PREFIX) :])):
        signature = block_signature(block)
    else:
        signature = _OPEN
    known[type_name] = signature
    return signature
