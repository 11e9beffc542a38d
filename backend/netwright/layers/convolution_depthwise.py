"""Depthwise convolutions: every channel has filters of its own."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic, Literal

from netwright.language import listed, say
from netwright.layers.base import Complaint, Documentation, LayerParams, TensorSpec
from netwright.layers.convolution import ConvParams, _Conv
from netwright.layers.params import Padding1, Padding2, S, Size, Size1, Size2, Z, setting
from netwright.layers.spatial import AXES, picture_port, primed


def _same(name: str) -> str:
    """What a setting means here as in any convolution."""
    description = ConvParams.model_fields[name].description
    assert description is not None
    return description


class DepthwiseParams(LayerParams, Generic[S, Z]):
    depth_multiplier: Size = setting(
        1, "How many filters each channel gets; as many channels come out of it.", unit="filters"
    )
    kernel_size: S = setting(3, _same("kernel_size"), unit="pixels")
    stride: S = setting(1, _same("stride"), unit="pixels")
    padding: Z | Literal["valid", "same"] = setting(0, _same("padding"), unit="pixels")
    dilation: S = setting(1, _same("dilation"), unit="pixels")
    bias: bool = setting(True, _same("bias"))
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = setting("zeros", _same("padding_mode"))


class _Depthwise(_Conv):
    @classmethod
    def filters(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[int, int]:
        """As many groups as the input has channels."""
        channels = inputs[0].shape[0]
        return channels * params.depth_multiplier, channels

    @classmethod
    def check_groups(cls, params: Any, channels: int) -> Iterator[Complaint]:
        """The groups follow from the input: they always divide."""
        yield from ()

    @classmethod
    def summary(cls, params: Any) -> str:
        first, *rest = cls.summary_parts(params)
        times = [] if params.depth_multiplier == 1 else [say("{count} a channel", count=params.depth_multiplier)]
        return listed([first, *times, *rest])


class DepthwiseConv1dParams(DepthwiseParams[Size1, Padding1]):
    pass


class DepthwiseConv2dParams(DepthwiseParams[Size2, Padding2]):
    pass


def _document(dims: int, what: str, use_when: str) -> Documentation:
    return Documentation(
        summary=f"Slides filters over each {what} by itself; channels are not mixed.",
        formula=r"y_{cm+j} = b_{cm+j} + w_{cm+j} \star x_c, \qquad j = 0 \dots m-1",
        shape=f"(N, C, {AXES[dims]}) -> (N, C m, {primed(dims)})",
        use_when=use_when,
        pitfalls=f"It does not mix channels: put a Conv{dims}d with kernel 1 behind it, which together is a separable "
        "convolution. It has few multiplications for the values it reads, so on a GPU it saves less time than its count "
        f"promises. Exported, it is nn.Conv{dims}d with as many groups as channels.",
        source="Howard et al. 2017, MobileNets, https://arxiv.org/abs/1704.04861; "
        f"https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv{dims}d.html",
    )


class DepthwiseConv1d(_Depthwise):
    """(N, C, L) -> (N, C m, L')."""

    dims = 1
    Params = DepthwiseConv1dParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1, "C m", "'"),)
    documentation = _document(
        1,
        "channel of a series",
        "In Conformers and light networks over sound and sensors: long kernels at a cost that grows with C, not with C x C.",
    )
    aliases = ("depthwise convolution", "separable convolution", "channelwise")


class DepthwiseConv2d(_Depthwise):
    """(N, C, H, W) -> (N, C m, H', W')."""

    dims = 2
    Params = DepthwiseConv2dParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2, "C m", "'"),)
    documentation = _document(
        2,
        "channel of a picture",
        "In MobileNet, EfficientNet and ConvNeXt: followed by a 1x1 convolution it does what a full 3x3 does with about a "
        "ninth of the multiplications.",
    )
    aliases = ("depthwise convolution", "separable convolution", "channelwise")
