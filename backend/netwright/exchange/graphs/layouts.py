"""Values that follow from constants and the batch's size alone, and operators that only rearrange values.

Both are worked out on small arrays: whether a chain of reshapes and transposes does what a layer does is not read from its
form, which every exporter writes in its own way, but tried on numbered places.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from netwright.exchange.graphs import program_numbers
from netwright.exchange.graphs.foreign import Array, ForeignGraph, Operator, from_array, origins_of, to_array

MAX_COMPUTED = 2**20
"""Values in a computed constant that is no rearrangement of weights."""
BATCH = 2
"""The batch that everything is tried with where the file leaves it open."""

Compute = Callable[[Operator, Sequence[Array]], Array]


def _axes(op: Operator, given: Sequence[Array], name: str = "axes") -> list[int] | None:
    if len(given) > 1:
        return [int(axis) for axis in given[1].reshape(-1)]
    found = op.attributes.get(name)
    return None if found is None else [int(axis) for axis in np.atleast_1d(found)]


def _reshape(op: Operator, given: Sequence[Array]) -> Array:
    sizes = [int(size) for size in given[1].reshape(-1)]
    if not op.attributes.get("allowzero", 0):
        sizes = [given[0].shape[axis] if size == 0 else size for axis, size in enumerate(sizes)]
    return given[0].reshape(sizes)


def _squeeze(op: Operator, given: Sequence[Array]) -> Array:
    axes = _axes(op, given)
    return given[0].squeeze(None if axes is None else tuple(axes))


def _unsqueeze(op: Operator, given: Sequence[Array]) -> Array:
    return np.expand_dims(given[0], tuple(_axes(op, given) or ()))


def _slice(op: Operator, given: Sequence[Array]) -> Array:  # noqa: ARG001  (computes like any other)
    starts, ends = (given[i].reshape(-1) for i in (1, 2))
    axes = given[3].reshape(-1) if len(given) > 3 else range(len(starts))
    steps = given[4].reshape(-1) if len(given) > 4 else [1] * len(starts)
    places: list[slice] = [slice(None)] * given[0].ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        places[int(axis)] = slice(int(start), int(end), int(step))
    return given[0][tuple(places)]


def _gather(op: Operator, given: Sequence[Array]) -> Array:
    return np.asarray(np.take(given[0], given[1].astype(np.int64), axis=op.attributes.get("axis", 0)))


def _transpose(op: Operator, given: Sequence[Array]) -> Array:
    return given[0].transpose(op.attributes.get("perm"))


def _swap(op: Operator, given: Sequence[Array]) -> Array:
    return given[0].swapaxes(op.attributes.get("dim0", 0), op.attributes.get("dim1", 1))


def _unflatten(op: Operator, given: Sequence[Array]) -> Array:
    shape, axis = given[0].shape, op.attributes["dim"] % given[0].ndim
    return given[0].reshape((*shape[:axis], *op.attributes["sizes"], *shape[axis + 1 :]))


def _flatten(op: Operator, given: Sequence[Array]) -> Array:
    shape = given[0].shape
    first, last = op.attributes.get("start_dim", 0) % len(shape), op.attributes.get("end_dim", -1) % len(shape)
    return given[0].reshape((*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


def _same(op: Operator, given: Sequence[Array]) -> Array:  # noqa: ARG001  (computes like any other)
    return given[0]


LAYOUTS: dict[str, Compute] = {
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "Slice": _slice,
    "Gather": _gather,
    "Identity": _same,
    "aten.transpose": _swap,
    "aten.permute": lambda op, given: given[0].transpose(op.attributes["dims"]),
    "aten.view": lambda op, given: given[0].reshape(op.attributes["size"]),
    "aten.reshape": lambda op, given: given[0].reshape(op.attributes["shape"]),
    "aten.unflatten": _unflatten,
    "aten.flatten": _flatten,
    "aten.squeeze": lambda op, given: given[0].squeeze(op.attributes.get("dim")),
    "aten.unsqueeze": lambda op, given: np.expand_dims(given[0], op.attributes["dim"]),
    "aten.select": lambda op, given: np.asarray(given[0].take(op.attributes["index"], op.attributes.get("dim", 0))),
    **dict.fromkeys(("aten.contiguous", "aten.clone", "aten.detach", "aten.alias", "aten.dropout"), _same),
}
"""Operators that rearrange the values of their first input: whatever else they take are numbers."""


def _expand(op: Operator, given: Sequence[Array]) -> Array:  # noqa: ARG001  (computes like any other)
    shape = np.broadcast_shapes(given[0].shape, tuple(int(size) for size in given[1].reshape(-1)))
    return np.broadcast_to(given[0], shape)


def _divide(op: Operator, given: Sequence[Array]) -> Array:  # noqa: ARG001  (computes like any other)
    left, right = given
    return left // right if np.issubdtype(left.dtype, np.integer) else left / right


def _triangle(op: Operator, given: Sequence[Array]) -> Array:
    diagonal = int(given[1].reshape(-1)[0]) if len(given) > 1 else 0
    return np.triu(given[0], diagonal) if op.attributes.get("upper", 1) else np.tril(given[0], diagonal)


_COMPUTED: dict[str, Compute] = {
    **{kind: compute for kind, compute in LAYOUTS.items() if not kind.startswith("aten.")},
    "Concat": lambda op, given: np.concatenate(given, axis=op.attributes["axis"]),
    "Expand": _expand,
    "Mul": lambda _, given: given[0] * given[1],
    "Add": lambda _, given: given[0] + given[1],
    "Sub": lambda _, given: given[0] - given[1],
    "Div": _divide,
    "Trilu": _triangle,
    "Equal": lambda _, given: np.asarray(given[0] == given[1]),
    "Where": lambda _, given: np.where(given[0], given[1], given[2]),
}


_SPLITS = {"Split", "aten.split", "aten.split_with_sizes"}


class Numbers:
    """What is known of values when the batch has one size."""

    def __init__(self, graph: ForeignGraph, batch: int) -> None:
        self.graph, self.batch = graph, batch
        self._computed: dict[str, Array] = {}

    def get(self, value: str) -> Array | None:
        if value in self._computed:
            return self._computed[value]
        stored = self.graph.constants.get(value)
        try:
            return None if stored is None else to_array(stored)
        except KeyError:
            return None

    def places(self, value: str) -> Array | None:
        """The places of a value, numbered; None where its shape is not told or too large."""
        shape = self.graph.shapes.get(value)
        if shape is None or sum(size is None for size in shape) > 1:
            return None
        sizes = [self.batch if size is None else size for size in shape]
        return np.arange(math.prod(sizes)).reshape(sizes) if math.prod(sizes) <= 64 * MAX_COMPUTED else None

    def rearrange(self, chain: Sequence[Operator], array: Array) -> Array | None:
        """What the operators, each on the result of the one before, make of an array; None where that is not known."""
        for op in chain:
            others = [self.get(value) for value in op.inputs[1:] if value] if not op.kind.startswith("aten.") else []
            try:
                array = LAYOUTS[op.kind](op, [array, *(other for other in others if other is not None)])
            except (ValueError, IndexError, TypeError, KeyError):
                return None
        return array

    def compute(self, op: Operator) -> Array | None:
        """The operator's result, kept; None where it takes data."""
        special = {"Shape": self._shape, "aten.expand": self._expand}
        found = special.get(op.kind, self._compute)(op)
        if found is not None:
            self._computed[op.outputs[0]] = found
        return found

    def _compute(self, op: Operator) -> Array | None:
        if op.kind.startswith("aten."):
            # Only what follows from numbers: what is made of weights keeps their names.
            compute = program_numbers.COMPUTED.get(op.kind) or LAYOUTS.get(op.kind)
            given = [self._computed.get(value) for value in op.inputs if value]
        else:
            compute = _COMPUTED.get(op.kind)
            given = [self.get(value) for value in op.inputs if value]
        arrays = [array for array in given if array is not None]
        if compute is None or len(arrays) < len(given) or not (arrays or op.kind == "aten.arange"):
            return None
        try:
            found = compute(op, arrays)
        except (ValueError, IndexError, TypeError, KeyError, OverflowError):
            return None
        return found if found.size <= max(MAX_COMPUTED, sum(array.size for array in arrays)) else None

    def pieces(self, op: Operator) -> list[Array] | None:
        """A weight cut into parts, as attention over a memory does with its projections; None for what is no weight."""
        array = self.get(op.inputs[0]) if op.kind in _SPLITS and op.inputs else None
        if array is None:
            return None
        axis = op.attributes.get("dim", op.attributes.get("axis", 0))
        told = self.get(op.inputs[1]) if len(op.inputs) > 1 else None
        names = ("split_sizes", "split_size", "split")
        sizes = next((each for name in names if (each := op.attributes.get(name)) is not None), None)
        sizes = sizes if told is None else told.tolist()
        if isinstance(sizes, int):
            sizes = [sizes] * -(-array.shape[axis] // sizes)
        if not isinstance(sizes, list) or len(sizes) != len(op.outputs):
            return None
        return np.split(array, np.cumsum(sizes)[:-1], axis)

    def _expand(self, op: Operator) -> Array | None:
        """``aten.expand``, in which -1 stands for an axis as it is, and for the batch."""
        array = self.get(op.inputs[0])
        sizes: list[int] = op.attributes.get("size", [])
        if array is None or len(sizes) < array.ndim:
            return None
        own = (*(self.batch,) * (len(sizes) - array.ndim), *array.shape)
        wanted = [axis if size == -1 else size for size, axis in zip(sizes, own, strict=True)]
        try:
            return np.broadcast_to(array, wanted) if math.prod(wanted) <= MAX_COMPUTED else None
        except ValueError:
            return None

    def _shape(self, op: Operator) -> Array | None:
        value = op.inputs[0]
        shape = self.graph.shapes.get(value)
        if shape is None or (None in shape and value not in self.graph.batched):
            return None
        sizes = [self.batch if size is None else size for size in shape]
        return np.array(sizes[op.attributes.get("start", 0) : op.attributes.get("end")], np.int64)


def fold_constants(graph: ForeignGraph) -> Numbers:
    """Makes constants of what follows from constants alone; what depends on the batch's size too, the answer knows.

    An operator that gives the same for two sizes of the batch does not depend on it.
    """
    numbers, other = Numbers(graph, graph.batch or BATCH), Numbers(graph, graph.batch or BATCH + 1)
    kept = []
    for op in graph.operators:
        pieces = numbers.pieces(op)
        if pieces is not None:
            origins = _origins(op, graph)
            for value, piece in zip(op.outputs, pieces, strict=True):
                graph.constants[value], graph.shapes[value] = from_array(value, piece), piece.shape
                graph.origins[value] = origins
                graph.scopes.setdefault(value, op.scope)
            continue
        found, again = numbers.compute(op), other.compute(op)
        if found is None or again is None or found.shape != again.shape or not np.array_equal(found, again):
            kept.append(op)
            continue
        value = op.outputs[0]
        graph.constants[value] = from_array(value, found)
        graph.origins[value] = _origins(op, graph)
        graph.shapes[value] = found.shape
        graph.scopes.setdefault(value, op.scope)
    graph.operators = kept
    return numbers


def _origins(op: Operator, graph: ForeignGraph) -> frozenset[int]:
    return frozenset[int]().union(*(origins_of(value, graph) for value in op.inputs))
