"""What a PyTorch program computes from numbers alone: tables of positions, worked out so that a layer can be known by them."""

from collections.abc import Callable, Sequence

import numpy as np

from netwright.exchange.graphs.foreign import Array, Operator

Compute = Callable[[Operator, Sequence[Array]], Array]
MAX_STEPS = 2**20
_FLOATS = {6, 7, 8, 13}
"""PyTorch's numbers of its floating types in a program's description."""


def _arange(op: Operator, given: Sequence[Array]) -> Array:  # noqa: ARG001  (computes like any other)
    start, end, step = op.attributes.get("start", 0), op.attributes["end"], op.attributes.get("step", 1)
    if abs(end - start) > MAX_STEPS * abs(step):
        raise ValueError("too long a table")
    values = np.arange(start, end, step)
    return values.astype(np.float32) if op.attributes.get("dtype") in _FLOATS else values


def _pair(op: Operator, given: Sequence[Array], names: tuple[str, str]) -> tuple[Array, Array]:
    """Both arguments, each an array or a number."""
    left = iter(given)
    first, second = (next(left) if isinstance(op.attributes[name], str) else op.attributes[name] for name in names)
    return np.asarray(first), np.asarray(second)


def _arithmetic(compute: Callable[[Array, Array], Array], second: str = "other") -> Compute:
    def run(op: Operator, given: Sequence[Array]) -> Array:
        if op.attributes.get("alpha", 1) != 1 or op.attributes.get("rounding_mode") is not None:
            raise ValueError("it scales or rounds")
        return _as_torch(compute(*_pair(op, given, ("self", second))))

    return run


def _as_torch(array: Array) -> Array:
    """Floats in single precision."""
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _slice(op: Operator, given: Sequence[Array]) -> Array:
    places: list[slice] = [slice(None)] * given[0].ndim
    attributes = op.attributes
    places[attributes.get("dim", 0)] = slice(attributes.get("start"), attributes.get("end"), attributes.get("step", 1))
    return given[0][tuple(places)]


def _cast(op: Operator, given: Sequence[Array]) -> Array:
    dtype = op.attributes.get("dtype")
    if dtype is None:
        return given[0]
    if dtype not in _FLOATS:
        raise ValueError("no floating type")
    return given[0].astype(np.float32)


COMPUTED: dict[str, Compute] = {
    "aten.arange": _arange,
    "aten.add": _arithmetic(np.add),
    "aten.sub": _arithmetic(np.subtract),
    "aten.mul": _arithmetic(np.multiply),
    "aten.div": _arithmetic(np.true_divide),
    "aten.pow": _arithmetic(np.power, "exponent"),
    "aten.neg": lambda _, given: -given[0],
    "aten.exp": lambda _, given: _as_torch(np.exp(given[0])),
    "aten.sin": lambda _, given: _as_torch(np.sin(given[0])),
    "aten.cos": lambda _, given: _as_torch(np.cos(given[0])),
    "aten.stack": lambda op, given: np.stack(given, axis=op.attributes.get("dim", 0)),
    "aten.cat": lambda op, given: np.concatenate(given, axis=op.attributes.get("dim", 0)),
    "aten.slice": _slice,
    "aten.to": _cast,
    "aten._to_copy": _cast,
}
"""Operators on numbers that follow from no weights."""
