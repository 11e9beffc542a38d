"""What a formula does to shapes: what PyTorch would join in a surprising way, or across samples, is refused by column."""

from collections.abc import Sequence

from netwright.layers.formula_language import (
    ALONG,
    ELEMENTWISE,
    REDUCTIONS,
    Apply,
    Binary,
    FormulaError,
    Input,
    Number,
    Tree,
    Unary,
    input_name,
)

Shape = tuple[int, ...] | None
"""The shape of one sample, None for a plain number."""


def infer_shape(tree: Tree, inputs: Sequence[tuple[int, ...]]) -> Shape:
    """The shape of a formula's value for inputs of these shapes, all without the batch.

    Raises:
        FormulaError: an input is not wired, shapes do not go together, an axis is not there or is the batch.
    """
    match tree:
        case Number():
            return None
        case Input(number=number, position=position):
            if number >= len(inputs):
                last = input_name(len(inputs) - 1)
                wires = (
                    "one wire comes in, which is a" if len(inputs) == 1 else f"{len(inputs)} wires come in, a to {last}"
                )
                raise FormulaError(f"There is no input {input_name(number)}: {wires}", position)
            return inputs[number]
        case Unary(operand=operand):
            return infer_shape(operand, inputs)
        case Binary(left=left, right=right, position=position):
            return _joined([infer_shape(left, inputs), infer_shape(right, inputs)], position)
        case Apply():
            return _applied(tree, inputs)


def _joined(shapes: Sequence[Shape], position: int) -> Shape:
    """Value by value: equal shapes, axes of size 1 repeated, plain numbers."""
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    result = known[0]
    for shape in known[1:]:
        if len(shape) != len(result):
            raise FormulaError(
                f"{_text(result)} and {_text(shape)} have different numbers of axes; keep them with keepdim=True",
                position,
            )
        if any(a != b and 1 not in {a, b} for a, b in zip(result, shape, strict=True)):
            raise FormulaError(f"{_text(result)} and {_text(shape)} do not go together", position)
        result = tuple(b if a == 1 else a for a, b in zip(result, shape, strict=True))
    return result


def _applied(tree: Apply, inputs: Sequence[tuple[int, ...]]) -> Shape:
    name, arguments = tree.function, tree.arguments
    _check_count(tree)
    if name in {"where", "clamp", "minimum", "maximum"}:
        return _several(tree, [infer_shape(argument, inputs) for argument in arguments])
    shape = _tensor(tree, 0, inputs)
    if name in ELEMENTWISE:
        return shape
    if name in REDUCTIONS:
        axes = {_axis(tree, argument, shape) for argument in arguments[1:]}
        if tree.keepdim:
            return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
        return tuple(size for axis, size in enumerate(shape) if axis not in axes)
    if name in ALONG:
        _axis(tree, arguments[1], shape)
        return shape
    if name == "transpose":
        first, second = (_axis(tree, argument, shape) for argument in arguments[1:])
        sizes = list(shape)
        sizes[first], sizes[second] = sizes[second], sizes[first]
        return tuple(sizes)
    return _product(tree, shape, _tensor(tree, 1, inputs))


_COUNTS = {
    "minimum": (2, 2),
    "maximum": (2, 2),
    "clamp": (3, 3),
    "where": (3, 3),
    "matmul": (2, 2),
    "transpose": (3, 3),
}


def _check_count(tree: Apply) -> None:
    name, count = tree.function, len(tree.arguments)
    least, most = _COUNTS.get(name, (1, 1))
    if name in REDUCTIONS:
        least, most = 2, 8
    elif name in ALONG:
        least, most = 2, 2
    if not least <= count <= most:
        takes = {1: "one tensor", 2: "a tensor and an axis"}.get(most, "a tensor and the axes to join")
        takes = takes if name in ELEMENTWISE or name in REDUCTIONS or name in ALONG else f"{least} arguments"
        raise FormulaError(f"{name} takes {takes}, but has {count}", tree.position)


def _several(tree: Apply, shapes: Sequence[Shape]) -> Shape:
    if shapes[0] is None:
        raise FormulaError(f"{tree.function} works on a tensor, but its first argument is a number", tree.position)
    if tree.function == "clamp" and (shapes[1] is not None or shapes[2] is not None):
        raise FormulaError("clamp takes a tensor and two numbers; minimum and maximum take tensors", tree.position)
    return _joined(shapes, tree.position)


def _tensor(tree: Apply, number: int, inputs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    shape = infer_shape(tree.arguments[number], inputs)
    if shape is None:
        raise FormulaError(f"{tree.function} works on a tensor, but gets a number", tree.position)
    return shape


def _axis(tree: Apply, argument: Tree, shape: tuple[int, ...]) -> int:
    """An axis of one sample, counted from 0; in the formula the batch is 0."""
    sign = -1 if isinstance(argument, Unary) and argument.operator == "-" else 1
    plain = argument.operand if isinstance(argument, Unary) else argument
    if not isinstance(plain, Number) or not isinstance(plain.value, int):
        raise FormulaError(f"{tree.function} takes its axes as whole numbers", argument.position)
    value, rank = sign * plain.value, len(shape) + 1
    if not -rank <= value < rank:
        raise FormulaError(f"There is no axis {value}: {_text(shape)} has axes 0 to {rank - 1}", argument.position)
    if value % rank == 0:
        raise FormulaError(f"Axis {value} is the batch: samples would be mixed with each other", argument.position)
    return value % rank - 1


def _product(tree: Apply, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The product of matrices, sample by sample: (N, T, F) with (N, F, S)."""
    if len(left) < 2 or len(left) != len(right):
        raise FormulaError(
            "matmul takes two tensors of three or more axes, the last two being matrices, but gets "
            f"{_text(left)} and {_text(right)}",
            tree.position,
        )
    if left[-1] != right[-2]:
        raise FormulaError(
            f"The last axis of {_text(left)} is not the one before the last of {_text(right)}", tree.position
        )
    return (*(_joined([left[:-2], right[:-2]], tree.position) or ()), left[-2], right[-1])


def matmul_macs(tree: Tree, inputs: Sequence[tuple[int, ...]]) -> int:
    """Multiply-accumulates of the matrix products in a formula without errors."""
    match tree:
        case Unary(operand=operand):
            return matmul_macs(operand, inputs)
        case Binary(left=left, right=right):
            return matmul_macs(left, inputs) + matmul_macs(right, inputs)
        case Apply(function=function, arguments=arguments):
            inner = sum(matmul_macs(argument, inputs) for argument in arguments)
            if function != "matmul":
                return inner
            shape, first = infer_shape(tree, inputs), infer_shape(arguments[0], inputs)
            assert shape is not None
            assert first is not None
            count = first[-1]
            for size in shape:
                count *= size
            return inner + count
        case _:
            return 0


def _text(shape: Sequence[int]) -> str:
    return " x ".join(("N", *map(str, shape)))
