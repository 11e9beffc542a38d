"""ResNet-18 to 152: two kinds of residual block, and how many of them stand in each of four stages."""

from netwright.architectures.base import Architecture, Look, Paper, Published
from netwright.architectures.drawing import Drawn, Place, document, draw, node
from netwright.architectures.presets import IMAGENET
from netwright.graph.document import Document, Node

PAPER = Paper("He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition", 2016, "https://arxiv.org/abs/1512.03385")
DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Residual blocks in each stage; up to 34 of two convolutions each, from 50 on of three (bottlenecks)."""

FIGURES = {18: (11_689_512, 1.814), 34: (21_797_672, 3.664), 50: (25_557_032, 4.089), 101: (44_549_160, 7.801), 152: (60_192_808, 11.514)}

_BASIC_LOOK = Look(
    "basic",
    (
        "New was the wire around: a block outputs F(x) + x and so has to learn only what to change. To change nothing it needs no "
        "more than F = 0, while a plain stack would have to learn the identity.",
        "Open a stage: its first block halves the picture and doubles the channels, so its shortcut needs a 1 x 1 convolution with "
        "stride 2; in all other blocks the shortcut is a bare wire and costs nothing.",
        "Notice the end: AdaptiveAvgPool2d averages 512 x 7 x 7 to 512 numbers, so the one Linear layer has 0.5 M parameters where "
        "VGG-16 has 123 M, and any picture size will do.",
        "With the gradient running along the sums, depth pays again: 34 layers beat 18 here, while without the shortcuts 34 are "
        "worse than 18. Compare the plain networks of the CIFAR family.",
    ),
)
_BOTTLENECK_LOOK = Look(
    "bottleneck",
    (
        "The deep ResNets are made of bottlenecks: a 1 x 1 convolution reduces the channels to a quarter, a 3 x 3 works on few, a "
        "1 x 1 brings them back. One block has three layers for about the price of two 3 x 3.",
        "Open a bottleneck and read the shapes: 256 channels, 64, 64, 256. This is the reduction by 1 x 1 convolutions of the notes, "
        "met again inside the residual block.",
        "The whole network is a dozen boxes: depth is the number of repetitions in layer1 to layer4, nearly all in layer3.",
        "Going from 50 to 152 layers adds 35 M parameters and less than 2 % of accuracy on ImageNet, at three times the time; that is "
        "why ResNet-50 is the one in common use. Far beyond (1,202 layers on CIFAR) it overfits and gets worse.",
    ),
)


def _convolve(name: str, norm: str, channels: str, kernel_size: int = 3, stride: str | None = None) -> list[Node]:
    params: dict[str, object] = {"out_channels": channels, "kernel_size": kernel_size, "bias": False}
    if kernel_size == 3:
        params["padding"] = 1
    if stride is not None:
        params["stride"] = stride
    return [node(name, "Conv2d", **params), node(norm, "BatchNorm2d")]


_PATH_PLACES: dict[str, Place] = {"x": (0, 0)}


def _basic(has_projection: bool) -> Drawn:
    stride = "=stride" if has_projection else None
    path = ["conv1", "bn1", "relu1", "conv2", "bn2"]
    nodes = [
        node("x", "Input"),
        *_convolve("conv1", "bn1", "=channels", stride=stride),
        node("relu1", "ReLU"),
        *_convolve("conv2", "bn2", "=channels"),
    ]
    return _residual(nodes, path, "=channels", has_projection)


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
    return _residual(nodes, path, "=4 * channels", has_projection)


def _residual(nodes: list[Node], path: list[str], width: str, has_projection: bool) -> Drawn:
    """The path, the way around it, and their sum."""
    skip = _convolve("downsample", "downsample_bn", width, 1, "=stride") if has_projection else []
    end = [node("add", "Add"), node("relu", "ReLU"), node("y", "Output")]
    around = " ".join(["x", *(each.id for each in skip), "add"])
    wires = f"x {' '.join(path)} add relu y, {around}"
    parameters = {"channels": 64, "stride": 2} if has_projection else {"channels": 64}
    return draw([*nodes, *skip, *end], wires, **parameters)


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
    count = sum(DEPTHS[depth])
    each = "bottlenecks of three convolutions" if is_bottleneck else "residual blocks of two convolutions"
    return Architecture(
        id=f"resnet{depth}",
        name=f"ResNet-{depth}",
        family="resnet",
        chapter="resnet",
        task="classification",
        paper=PAPER,
        summary=f"{count} {each} in four stages, each with a wire around it.",
        look=_BOTTLENECK_LOOK if is_bottleneck else _BASIC_LOOK,
        preset=IMAGENET,
        draw=lambda: draw_resnet(DEPTHS[depth], is_bottleneck),
        published=Published("torchvision's table of pretrained models", parameters, gmacs, (1000,)),
    )


RESNET = tuple(_resnet(depth) for depth in DEPTHS)
