"""What a formula does to shapes: what PyTorch would join in a surprising way, or across samples, is refused by column."""

from collections.abc import Sequence

from netwright.language import say, sized
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
                    say("one wire comes in, which is a")
                    if len(inputs) == 1
                    else say("{count} wires come in, a to {last}", count=len(inputs), last=last)
                )
                message = say("There is no input {name}: {wires}", name=input_name(number), wires=wires)
                raise FormulaError(message, position)
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
                say(
                    "{first} and {other} have different numbers of axes; keep them with keepdim=True",
                    first=_text(result),
                    other=_text(shape),
                ),
                position,
            )
        if any(a != b and 1 not in {a, b} for a, b in zip(result, shape, strict=True)):
            message = say("{first} and {other} do not go together", first=_text(result), other=_text(shape))
            raise FormulaError(message, position)
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
        if name in ELEMENTWISE:
            takes = say("one tensor")
        elif name in ALONG:
            takes = say("a tensor and an axis")
        elif name in REDUCTIONS:
            takes = say("a tensor and the axes to join")
        else:
            takes = say("{count} arguments", count=least)
        message = say("{name} takes {takes}, but has {count}", name=name, takes=takes, count=count)
        raise FormulaError(message, tree.position)


def _several(tree: Apply, shapes: Sequence[Shape]) -> Shape:
    if shapes[0] is None:
        message = say("{name} works on a tensor, but its first argument is a number", name=tree.function)
        raise FormulaError(message, tree.position)
    if tree.function == "clamp" and (shapes[1] is not None or shapes[2] is not None):
        message = say("clamp takes a tensor and two numbers; minimum and maximum take tensors")
        raise FormulaError(message, tree.position)
    return _joined(shapes, tree.position)


def _tensor(tree: Apply, number: int, inputs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    shape = infer_shape(tree.arguments[number], inputs)
    if shape is None:
        raise FormulaError(say("{name} works on a tensor, but gets a number", name=tree.function), tree.position)
    return shape


def _axis(tree: Apply, argument: Tree, shape: tuple[int, ...]) -> int:
    """An axis of one sample, counted from 0; in the formula the batch is 0."""
    sign = -1 if isinstance(argument, Unary) and argument.operator == "-" else 1
    plain = argument.operand if isinstance(argument, Unary) else argument
    if not isinstance(plain, Number) or not isinstance(plain.value, int):
        raise FormulaError(say("{name} takes its axes as whole numbers", name=tree.function), argument.position)
    value, rank = sign * plain.value, len(shape) + 1
    if not -rank <= value < rank:
        message = say(
            "There is no axis {axis}: {shape} has axes 0 to {last}", axis=value, shape=_text(shape), last=rank - 1
        )
        raise FormulaError(message, argument.position)
    if value % rank == 0:
        message = say("Axis {axis} is the batch: samples would be mixed with each other", axis=value)
        raise FormulaError(message, argument.position)
    return value % rank - 1


def _product(tree: Apply, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The product of matrices, sample by sample: (N, T, F) with (N, F, S)."""
    if len(left) < 2 or len(left) != len(right):
        raise FormulaError(
            say(
                "matmul takes two tensors of three or more axes, the last two being matrices, but gets {first} and {other}",
                first=_text(left),
                other=_text(right),
            ),
            tree.position,
        )
    if left[-1] != right[-2]:
        message = say(
            "The last axis of {first} is not the one before the last of {other}", first=_text(left), other=_text(right)
        )
        raise FormulaError(message, tree.position)
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
    return sized(("N", *shape))
