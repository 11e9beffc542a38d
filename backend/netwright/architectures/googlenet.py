"""GoogLeNet: the naive Inception module, the one with reductions, the network of the paper and torchvision's variant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import Drawn, Place, document, draw, node, rows
from netwright.architectures.presets import FASHION, IMAGENET, IMAGENET_HEADS
from netwright.graph.document import Document, Node

PAPER = Paper("Szegedy et al.: Going Deeper with Convolutions", 2015, "https://arxiv.org/abs/1409.4842")

MODULES = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}
"""Table 1 of the paper: channels of the 1x1, of the 3x3 behind its reduction, of the 5x5 behind its, and behind the pool."""

NAMES = ("ch1x1", "ch3x3red", "ch3x3", "ch5x5red", "ch5x5", "proj")


def basic_conv() -> Drawn:
    """torchvision's ``BasicConv2d``: convolution, batch norm, ReLU."""
    return draw(
        [
            node("x", "Input"),
            node(
                "conv",
                "Conv2d",
                out_channels="=channels",
                kernel_size="=kernel_size",
                stride="=stride",
                padding="=padding",
                bias=False,
            ),
            node("bn", "BatchNorm2d", eps=0.001),
            node("relu", "ReLU"),
            node("y", "Output"),
        ],
        channels=64,
        kernel_size=1,
        stride=1,
        padding=0,
    )


def inception(conv: str, third_kernel: int) -> Drawn:
    """Four branches that meet in a Concat; the block ``conv`` convolves."""
    reduce = f"block:{conv}"
    return draw(
        [
            node("x", "Input"),
            node("branch1", reduce, channels="=ch1x1"),
            node("branch2_reduce", reduce, channels="=ch3x3red"),
            node("branch2", reduce, channels="=ch3x3", kernel_size=3, padding=1),
            node("branch3_reduce", reduce, channels="=ch5x5red"),
            node("branch3", reduce, channels="=ch5x5", kernel_size=third_kernel, padding=third_kernel // 2),
            node("branch4_pool", "MaxPool2d", kernel_size=3, stride=1, padding=1, ceil_mode=True),
            node("branch4", reduce, channels="=proj"),
            node("join", "Concat"),
            node("y", "Output"),
        ],
        "x branch1 join y, x branch2_reduce branch2 join, x branch3_reduce branch3 join, x branch4_pool branch4 join",
        rows(
            "x branch1 . join",
            ". branch2_reduce branch2 y",
            ". branch3_reduce branch3",
            ". branch4_pool branch4",
        ),
        **dict(zip(NAMES, MODULES["inception3a"], strict=True)),
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the paper's network and torchvision's differ in."""

    conv: str
    third_kernel: int
    has_response_norm: bool
    last_pool: Mapping[str, Any]
    aux_pool: Node
    dropout: float


_POOL: Mapping[str, Any] = {"kernel_size": 3, "stride": 2, "ceil_mode": True}
_OF_PAPER = _Kind("ConvReLU", 5, True, _POOL, node("avgpool", "AvgPool2d", kernel_size=5, stride=3), 0.4)
_OF_TORCHVISION = _Kind(
    "BasicConv2d",
    3,
    False,
    {"kernel_size": 2, "stride": 2, "ceil_mode": True},
    node("avgpool", "AdaptiveAvgPool2d", output_size=4),
    0.2,
)


def draw_googlenet(kind: _Kind, has_heads: bool) -> Document:
    """Table 1 of the paper; ``has_heads`` with the two auxiliary classifiers."""
    blocks = {
        kind.conv: conv_relu() if kind is _OF_PAPER else basic_conv(),
        "Inception": inception(kind.conv, kind.third_kernel),
    }
    trunk, head = _trunk(kind), _head(kind)
    if not has_heads:
        return document("", draw([*trunk, *head], classes=1000), None, **blocks)
    heads = [
        node("aux1", "block:InceptionAux", classes="=classes"),
        node("aux2", "block:InceptionAux", classes="=classes"),
    ]
    nodes = [*trunk, *heads, *head, node("aux1_scores", "Output"), node("aux2_scores", "Output")]
    chain = " ".join(each.id for each in [*trunk, *head])
    wires = f"{chain}, inception4a aux1 aux1_scores, inception4d aux2 aux2_scores"
    network = draw(nodes, wires, _places(kind), classes=1000)
    return document("", network, None, **blocks, InceptionAux=_aux(kind))


def _trunk(kind: _Kind) -> list[Node]:
    conv = f"block:{kind.conv}"
    norm1, norm2 = ([node(name, "LocalResponseNorm")] if kind.has_response_norm else [] for name in ("norm1", "norm2"))
    modules = {
        name: node(name, "block:Inception", **dict(zip(NAMES, numbers, strict=True)))
        for name, numbers in MODULES.items()
    }
    return [
        node("image", "Input", shape=[3, 224, 224]),
        node("conv1", conv, channels=64, kernel_size=7, stride=2, padding=3),
        node("maxpool1", "MaxPool2d", **_POOL),
        *norm1,
        node("conv2", conv, channels=64),
        node("conv3", conv, channels=192, kernel_size=3, padding=1),
        *norm2,
        node("maxpool2", "MaxPool2d", **_POOL),
        modules["inception3a"],
        modules["inception3b"],
        node("maxpool3", "MaxPool2d", **_POOL),
        *(modules[f"inception4{letter}"] for letter in "abcde"),
        node("maxpool4", "MaxPool2d", **kind.last_pool),
        modules["inception5a"],
        modules["inception5b"],
    ]


def _head(kind: _Kind) -> list[Node]:
    return [
        node("avgpool", "AdaptiveAvgPool2d", output_size=1),
        node("flat", "Flatten"),
        node("dropout", "Dropout", p=kind.dropout),
        node("fc", "Linear", out_features="=classes"),
        node("scores", "Output"),
    ]


def _aux(kind: _Kind) -> Drawn:
    """A classifier on the way: it only helps the layers before it to learn."""
    return draw(
        [
            node("x", "Input"),
            kind.aux_pool,
            node("conv", f"block:{kind.conv}", channels=128),
            node("flat", "Flatten"),
            node("fc1", "Linear", out_features=1024),
            node("relu", "ReLU"),
            node("dropout", "Dropout", p=0.7),
            node("fc2", "Linear", out_features="=classes"),
            node("y", "Output"),
        ],
        classes=1000,
    )


def _places(kind: _Kind) -> dict[str, Place]:
    """The trunk in rows, each auxiliary head behind the module that it hangs on, with room for the map."""
    first = (
        ("image conv1 maxpool1 norm1", "conv2 conv3 norm2 maxpool2", "inception3a inception3b maxpool3")
        if kind.has_response_norm
        else ("image conv1 maxpool1 conv2", "conv3 maxpool2", "inception3a inception3b maxpool3")
    )
    return rows(
        *first,
        "inception4a aux1 aux1_scores",
        "inception4b inception4c",
        "inception4d aux2 aux2_scores",
        "inception4e maxpool4 inception5a inception5b",
        "avgpool flat dropout",
        "fc scores",
    )


def _googlenet(kind: _Kind, has_heads: bool, published: Published | None) -> Architecture:
    name = "googlenet" if kind is _OF_PAPER else "googlenet_torchvision"
    return Architecture(
        id=f"{name}_aux" if has_heads else name,
        family="googlenet",
        chapter="googlenet",
        task="classification",
        paper=PAPER,
        look="paper" if kind is _OF_PAPER else "torchvision",
        preset=IMAGENET_HEADS if has_heads else IMAGENET,
        draw=lambda: draw_googlenet(kind, has_heads),
        published=published,
    )


def draw_module(inner: Drawn, **blocks: Drawn) -> Document:
    """One module between a convolution that gives it the 192 channels of inception3a and a small head."""
    nodes = [
        node("image", "Input", shape=[1, 28, 28]),
        node("stem", "Conv2d", out_channels=192, kernel_size=3, padding=1),
        node("relu", "ReLU"),
        node("inception", "block:Inception"),
        node("avgpool", "AdaptiveAvgPool2d", output_size=1),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    return document("", draw(nodes), None, **blocks, Inception=inner)


def _naive() -> Document:
    """Figure 2(a) of the paper: the pool's branch keeps all its channels."""
    inner = draw(
        [
            node("x", "Input"),
            node("branch1", "block:ConvReLU", channels="=ch1x1"),
            node("branch2", "block:ConvReLU", channels="=ch3x3", kernel_size=3, padding=1),
            node("branch3", "block:ConvReLU", channels="=ch5x5", kernel_size=5, padding=2),
            node("branch4", "MaxPool2d", kernel_size=3, stride=1, padding=1),
            node("join", "Concat"),
            node("y", "Output"),
        ],
        "x branch1 join y, x branch2 join, x branch3 join, x branch4 join",
        ch1x1=64,
        ch3x3=128,
        ch5x5=32,
    )
    return draw_module(inner, ConvReLU=conv_relu())


def conv_relu() -> Drawn:
    """The paper's convolution: with bias and ReLU, without norm."""
    return draw(
        [
            node("x", "Input"),
            node(
                "conv",
                "Conv2d",
                out_channels="=channels",
                kernel_size="=kernel_size",
                stride="=stride",
                padding="=padding",
            ),
            node("relu", "ReLU"),
            node("y", "Output"),
        ],
        channels=64,
        kernel_size=1,
        stride=1,
        padding=0,
    )


def _module(name: str, look: str, make: Callable[[], Document]) -> Architecture:
    return Architecture(
        id=name,
        family="googlenet",
        chapter="googlenet",
        task="classification",
        paper=PAPER,
        look=look,
        preset=FASHION,
        draw=make,
    )


GOOGLENET = (
    _module("inception_naive", "naive", _naive),
    _module("inception_reduced", "reduced", lambda: draw_module(inception("ConvReLU", 5), ConvReLU=conv_relu())),
    _googlenet(_OF_PAPER, False, None),
    _googlenet(_OF_PAPER, True, None),
    _googlenet(_OF_TORCHVISION, False, Published("torchvision", 6_624_904, 1.498, (1000,))),
    _googlenet(_OF_TORCHVISION, True, Published("torchvision_aux", 13_004_888, None, (1000,))),
)
