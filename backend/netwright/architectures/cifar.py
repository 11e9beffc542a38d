"""The networks of the degradation experiment on CIFAR-10: ResNets with shortcuts that cost nothing, and without."""

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import Drawn, document, draw, node, rows
from netwright.architectures.presets import CIFAR
from netwright.graph.document import Document, Node

PAPER = Paper(
    "He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, section 4.2",
    2016,
    "https://arxiv.org/abs/1512.03385",
)
PARAMETERS = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962}
"""By depth: the same with and without shortcuts, since these have none."""


def _path(stride: str | None) -> list[Node]:
    conv1 = node("conv1", "Conv2d", out_channels="=channels", kernel_size=3, padding=1, bias=False)
    if stride is not None:
        conv1.params["stride"] = stride
    return [
        node("x", "Input"),
        conv1,
        node("bn1", "BatchNorm2d"),
        node("relu1", "ReLU"),
        node("conv2", "Conv2d", out_channels="=channels", kernel_size=3, padding=1, bias=False),
        node("bn2", "BatchNorm2d"),
    ]


_PATH_ROWS = ("x conv1 bn1 relu1", ". conv2 bn2")


def _basic() -> Drawn:
    nodes = [*_path(None), node("add", "Add"), node("relu", "ReLU"), node("y", "Output")]
    places = rows(*_PATH_ROWS, ". add relu y")
    return draw(nodes, "x conv1 bn1 relu1 conv2 bn2 add relu y, x add", places, channels=16)


def _widening() -> Drawn:
    """Half the picture, twice the channels.  The shortcut (option A) takes every second pixel and fills up with zeros."""
    nodes = [
        *_path("=stride"),
        node("every_second", "AvgPool2d", kernel_size=1, stride="=stride"),
        node("zeros", "Pad", pad=[0, 0, 0, 0, "=channels // 4", "=channels // 4"]),
        node("add", "Add"),
        node("relu", "ReLU"),
        node("y", "Output"),
    ]
    wires = "x conv1 bn1 relu1 conv2 bn2 add relu y, x every_second zeros add"
    places = rows(*_PATH_ROWS, ". every_second zeros", ". add relu y")
    return draw(nodes, wires, places, channels=32, stride=2)


def _plain(has_stride: bool) -> Drawn:
    nodes = [*_path("=stride" if has_stride else None), node("relu", "ReLU"), node("y", "Output")]
    parameters = {"channels": 32, "stride": 2} if has_stride else {"channels": 16}
    return draw(nodes, **parameters)


def draw_cifar(blocks: int, is_residual: bool) -> Document:
    """Three stages of ``blocks`` blocks at 32 x 32, 16 x 16 and 8 x 8: 6 x blocks + 2 layers with weights."""
    name, first = ("BasicBlock", "WideningBlock") if is_residual else ("PlainBlock", "WideningPlainBlock")
    stage = draw(
        [
            node("x", "Input"),
            node("first", f"block:{first}", channels="=channels"),
            node("rest", f"block:{name}", channels="=channels", repeat="=depth - 1"),
            node("y", "Output"),
        ],
        channels=32,
        depth=3,
    )
    network = draw(
        [
            node("image", "Input", shape=[3, 32, 32]),
            node("conv1", "Conv2d", out_channels=16, kernel_size=3, padding=1, bias=False),
            node("bn1", "BatchNorm2d"),
            node("relu", "ReLU"),
            node("layer1", f"block:{name}", channels=16, repeat="=depth"),
            node("layer2", "block:Stage", channels=32, depth="=depth"),
            node("layer3", "block:Stage", channels=64, depth="=depth"),
            node("avgpool", "AdaptiveAvgPool2d", output_size=1),
            node("flat", "Flatten"),
            node("fc", "Linear", out_features=10),
            node("scores", "Output"),
        ],
        depth=blocks,
    )
    usual, widening = (_basic(), _widening()) if is_residual else (_plain(False), _plain(True))
    return document("", network, None, **{name: usual, first: widening, "Stage": stage})


def _cifar(depth: int, is_residual: bool) -> Architecture:
    kind = "resnet" if is_residual else "plain"
    return Architecture(
        id=f"cifar_{kind}{depth}",
        family="cifar",
        chapter="resnet",
        task="classification",
        paper=PAPER,
        look=kind,
        preset=CIFAR,
        draw=lambda: draw_cifar((depth - 2) // 6, is_residual),
        published=Published("cifar", PARAMETERS[depth], None, (10,)),
    )


CIFAR_NETWORKS = (
    *(_cifar(depth, is_residual=False) for depth in (20, 32, 44, 56)),
    *(_cifar(depth, is_residual=True) for depth in PARAMETERS),
)
