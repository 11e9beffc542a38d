"""Max pools that give the places of what they kept, and what puts values back there: in both kinds of file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from netwright.exchange.graphs.flat import Builder, FlatNode, NoRuleError
from netwright.exchange.graphs.foreign import Operator, Shape
from netwright.exchange.graphs.reading import Reading
from netwright.language import say
from netwright.layers.base import TensorSpec
from netwright.layers.pooling_unpool import unpooled_size
from netwright.layers.registry import LAYERS

_OF_PLANES = {"nw.PoolIndices", "MaxUnpool"}
"""Who takes the places that ONNX's MaxPool gives, which count through the whole batch, as if they counted through a channel."""

_SQUEEZE, _UNSQUEEZE = {"Squeeze", "aten.squeeze"}, {"Unsqueeze", "aten.unsqueeze"}
_RESHAPE = {"aten.view", "aten.reshape", "Reshape"}
_POOL = "aten.max_pool2d_with_indices"
_OF_ONE_PIXEL = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
"""What a pool does along an axis on which it changes nothing."""


def add_max_pool(build: Builder, op: Operator, name: str, params: Mapping[str, Any], inputs: Sequence[str]) -> None:
    """A max pool, with its places where somebody takes them.

    Raises:
        NoRuleError: somebody takes places that count through the whole batch.
    """
    takers = {each.kind for each in build.graph.operators for value in each.inputs if value in op.outputs[1:2]}
    takers |= {"" for value, _ in build.graph.outputs if value in op.outputs[1:2]}
    if takers and op.kind == "MaxPool" and not takers <= _OF_PLANES:
        raise NoRuleError(say("its indices count through the whole batch"))
    build.add(op, name, {**params, "return_indices": bool(takers)}, inputs)
    if takers:
        build.name_outputs(op, ("y", "indices"))


def pool_indices(build: Builder, op: Operator) -> None:
    build.same(op)


def max_unpool(build: Builder, op: Operator) -> None:
    """It does not say its window: that is the one of the pool that gave the places."""
    data, indices = op.inputs[:2]
    wire = build.wire(indices)
    pool = build.nodes[wire.node]
    dims = build.rank(data) - 2
    if wire.port != "indices" or pool.type != f"MaxPool{dims}d":
        raise NoRuleError(say("its places come from no max pool"))
    layer = LAYERS[f"MaxUnpool{dims}d"]
    params = {name: value for name, value in pool.params.items() if name in layer.Params.model_fields}
    wanted = tuple(build.sample_shape(op.outputs[0])[1:])
    plain = unpooled_size(layer.Params.model_validate(params), TensorSpec(tuple(build.sample_shape(data))))
    like = [] if wanted == plain else [_taken_by(build, pool, wanted)]
    build.add(op, layer.type, params, [data, indices, *like])


def _taken_by(build: Builder, pool: FlatNode, wanted: tuple[int, ...]) -> str:
    """What the pool takes, whose size is ``wanted``."""
    for value, wire in build.wires.items():
        if wire == pool.sources[0] and tuple(build.sample_shape(value)[1:]) == wanted:
            return value
    raise NoRuleError(say("it makes another size than its pool took"))


def unpool_of_rows(op: Operator, reading: Reading) -> Operator | None:
    """``nn.MaxUnpool1d``, which PyTorch computes as the one of pictures that are one pixel wide."""
    picture = reading.maker(op.inputs[0], "nw.MaxUnpool", "aten.max_unpool2d") if op.kind in _SQUEEZE else None
    grown = () if picture is None else tuple(reading.makers.get(value) for value in picture.inputs[:2])
    sources = tuple(each.inputs[0] for each in grown if each is not None and each.kind in _UNSQUEEZE)
    if len(sources) != 2 or len(reading.graph.shapes.get(sources[0]) or ()) != 3:
        return None
    return replace(op, kind="nw.MaxUnpool", inputs=sources, attributes={})


# --- as PyTorch takes it apart, in a program and in an ONNX file of its own --------------------------------------------


def flat_unpool(op: Operator, reading: Reading) -> Operator | None:
    """Values put at their places in one row of zeros for the whole batch, where each channel begins behind the one before."""
    put = reading.maker(op.inputs[0], "aten.index_put", "ScatterND") if op.kind in _RESHAPE else None
    if put is None or len(put.inputs) != 3 or put.attributes.get("accumulate", False):
        return None
    row, places, values = put.inputs
    laid = reading.maker(values, *_RESHAPE)
    added = reading.makers.get(_behind_reshapes(places, reading))
    shapes = reading.graph.shapes
    result, x = shapes.get(op.outputs[0]), None if laid is None else shapes.get(laid.inputs[0])
    is_row = len(shapes.get(row) or ()) == 1 and put.attributes.get("reduction", "none") == "none"
    if not is_row or not _is_zeros(_behind_reshapes(row, reading), reading) or laid is None or added is None:
        return None
    if added.kind not in {"aten.add", "Add"} or added.attributes.get("alpha", 1) != 1 or len(added.inputs) != 2:
        return None
    if result is None or x is None or len(x) != len(result) or x[1] != result[1]:
        return None
    for indices, begins in (added.inputs, added.inputs[::-1]):
        if _begin_channels(begins, result, reading):
            return replace(op, kind="nw.MaxUnpool", inputs=(laid.inputs[0], indices), attributes={})
    return None


def _behind_reshapes(value: str, reading: Reading) -> str:
    """The value whose numbers are these, one after the other."""
    made = reading.makers.get(value)
    while made is not None and made.kind in _RESHAPE | _UNSQUEEZE:
        value = made.inputs[0]
        made = reading.makers.get(value)
    return value


def _is_zeros(value: str, reading: Reading) -> bool:
    constant, made = reading.constant(value), reading.makers.get(value)
    if constant is not None:
        return not constant.any()
    if made is None or made.kind not in {"aten.full", "aten.zeros", "ConstantOfShape"}:
        return False
    # ONNX's is of zeros where it does not say its value.
    return made.attributes.get("value") is None and bool(made.attributes.get("fill_value", 0) == 0)


def _begin_channels(value: str, result: Shape, reading: Reading) -> bool:
    """Whether ``value`` is (N, C, 1, ...): 0, H W, 2 H W ... for a result (N, C, H, W)."""
    channels, *sizes = result[1:]
    if channels is None or None in sizes:
        return False
    pixels = math.prod(size for size in sizes if size is not None)
    ones = (1,) * len(sizes)
    constant = reading.constant(value)
    if constant is not None:
        wanted = (
            pixels * np.arange(constant.size).reshape(-1, channels, *ones) if constant.size % channels == 0 else None
        )
        return wanted is not None and constant.shape[0] == result[0] and np.array_equal(constant, wanted)
    product = reading.makers.get(value)
    factors = reading.split(product) if product is not None and product.kind in {"aten.mul", "Mul"} else None
    if factors is None or factors[1] != pixels or (reading.graph.shapes.get(factors[0]) or ())[1:] != (channels, *ones):
        return False
    count = reading.makers.get(_behind_reshapes(factors[0], reading))
    if count is None or count.kind not in {"aten.arange", "Range"}:
        return False
    if count.kind == "Range":
        return reading.number(count.inputs[0]) == 0 and reading.number(count.inputs[2]) == 1
    return (count.attributes.get("start", 0), count.attributes.get("step", 1)) == (0, 1)


def pool_of_rows(op: Operator, reading: Reading) -> Operator | None:
    """``nn.MaxPool1d``, taken apart into the pool of pictures that are one pixel high; both of its outputs at once."""
    pool = reading.makers.get(op.inputs[0]) if op.kind == "aten.squeeze" else None
    grown = reading.makers.get(pool.inputs[0]) if pool is not None and pool.kind == _POOL else None
    if pool is None or grown is None or not _is_row_axis(grown, "aten.unsqueeze"):
        return None
    takers = [each for each in reading.graph.operators if set(each.inputs) & set(pool.outputs)]
    rows = {each.inputs[0]: each.outputs[0] for each in takers}
    is_whole = len(takers) == len(rows) == sum(reading.uses[value] for value in pool.outputs)
    sizes = {name: list(pool.attributes.get(name) or []) for name in _OF_ONE_PIXEL}
    is_flat = all(size[:1] in ([], [_OF_ONE_PIXEL[name]]) and len(size) != 1 for name, size in sizes.items())
    if not is_whole or not is_flat or not all(_is_row_axis(each, "aten.squeeze") for each in takers):
        return None
    if op is not takers[0]:
        return replace(op, outputs=())
    along = {name: size[1:] for name, size in sizes.items() if size}
    attributes = {**pool.attributes, **along, "self": grown.inputs[0]}
    outputs = tuple(rows.get(value, value) for value in pool.outputs)
    return replace(
        pool, kind="aten.max_pool1d_with_indices", inputs=grown.inputs, outputs=outputs, attributes=attributes
    )


def _is_row_axis(op: Operator, kind: str) -> bool:
    dim = op.attributes.get("dim")
    return op.kind == kind and dim in (-2, [-2])


# --- as ONNX has it ----------------------------------------------------------------------------------------------------


def onnx_places(op: Operator, reading: Reading) -> Operator | None:
    """The places of a MaxPool less that of the first pixel of each channel, which the exporter gets by a pool of one pixel."""
    if op.kind != "Sub":
        return None
    first, pool = reading.maker(op.inputs[1], "Slice"), reading.makers.get(op.inputs[0])
    single = None if first is None else reading.makers.get(first.inputs[0])
    if first is None or pool is None or single is None or {pool.kind, single.kind} != {"MaxPool"}:
        return None
    starts, ends = reading.constant(first.inputs[1]), reading.constant(first.inputs[2])
    is_first = starts is not None and ends is not None and not starts.any() and (ends == 1).all()
    is_single = set(single.attributes["kernel_shape"]) == {1} and not any(single.attributes.get("pads") or [])
    if not is_first or not is_single or pool.inputs != single.inputs or op.inputs[0] != pool.outputs[1]:
        return None
    return replace(op, kind="nw.PoolIndices", inputs=op.inputs[:1], attributes={})


def onnx_unpool(op: Operator, reading: Reading) -> Operator | None:
    """Values scattered over the pixels of each channel, all of them zeros before."""
    scattered = reading.maker(op.inputs[0], "ScatterElements") if op.kind == "Reshape" else None
    if (
        scattered is None
        or scattered.attributes.get("axis", 0) != 2
        or scattered.attributes.get("reduction", "none") != "none"
    ):
        return None
    zeros, *laid = (reading.makers.get(value) for value in scattered.inputs)
    places, rows = laid
    if zeros is None or zeros.kind != "ConstantOfShape" or places is None or rows is None:
        return None
    if {places.kind, rows.kind} != {"Reshape"} or zeros.attributes.get("value") is not None:
        return None
    x, result = (reading.graph.shapes.get(value) for value in (rows.inputs[0], op.outputs[0]))
    if x is None or result is None or len(x) != len(result) or x[1] != result[1]:
        return None
    return replace(op, kind="nw.MaxUnpool", inputs=(rows.inputs[0], places.inputs[0]), attributes={})
