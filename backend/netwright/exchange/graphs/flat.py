"""The network as it is built from operators: a flat list of nodes, each with its weights, before it is folded and named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import JsonValue, ValidationError

from netwright.exchange.graphs.foreign import Array, ForeignGraph, Operator, Shape, from_array, origins_of, to_array
from netwright.exchange.weights.tensors import Stored
from netwright.language import fault_sentence, said_by, say
from netwright.layers.registry import LAYERS

MAX_FOLDED_VALUES = 4096
"""Constants that are computed while reading (shapes, axes) are small."""


class NoRuleError(ValueError):
    """No layer stands for an operator; the message says why."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Output number ``output`` of flat node ``node``; ``port`` is its name where a node has several."""

    node: int
    port: str | None = None


@dataclass(slots=True)
class FlatNode:
    type: str
    params: dict[str, JsonValue]
    sources: list[Wire]
    weights: dict[str, Stored] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    hint: str = ""
    """What the node should be called where no scope says it."""
    reason: str = ""
    """Why it is a placeholder."""
    origins: frozenset[int] = frozenset()
    """Which constants of the file its weights are made from."""
    tie: int = -1
    """Equal for nodes that have one set of weights; -1 without weights."""


Rule = Callable[["Builder", Operator], None]


class Builder:
    """What rules speak to: they ask for constants and shapes, and add layers."""

    def __init__(self, graph: ForeignGraph, rules: Mapping[str, Rule]) -> None:
        self.graph, self.rules = graph, rules
        self.nodes: list[FlatNode] = []
        self.wires: dict[str, Wire] = {}
        self.shape_values: set[str] = set()
        """Values that are computed from shapes: they stand for no data."""
        self._arrays: dict[str, Array] = {}
        self._read: set[str] = set()
        """The constants that the rule at work has asked for."""
        self._counter = 0

    # --- what a rule may ask -----------------------------------------------------------------------------------------

    def shape(self, value: str) -> Shape:
        """All axes of a value, the batch first and None.

        Raises:
            NoRuleError: the file does not tell it.
        """
        shape = self.graph.shapes.get(value)
        if shape is None:
            raise NoRuleError(say("the file does not tell the shape of its input"))
        return shape

    def sample_shape(self, value: str) -> list[int]:
        """The axes of one sample.

        Raises:
            NoRuleError: it is not told, or has no batch.
        """
        shape = self.shape(value)
        if not shape or (shape[0] is not None and shape[0] != self.graph.batch):
            raise NoRuleError(say("it does not keep the batch on the first axis"))
        sizes = [size for size in shape[1:] if size is not None]
        if len(sizes) != len(shape) - 1:
            raise NoRuleError(say("the file leaves a size open"))
        return sizes

    def rank(self, value: str) -> int:
        return len(self.shape(value))

    def is_constant(self, value: str) -> bool:
        return value in self.graph.constants or value in self._arrays

    def array(self, value: str) -> Array:
        """The numbers of a constant.

        Raises:
            NoRuleError: it is computed from data.
        """
        self._read.add(value)
        if value in self._arrays:
            return self._arrays[value]
        stored = self.graph.constants.get(value)
        if stored is None:
            raise NoRuleError(say("a setting of it is computed from data"))
        try:
            return to_array(stored)
        except KeyError as error:
            raise NoRuleError(say("a constant of it is of type {dtype}", dtype=stored.info.dtype)) from error

    def optional_array(self, op: Operator, index: int) -> Array | None:
        """The constant input number ``index``; None where it is left out."""
        if index >= len(op.inputs) or not op.inputs[index]:
            return None
        return self.array(op.inputs[index])

    def set_array(self, value: str, array: Array) -> None:
        """Says what a value is that follows from constants alone: a small one, or a view of a large one."""
        if array.size > MAX_FOLDED_VALUES and array.base is None:
            raise NoRuleError(say("it computes a large constant"))
        self._arrays[value] = array
        self.graph.origins[value] = self._origins()

    def _origins(self) -> frozenset[int]:
        return frozenset[int]().union(*(origins_of(value, self.graph) for value in self._read))

    # --- what a rule may do ------------------------------------------------------------------------------------------

    def add(
        self,
        op: Operator,
        type_name: str,
        params: Mapping[str, Any] | None = None,
        inputs: Sequence[str] | None = None,
        weights: Mapping[str, Array | None] | None = None,
        *,
        output: str | None = None,
    ) -> str:
        """Adds a layer on ``inputs`` (the operator's first by default) that gives ``output`` (the operator's first); its name.

        Raises:
            NoRuleError: the catalogue has no such layer, or it does not take these settings.
        """
        given = {name: plain(value) for name, value in (params or {}).items()}
        layer = LAYERS.get(type_name)
        if layer is None:
            raise NoRuleError(say("there is no layer {type} yet", type=type_name))
        try:
            layer.Params.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            raise NoRuleError(
                say(
                    "{type} does not take {name}: {why}",
                    type=type_name,
                    name=".".join(map(str, first["loc"][:1])),
                    why=fault_sentence(first),
                )
            ) from error
        defaults = {name: plain(info.default) for name, info in layer.Params.model_fields.items()}
        kept = {name: value for name, value in given.items() if value != defaults.get(name, _NOTHING)}
        values = [op.inputs[0]] if inputs is None else list(inputs)
        sources = [self.wire(value) for value in values]
        stored = {name: from_array(name, array) for name, array in (weights or {}).items() if array is not None}
        self.nodes.append(FlatNode(type_name, kept, sources, stored, op.scope, op.classes))
        target = output or op.outputs[0]
        self.wires[target] = Wire(len(self.nodes) - 1)
        return target

    def name_outputs(self, op: Operator, ports: Sequence[str]) -> None:
        """Says which port of the layer that was added last gives each of the operator's outputs."""
        for value, port in zip(op.outputs, ports, strict=True):
            self.wires[value] = Wire(len(self.nodes) - 1, port)

    def between(self, op: Operator) -> str:
        """A name for a value between two layers that stand for one operator."""
        self._counter += 1
        return f"{op.outputs[0]}/{self._counter}"

    def same(self, op: Operator, value: str | None = None) -> None:
        """The operator's output is a value that is there already."""
        source = op.inputs[0] if value is None else value
        if self.is_constant(source):
            self.set_array(op.outputs[0], self.array(source))
        elif source in self.shape_values:
            self.shape_values.add(op.outputs[0])
        else:
            self.wires[op.outputs[0]] = self.wire(source)

    def wire(self, value: str) -> Wire:
        """Where a value comes from.

        Raises:
            NoRuleError: it is a constant or a shape: no data flows there.
        """
        wire = self.wires.get(value)
        if wire is None:
            what = say("a constant") if self.is_constant(value) else say("a shape")
            raise NoRuleError(say("it joins data with {what}", what=what))
        return wire

    # --- the walk ----------------------------------------------------------------------------------------------------

    def build(self) -> list[FlatNode]:
        """The flat nodes of the whole graph, with its Inputs first and every Output behind what it takes."""
        entry = self.graph.entry
        if entry is not None:
            self.nodes.append(FlatNode("Graph", {"num_features": entry.num_features}, [], hint="graph"))
            self.wires |= {value: Wire(0, port) for value, port in entry.ports.items()}
        for each in self.graph.inputs:
            if each.value in self.wires:
                continue
            sizes = [size or 1 for size in each.shape[1:]] or [1]
            params: dict[str, JsonValue] = {"shape": [*sizes]}
            if each.dtype != "float32":
                params["dtype"] = each.dtype
            self.wires[each.value] = Wire(len(self.nodes))
            self.nodes.append(FlatNode("Input", params, [], hint=each.name))
        for op in self.graph.operators:
            self._convert(op)
        for value, name in self.graph.outputs:
            source = self.wires.get(value)
            if source is not None:
                self.nodes.append(FlatNode("Output", {}, [source], hint=name))
        return self.nodes

    def _convert(self, op: Operator) -> None:
        if self._is_about_shapes(op):
            return
        before = len(self.nodes)
        self._read.clear()
        try:
            self.rules.get(op.kind, _no_rule)(self, op)
            for node in self.nodes[before:]:
                node.origins = self._origins() if node.weights else frozenset()
        except NoRuleError as error:
            del self.nodes[before:]
            if all(self.is_constant(value) or value in self.shape_values for value in op.inputs if value):
                self.shape_values.update(op.outputs)  # no data flows there
            else:
                self._place(op, said_by(error))

    def _is_about_shapes(self, op: Operator) -> bool:
        """Shapes of data, and what is computed from them, are no data: reshapes are read from the shapes of their results."""
        if op.kind in {"Shape", "Size", "aten.sym_size"}:
            self.shape_values.update(op.outputs)
            return True
        given = [value for value in op.inputs if value]
        if any(value in self.shape_values for value in given) and all(
            value in self.shape_values or self.is_constant(value) for value in given
        ):
            self.shape_values.update(op.outputs)
            return True
        return False

    def _place(self, op: Operator, reason: str) -> None:
        """Keeps an operator's place with a node of a type that says what it was."""
        sources = [self.wires[value] for value in op.inputs if value in self.wires]
        prefix = "onnx" if self.graph.format == "onnx" else "aten"
        params = {name: value for name, value in op.attributes.items() if _is_small(value)}
        kind = op.kind.removeprefix("aten.")
        node = FlatNode(f"{prefix}:{kind}"[:200], params, sources, {}, op.scope, op.classes, kind, reason)
        self.nodes.append(node)
        for number, value in enumerate(op.outputs):
            self.wires[value] = Wire(len(self.nodes) - 1, None if number == 0 else f"y{number}")


_NOTHING = object()


def _no_rule(build: Builder, op: Operator) -> None:  # noqa: ARG001  (a rule like any other)
    raise NoRuleError(say("no layer of the catalogue does this"))


def plain(value: Any) -> Any:
    """A JSON value: numbers of numpy as Python's, pairs as lists, one number where all of a list agree."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def one_or_all(values: Sequence[int]) -> int | list[int]:
    """One number where all axes agree, as PyTorch takes it."""
    sizes = [int(value) for value in values]
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _is_small(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 16 and all(_is_small(item) for item in value)
    return (
        isinstance(value, (bool, int, float, str))
        and len(str(value)) <= 100
        and not (isinstance(value, float) and value - value != 0.0)
    )
