"""Pools of other kinds: the power mean of a window, and windows of random size."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic

from netwright.language import listed, say, sized
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Repair, TensorSpec, Value
from netwright.layers.params import Positive, S, Share, Size1, Size2, Size3, expand, plain, setting
from netwright.layers.pooling import _Pool
from netwright.layers.spatial import AXES, Window, check_window, picture_port, primed

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


class LPPoolParams(LayerParams, Generic[S]):
    norm_type: Positive = setting(
        2.0,
        "The power p: 1 is the sum of the window, 2 the root of the sum of squares, a large one comes close to the largest.",
    )
    kernel_size: S = setting(2, "Size of the window.", unit="pixels")
    stride: S | None = setting(
        None, "Step of the window; empty means as much as kernel_size, so that windows do not overlap.", unit="pixels"
    )
    ceil_mode: bool = setting(False, "Round the output size up, so that a last window may hang over the edge.")


class _LPPool(_Pool):
    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"norm_type": params.norm_type, "kernel_size": params.kernel_size}
        return Call(cls.type, arguments | params.changed("stride", "ceil_mode"), positional=2)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        one = (1,) * cls.dims
        kernel = expand(params.kernel_size, cls.dims)
        stride = kernel if params.stride is None else expand(params.stride, cls.dims)
        yield from check_window(cls.type, Window(kernel, stride, (0,) * cls.dims, one), inputs[0])
        if params.norm_type != 1 and params.norm_type % 2:
            yield Complaint(
                code="power_of_negative_values",
                message=say(
                    "{type} `{node}` raises values to the power {power}: of a window with negative values the "
                    "result may be no number (NaN). Put a ReLU before it, or use an even power.",
                    type=cls.type,
                    power=f"{params.norm_type:g}",
                ),
                field="norm_type",
                severity="warning",
                expected=say("an even power"),
                got=f"{params.norm_type:g}",
                values={"power": params.norm_type},
                fixes=(Repair("set_param", {"name": "norm_type", "value": 2.0}),),
            )

    @classmethod
    def summary(cls, params: Any) -> str:
        return listed([f"p {params.norm_type:g}", super().summary(params)])


class LPPool1dParams(LPPoolParams[Size1]):
    pass


class LPPool2dParams(LPPoolParams[Size2]):
    pass


class LPPool3dParams(LPPoolParams[Size3]):
    pass


def _power(dims: int, use_when: str) -> Documentation:
    return Documentation(
        summary="Keeps the p-norm of each window that slides over the input: between a sum and a maximum.",
        formula=r"y_{c,i} = \Big( \sum_{j \in \text{window}(i)} x_{c,j}^p \Big)^{1/p}",
        shape=f"(N, C, {AXES[dims]}) -> (N, C, {primed(dims)})",
        use_when=use_when,
        pitfalls="It is a sum, not a mean: values grow with the window. With an odd or broken power negative inputs give "
        "nonsense or NaN. A window of zeros gets no gradient.",
        source=f"{_DOCS}LPPool{dims}d.html",
    )


_POWER_ALIASES = ("power average pooling", "lp pooling", "l2 pooling", "norm pooling")


class LPPool1d(_LPPool):
    """(N, C, L) -> (N, C, L')."""

    dims = 1
    Params = LPPool1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, mark="'"),)
    documentation = _power(1, "On signals where the energy of a window matters: with p 2 it is the root of the energy.")
    aliases = _POWER_ALIASES


class LPPool2d(_LPPool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = LPPool2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _power(
        2,
        "Where both how much and how strong should count: L2 pooling of older vision networks, texture and retrieval.",
    )
    aliases = _POWER_ALIASES


class LPPool3d(_LPPool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = LPPool3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _power(
        3, "On volumes and clips, where the energy of a block matters more than its brightest voxel."
    )
    aliases = _POWER_ALIASES


class FractionalMaxPoolParams(LayerParams, Generic[S]):
    kernel_size: S = setting(2, "Size of the windows of which the largest value is kept.", unit="pixels")
    output_size: S | None = setting(None, "Size that comes out. Empty: by output_ratio.", unit="pixels")
    output_ratio: Share | None = setting(
        None,
        "Output size as a share of the input size, below 1, where output_size is empty. Empty: 0.5.",
    )


class _FractionalMaxPool(Layer[Any]):
    family = "pooling"
    dims: int

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        wanted = params.changed("output_size", "output_ratio") or {"output_ratio": 0.5}
        return Call(cls.type, {"kernel_size": params.kernel_size, **wanted}, positional=1)

    @classmethod
    def sizes(cls, params: Any, spec: TensorSpec) -> tuple[int, ...]:
        """Sizes that come out, as PyTorch computes them."""
        if params.output_size is not None:
            return expand(params.output_size, cls.dims)
        return tuple(int(size * (params.output_ratio or 0.5)) for size in spec.shape[1:])

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        if params.output_size is not None and params.output_ratio is not None:
            yield Complaint(
                code="size_set_twice",
                message=say(
                    "{type} `{node}` has both output_size and output_ratio: leave one of them empty.", type=cls.type
                ),
                field="output_ratio",
                expected=say("one of output_size and output_ratio"),
                got=say("both"),
                fixes=tuple(Repair("set_param", {"name": n, "value": None}) for n in ("output_ratio", "output_size")),
            )
            return
        have, kernel = inputs[0].shape[1:], expand(params.kernel_size, cls.dims)
        wanted = cls.sizes(params, inputs[0])
        if all(1 <= w <= size - k + 1 for w, k, size in zip(wanted, kernel, have, strict=True)):
            return
        most = tuple(size - k + 1 for k, size in zip(kernel, have, strict=True))
        fits = tuple(min(max(1, w), limit) for w, limit in zip(wanted, most, strict=True))
        kernels = tuple(min(k, size - w + 1) for k, w, size in zip(kernel, wanted, have, strict=True))
        name = "output_ratio" if params.output_size is None else "output_size"
        repairs = []
        if min(wanted) >= 1 and min(kernels) >= 1:
            repairs.append(Repair("set_param", {"name": "kernel_size", "value": plain(kernels)}))
        if min(fits) >= 1 and params.output_ratio is None:
            repairs.append(Repair("set_param", {"name": "output_size", "value": plain(fits)}))
        text, room = (sized(values) for values in (wanted, have))
        window = sized(kernel)
        yield Complaint(
            code="does_not_shrink_enough",
            message=say(
                "{type} `{node}` cannot find {sizes} windows of {window} in {room} from `{source}`: every "
                "size must be at least 1 and at most the input less the kernel plus 1.",
                type=cls.type,
                sizes=text,
                window=window,
                room=room,
            ),
            port="x",
            field=name,
            expected=say("at most {size}", size=sized(max(limit, 0) for limit in most)),
            got=text,
            values={"wanted": text, "window": window, "input": room},
            fixes=tuple(repairs),
        )

    @classmethod
    def summary(cls, params: Any) -> str:
        if params.output_size is not None:
            return say("to {size}", size="x".join(map(str, expand(params.output_size, cls.dims))))
        return say("to {share} of the size", share=f"{params.output_ratio or 0.5:g}")


class FractionalMaxPool2dParams(FractionalMaxPoolParams[Size2]):
    pass


class FractionalMaxPool3dParams(FractionalMaxPoolParams[Size3]):
    pass


def _fractional(dims: int, use_when: str) -> Documentation:
    return Documentation(
        summary="Keeps the largest value of windows whose places are drawn at random, so that sizes shrink by any factor.",
        formula=r"\text{size}' = \lfloor \alpha \, \text{size} \rfloor, \qquad 0 < \alpha < 1",
        shape=f"(N, C, {AXES[dims]}) -> (N, C, {primed(dims)})",
        use_when=use_when,
        pitfalls="The places are drawn anew at every call, in evaluation too: the same picture gives slightly different "
        "scores, unless the seed is set before it. Average several passes.",
        source=f"Graham 2014, https://arxiv.org/abs/1412.6071; {_DOCS}FractionalMaxPool{dims}d.html",
    )


class FractionalMaxPool2d(_FractionalMaxPool):
    """(N, C, H, W) -> (N, C, H', W')."""

    dims = 2
    Params = FractionalMaxPool2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, mark="'"),)
    documentation = _fractional(
        2,
        "In deep networks over small pictures, to shrink gently (by 0.7, say) over many layers; the chance also regularises.",
    )
    aliases = ("random pooling", "stochastic pooling")


class FractionalMaxPool3d(_FractionalMaxPool):
    """(N, C, D, H, W) -> (N, C, D', H', W')."""

    dims = 3
    Params = FractionalMaxPool3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, mark="'"),)
    documentation = _fractional(3, "On small volumes, to shrink gently over many layers instead of halving each time.")
    aliases = ("random pooling", "stochastic pooling")
