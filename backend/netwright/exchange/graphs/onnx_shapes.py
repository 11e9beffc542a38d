"""Operators of ONNX that rearrange, cut, join and reduce axes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from netwright.exchange.graphs.flat import Builder, NoRuleError
from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.onnx_registry import rule
from netwright.language import say


@rule("Flatten", "Reshape", "Squeeze", "Unsqueeze")
def reshape(build: Builder, op: Operator) -> None:
    """Read from the shape of the result, so that it does not matter how the new shape was worked out."""
    if build.is_constant(op.inputs[0]):
        array = build.array(op.inputs[0])
        build.set_array(op.outputs[0], array.reshape([size or 0 for size in build.shape(op.outputs[0])]))
        return
    before, after = build.sample_shape(op.inputs[0]), build.sample_shape(op.outputs[0])
    if before == after:
        build.same(op)
    elif op.kind in {"Squeeze", "Unsqueeze"} and (axis := _single_axis(before, after)) is not None:
        build.add(op, op.kind, {"dim": axis})
    elif after == [math.prod(before)]:
        build.add(op, "Flatten")
    elif math.prod(before) == math.prod(after):
        build.add(op, "Reshape", {"shape": after})
    else:
        raise NoRuleError(say("it mixes the samples of a batch"))


def _single_axis(before: list[int], after: list[int]) -> int | None:
    """Where one of the two has one axis of size 1 more, with the batch counted as 0."""
    longer, shorter = (before, after) if len(before) > len(after) else (after, before)
    fitting = (i for i, size in enumerate(longer) if size == 1 and longer[:i] + longer[i + 1 :] == shorter)
    return next((i + 1 for i in fitting), None)


@rule("Transpose")
def transpose(build: Builder, op: Operator) -> None:
    order = op.attributes.get("perm") or list(range(build.rank(op.inputs[0])))[::-1]
    if order[0] != 0:
        raise NoRuleError(say("it moves the batch from the first axis"))
    if list(order) == sorted(order):
        build.same(op)
        return
    build.add(op, "Permute", {"dims": list(order)})


@rule("Identity")
def identity(build: Builder, op: Operator) -> None:
    build.same(op)


@rule("Cast")
def cast(build: Builder, op: Operator) -> None:
    if build.is_constant(op.inputs[0]):
        build.same(op)
    elif op.attributes.get("to") in {1, 10, 11, 16}:
        build.same(op)  # the network runs in float32
    else:
        raise NoRuleError(say("it changes the type of its values"))


@rule("Pad")
def pad(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    given = op.attributes.get("pads")
    pads = [int(size) for size in (build.array(op.inputs[1]).reshape(-1) if given is None else given)]
    value = build.optional_array(op, 2)
    chosen = build.optional_array(op, 3)
    axes = list(range(rank)) if chosen is None else [int(axis) % rank for axis in chosen.reshape(-1)]
    before, after = [0] * rank, [0] * rank
    for axis, left, right in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        before[axis], after[axis] = left, right
    if before[0] or after[0]:
        raise NoRuleError(say("it pads the batch"))
    numbers = [size for axis in range(rank - 1, 0, -1) for size in (before[axis], after[axis])]
    if not any(numbers):
        build.same(op)
        return
    mode = {"edge": "replicate", "wrap": "circular"}.get(name := op.attributes.get("mode", "constant"), name)
    while not any(numbers[-2:]) and (mode == "constant" or len(numbers) > 2 * (rank - 2)):
        del numbers[-2:]
    number = op.attributes.get("value", 0.0) if value is None else float(value.reshape(-1)[0])
    build.add(op, "Pad", {"pad": numbers, "mode": mode, "value": number if mode == "constant" else 0.0})


@rule("Slice")
def cut(build: Builder, op: Operator) -> None:
    """A Slice for each axis that is cut."""
    data = op.inputs[0]
    rank = build.rank(data)
    given = [op.attributes.get(name) for name in ("starts", "ends", "axes")]
    parts = [
        build.optional_array(op, i) if value is None else np.array(value) for i, value in enumerate(given, start=1)
    ]
    steps = build.optional_array(op, 4)
    starts, ends = ([] if part is None else [int(each) for each in part.reshape(-1)] for part in parts[:2])
    axes = list(range(len(starts))) if parts[2] is None else [int(axis) % rank for axis in parts[2].reshape(-1)]
    strides = [1] * len(starts) if steps is None else [int(each) for each in steps.reshape(-1)]
    if build.is_constant(data):
        places: list[slice] = [slice(None)] * rank
        for axis, start, end, stride in zip(axes, starts, ends, strides, strict=True):
            places[axis] = slice(start, end, stride)
        build.set_array(op.outputs[0], build.array(data)[tuple(places)])
        return
    sizes = [None, *build.sample_shape(data)]
    wanted = [
        (axis, start, stop, step)
        for axis, first, end, step in zip(axes, starts, ends, strides, strict=True)
        if (found := _range(first, end, step, sizes[axis])) is not None
        for start, stop in [found]
    ]
    if not wanted:
        build.same(op)
    for number, (axis, start, stop, step) in enumerate(wanted):
        params = {"dim": axis, "start": start, "stop": stop, "step": step}
        output = op.outputs[0] if number == len(wanted) - 1 else build.between(op)
        data = build.add(op, "Slice", params, [data], output=output)


def _range(start: int, end: int, step: int, size: int | None) -> tuple[int, int | None] | None:
    """First and last entry as Slice takes them; None where all are kept.

    Raises:
        NoRuleError: it cuts the batch, or runs backwards.
    """
    if size is None:
        raise NoRuleError(say("it cuts the batch"))
    if step < 1:
        raise NoRuleError(say("it runs backwards"))
    first, last, _ = slice(start, end).indices(size)
    if (first, last, step) == (0, size, 1):
        return None
    return first, None if last == size else last


@rule("Gather")
def gather(build: Builder, op: Operator) -> None:
    """One entry is Select, entries in a row are Slice, rows of a table by data are Embedding."""
    table, index = op.inputs
    if build.is_constant(table) and not build.is_constant(index):
        _look_up(build, op)
        return
    numbers = build.array(index)
    axis = op.attributes.get("axis", 0)
    if build.is_constant(table):
        build.set_array(op.outputs[0], np.take(build.array(table), numbers, axis=axis))
        return
    build.sample_shape(table)
    axis %= build.rank(table)
    if axis == 0:
        raise NoRuleError(say("it takes samples out of the batch"))
    if numbers.ndim == 0:
        build.add(op, "Select", {"dim": axis, "index": int(numbers)})
        return
    first = int(numbers.reshape(-1)[0]) if numbers.size else 0
    if numbers.ndim != 1 or first < 0 or list(numbers) != list(range(first, first + numbers.size)):
        raise NoRuleError(say("it takes entries that do not stand in a row"))
    build.add(op, "Slice", {"dim": axis, "start": first, "stop": first + numbers.size})


def _look_up(build: Builder, op: Operator) -> None:
    weight = build.array(op.inputs[0])
    if weight.ndim != 2 or op.attributes.get("axis", 0) != 0:
        raise NoRuleError(say("its table has not one row for each index"))
    params = {"num_embeddings": weight.shape[0], "embedding_dim": weight.shape[1]}
    build.add(op, "Embedding", params, [op.inputs[1]], {"weight": weight})


@rule("Split")
def split(build: Builder, op: Operator) -> None:
    add_pieces(build, op, op.inputs[0], op.attributes.get("axis", 0))


def add_pieces(build: Builder, op: Operator, data: str, dim: int, chunks: int | None = None) -> None:
    """Cuts axis ``dim`` into the operator's outputs: into ``chunks`` pieces, else by the sizes that the outputs have."""
    axis = dim % build.rank(data)
    if axis == 0:
        raise NoRuleError(say("it cuts the batch"))
    if chunks is not None:
        build.add(op, "Chunk", {"chunks": chunks, "dim": axis}, [data])
    else:
        sizes = [build.sample_shape(value)[axis - 1] for value in op.outputs]
        build.add(op, "Split", {"split_size_or_sections": sizes, "dim": axis}, [data])
    build.name_outputs(op, [f"part{number}" for number in range(len(op.outputs))])


_REDUCTIONS = {"ReduceMean": "ReduceMean", "ReduceMax": "ReduceMax", "ReduceSum": "ReduceSum", "ReduceMin": "ReduceMin"}


@rule(*_REDUCTIONS)
def reduce_axes(build: Builder, op: Operator) -> None:
    """Over all axes behind the channels it is a global pool, over the steps of a sequence a pool over time."""
    rank = build.rank(op.inputs[0])
    given = op.attributes.get("axes")
    axes = build.optional_array(op, 1) if given is None else np.array(given)
    wanted = sorted(int(axis) % rank for axis in axes.reshape(-1)) if axes is not None else list(range(rank))
    name, params = reduction(op.kind, rank, wanted, keepdim=bool(op.attributes.get("keepdims", 1)))
    build.add(op, name, params)


def reduction(kind: str, rank: int, axes: Sequence[int], *, keepdim: bool) -> tuple[str, dict[str, Any]]:
    """The layer for ``ReduceMean``, ``ReduceMax`` ... over ``axes``.

    Raises:
        NoRuleError: it joins the samples of a batch.
    """
    if not axes or axes[0] == 0:
        raise NoRuleError(say("it joins the samples of a batch"))
    word = {"ReduceMean": "Avg", "ReduceMax": "Max"}.get(kind)
    if word is not None and rank > 3 and list(axes) == list(range(2, rank)):
        return (f"Adaptive{word}Pool{rank - 2}d", {"output_size": 1}) if keepdim else (f"Global{word}Pool", {})
    if word is not None and rank == 3 and list(axes) == [1] and not keepdim:
        return "PoolOverTime", {"mode": {"Avg": "mean", "Max": "max"}[word]}
    return kind, {"dim": list(axes), "keepdim": keepdim}


_RESIZE_MODES = {
    "nearest": {3: "nearest", 4: "nearest", 5: "nearest"},
    "linear": {3: "linear", 4: "bilinear", 5: "trilinear"},
}


@rule("Resize", "Upsample")
def resize(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    before, after = build.sample_shape(op.inputs[0]), build.sample_shape(op.outputs[0])
    if not 3 <= rank <= 5 or before[0] != after[0]:
        raise NoRuleError(say("it changes more than the size of pictures"))
    mode = "bicubic" if op.attributes.get("mode") == "cubic" and rank == 4 else None
    mode = mode or _RESIZE_MODES.get(op.attributes.get("mode", "nearest"), {}).get(rank)
    ways = op.attributes.get("coordinate_transformation_mode", "half_pixel")
    is_aligned = ways == "align_corners"
    usual = {"asymmetric"} if mode == "nearest" else {"half_pixel", "pytorch_half_pixel", "align_corners"}
    rounding = op.attributes.get("nearest_mode", "round_prefer_floor")
    if mode is None or ways not in usual or (mode == "nearest" and rounding != "floor"):
        raise NoRuleError(
            say(
                "it finds values between pixels by {ways} and {rounding}, which Upsample does not",
                ways=ways,
                rounding=rounding,
            )
        )
    if mode == "bicubic" and abs(op.attributes.get("cubic_coeff_a", -0.75) + 0.75) > 1e-6:
        raise NoRuleError(say("its curve is not bicubic's"))
    factors = {new / old for old, new in zip(before[1:], after[1:], strict=True)}
    params: dict[str, Any] = {"mode": mode, "align_corners": is_aligned}
    size = {"scale_factor": float(factors.pop())} if len(factors) == 1 else {"size": after[1:]}
    build.add(op, "Upsample", params | size)
