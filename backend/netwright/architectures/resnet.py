"""ResNet-18 to 152: two kinds of residual block, and how many of them stand in each of four stages."""

from collections.abc import Mapping

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import Drawn, Place, document, draw, node, rows
from netwright.architectures.presets import IMAGENET
from netwright.graph.document import Document, Node

PAPER = Paper(
    "He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition", 2016, "https://arxiv.org/abs/1512.03385"
)
DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Residual blocks in each stage; up to 34 of two convolutions each, from 50 on of three (bottlenecks)."""

FIGURES = {
    18: (11_689_512, 1.814),
    34: (21_797_672, 3.664),
    50: (25_557_032, 4.089),
    101: (44_549_160, 7.801),
    152: (60_192_808, 11.514),
}


def _convolve(name: str, norm: str, channels: str, kernel_size: int = 3, stride: str | None = None) -> list[Node]:
    """A convolution that keeps the size but for its stride, and its norm."""
    conv = node(name, "Conv2d", out_channels=channels, kernel_size=kernel_size, bias=False)
    if kernel_size > 1:
        conv.params["padding"] = kernel_size // 2
    if stride is not None:
        conv.params["stride"] = stride
    return [conv, node(norm, "BatchNorm2d")]


def _basic(has_projection: bool) -> Drawn:
    stride = "=stride" if has_projection else None
    path = ["conv1", "bn1", "relu1", "conv2", "bn2"]
    nodes = [
        node("x", "Input"),
        *_convolve("conv1", "bn1", "=channels", stride=stride),
        node("relu1", "ReLU"),
        *_convolve("conv2", "bn2", "=channels"),
    ]
    around = [". downsample downsample_bn"] if has_projection else []
    places = rows("x conv1 bn1 relu1", ". conv2 bn2", *around, ". add relu y")
    return _residual(nodes, path, "=channels", has_projection, places)


def _bottleneck(has_projection: bool) -> Drawn:
    stride = "=stride" if has_projection else None
    path = ["conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "conv3", "bn3"]
    nodes = [
        node("x", "Input"),
        *_convolve("conv1", "bn1", "=channels", 1),
        node("relu1", "ReLU"),
        *_convolve("conv2", "bn2", "=channels", stride=stride),
        node("relu2", "ReLU"),
        *_convolve("conv3", "bn3", "=4 * channels", 1),
    ]
    around = [". downsample downsample_bn"] if has_projection else []
    places = rows("x conv1 bn1 relu1", ". conv2 bn2 relu2", ". conv3 bn3", *around, ". add relu y")
    return _residual(nodes, path, "=4 * channels", has_projection, places)


def _residual(
    nodes: list[Node], path: list[str], width: str, has_projection: bool, places: Mapping[str, Place]
) -> Drawn:
    """The path, the way around it, and their sum."""
    skip = _convolve("downsample", "downsample_bn", width, 1, "=stride") if has_projection else []
    end = [node("add", "Add"), node("relu", "ReLU"), node("y", "Output")]
    around = " ".join(["x", *(each.id for each in skip), "add"])
    wires = f"x {' '.join(path)} add relu y, {around}"
    parameters = {"channels": 64, "stride": 2} if has_projection else {"channels": 64}
    return draw([*nodes, *skip, *end], wires, places, **parameters)


def draw_resnet(depths: tuple[int, ...], is_bottleneck: bool) -> Document:
    """The stem, four stages and the head."""
    name = "Bottleneck" if is_bottleneck else "BasicBlock"
    make = _bottleneck if is_bottleneck else _basic
    stage = draw(
        [
            node("x", "Input"),
            node("first", f"block:Downsample{name}", channels="=channels", stride="=stride"),
            node("rest", f"block:{name}", channels="=channels", repeat="=depth - 1"),
            node("y", "Output"),
        ],
        channels=64,
        depth=2,
        stride=2,
    )
    # The first stage keeps the picture's size.  Without bottlenecks it keeps the channels too and needs no projection.
    first = (
        node("layer1", "block:Stage", channels=64, depth=depths[0], stride=1)
        if is_bottleneck
        else node("layer1", f"block:{name}", channels=64, repeat=depths[0])
    )
    stages = [
        node(f"layer{number}", "block:Stage", channels=64 * 2 ** (number - 1), depth=depth)
        for number, depth in enumerate(depths[1:], start=2)
    ]
    network = draw(
        [
            node("image", "Input", shape=[3, 224, 224]),
            node("conv1", "Conv2d", out_channels=64, kernel_size=7, stride=2, padding=3, bias=False),
            node("bn1", "BatchNorm2d"),
            node("relu", "ReLU"),
            node("maxpool", "MaxPool2d", kernel_size=3, stride=2, padding=1),
            first,
            *stages,
            node("avgpool", "AdaptiveAvgPool2d", output_size=1),
            node("flat", "Flatten"),
            node("fc", "Linear", out_features="=classes"),
            node("scores", "Output"),
        ],
        classes=1000,
    )
    return document("", network, None, **{name: make(False), f"Downsample{name}": make(True), "Stage": stage})


def _resnet(depth: int) -> Architecture:
    is_bottleneck = depth >= 50
    parameters, gmacs = FIGURES[depth]
    return Architecture(
        id=f"resnet{depth}",
        family="resnet",
        chapter="resnet",
        task="classification",
        paper=PAPER,
        look="bottleneck" if is_bottleneck else "basic",
        preset=IMAGENET,
        draw=lambda: draw_resnet(DEPTHS[depth], is_bottleneck),
        published=Published("torchvision", parameters, gmacs, (1000,)),
    )


RESNET = tuple(_resnet(depth) for depth in DEPTHS)
