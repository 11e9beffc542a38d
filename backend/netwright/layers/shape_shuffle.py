"""Channels traded for places and shuffled among each other."""

from collections.abc import Iterator, Sequence
from typing import Any

from netwright.language import say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Size, setting
from netwright.layers.spatial import not_divided, picture_port

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


class PixelShuffleParams(LayerParams):
    upscale_factor: Size = setting(2, "How many times as high and as wide the picture becomes.", unit="times")


class PixelShuffle(Layer[PixelShuffleParams]):
    """(N, C r r, H, W) -> (N, C, H r, W r)."""

    family = "shape"
    Params = PixelShuffleParams
    inputs = (picture_port("x", 2, "C r r"),)
    outputs = (Port("y", "(N, C, H r, W r)", frozenset({4})),)
    documentation = Documentation(
        summary="Lays groups of channels out as pixels: fewer channels, a larger picture, the same values.",
        formula=r"y_{c,\, hr + i,\, wr + j} = x_{c r^2 + ir + j,\, h,\, w}",
        shape="(N, C r r, H, W) -> (N, C, H r, W r)",
        use_when="At the end of super-resolution networks: the convolutions run on the small picture, and the last gives r "
        "x r values for each pixel.",
        pitfalls="The channels must divide by r x r. Fresh weights leave a checkerboard at the start of training.",
        source=f"Shi et al. 2016, https://arxiv.org/abs/1609.05158; {_DOCS}PixelShuffle.html",
    )
    aliases = ("depth to space", "sub-pixel convolution", "super resolution")

    @classmethod
    def call(cls, params: PixelShuffleParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("PixelShuffle", {"upscale_factor": params.upscale_factor}, positional=1)

    @classmethod
    def check(cls, params: PixelShuffleParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        channels, factor = inputs[0].shape[0], params.upscale_factor
        if channels % factor**2:
            smaller = [r for r in range(min(factor, 64), 1, -1) if channels % r**2 == 0][:1]
            yield Complaint(
                code="size_does_not_divide",
                message=say(
                    "PixelShuffle `{node}` makes a square of {factor} x {factor} pixels out of {count} channels, "
                    "but the {channels} channels from `{source}` are no multiple of that.",
                    factor=factor,
                    count=factor**2,
                    channels=channels,
                ),
                port="x",
                field="upscale_factor",
                expected=say("a multiple of {count} channels", count=factor**2),
                got=say("{channels} channels", channels=channels),
                values={"size": channels, "parts": factor**2, "got": str(inputs[0])},
                fixes=(
                    *(Repair("set_param", {"name": "upscale_factor", "value": r}) for r in smaller),
                    Repair("insert", {"nodes": [_mix(-(-channels // factor**2) * factor**2)]}),
                ),
            )

    @classmethod
    def summary(cls, params: PixelShuffleParams) -> str:
        return f"x {params.upscale_factor}"


def _mix(channels: int) -> dict[str, Any]:
    """A 1x1 convolution that gives so many channels."""
    return {"type": "Conv2d", "params": {"out_channels": channels, "kernel_size": 1}}


class PixelUnshuffleParams(LayerParams):
    downscale_factor: Size = setting(2, "How many times as low and as narrow the picture becomes.", unit="times")


class PixelUnshuffle(Layer[PixelUnshuffleParams]):
    """(N, C, H r, W r) -> (N, C r r, H, W)."""

    family = "shape"
    Params = PixelUnshuffleParams
    inputs = (Port("x", "(N, C, H r, W r)", frozenset({4})),)
    outputs = (picture_port("y", 2, "C r r"),)
    documentation = Documentation(
        summary="Stacks the pixels of small squares as channels: a smaller picture, more channels, the same values.",
        formula=r"y_{c r^2 + ir + j,\, h,\, w} = x_{c,\, hr + i,\, wr + j}",
        shape="(N, C, H r, W r) -> (N, C r r, H, W)",
        use_when="To shrink a picture without losing anything: at the start of fast networks, in invertible flows, and "
        "before a PixelShuffle at the end.",
        pitfalls="Height and width must divide by r. The channels grow by r x r, and with them the cost of the next layer.",
        source=_DOCS + "PixelUnshuffle.html",
    )
    aliases = ("space to depth", "focus", "squeeze pixels")

    @classmethod
    def call(cls, params: PixelUnshuffleParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("PixelUnshuffle", {"downscale_factor": params.downscale_factor}, positional=1)

    @classmethod
    def check(cls, params: PixelUnshuffleParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        _, height, width = inputs[0].shape
        factor = params.downscale_factor
        if height % factor or width % factor:
            pad = {"type": "Pad", "params": {"pad": [0, -width % factor, 0, -height % factor]}}
            smaller = [r for r in range(min(factor, height, width, 64), 1, -1) if height % r == 0 and width % r == 0][
                :1
            ]
            yield Complaint(
                code="size_does_not_divide",
                message=say(
                    "PixelUnshuffle `{node}` cuts the picture into squares of {factor} x {factor}, but {height} x"
                    " {width} from `{source}` is no multiple of that.",
                    factor=factor,
                    height=height,
                    width=width,
                ),
                port="x",
                field="downscale_factor",
                expected=say("multiples of {factor}", factor=factor),
                got=f"{height} x {width}",
                values={"height": height, "width": width, "factor": factor, "got": str(inputs[0])},
                fixes=(
                    Repair("insert", {"nodes": [pad]}),
                    *(Repair("set_param", {"name": "downscale_factor", "value": r}) for r in smaller),
                ),
            )

    @classmethod
    def summary(cls, params: PixelUnshuffleParams) -> str:
        return f"/ {params.downscale_factor}"


class ChannelShuffleParams(LayerParams):
    groups: Size = setting(2, "How many groups the channels come in; they are dealt out like cards.", unit="groups")


class ChannelShuffle(Layer[ChannelShuffleParams]):
    """(N, C, *) -> (N, C, *)."""

    family = "shape"
    Params = ChannelShuffleParams
    inputs = (Port("x", "(N, C, *)", frozenset({3, 4, 5})),)
    outputs = (Port("y", "(N, C, *)", frozenset({3, 4, 5})),)
    documentation = Documentation(
        summary="Deals the channels of several groups out in turn, so that the next grouped convolution sees some of each.",
        formula=r"y_{jg + i} = x_{i (C / g) + j}, \qquad i = 0 \dots g-1",
        shape="(N, C, *) -> (N, C, *)",
        use_when="Between grouped convolutions, which otherwise never exchange anything: ShuffleNet.",
        pitfalls="The channels must divide by the groups. With as many groups as channels, or with one, nothing moves.",
        source=f"Zhang et al. 2018, ShuffleNet, https://arxiv.org/abs/1707.01083; {_DOCS}ChannelShuffle.html",
    )
    aliases = ("shufflenet",)

    @classmethod
    def call(cls, params: ChannelShuffleParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("ChannelShuffle", {"groups": params.groups}, positional=1)

    @classmethod
    def check(cls, params: ChannelShuffleParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        channels, groups = inputs[0].shape[0], params.groups
        if channels % groups:
            divisor = next((n for n in range(min(groups, channels), 1, -1) if channels % n == 0), 1)
            yield not_divided("ChannelShuffle", channels, groups, divisor, "groups")

    @classmethod
    def summary(cls, params: ChannelShuffleParams) -> str:
        return say("{count} groups", count=params.groups)
