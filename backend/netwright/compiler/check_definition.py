"""What the check knows of one block: its findings, ports and wires.

Nodes and edges go by their place in the block's lists.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import JsonValue

from netwright.graph.document import BLOCK_PREFIX, Block, Document
from netwright.graph.problems import Fix
from netwright.layers.registry import LAYERS

Source = tuple[int, int, int]
"""Where a wire begins: node, number of its output, and the edge."""


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
    is_open: bool = False


_OPEN = Signature({}, {}, is_open=True)


@dataclass(slots=True)
class Definition:
    """A block with its wires resolved.

    ``sources[i]`` are the inputs of node ``i`` in the order of its call, None where they are not complete.
    ``inputs`` are the Input nodes, which are the ports of a block; ``entries`` all nodes by which data enters, in the network
    a Graph too.  ``order`` leaves out what stands on or behind a cycle.  ``live[i]`` says that an Output depends on node
    ``i`` (all are live while there is no Output), ``fed[i]`` that data from an entry reaches it.
    """

    document: Document
    name: str
    block: Block
    index: dict[str, int]
    signatures: list[Signature]
    inputs: list[int]
    outputs: list[int]
    entries: list[int] = dataclasses.field(default_factory=list)
    sources: list[list[Source] | None] = dataclasses.field(default_factory=list)
    order: list[int] = dataclasses.field(default_factory=list)
    live: list[bool] = dataclasses.field(default_factory=list)
    fed: list[bool] = dataclasses.field(default_factory=list)
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def say(self, node: int) -> str:
        """``Conv2d `conv1` ``: how sentences name a node."""
        return f"{self.block.nodes[node].type.removeprefix(BLOCK_PREFIX)} `{self.block.nodes[node].id}`"


@cache
def layer_signature(type_name: str) -> Signature:
    """The ports of a layer type."""
    layer = LAYERS[type_name]
    variadic = [number for number, port in enumerate(layer.inputs) if port.variadic]
    return Signature(
        {port.name: number for number, port in enumerate(layer.inputs)},
        {port.name: number for number, port in enumerate(layer.outputs)},
        variadic[0] if variadic else -1,
    )


def block_signature(block: Block) -> Signature:
    """The ports of a block: its Input and Output nodes in document order."""
    first: dict[str, str] = {}
    for node in block.nodes:
        first.setdefault(node.id, node.type)  # a doubled id belongs to the first node
    entries = [name for name, type_name in first.items() if type_name == "Input"]
    exits = [name for name, type_name in first.items() if type_name == "Output"]
    return Signature({name: i for i, name in enumerate(entries)}, {name: i for i, name in enumerate(exits)})


def signature_of(type_name: str, document: Document, known: dict[str, Signature]) -> Signature:
    """The ports of a type; ``known`` remembers those of the document's blocks."""
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
