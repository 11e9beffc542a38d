"""Convolutions over one, two and three axes."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Generic, Literal

from netwright.language import listed, say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Repair, TensorSpec, Value
from netwright.layers.params import (
    Padding1,
    Padding2,
    Padding3,
    S,
    Size,
    Size1,
    Size2,
    Size3,
    Z,
    expand,
    plain,
    setting,
    short,
)
from netwright.layers.spatial import AXES, Window, check_window, not_divided, picture_port, primed

OUT_CHANNELS = "How many filters are learned: the channels of the output."
BIAS = "Add a learned offset to every channel. Switch it off where a normalisation follows."


class ConvParams(LayerParams, Generic[S, Z]):
    out_channels: Size = setting(32, OUT_CHANNELS, unit="channels")
    kernel_size: S = setting(3, "Size of the window a filter looks through.", unit="pixels")
    stride: S = setting(1, "Step of the window: 2 halves the size along each axis.", unit="pixels")
    padding: Z | Literal["valid", "same"] = setting(
        0,
        "Pixels added on every side. 'valid' adds none, 'same' as many as keep the size (with stride 1 only). "
        "A kernel of 3 keeps the size with padding 1, a kernel of 5 with 2.",
        unit="pixels",
    )
    dilation: S = setting(
        1, "Distance between the pixels that a window takes; more sees further at the same cost.", unit="pixels"
    )
    groups: Size = setting(
        1,
        "Split the channels into groups that are convolved apart. As many groups as channels is a depthwise convolution.",
        unit="groups",
    )
    bias: bool = setting(True, BIAS)
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = setting(
        "zeros", "What stands in the padded border: zeros, the mirrored picture, its edge repeated, or the other side."
    )


class _Filters(Layer[Any]):
    """Learned filters over one, two or three axes, forwards or backwards."""

    family = "convolution"
    dims: ClassVar[int]

    @classmethod
    def filters(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[int, int]:
        """Output channels and groups."""
        return params.out_channels, params.groups

    @classmethod
    def check_groups(cls, params: Any, channels: int) -> Iterator[Complaint]:
        """One complaint when the groups do not divide the channels of the input, or those of the output."""
        groups = params.groups
        if channels % groups:
            yield not_divided(cls.type, channels, groups, math.gcd(channels, groups), "groups")
        elif params.out_channels % groups:
            up = -(-params.out_channels // groups) * groups
            yield Complaint(
                code="groups_do_not_divide",
                message=say(
                    "{type} `{node}` cannot split its {out_channels} output channels into {groups} equal groups.",
                    type=cls.type,
                    out_channels=params.out_channels,
                    groups=groups,
                ),
                field="out_channels",
                expected=say("a multiple of {groups}", groups=groups),
                got=str(params.out_channels),
                values={"channels": params.out_channels, "groups": groups},
                fixes=(
                    Repair("set_param", {"name": "out_channels", "value": up}),
                    Repair("set_param", {"name": "groups", "value": math.gcd(channels, params.out_channels, groups)}),
                ),
            )

    @classmethod
    def weights_of_a_channel(cls, params: Any, channels: int, groups: int) -> int:
        """Weights that one channel on the far side holds, of ``channels`` on this side."""
        return (channels // groups) * math.prod(expand(params.kernel_size, cls.dims))

    @classmethod
    def summary(cls, params: Any) -> str:
        return listed(cls.summary_parts(params))

    @classmethod
    def summary_parts(cls, params: Any) -> list[str]:
        """What the card says, part by part: the kernel first."""
        out_channels = getattr(params, "out_channels", None)
        parts = [
            "x".join(map(str, expand(params.kernel_size, cls.dims))),
            *([str(out_channels)] if out_channels else []),
        ]
        if any(step != 1 for step in expand(params.stride, cls.dims)):
            parts.append(say("stride {stride}", stride=short(params.stride)))
        if any(step != 1 for step in expand(params.dilation, cls.dims)):
            parts.append(say("dilation {dilation}", dilation=short(params.dilation)))
        if getattr(params, "groups", 1) != 1:
            parts.append(say("groups {count}", count=params.groups))
        return parts


class _Conv(_Filters):
    @classmethod
    def window(cls, params: Any) -> Window:
        kernel, stride, dilation = (expand(v, cls.dims) for v in (params.kernel_size, params.stride, params.dilation))
        if params.padding == "same":
            # PyTorch pads unevenly where the reach is even; the sum of both sides is what the window gets.
            padding = tuple(-(-d * (k - 1) // 2) for k, d in zip(kernel, dilation, strict=True))
        else:
            padding = expand(0 if params.padding == "valid" else params.padding, cls.dims)
        return Window(kernel, stride, padding, dilation)

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        channels, groups = cls.filters(params, inputs)
        arguments: dict[str, Value] = {
            "in_channels": inputs[0].shape[0],
            "out_channels": channels,
            "kernel_size": params.kernel_size,
            **params.changed("stride", "padding", "dilation"),
            # What follows from the input is always printed: it may be 1 in one use of a block and not in another.
            **({} if getattr(params, "groups", None) == 1 else {"groups": groups}),
            **params.changed("bias", "padding_mode"),
        }
        return Call(f"Conv{cls.dims}d", arguments, positional=3)

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        """By PyTorch's formula, held to its run by a test: a width that changes asks it of two convolutions at each use, and a
        run on ``meta`` takes ten times as long."""
        x = inputs[0]
        sizes = x.shape[1:] if params.padding == "same" else cls.window(params).places(x.shape[1:])
        return (TensorSpec((cls.filters(params, inputs)[0], *sizes), x.dtype),)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from cls._check_same(params)
        yield from cls._check_uneven(params)
        yield from cls.check_groups(params, inputs[0].shape[0])
        window = cls.window(params)
        yield from check_window(cls.type, window, inputs[0], can_pad=True)
        yield from cls._check_padding_mode(params, window, inputs[0])

    @classmethod
    def _check_same(cls, params: Any) -> Iterator[Complaint]:
        stride = expand(params.stride, cls.dims)
        if params.padding == "same" and any(step != 1 for step in stride):
            # The same output size as padding="same" would give with odd kernels.
            half = tuple(reach // 2 for reach in cls.window(params).reach)
            yield Complaint(
                code="same_padding_with_stride",
                message=say(
                    "{type} `{node}` has padding 'same', which needs stride 1, but its stride is {stride}.",
                    type=cls.type,
                    stride=short(stride),
                ),
                field="padding",
                expected=say("stride {stride}", stride=1),
                got=say("stride {stride}", stride=short(stride)),
                values={"stride": short(stride)},
                fixes=(
                    Repair("set_param", {"name": "padding", "value": plain(half)}),
                    Repair("set_param", {"name": "stride", "value": 1}),
                ),
            )

    @classmethod
    def _check_uneven(cls, params: Any) -> Iterator[Complaint]:
        """Where an odd number of pixels is to be added in all, one side gets more: the picture shifts by half a pixel."""
        if params.padding != "same" or all(reach % 2 for reach in cls.window(params).reach):
            return
        odd = tuple(size + 1 - size % 2 for size in expand(params.kernel_size, cls.dims))
        kernel = "x".join(map(str, expand(params.kernel_size, cls.dims)))
        yield Complaint(
            code="uneven_padding",
            message=say(
                "{type} `{node}` has padding 'same' and a kernel of {kernel}: one side gets a pixel more than"
                " the other, and PyTorch copies the input for it.",
                type=cls.type,
                kernel=kernel,
            ),
            field="kernel_size",
            severity="warning",
            expected=say("an odd kernel"),
            got=kernel,
            values={"kernel": kernel},
            fixes=(Repair("set_param", {"name": "kernel_size", "value": plain(odd)}),),
        )

    @classmethod
    def _check_padding_mode(cls, params: Any, window: Window, spec: TensorSpec) -> Iterator[Complaint]:
        """A mirror needs more pixels than it pads, a circle as many; zeros and edges can be repeated for ever."""
        spare = {"reflect": 1, "circular": 0}.get(params.padding_mode)
        if spare is None:
            return
        if any(pad + spare > size for pad, size in zip(window.padding, spec.shape[1:], strict=True)):
            yield Complaint(
                code="padding_too_large",
                message=say(
                    "{type} `{node}` pads {padding} pixels by '{padding_mode}', more than the input {spec} from "
                    "`{source}` has to give.",
                    type=cls.type,
                    padding=short(window.padding),
                    padding_mode=params.padding_mode,
                    spec=spec,
                ),
                port="x",
                field="padding_mode",
                expected=say("an axis of at least {size}", size=max(window.padding) + spare),
                got=str(spec),
                values={"padding": short(window.padding), "got": str(spec)},
                fixes=(Repair("set_param", {"name": "padding_mode", "value": "zeros"}),),
            )

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        _, groups = cls.filters(params, inputs)
        return outputs[0].numel * cls.weights_of_a_channel(params, inputs[0].shape[0], groups)

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        channels, groups = cls.filters(params, inputs)
        has_bias: bool = params.bias
        return channels * (cls.weights_of_a_channel(params, inputs[0].shape[0], groups) + has_bias)


class Conv1dParams(ConvParams[Size1, Padding1]):
    pass


class Conv2dParams(ConvParams[Size2, Padding2]):
    pass


class Conv3dParams(ConvParams[Size3, Padding3]):
    pass


def _document(dims: int, summary: str, use_when: str, pitfalls: str) -> Documentation:
    return Documentation(
        summary=summary,
        formula=r"y_{c'} = b_{c'} + \sum_{c=1}^{C} w_{c',c} \star x_c, \qquad "
        r"\text{size}' = \left\lfloor \frac{\text{size} + 2p - d(k-1) - 1}{s} \right\rfloor + 1",
        shape=f"(N, C, {AXES[dims]}) -> (N, C', {primed(dims)})",
        use_when=use_when,
        pitfalls=pitfalls,
        source=f"https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv{dims}d.html",
    )


class Conv1d(_Conv):
    """(N, C, L) -> (N, C', L')."""

    dims = 1
    Params = Conv1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, "C'", "'"),)
    documentation = _document(
        1,
        "Slides learned filters along one axis: each output value is a weighted sum of a few neighbouring steps.",
        "On sound, sensor signals and other series where a pattern means the same wherever it occurs.",
        "Channels come before length: a series of shape (N, L, C) must be turned round first. Without padding every "
        "layer shortens the series by kernel_size - 1, and a step near the end sees less context.",
    )
    aliases = ("convolution", "filters")


class Conv2d(_Conv):
    """(N, C, H, W) -> (N, C', H', W')."""

    dims = 2
    Params = Conv2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, "C'", "'"),)
    documentation = _document(
        2,
        "Slides learned filters over a picture: each output pixel is a weighted sum of a small neighbourhood in all channels.",
        "The first choice for pictures. Two 3x3 layers see as far as one 5x5 with fewer weights; a 1x1 kernel mixes "
        "channels only.",
        "Without padding every layer shrinks the picture by kernel_size - 1. A bias right before BatchNorm does nothing. "
        "Cost grows with in_channels x out_channels: wide layers at high resolution are the expensive ones.",
    )
    aliases = ("convolution", "filters", "1x1 convolution", "pointwise convolution", "dilated", "atrous", "grouped")


class Conv3d(_Conv):
    """(N, C, D, H, W) -> (N, C', D', H', W')."""

    dims = 3
    Params = Conv3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, "C'", "'"),)
    documentation = _document(
        3,
        "Slides learned filters through a volume: each output voxel is a weighted sum of a small block in all channels.",
        "On scans (CT, MRI) and on short videos, where the third axis is depth or time.",
        "Memory and cost grow with the cube of the resolution: a 3x3x3 kernel has three times the weights of a 3x3 one. "
        "Start with few channels and small volumes.",
    )
    aliases = ("convolution", "filters")
