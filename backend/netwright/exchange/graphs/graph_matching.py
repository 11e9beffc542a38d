"""Whether operators of a file are, one by one, those that an exporter makes of a layer."""

from typing import Any

import numpy as np

from netwright.exchange.graphs.foreign import ForeignGraph, Operator, to_array
from netwright.exchange.graphs.graph_templates import Template

_SIZES = {"Shape", "aten.sym_size"}
_DROPOUT = {"aten.dropout"}
_COMMUTATIVE = {"Add", "Mul", "_operator.add", "_operator.mul"}
"""Operators whose two inputs an exporter puts in either order: of sizes, in the order in which it met them."""


class Match:
    """A template laid over a file, from its outputs backwards; ``bound`` says which value of the file each of its values is."""

    def __init__(self, template: Template, file: ForeignGraph, makers: dict[str, Operator]) -> None:
        self.template, self.file = template, file
        self._theirs = makers
        self._ours = makers_of(template.graph)
        self._inputs = {value: port for port, value in template.inputs.items()}
        self.bound: dict[str, str] = {}
        self.sizes: dict[object, object] = {}
        """Which size of the file each size that is open in the template is."""
        self.dropout = 0.0

    def is_at(self, ours: str, theirs: str) -> bool:
        """Whether the value ``theirs`` of the file is computed as ``ours`` is; what was bound before stays as it was if not."""
        return self._are_at([(ours, theirs)])

    def _are_at(self, pairs: list[tuple[str, str]]) -> bool:
        before = dict(self.bound), dict(self.sizes)
        if self._equal(pairs):
            return True
        self.bound, self.sizes = before
        return False

    def _equal(self, pairs: list[tuple[str, str]]) -> bool:
        # Not recursive but where there is a choice: a chain of operators may be longer than Python's stack.
        waiting = list(pairs)
        while waiting:
            ours, theirs = waiting.pop()
            if ours in self.bound:
                if self.bound[ours] != theirs:
                    return False
                continue
            behind = self._compare(ours, theirs)
            if behind is None:
                return False
            self.bound[ours] = theirs
            if len(behind) == 2 and self._ours[ours].kind in _COMMUTATIVE:
                (one, first), (two, second) = behind
                if not self._are_at(behind) and not self._are_at([(one, second), (two, first)]):
                    return False
            else:
                waiting += behind
        return True

    def _compare(self, ours: str, theirs: str) -> list[tuple[str, str]] | None:
        """What must be equal besides, where two values are made alike; None where they are not."""
        if ours in self._inputs:
            return []
        constant = self.template.graph.constants.get(ours)
        if constant is not None:
            return [] if _same_numbers(constant, self.file.constants.get(theirs)) else None
        mine, other = self._ours.get(ours), self._theirs.get(theirs)
        if mine is None or other is None or not self._is_alike(mine, other):
            return None
        if mine.outputs.index(ours) != other.outputs.index(theirs):
            return None
        size = self._is_equal_size(mine, other)
        if size is None:
            return [(a, b) for a, b in zip(mine.inputs, other.inputs, strict=True) if a or b]
        return [] if size else None

    def _is_alike(self, mine: Operator, other: Operator) -> bool:
        if mine.kind != other.kind or len(mine.inputs) != len(other.inputs):
            return False
        if mine.kind in _DROPOUT:  # it does nothing here; how much it would do in training is told
            self.dropout = float(other.attributes.get("p", 0.0))
            return True
        return _settings(mine) == _settings(other)

    def _is_equal_size(self, mine: Operator, other: Operator) -> bool | None:
        """Whether two operators that ask for a size ask for the same one; None where their inputs must tell."""
        if mine.kind not in _SIZES:
            return None
        ours, theirs = _size(mine, self.template.graph), _size(other, self.file)
        if ours is None or theirs is None:
            return None
        return self.sizes.setdefault(ours, theirs) == theirs


def makers_of(graph: ForeignGraph) -> dict[str, Operator]:
    return {value: op for op in graph.operators for value in op.outputs}


def _size(op: Operator, graph: ForeignGraph) -> object:
    """What identifies a size: the name that the file gives it, else the axis that it is of; None where it is not one axis."""
    if op.kind == "Shape":
        start, end = op.attributes.get("start", 0), op.attributes.get("end")
        if end != start + 1:
            return None
        axis = start
    else:
        axis = op.attributes.get("dim", 0)
    source = op.inputs[0]
    names = graph.axes.get(source, ())
    if axis < len(names) and names[axis]:
        return names[axis]
    return source, axis


def _settings(op: Operator) -> dict[str, Any]:
    """Attributes without the names of values, which differ from file to file."""
    names = set(op.inputs)
    return {
        name: [None if isinstance(each, str) and each in names else each for each in value]
        if isinstance(value, list)
        else value
        for name, value in op.attributes.items()
        if not (isinstance(value, str) and value in names) and name not in {"opset", "device", "pin_memory"}
    }


def _same_numbers(mine: Any, other: Any) -> bool:
    if other is None or mine.info.dtype != other.info.dtype or mine.info.shape != other.info.shape:
        return False
    # What was reckoned on another machine may differ in its last bit.
    return bool(np.allclose(to_array(mine), to_array(other), rtol=1e-6, atol=0.0, equal_nan=True))
