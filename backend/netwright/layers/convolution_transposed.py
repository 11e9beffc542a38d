"""Transposed convolutions: from small to large, with learned filters."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic

from netwright.language import say
from netwright.layers.base import Call, Complaint, Documentation, LayerParams, Repair, TensorSpec, Value
from netwright.layers.convolution import BIAS, OUT_CHANNELS, _Filters
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
from netwright.layers.spatial import AXES, check_cut, picture_port, primed


class ConvTransposeParams(LayerParams, Generic[S, Z]):
    out_channels: Size = setting(32, OUT_CHANNELS, unit="channels")
    kernel_size: S = setting(2, "Size of the patch that every input pixel paints into the output.", unit="pixels")
    stride: S = setting(
        1, "Distance of neighbouring patches: 2 doubles the size along each axis with a kernel of 2.", unit="pixels"
    )
    padding: Z = setting(0, "Pixels cut off the output on every side.", unit="pixels")
    output_padding: Z = setting(
        0,
        "Pixels that the output gets at the end of each axis, to choose among the sizes that a convolution with this "
        "stride would have made the input from. Less than the stride or the dilation.",
        unit="pixels",
    )
    groups: Size = setting(1, "Split the channels into groups that are convolved apart.", unit="groups")
    bias: bool = setting(True, BIAS)
    dilation: S = setting(1, "Distance between the pixels of a patch.", unit="pixels")


class _ConvTranspose(_Filters):
    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {
            "in_channels": inputs[0].shape[0],
            "out_channels": params.out_channels,
            "kernel_size": params.kernel_size,
            **params.changed("stride", "padding", "output_padding", "groups", "bias", "dilation"),
        }
        return Call(cls.type, arguments, positional=3)

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from cls.check_groups(params, inputs[0].shape[0])
        complaints = list(cls._check_output_padding(params))
        yield from complaints or check_cut(
            cls.type, inputs[0], cls.output_size(params, inputs[0]), expand(params.padding, cls.dims)
        )

    @classmethod
    def _check_output_padding(cls, params: Any) -> Iterator[Complaint]:
        names = ("output_padding", "stride", "dilation")
        extra, stride, dilation = (expand(getattr(params, name), cls.dims) for name in names)
        most = tuple(max(s, d) - 1 for s, d in zip(stride, dilation, strict=True))
        if any(pad > limit for pad, limit in zip(extra, most, strict=True)):
            fits = tuple(min(pad, limit) for pad, limit in zip(extra, most, strict=True))
            yield Complaint(
                code="output_padding_too_large",
                message=say(
                    "{type} `{node}` adds {extra} pixels at the end, but output_padding must be less than its "
                    "stride of {stride} or its dilation of {dilation}.",
                    type=cls.type,
                    extra=short(extra),
                    stride=short(stride),
                    dilation=short(dilation),
                ),
                field="output_padding",
                expected=say("at most {size}", size=short(most)),
                got=short(extra),
                values={"output_padding": short(extra), "stride": short(stride), "dilation": short(dilation)},
                fixes=(Repair("set_param", {"name": "output_padding", "value": plain(fits)}),),
            )

    @classmethod
    def output_size(cls, params: Any, spec: TensorSpec) -> tuple[int, ...]:
        """Sizes of the spatial axes that come out; below 1 where more is cut off than there is."""
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        settings = zip(*(expand(getattr(params, name), cls.dims) for name in names), strict=True)
        return tuple(
            (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
            for size, (kernel, stride, padding, extra, dilation) in zip(spec.shape[1:], settings, strict=True)
        )

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].numel * cls.weights_of_a_channel(params, params.out_channels, params.groups)

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        weights = inputs[0].shape[0] * cls.weights_of_a_channel(params, params.out_channels, params.groups)
        channels: int = params.out_channels
        return weights + (channels if params.bias else 0)


class ConvTranspose1dParams(ConvTransposeParams[Size1, Padding1]):
    pass


class ConvTranspose2dParams(ConvTransposeParams[Size2, Padding2]):
    pass


class ConvTranspose3dParams(ConvTransposeParams[Size3, Padding3]):
    pass


def _document(dims: int, what: str, use_when: str) -> Documentation:
    return Documentation(
        summary=f"Every input {what} paints a learned patch, and patches that overlap are added: the output is larger.",
        formula=r"\text{size}' = (\text{size} - 1) s - 2p + d(k-1) + p_{\text{out}} + 1",
        shape=f"(N, C, {AXES[dims]}) -> (N, C', {primed(dims)})",
        use_when=use_when,
        pitfalls="Where the kernel is no multiple of the stride, patches overlap unevenly and leave a checkerboard: take "
        "kernel 2 or 4 with stride 2, or Upsample followed by a convolution. With the defaults, stride 1, it hardly "
        "enlarges.",
        source="Odena et al. 2016, Deconvolution and Checkerboard Artifacts, https://doi.org/10.23915/distill.00003; "
        f"https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose{dims}d.html",
    )


_ALIASES = ("deconvolution", "transposed convolution", "upconvolution", "fractionally strided convolution")


class ConvTranspose1d(_ConvTranspose):
    """(N, C, L) -> (N, C', L')."""

    dims = 1
    Params = ConvTranspose1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, "C'", "'"),)
    documentation = _document(
        1,
        "step",
        "In decoders of sound and series: from a short code back to the full length, a factor of the stride a layer.",
    )
    aliases = _ALIASES


class ConvTranspose2d(_ConvTranspose):
    """(N, C, H, W) -> (N, C', H', W')."""

    dims = 2
    Params = ConvTranspose2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, "C'", "'"),)
    documentation = _document(
        2,
        "pixel",
        "In decoders: the way up of a U-Net (kernel 2, stride 2 doubles the picture), autoencoders, generators of pictures.",
    )
    aliases = _ALIASES


class ConvTranspose3d(_ConvTranspose):
    """(N, C, D, H, W) -> (N, C', D', H', W')."""

    dims = 3
    Params = ConvTranspose3dParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3, "C'", "'"),)
    documentation = _document(3, "voxel", "In decoders of volumes, such as the way up of a 3-d U-Net on scans.")
    aliases = _ALIASES
