"""The convolutional network of the notes, LeNet-5, AlexNet."""

from netwright.architectures.base import Architecture, Paper, Published
from netwright.architectures.drawing import document, draw, node
from netwright.architectures.presets import DIGITS, FASHION, IMAGENET, MNIST_32
from netwright.graph.document import Document

_LECUN = Paper(
    "LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition",
    1998,
    "https://doi.org/10.1109/5.726791",
)
_KRIZHEVSKY = Paper(
    "Krizhevsky: One Weird Trick for Parallelizing Convolutional Neural Networks",
    2014,
    "https://arxiv.org/abs/1404.5997",
)
_SRIVASTAVA = Paper(
    "Ioffe, Szegedy: Batch Normalization, Accelerating Deep Network Training", 2015, "https://arxiv.org/abs/1502.03167"
)


def draw_cnn(size: int, channels: int) -> Document:
    """``[conv -> act -> pool] x N`` of the notes."""
    stage = draw(
        [
            node("x", "Input"),
            node("conv", "Conv2d", out_channels="=channels", kernel_size=3, padding=1),
            node("norm", "BatchNorm2d"),
            node("act", "ReLU"),
            node("pool", "MaxPool2d", kernel_size=2),
            node("y", "Output"),
        ],
        channels=32,
    )
    network = draw(
        [
            node("image", "Input", shape=[1, size, size]),
            node("stage", "block:Stage", channels="=channels", repeat="=stages"),
            node("flat", "Flatten"),
            node("fc", "Linear", out_features=128),
            node("act", "ReLU"),
            node("drop", "Dropout", p=0.5),
            node("head", "Linear", out_features=10),
            node("scores", "Output"),
        ],
        stages=2,
        channels=channels,
    )
    return document("", network, None, Stage=stage)


def draw_lenet5() -> Document:
    """LeNet-5 with every map of C3 connected to every map of S2."""
    nodes = [
        node("image", "Input", shape=[1, 32, 32]),
        node("c1", "Conv2d", out_channels=6, kernel_size=5),
        node("act1", "Tanh"),
        node("s2", "AvgPool2d", kernel_size=2),
        node("c3", "Conv2d", out_channels=16, kernel_size=5),
        node("act3", "Tanh"),
        node("s4", "AvgPool2d", kernel_size=2),
        node("c5", "Conv2d", out_channels=120, kernel_size=5),
        node("act5", "Tanh"),
        node("flat", "Flatten"),
        node("f6", "Linear", out_features=84),
        node("act6", "Tanh"),
        node("out", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    return document("", draw(nodes))


def draw_alexnet() -> Document:
    """As in ``torchvision.models.alexnet``."""
    pool = {"kernel_size": 3, "stride": 2}
    nodes = [
        node("image", "Input", shape=[3, 224, 224]),
        node("conv1", "Conv2d", out_channels=64, kernel_size=11, stride=4, padding=2),
        node("relu1", "ReLU"),
        node("pool1", "MaxPool2d", **pool),
        node("conv2", "Conv2d", out_channels=192, kernel_size=5, padding=2),
        node("relu2", "ReLU"),
        node("pool2", "MaxPool2d", **pool),
        node("conv3", "Conv2d", out_channels=384, kernel_size=3, padding=1),
        node("relu3", "ReLU"),
        node("conv4", "Conv2d", out_channels=256, kernel_size=3, padding=1),
        node("relu4", "ReLU"),
        node("conv5", "Conv2d", out_channels=256, kernel_size=3, padding=1),
        node("relu5", "ReLU"),
        node("pool5", "MaxPool2d", **pool),
        node("avgpool", "AdaptiveAvgPool2d", output_size=6),
        node("flat", "Flatten"),
        node("drop1", "Dropout", p=0.5),
        node("fc1", "Linear", out_features=4096),
        node("relu6", "ReLU"),
        node("drop2", "Dropout", p=0.5),
        node("fc2", "Linear", out_features=4096),
        node("relu7", "ReLU"),
        node("fc3", "Linear", out_features="=classes"),
        node("scores", "Output"),
    ]
    return document("", draw(nodes, classes=1000))


CONVOLUTIONAL = (
    Architecture(
        id="cnn",
        family="convolution",
        chapter="structure",
        task="classification",
        paper=_SRIVASTAVA,
        look="cnn",
        preset=FASHION,
        draw=lambda: draw_cnn(28, 32),
    ),
    Architecture(
        id="cnn_digits",
        family="convolution",
        chapter="structure",
        task="classification",
        paper=_SRIVASTAVA,
        look="cnn_digits",
        preset=DIGITS,
        draw=lambda: draw_cnn(8, 32),
    ),
    Architecture(
        id="lenet5",
        family="convolution",
        chapter="convolution",
        task="classification",
        paper=_LECUN,
        look="lenet5",
        preset=MNIST_32,
        draw=draw_lenet5,
        published=Published("lenet5", 61_706, None, (10,)),
    ),
    Architecture(
        id="alexnet",
        family="convolution",
        chapter="convolution",
        task="classification",
        paper=_KRIZHEVSKY,
        look="alexnet",
        preset=IMAGENET,
        draw=draw_alexnet,
        published=Published("torchvision", 61_100_840, 0.714, (1000,)),
    ),
)
