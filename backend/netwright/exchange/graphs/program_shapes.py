"""ATen operators that rearrange, cut and pad."""

import math
from collections.abc import Sequence

from netwright.exchange.graphs.flat import Builder, NoRuleError
from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.onnx_shapes import add_pieces
from netwright.exchange.graphs.program_registry import data_of, rule
from netwright.language import say
from netwright.layers.params import LARGEST


@rule("flatten", "view", "reshape", "_unsafe_view", "unsqueeze", "squeeze", "unflatten")
def reshape(build: Builder, op: Operator) -> None:
    """Read from the shape of the result."""
    if build.is_constant(data_of(op)):
        shape = [size for size in build.shape(op.outputs[0]) if size is not None]
        build.set_array(op.outputs[0], build.array(data_of(op)).reshape(shape))
        return
    before, after = build.sample_shape(data_of(op)), build.sample_shape(op.outputs[0])
    if before == after:
        build.same(op, data_of(op))
    elif after == [math.prod(before)]:
        build.add(op, "Flatten", {}, [data_of(op)])
    elif math.prod(before) == math.prod(after):
        build.add(op, "Reshape", {"shape": after}, [data_of(op)])
    else:
        raise NoRuleError(say("it mixes the samples of a batch"))


@rule("permute", "transpose", "t")
def permute(build: Builder, op: Operator) -> None:
    rank = build.rank(data_of(op))
    order = _order(op, rank)
    if build.is_constant(data_of(op)):
        build.set_array(op.outputs[0], build.array(data_of(op)).transpose(order))
    elif order[0] != 0:
        raise NoRuleError(say("it moves the batch from the first axis"))
    elif order == sorted(order):
        build.same(op, data_of(op))
    else:
        build.add(op, "Permute", {"dims": order}, [data_of(op)])


def _order(op: Operator, rank: int) -> list[int]:
    order = list(range(rank))
    if op.kind == "aten.permute":
        dims: Sequence[int] = op.attributes["dims"]
        return [axis % rank for axis in dims]
    first, second = op.attributes.get("dim0", 0) % rank, op.attributes.get("dim1", rank - 1) % rank
    order[first], order[second] = second, first
    return order


@rule("clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to", "_to_copy", "identity")
def same(build: Builder, op: Operator) -> None:
    dtype = op.attributes.get("dtype")
    if dtype not in {None, 6, 7, 8, 13}:
        raise NoRuleError(say("it changes the type of its values"))
    build.same(op, data_of(op))


@rule("select")
def select(build: Builder, op: Operator) -> None:
    axis = op.attributes.get("dim", 0) % build.rank(data_of(op))
    build.sample_shape(data_of(op))
    if axis == 0:
        raise NoRuleError(say("it takes a sample out of the batch"))
    build.add(op, "Select", {"dim": axis, "index": op.attributes["index"]}, [data_of(op)])


@rule("slice")
def cut(build: Builder, op: Operator) -> None:
    start, end = op.attributes.get("start") or 0, op.attributes.get("end")
    _cut(build, op, start, end, op.attributes.get("step", 1))


@rule("narrow")
def narrow(build: Builder, op: Operator) -> None:
    """A cut that says how long it is; where it begins may be counted from the end."""
    start, length = op.attributes["start"], op.attributes["length"]
    if isinstance(start, int) and start < 0:
        size = build.shape(data_of(op))[op.attributes["dim"] % build.rank(data_of(op))]
        if size is None:
            raise NoRuleError(say("the file leaves a size open"))
        start += size
    _cut(build, op, start, start + length if isinstance(start, int) else None, 1)


def _cut(build: Builder, op: Operator, start: int, end: int | None, step: int) -> None:
    axis = op.attributes.get("dim", 0) % build.rank(data_of(op))
    if len(op.inputs) > 1:
        raise NoRuleError(say("where it cuts is computed"))
    if build.is_constant(data_of(op)):
        places = [slice(None)] * axis + [slice(start, end, step)]
        build.set_array(op.outputs[0], build.array(data_of(op))[tuple(places)])
        return
    size = build.shape(data_of(op))[axis]
    stop = None if end is None or end >= (size or LARGEST) else end
    if start == 0 and stop is None and step == 1:
        build.same(op, data_of(op))
        return
    if axis == 0:
        raise NoRuleError(say("it cuts the batch"))
    build.add(op, "Slice", {"dim": axis, "start": start, "stop": stop, "step": step}, [data_of(op)])


@rule("chunk", "split", "split_with_sizes")
def split(build: Builder, op: Operator) -> None:
    add_pieces(build, op, data_of(op), op.attributes.get("dim", 0), op.attributes.get("chunks"))


@rule("unbind")
def unbind(build: Builder, op: Operator) -> None:
    axis = op.attributes.get("dim", 0) % build.rank(data_of(op))
    if axis == 0:
        raise NoRuleError(say("it takes a sample out of the batch"))
    build.add(op, "Unbind", {"pieces": len(op.outputs), "dim": axis}, [data_of(op)])
    build.name_outputs(op, [f"part{number}" for number in range(len(op.outputs))])


@rule("pad", "constant_pad_nd")
def pad(build: Builder, op: Operator) -> None:
    rank = build.rank(data_of(op))
    sizes = list(op.attributes["pad"])
    if any(sizes[2 * (rank - 1) :]):
        raise NoRuleError(say("it pads the batch"))
    params = {"pad": sizes[: 2 * (rank - 1)], "mode": op.attributes.get("mode", "constant")}
    build.add(op, "Pad", {**params, "value": float(op.attributes.get("value") or 0.0)}, [data_of(op)])
