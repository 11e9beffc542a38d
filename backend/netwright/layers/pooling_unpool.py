"""Max pools backwards: every value goes back to the place that a max pool took it from."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Generic

from netwright.language import say, sized
from netwright.layers.base import Call, Complaint, Documentation, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import (
    Padding1,
    Padding2,
    Padding3,
    S,
    Size1,
    Size2,
    Size3,
    Z,
    expand,
    plain,
    setting,
)
from netwright.layers.pooling import _Pool
from netwright.layers.spatial import AXES, check_cut, picture_port, primed

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


class MaxUnpoolParams(LayerParams, Generic[S, Z]):
    kernel_size: S = setting(2, "Size of the window of the pool that gave the indices.", unit="pixels")
    stride: S | None = setting(None, "Step of that window; empty means as much as kernel_size.", unit="pixels")
    padding: Z = setting(0, "Pixels that the pool added on every side.", unit="pixels")


def _windows(params: Any, dims: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Kernel, stride and padding of every axis."""
    kernel = expand(params.kernel_size, dims)
    stride = kernel if params.stride is None else expand(params.stride, dims)
    return kernel, stride, expand(params.padding, dims)


def unpooled_size(params: Any, spec: TensorSpec) -> tuple[int, ...]:
    """Sizes that come out where no ``like`` says it: the smallest that the pool makes this input from."""
    sizes = spec.shape[1:]
    settings = zip(*_windows(params, len(sizes)), strict=True)
    return tuple(
        (size - 1) * stride - 2 * padding + kernel
        for size, (kernel, stride, padding) in zip(sizes, settings, strict=True)
    )


class _MaxUnpool(_Pool):
    muted_is_identity = False

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        invoke = "{self}({0}, {1}, output_size={2}.size())" if inputs[2].is_given else "{self}({0}, {1})"
        return replace(super().call(params, inputs), invoke=invoke)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        x, indices, like = inputs
        if x.shape != indices.shape:
            yield Complaint(
                code="indices_do_not_fit",
                message=say(
                    "{type} `{node}` needs a place for each value of {x} but gets places {indices} from `{source}`: "
                    "between the pool and it neither the channels nor the sizes may change.",
                    type=cls.type,
                    x=x,
                    indices=indices,
                ),
                port="indices",
                expected=str(x),
                got=str(indices),
                values={"expected": str(x), "got": str(indices)},
            )
            return
        complaints = list(cls._check_size(params, x, like))
        yield from complaints or cls._check_places(params, inputs)

    @classmethod
    def _check_size(cls, params: Any, x: TensorSpec, like: TensorSpec) -> Iterator[Complaint]:
        """PyTorch takes another size than its own where it differs by less than the stride."""
        sizes, (_, stride, padding) = unpooled_size(params, x), _windows(params, cls.dims)
        if not like.is_given:
            yield from check_cut(cls.type, x, sizes, padding)
            return
        pairs = list(zip(sizes, stride, strict=True))
        if all(abs(want - size) < step for want, (size, step) in zip(like.shape[1:], pairs, strict=True)):
            return
        least, most = ("x".join(str(max(1, size + sign * (step - 1))) for size, step in pairs) for sign in (-1, 1))
        got = "x".join(map(str, like.shape[1:]))
        yield Complaint(
            code="like_out_of_reach",
            message=say(
                "{type} `{node}` is to make {x} as large as {like} from `{source}`, but with its kernel and stride "
                "only sizes from {least} to {most} come from that.",
                type=cls.type,
                x=x,
                like=like,
                least=least,
                most=most,
            ),
            port="like",
            field="kernel_size",
            expected=say("from {least} to {most}", least=least, most=most),
            got=got,
            values={"least": least, "most": most, "got": got},
            fixes=cls._repairs(params, x, like.shape[1:]),
        )

    @classmethod
    def _check_places(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Places count through the pool's input: in a picture of another size they are other places, or none."""
        x, indices, like = inputs
        sizes = like.shape[1:] if like.is_given else unpooled_size(params, x)
        if indices.places is None or indices.places == sizes:
            return
        made, counted = (sized(each) for each in (sizes, indices.places))
        yield Complaint(
            code="places_do_not_match",
            message=say(
                "{type} `{node}` makes {made}, but the places from `{source}` count through {counted}: values would "
                "land elsewhere. Connect what the pool takes to `like`, or set kernel_size, stride and padding as there.",
                type=cls.type,
                made=made,
                counted=counted,
            ),
            port="indices",
            field="kernel_size",
            expected=counted,
            got=made,
            values={"expected": counted, "got": made},
            fixes=() if like.is_given else cls._repairs(params, x, indices.places),
        )

    @classmethod
    def _repairs(cls, params: Any, x: TensorSpec, wanted: Sequence[int]) -> tuple[Repair, ...]:
        """The kernel that makes ``wanted`` of ``x``, where there is one."""
        padding = expand(params.padding, cls.dims)
        kernel = []
        for axis, (size, want, pad) in enumerate(zip(x.shape[1:], wanted, padding, strict=True)):
            room = want + 2 * pad
            if params.stride is None:
                kernel.append(room // size if room % size == 0 else 0)
            else:
                kernel.append(room - (size - 1) * expand(params.stride, cls.dims)[axis])
        return (Repair("set_param", {"name": "kernel_size", "value": plain(kernel)}),) if min(kernel) >= 1 else ()


class MaxUnpool1dParams(MaxUnpoolParams[Size1, Padding1]):
    pass


class MaxUnpool2dParams(MaxUnpoolParams[Size2, Padding2]):
    pass


class MaxUnpool3dParams(MaxUnpoolParams[Size3, Padding3]):
    pass


def _inputs(dims: int) -> tuple[Port, ...]:
    x, like = picture_port("x", dims), picture_port("like", dims, "C'", "'")
    return (
        x,
        Port("indices", x.axes, x.ranks, frozenset({"int64"})),
        Port("like", like.axes, like.ranks, optional=True),
    )


def _document(dims: int, use_when: str) -> Documentation:
    shape = f"(N, C, {AXES[dims]})"
    return Documentation(
        summary="Puts every value back to the place that a max pool took its largest value from; everywhere else are zeros. "
        "`indices` come from the output of that name of the pool, which is there when its return_indices is on. "
        "`like` gives the size, where the pool's input was no multiple of its stride: connect what the pool takes.",
        formula=r"y_{c,\, \text{indices}_{c,i}} = x_{c,i}, \qquad \text{size}' = (\text{size} - 1) s - 2p + k",
        shape=f"{shape}, {shape} -> (N, C, {primed(dims)})",
        use_when=use_when,
        pitfalls="Most of the output is zeros: let convolutions follow that fill the gaps. Between the pool and it the "
        "channels and sizes must stay, for each value has one place. Where windows overlap, of two values for one place one is "
        "lost. On a GPU PyTorch has no deterministic way for it.",
        source=f"Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901; {_DOCS}MaxUnpool{dims}d.html",
    )


_ALIASES = ("unpooling", "max unpooling", "segnet", "upsample", "deconvnet")


class MaxUnpool1d(_MaxUnpool):
    """(N, C, L), (N, C, L) -> (N, C, L')."""

    dims = 1
    Params = MaxUnpool1dParams
    inputs = _inputs(1)
    outputs = (picture_port("y", 1, mark="'"),)
    documentation = _document(1, "In autoencoders of series, so that a peak comes back at its own step.")
    aliases = _ALIASES


class MaxUnpool2d(_MaxUnpool):
    """(N, C, H, W), (N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = MaxUnpool2dParams
    inputs = _inputs(2)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _document(
        2,
        "In the decoder of a SegNet, so that outlines come back where they were without a skip of the whole picture; to see "
        "what a feature answers to (deconvnet).",
    )
    aliases = _ALIASES


class MaxUnpool3d(_MaxUnpool):
    """(N, C, D, H, W), (N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = MaxUnpool3dParams
    inputs = _inputs(3)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _document(3, "In decoders of volumes, so that the borders of organs come back where they were.")
    aliases = _ALIASES
