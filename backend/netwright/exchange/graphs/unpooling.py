"""Max pools that give the places of what they kept, and what puts values back there: in both kinds of file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from netwright.exchange.graphs.flat import Builder, FlatNode, NoRuleError
from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.reading import Reading
from netwright.language import say
from netwright.layers.base import TensorSpec
from netwright.layers.pooling_unpool import unpooled_size
from netwright.layers.registry import LAYERS

_OF_PLANES = {"nw.PoolIndices", "MaxUnpool"}
"""Who takes the places that ONNX's MaxPool gives, which count through the whole batch, as if they counted through a channel."""

_SQUEEZE, _UNSQUEEZE = {"Squeeze", "aten.squeeze"}, {"Unsqueeze", "aten.unsqueeze"}


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
