"""What patterns ask of a graph: who makes a value, who takes it, what it is."""

from collections import Counter
from collections.abc import Callable

from netwright.exchange.graphs.foreign import Array, ForeignGraph, Operator, from_array, origins_of, to_array
from netwright.exchange.graphs.layouts import LAYOUTS, Numbers

MAX_CHAIN = 32
"""Rearranging operators behind each other that are followed."""

_SAME = {"aten.detach", "aten.alias", "Identity"}


class Reading:
    """Who makes a value, and how often it is taken."""

    def __init__(self, graph: ForeignGraph, numbers: Numbers) -> None:
        self.graph, self.numbers = graph, numbers
        self.makers = {value: op for op in graph.operators for value in op.outputs}
        self.uses = Counter(value for op in graph.operators for value in op.inputs)
        self.uses.update(value for value, _ in graph.outputs)

    def maker(self, value: str, *kinds: str) -> Operator | None:
        """The operator of one of ``kinds`` that makes ``value`` for one use alone."""
        op = self.makers.get(value)
        return op if op is not None and op.kind in kinds and self.uses[value] == 1 else None

    def behind_detach(self, value: str) -> str:
        """The value itself where this one only cuts the gradient off."""
        op = self.makers.get(value)
        return self.behind_detach(op.inputs[0]) if op is not None and op.kind in _SAME else value

    def constant(self, value: str) -> Array | None:
        stored = self.graph.constants.get(value)
        try:
            return None if stored is None else to_array(stored)
        except KeyError:
            return None

    def number(self, value: str) -> float | None:
        """A constant with one value."""
        array = self.constant(value)
        return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else None

    def split(self, op: Operator) -> tuple[str, float] | None:
        """The data and the number of an operator that joins the two."""
        if len(op.inputs) == 1 and op.kind.startswith("aten."):
            told = op.attributes.get("other", op.attributes.get("exponent"))
            is_plain = op.attributes.get("alpha", 1) == 1 and op.attributes.get("self") == op.inputs[0]
            return (op.inputs[0], float(told)) if is_plain and isinstance(told, (int, float)) else None
        if len(op.inputs) != 2:
            return None
        for data, other in (op.inputs, op.inputs[::-1]):
            number = self.number(other)
            if number is not None and self.constant(data) is None:
                return data, number
        return None

    def origin(self, value: str, *kinds: str) -> tuple[Operator, str, list[Operator]] | None:
        """The operator of one of ``kinds`` whose values arrive here rearranged at most: it, which of its outputs, and what
        rearranges it."""
        chain: list[Operator] = []
        while (op := self.makers.get(value)) is not None and len(chain) <= MAX_CHAIN:
            if op.kind in kinds:
                return op, value, chain[::-1]
            if op.kind not in LAYOUTS:
                return None
            chain.append(op)
            value = op.inputs[0]
        return None

    def keep(self, name: str, array: Array, *sources: str) -> str:
        """A new constant of the graph, made from the constants ``sources``; its name."""
        self.graph.constants[name] = from_array(name, array)
        self.graph.shapes[name] = array.shape
        self.graph.origins[name] = frozenset[int]().union(*(origins_of(each, self.graph) for each in sources))
        return name


Pattern = Callable[[Operator, Reading], Operator | None]
