"""VGG-11, 13, 16 and 19, with and without batch norm: one drawing, four rows of numbers."""

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import Drawn, document, draw, node
from netwright.architectures.presets import IMAGENET
from netwright.graph.document import Document

PAPER = Paper(
    "Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition",
    2015,
    "https://arxiv.org/abs/1409.1556",
)
WIDTHS = (64, 128, 256, 512, 512)
DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each of the five stages (the paper's configurations A, B, D and E)."""

FIGURES = {
    "vgg11": (132_863_336, 7.609),
    "vgg11_bn": (132_868_840, 7.609),
    "vgg13": (133_047_848, 11.308),
    "vgg13_bn": (133_053_736, 11.308),
    "vgg16": (138_357_544, 15.47),
    "vgg16_bn": (138_365_992, 15.47),
    "vgg19": (143_667_240, 19.632),
    "vgg19_bn": (143_678_248, 19.632),
}


def _convolution(has_norm: bool) -> Drawn:
    norm = [node("bn", "BatchNorm2d")] if has_norm else []
    conv = node("conv", "Conv2d", out_channels="=channels", kernel_size=3, padding=1)
    return draw([node("x", "Input"), conv, *norm, node("relu", "ReLU"), node("y", "Output")], channels=64)


def draw_vgg(depths: tuple[int, ...], has_norm: bool) -> Document:
    """Five stages of convolutions, each ended by a pool, and three Linear layers."""
    block = "ConvBNReLU" if has_norm else "ConvReLU"
    stage = draw(
        [
            node("x", "Input"),
            node("convs", f"block:{block}", channels="=channels", repeat="=depth"),
            node("pool", "MaxPool2d", kernel_size=2, stride=2),
            node("y", "Output"),
        ],
        channels=64,
        depth=2,
    )
    stages = [
        node(f"stage{number}", "block:Stage", channels=width, depth=depth)
        for number, (width, depth) in enumerate(zip(WIDTHS, depths, strict=True), start=1)
    ]
    network = draw(
        [
            node("image", "Input", shape=[3, 224, 224]),
            *stages,
            node("avgpool", "AdaptiveAvgPool2d", output_size=7),
            node("flat", "Flatten"),
            node("fc1", "Linear", out_features=4096),
            node("relu1", "ReLU"),
            node("drop1", "Dropout", p=0.5),
            node("fc2", "Linear", out_features=4096),
            node("relu2", "ReLU"),
            node("drop2", "Dropout", p=0.5),
            node("fc3", "Linear", out_features="=classes"),
            node("scores", "Output"),
        ],
        classes=1000,
    )
    return document("", network, None, **{block: _convolution(has_norm), "Stage": stage})


def _vgg(depth: int, has_norm: bool) -> Architecture:
    name = f"vgg{depth}_bn" if has_norm else f"vgg{depth}"
    parameters, gmacs = FIGURES[name]
    return Architecture(
        id=name,
        family="vgg",
        chapter="vgg",
        task="classification",
        paper=PAPER,
        look="vgg",
        preset=IMAGENET,
        draw=lambda: draw_vgg(DEPTHS[depth], has_norm),
        published=Published("torchvision", parameters, gmacs, (1000,)),
    )


VGG = tuple(_vgg(depth, has_norm) for depth in DEPTHS for has_norm in (False, True))
