"""A network of another program as plain data: operators, the values between them, constants."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from netwright.exchange.graphs.report import ImportNote
from netwright.exchange.weights.tensors import Stored, TensorInfo

if TYPE_CHECKING:
    from netwright.exchange.graphs.graph_layers import Entry

Array = npt.NDArray[Any]
Shape = tuple[int | None, ...]
"""Sizes of all axes, the batch first; None for one that is open."""

_NUMPY: dict[str, str] = {
    "BOOL": "?",
    "U8": "<u1",
    "I8": "<i1",
    "I16": "<i2",
    "U16": "<u2",
    "I32": "<i4",
    "U32": "<u4",
    "I64": "<i8",
    "U64": "<u8",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
}
_FLOATS = {"F16", "BF16", "F32", "F64"}
_CODES = {np.dtype(text): code for code, text in _NUMPY.items()}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.  ``inputs`` name values, "" is one that was left out.  ``scope`` is the module it belongs to in its
    program (``layer1``, ``0``, ``conv1``), ``classes`` the classes of those modules, "" where they are not told."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignInput:
    """``value`` is its name among the values, ``name`` what a person calls it."""

    value: str
    name: str
    shape: Shape
    dtype: Literal["float32", "int64", "bool"]


@dataclass(slots=True)
class ForeignGraph:
    """``operators`` stand in order of execution.  ``batch`` is the batch's size where the file fixes one."""

    title: str
    format: Literal["onnx", "program"]
    producer: str
    inputs: list[ForeignInput]
    outputs: list[tuple[str, str]]
    """Value and name of each output."""
    operators: list[Operator]
    constants: dict[str, Stored]
    shapes: dict[str, Shape]
    batch: int | None = None
    batched: set[str] = field(default_factory=set)
    """Values that are told to have the batch, unchanged, as their one open axis."""
    scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where constants that were computed stood in the program."""
    origins: dict[str, frozenset[int]] = field(default_factory=dict)
    """Of constants that were computed: which of the file's they were made from."""
    notes: list[ImportNote] = field(default_factory=list)
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the file calls the sizes of a value; "" for those it gives as numbers."""
    buffers: set[str] = field(default_factory=set)
    """Constants that the file says are not learnt."""
    entry: "Entry | None" = None
    """Where a graph comes in, in a network of graphs."""


def origins_of(value: str, graph: ForeignGraph) -> frozenset[int]:
    """Which constants of the file a constant is, or was made from: what two layers have in common that share a weight.

    Only weights count: floating numbers, more than one.  Equal numbers alone say nothing, as ``nn.TransformerEncoder`` begins
    with equal layers that learn apart.
    """
    if value in graph.origins:
        return graph.origins[value]
    stored = graph.constants.get(value)
    if stored is None or stored.info.dtype not in _FLOATS or numel(stored.info.shape) < 2:
        return frozenset()
    return frozenset({id(stored)})


def to_array(stored: Stored) -> Array:
    """The numbers of a constant; bfloat16 as float32.

    Raises:
        KeyError: a type that numpy does not have.
    """
    info = stored.info
    if info.dtype == "BF16":
        wide = np.frombuffer(stored.data, "<u2").astype("<u4") << 16
        return wide.view("<f4").reshape(info.shape)
    return np.frombuffer(stored.data, _NUMPY[info.dtype]).reshape(info.shape)


def from_array(name: str, array: Array) -> Stored:
    """A constant of these numbers."""
    plain = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    info = TensorInfo(name, tuple(array.shape), _CODES[plain.dtype])
    return Stored(info, plain.reshape(-1).view(np.uint8).data if plain.size else b"")


def numel(shape: Sequence[int]) -> int:
    return math.prod(shape)
