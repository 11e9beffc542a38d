"""Published networks drawn with blocks, as their authors describe them: what the emitter's source is read beside.

They are samples for tests and benches; the ready-made architectures are the package's own.
"""

from collections.abc import Callable
from typing import Any

from netwright.graph.document import Block, Document, Node
from samples import block, document, image, node, out


def conv_bn(name: str, channels: int | str, kernel: int, **params: Any) -> list[Node]:
    padding: dict[str, Any] = {"padding": kernel // 2} if kernel > 1 else {}
    return [
        node(name, "Conv2d", out_channels=channels, kernel_size=kernel, bias=False, **padding, **params),
        node(f"{name}_bn", "BatchNorm2d"),
    ]


def bottleneck(*, projects: bool) -> Block:
    """1x1, 3x3, 1x1 with four times the channels at the end; the first of a stage projects its skip (He et al. 2016)."""
    stride = {"stride": "=stride"} if projects else {}
    nodes = [
        node("x", "Input"),
        *conv_bn("conv1", "=channels", 1),
        node("relu1", "ReLU"),
        *conv_bn("conv2", "=channels", 3, **stride),
        node("relu2", "ReLU"),
        *conv_bn("conv3", "=4 * channels", 1),
    ]
    main = "x conv1 conv1_bn relu1 conv2 conv2_bn relu2 conv3 conv3_bn add relu3 y"
    end = [node("add", "Add"), node("relu3", "ReLU"), out("y")]
    if not projects:
        return block([*nodes, *end], f"{main}, x add", channels=64)
    skip = conv_bn("down", "=4 * channels", 1, **stride)
    return block([*nodes, *skip, *end], f"{main}, x down down_bn add", channels=64, stride=2)


def resnet(*depths: int) -> Document:
    """ResNet-50 is ``resnet(3, 4, 6, 3)``, ResNet-152 ``resnet(3, 8, 36, 3)``: stages are blocks, a dozen boxes in all."""
    stage = block(
        [
            node("x", "Input"),
            node("first", "block:DownBottleneck", channels="=channels", stride="=stride"),
            node("rest", "block:Bottleneck", channels="=channels", repeat="=depth - 1"),
            out("y"),
        ],
        channels=64,
        depth=3,
        stride=2,
    )
    stages = [
        node(f"layer{i}", "block:Stage", channels=64 * 2 ** (i - 1), depth=depth, stride=1 if i == 1 else 2)
        for i, depth in enumerate(depths, start=1)
    ]
    network = [
        image(3, 224, 224),
        *conv_bn("conv1", 64, 7, stride=2),
        node("relu", "ReLU"),
        node("maxpool", "MaxPool2d", kernel_size=3, stride=2, padding=1),
        *stages,
        node("avgpool", "AdaptiveAvgPool2d"),
        node("flatten", "Flatten"),
        node("fc", "Linear", out_features=1000),
        out(),
    ]
    name = f"ResNet-{3 * sum(depths) + 2}"
    blocks = {"Bottleneck": bottleneck(projects=False), "DownBottleneck": bottleneck(projects=True), "Stage": stage}
    return document(block(network), name, **blocks)


def resnet50() -> Document:
    return resnet(3, 4, 6, 3)


def resnet152() -> Document:
    """60,192,808 parameters, as the flat drawing in ``resnet.py`` has."""
    return resnet(3, 8, 36, 3)


def cifar_resnet() -> Document:
    """ResNet-20 for CIFAR-10, section 4.2: n blocks a stage, 1x1 projections (option B); n is a parameter of the network."""

    def basic(*, projects: bool) -> Block:
        stride = {"stride": "=stride"} if projects else {}
        nodes = [
            node("x", "Input"),
            *conv_bn("conv1", "=channels", 3, **stride),
            node("relu1", "ReLU"),
            *conv_bn("conv2", "=channels", 3),
        ]
        main = "x conv1 conv1_bn relu1 conv2 conv2_bn add relu2 y"
        end = [node("add", "Add"), node("relu2", "ReLU"), out("y")]
        if not projects:
            return block([*nodes, *end], f"{main}, x add", channels=16)
        return block(
            [*nodes, *conv_bn("down", "=channels", 1, **stride), *end],
            f"{main}, x down down_bn add",
            channels=16,
            stride=2,
        )

    network = [
        image(3, 32, 32),
        *conv_bn("conv", "=width", 3),
        node("relu", "ReLU"),
        node("stage1", "block:Basic", channels="=width", repeat="=n"),
        node("down2", "block:DownBasic", channels="=2 * width"),
        node("stage2", "block:Basic", channels="=2 * width", repeat="=n - 1"),
        node("down3", "block:DownBasic", channels="=4 * width"),
        node("stage3", "block:Basic", channels="=4 * width", repeat="=n - 1"),
        node("pool", "AdaptiveAvgPool2d"),
        node("flatten", "Flatten"),
        node("fc", "Linear", out_features=10),
        out(),
    ]
    blocks = {"Basic": basic(projects=False), "DownBasic": basic(projects=True)}
    return document(block(network, n=3, width=16), "CIFAR ResNet-20", **blocks)


def vgg16() -> Document:
    """Simonyan & Zisserman 2015, configuration D with batch norm: five stages of 3x3 convolutions, three linear layers."""
    conv = block(
        [
            node("x", "Input"),
            node("conv", "Conv2d", out_channels="=channels", padding=1),
            node("bn", "BatchNorm2d"),
            node("relu", "ReLU"),
            out("y"),
        ],
        channels=64,
    )
    stage = block(
        [
            node("x", "Input"),
            node("convs", "block:Conv", channels="=channels", repeat="=depth"),
            node("pool", "MaxPool2d"),
            out("y"),
        ],
        channels=64,
        depth=2,
    )
    fully = block(
        [
            node("x", "Input"),
            node("fc", "Linear", out_features=4096),
            node("relu", "ReLU"),
            node("drop", "Dropout", p=0.5),
            out("y"),
        ]
    )
    stages = [
        node(f"stage{i}", "block:Stage", channels=channels, depth=depth)
        for i, (channels, depth) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], start=1)
    ]
    network = [
        image(3, 224, 224),
        *stages,
        node("avgpool", "AdaptiveAvgPool2d", output_size=7),
        node("flatten", "Flatten"),
        node("hidden", "block:Hidden", repeat=2),
        node("fc", "Linear", out_features=1000),
        out(),
    ]
    return document(block(network), "VGG-16 BN", Conv=conv, Stage=stage, Hidden=fully)


MIXES = (
    ("3a", 64, 96, 128, 16, 32, 32),
    ("3b", 128, 128, 192, 32, 96, 64),
    ("4a", 192, 96, 208, 16, 48, 64),
    ("4b", 160, 112, 224, 24, 64, 64),
    ("4c", 128, 128, 256, 24, 64, 64),
    ("4d", 112, 144, 288, 32, 64, 64),
    ("4e", 256, 160, 320, 32, 128, 128),
    ("5a", 256, 160, 320, 32, 128, 128),
    ("5b", 384, 192, 384, 48, 128, 128),
)
"""The widths of each Inception block: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection (table 1)."""


def googlenet() -> Document:
    """Szegedy et al. 2015 without the auxiliary heads, batch norm as torchvision has it."""
    conv = block(
        [
            node("x", "Input"),
            node(
                "conv",
                "Conv2d",
                out_channels="=channels",
                kernel_size="=kernel",
                stride="=stride",
                padding="=kernel // 2",
                bias=False,
            ),
            node("bn", "BatchNorm2d", eps=0.001),
            node("relu", "ReLU"),
            out("y"),
        ],
        channels=64,
        kernel=1,
        stride=1,
    )
    inception = block(
        [
            node("x", "Input"),
            node("branch1", "block:ConvBnRelu", channels="=ch1"),
            node("reduce3", "block:ConvBnRelu", channels="=ch3_reduce"),
            node("branch3", "block:ConvBnRelu", channels="=ch3", kernel=3),
            node("reduce5", "block:ConvBnRelu", channels="=ch5_reduce"),
            node("branch5", "block:ConvBnRelu", channels="=ch5", kernel=5),
            node("pool", "MaxPool2d", kernel_size=3, stride=1, padding=1),
            node("branch_pool", "block:ConvBnRelu", channels="=pool_proj"),
            node("concat", "Concat"),
            out("y"),
        ],
        "x branch1 concat y, x reduce3 branch3 concat, x reduce5 branch5 concat, x pool branch_pool concat",
        ch1=64,
        ch3_reduce=96,
        ch3=128,
        ch5_reduce=16,
        ch5=32,
        pool_proj=32,
    )
    names = ("ch1", "ch3_reduce", "ch3", "ch5_reduce", "ch5", "pool_proj")
    mixes = {
        name: node(f"inception{name}", "block:Inception", **dict[str, Any](zip(names, widths, strict=True)))
        for name, *widths in MIXES
    }

    def pool(name: str) -> Node:
        return node(name, "MaxPool2d", kernel_size=3, stride=2, padding=1)

    network = [
        image(3, 224, 224),
        node("conv1", "block:ConvBnRelu", channels=64, kernel=7, stride=2),
        pool("maxpool1"),
        node("conv2", "block:ConvBnRelu", channels=64),
        node("conv3", "block:ConvBnRelu", channels=192, kernel=3),
        pool("maxpool2"),
        mixes["3a"],
        mixes["3b"],
        pool("maxpool3"),
        *(mixes[name] for name in ("4a", "4b", "4c", "4d", "4e")),
        pool("maxpool4"),
        mixes["5a"],
        mixes["5b"],
        node("avgpool", "AdaptiveAvgPool2d"),
        node("flatten", "Flatten"),
        node("dropout", "Dropout", p=0.2),
        node("fc", "Linear", out_features=1000),
        out(),
    ]
    return document(block(network), "GoogLeNet", ConvBnRelu=conv, Inception=inception)


BLOCK_SAMPLES: dict[str, Callable[[], Document]] = {
    "resnet50": resnet50,
    "cifar_resnet": cifar_resnet,
    "vgg16": vgg16,
    "googlenet": googlenet,
}
