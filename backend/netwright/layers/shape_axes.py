"""Axes swapped, added, taken away, and cut."""

from collections.abc import Iterator, Sequence
from typing import Any

from netwright.language import listed, say
from netwright.layers.axes import check_dim
from netwright.layers.base import (
    ANY_DTYPE,
    Call,
    Complaint,
    Documentation,
    Layer,
    LayerParams,
    Port,
    Repair,
    TensorSpec,
    Value,
)
from netwright.layers.params import Axes, Integer, Size, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


class _AxisLayer(Layer[Any]):
    """Rearranges axes of values of any type."""

    family = "shape"
    inputs = (Port("x", dtypes=ANY_DTYPE),)
    outputs = (Port("y", dtypes=ANY_DTYPE),)

    @classmethod
    def size(cls, dim: int, spec: TensorSpec) -> int:
        """Size of an axis that is there, with the batch counted as 0."""
        return spec.shape[dim % (len(spec.shape) + 1) - 1]


class PermuteParams(LayerParams):
    dims: Axes = setting(
        (0, 2, 1),
        "The axes in their new order, with the batch counted as 0, which stays first: 0, 2, 3, 1 makes N x C x H x W into "
        "N x H x W x C.",
        unit="axes",
    )


class Permute(_AxisLayer):
    """(N, *) -> (N, *)."""

    Params = PermuteParams
    documentation = Documentation(
        summary="Puts the axes of each sample into another order.",
        formula=r"y_{i_{\pi(1)}, i_{\pi(2)}, \dots} = x_{i_1, i_2, \dots}",
        shape="(N, *) -> (N, *)",
        use_when="Between layers that want channels first (convolutions) and those that want features last (Linear, "
        "LayerNorm, attention, recurrent layers).",
        pitfalls="It is not Reshape: Permute turns the picture round, Reshape would scramble it. What follows may copy the "
        "values, as they no longer lie in order.",
        source=_DOCS + "permute.html",
    )
    aliases = ("transpose", "channels last", "reorder axes", "rearrange")

    @classmethod
    def call(cls, params: PermuteParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.permute({dims})", arguments={"dims": params.dims})

    @classmethod
    def check(cls, params: PermuteParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        rank = len(inputs[0].shape) + 1
        text = ", ".join(map(str, params.dims))
        places = [dim % rank for dim in params.dims if -rank <= dim < rank]
        if sorted(places) != list(range(rank)) or len(params.dims) != rank:
            kept = list(dict.fromkeys(place for place in places if place))
            order = [0, *kept, *(axis for axis in range(1, rank) if axis not in kept)]
            yield Complaint(
                code="not_an_order",
                message=say(
                    "Permute `{node}` puts the axes in the order {order}, but {got} from `{source}` has axes 0 to"
                    " {last}: each must stand there once.",
                    order=text,
                    got=inputs[0],
                    last=rank - 1,
                ),
                port="x",
                field="dims",
                expected=say("0 to {last}, each once", last=rank - 1),
                got=text,
                values={"dims": list(params.dims), "rank": rank, "got": str(inputs[0])},
                fixes=(Repair("set_param", {"name": "dims", "value": order}),),
            )
        elif places[0] != 0:
            yield Complaint(
                code="axis_is_batch",
                message=say(
                    "Permute `{node}` moves axis 0, which is the batch: it must stay first, and stands in the "
                    "order {order}.",
                    order=text,
                ),
                field="dims",
                expected=say("0 first"),
                got=text,
                values={"dims": list(params.dims), "rank": rank},
                fixes=(Repair("set_param", {"name": "dims", "value": [0, *(place for place in places if place)]}),),
            )

    @classmethod
    def summary(cls, params: PermuteParams) -> str:
        return say("to {size}", size=", ".join(map(str, params.dims)))


class TransposeParams(LayerParams):
    dim0: Integer = setting(1, "The one axis, with the batch counted as 0.", unit="axis")
    dim1: Integer = setting(2, "The other axis.", unit="axis")


class Transpose(_AxisLayer):
    """(N, *, A, *, B, *) -> (N, *, B, *, A, *)."""

    Params = TransposeParams
    documentation = Documentation(
        summary="Swaps two axes of each sample.",
        formula=r"y_{\dots b \dots a \dots} = x_{\dots a \dots b \dots}",
        shape="(N, *, A, *, B, *) -> (N, *, B, *, A, *)",
        use_when="Between a Conv1d, which has channels before steps, and an RNN or attention, which has steps before features.",
        pitfalls="It is not Reshape, which would scramble the values. For more than two axes at once take Permute.",
        source=_DOCS + "transpose.html",
    )
    aliases = ("swap axes", "swapaxes")

    @classmethod
    def call(cls, params: TransposeParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.transpose({dim0}, {dim1})", arguments={"dim0": params.dim0, "dim1": params.dim1})

    @classmethod
    def check(cls, params: TransposeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim0, inputs[0], field="dim0"))
        yield from complaints or check_dim(cls.type, params.dim1, inputs[0], field="dim1")

    @classmethod
    def summary(cls, params: TransposeParams) -> str:
        return say("axes {first} and {second}", first=params.dim0, second=params.dim1)


class SqueezeParams(LayerParams):
    dim: Integer = setting(-1, "Axis of size 1 that goes, with the batch counted as 0: -1 for the last.", unit="axis")


class Squeeze(_AxisLayer):
    """(N, *, 1, *) -> (N, *, *)."""

    Params = SqueezeParams
    documentation = Documentation(
        summary="Takes away an axis of size 1.",
        formula=r"y_{\dots} = x_{\dots, 1, \dots}",
        shape="(N, *, 1, *) -> (N, *, *)",
        use_when="Where a layer leaves an axis with a single entry and the next wants none: behind a pool to size 1, or "
        "the one channel of a grey picture.",
        pitfalls="PyTorch does nothing, without a word, where the axis is not of size 1; Netwright says so. To take one "
        "entry of a longer axis use Select.",
        source=_DOCS + "squeeze.html",
    )
    aliases = ("remove axis", "drop dimension")

    @classmethod
    def call(cls, params: SqueezeParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.squeeze({dim})", arguments={"dim": params.dim})

    @classmethod
    def check(cls, params: SqueezeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if not complaints and (size := cls.size(params.dim, inputs[0])) != 1:
            single = [axis for axis, other in enumerate(inputs[0].shape, start=1) if other == 1]
            select = Repair("replace", {"type": "Select", "params": {"dim": params.dim, "index": 0}})
            yield Complaint(
                code="axis_not_single",
                message=say(
                    "Squeeze `{node}` takes away axis {dim}, but {got} from `{source}` has {size} entries there, "
                    "not one.",
                    dim=params.dim,
                    got=inputs[0],
                    size=size,
                ),
                port="x",
                field="dim",
                expected=say("an axis of size 1"),
                got=str(size),
                values={"dim": params.dim, "size": size, "got": str(inputs[0])},
                fixes=(*(Repair("set_param", {"name": "dim", "value": axis}) for axis in single), select),
            )

    @classmethod
    def summary(cls, params: SqueezeParams) -> str:
        return say("axis {dim}", dim=params.dim)


class UnsqueezeParams(LayerParams):
    dim: Integer = setting(
        1, "Where the new axis stands, with the batch counted as 0: 1 for a channel, -1 at the end.", unit="axis"
    )


class Unsqueeze(_AxisLayer):
    """(N, *, *) -> (N, *, 1, *)."""

    Params = UnsqueezeParams
    documentation = Documentation(
        summary="Adds an axis of size 1.",
        formula=r"y_{\dots, 1, \dots} = x_{\dots}",
        shape="(N, *, *) -> (N, *, 1, *)",
        use_when="To give a grey picture (N, H, W) its one channel, a vector its one step, or a gate (N, C) the axes that "
        "it is multiplied over.",
        pitfalls="An axis of size 1 is repeated without a word when two tensors meet in PyTorch: put it where it is meant.",
        source=_DOCS + "unsqueeze.html",
    )
    aliases = ("add axis", "expand dims", "new axis")

    @classmethod
    def call(cls, params: UnsqueezeParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.unsqueeze({dim})", arguments={"dim": params.dim})

    @classmethod
    def check(cls, params: UnsqueezeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_dim(cls.type, params.dim, inputs[0], is_new=True)

    @classmethod
    def summary(cls, params: UnsqueezeParams) -> str:
        return say("axis {dim}", dim=params.dim)


class SelectParams(LayerParams):
    dim: Integer = setting(
        1, "Axis that goes, with the batch counted as 0: 1 for channels or steps, -1 for the last.", unit="axis"
    )
    index: Integer = setting(0, "Which entry is kept: 0 is the first, -1 the last.")


class Select(_AxisLayer):
    """(N, *, A, *) -> (N, *, *)."""

    Params = SelectParams
    documentation = Documentation(
        summary="Keeps one entry of an axis; the axis goes.",
        formula=r"y_{\dots} = x_{\dots, i, \dots}",
        shape="(N, *, A, *) -> (N, *, *)",
        use_when="To take the class token of a transformer (axis 1, index 0), the last step of a sequence (index -1), or "
        "one channel of a picture.",
        pitfalls="The other entries get no gradient. To keep the axis, or several entries, take Slice.",
        source=_DOCS + "select.html",
    )
    aliases = ("index", "pick", "last step", "class token", "take")

    @classmethod
    def call(cls, params: SelectParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"dim": params.dim, "index": params.index}
        colons = _before(params.dim)
        short = None if colons is None else f"{{0}}[{colons}{{index}}]"
        general = "{0}.select({dim}, {index})"
        return Call(template=short or general, general=general, arguments=arguments)

    @classmethod
    def check(cls, params: SelectParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if not complaints and not -(size := cls.size(params.dim, inputs[0])) <= params.index < size:
            yield Complaint(
                code="no_such_entry",
                message=say(
                    "Select `{node}` takes entry {index} of axis {dim}, but `{source}` gives {got}, with entries "
                    "0 to {last} there.",
                    index=params.index,
                    dim=params.dim,
                    got=inputs[0],
                    last=size - 1,
                ),
                port="x",
                field="index",
                expected=say("{first} to {last}", first=-size, last=size - 1),
                got=str(params.index),
                values={"index": params.index, "dim": params.dim, "size": size, "got": str(inputs[0])},
                fixes=(Repair("set_param", {"name": "index", "value": -1 if params.index > 0 else 0}),),
            )

    @classmethod
    def summary(cls, params: SelectParams) -> str:
        return say("axis {dim}, entry {index}", dim=params.dim, index=params.index)


class SliceParams(LayerParams):
    dim: Integer = setting(
        1, "Axis that is cut, with the batch counted as 0: 1 for channels or steps, -1 for the last.", unit="axis"
    )
    start: Integer = setting(0, "The first entry that is kept; negative ones count from the end.")
    stop: Integer | None = setting(
        None, "The first entry that is no longer kept; negative ones count from the end. Empty: all to the end."
    )
    step: Size = setting(1, "Every how many entries one is kept.")


class Slice(_AxisLayer):
    """(N, *, A, *) -> (N, *, A', *)."""

    Params = SliceParams
    documentation = Documentation(
        summary="Keeps a range of one axis, or every second, third ... entry of it.",
        formula=r"y_{\dots, i, \dots} = x_{\dots, a + i s, \dots}, \qquad a + i s < b",
        shape="(N, *, A, *) -> (N, *, A', *)",
        use_when="To take some channels or steps apart, to cut borders off, and with a step of 2 on height and width for "
        "the parameter-free shortcut of a ResNet (option A; Pad adds the channels).",
        pitfalls="What is cut away gets no gradient. The range is fixed: it is the same for sequences of any length. For a "
        "single entry without its axis take Select.",
        source="https://docs.pytorch.org/docs/stable/tensor_view.html",
    )
    aliases = ("crop", "narrow", "range", "subsample", "stride", "option a shortcut")

    @classmethod
    def call(cls, params: SliceParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = dict(params)
        general = "{0}.movedim({dim}, 0)[slice({start}, {stop}, {step})].movedim(0, {dim})"
        colons = _before(params.dim)
        if colons is None:
            return Call(template=general, general=general, arguments=arguments)
        # Numbers alone stand between colons: an expression there is hard to read.
        start, stop, step = (arguments[name] if name in params.changed() else "" for name in ("start", "stop", "step"))
        bounds = f"{start}:{stop}" if step == "" else f"{start}:{stop}:{step}"
        return Call(template=f"{{0}}[{colons}{bounds}]", general=general, arguments=arguments)

    @classmethod
    def check(cls, params: SliceParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if complaints:
            return
        size = cls.size(params.dim, inputs[0])
        if len(range(*slice(params.start, params.stop, params.step).indices(size))) == 0:
            stop = say("the end") if params.stop is None else str(params.stop)
            name = "start" if params.stop is None or abs(params.start) >= size else "stop"
            yield Complaint(
                code="nothing_left",
                message=say(
                    "Slice `{node}` keeps entries {start} to {stop} of axis {dim}, but {got} from `{source}` has "
                    "entries 0 to {last} there: nothing is left.",
                    start=params.start,
                    stop=stop,
                    dim=params.dim,
                    got=inputs[0],
                    last=size - 1,
                ),
                port="x",
                field=name,
                expected=say("a range within 0 to {size}", size=size),
                got=say("{first} to {last}", first=params.start, last=stop),
                values={"start": params.start, "stop": params.stop, "size": size, "got": str(inputs[0])},
                fixes=tuple(cls._repairs(params, size)),
            )

    @classmethod
    def _repairs(cls, params: SliceParams, size: int) -> Iterator[Repair]:
        """The default of one bound, where the other alone leaves something."""
        for name, start, stop in (("start", 0, params.stop), ("stop", params.start, None)):
            if range(*slice(start, stop, params.step).indices(size)):
                yield Repair("set_param", {"name": name, "value": 0 if name == "start" else None})

    @classmethod
    def summary(cls, params: SliceParams) -> str:
        start = params.start or ""
        stop = "" if params.stop is None else params.stop
        step = "" if params.step == 1 else f":{params.step}"
        return listed([say("axis {dim}", dim=params.dim), f"{start}:{stop}{step}"])


_LONGEST = 4
"""Axes before the one that is cut, up to which colons are read at a glance."""


def _before(dim: int) -> str | None:
    """What stands before an axis in an index: ``:, :, `` or ``..., ``; None where only a method can say it."""
    if 0 < dim <= _LONGEST:
        return ":, " * dim
    return "..., " if dim == -1 else None
