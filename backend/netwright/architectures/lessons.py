"""Small networks that show one thing of the notes: what a 1x1 convolution does, and averaging instead of flattening."""

from netwright.architectures.base import Architecture, Example, Paper, Preset, Sweep
from netwright.architectures.drawing import document, draw, node, rows
from netwright.graph.document import Document

_LIN = Paper("Lin, Chen, Yan: Network In Network", 2014, "https://arxiv.org/abs/1312.4400")

_TWO_OUTPUTS = Preset(
    "two_branches",
    "fashion_mnist",
    {
        "data": {"batch_size": 128},
        "objectives": [{"output": "reduced_scores"}],
        "epochs": 3,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)
_TWO_HEADS = Preset(
    "two_heads",
    "fashion_mnist",
    {
        "data": {"batch_size": 128},
        "objectives": [{"output": "averaged"}],
        "epochs": 3,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)
_SMALL_COLOUR = Preset(
    "small_colour",
    None,
    {
        "data": {
            "batch_size": 32,
            "preprocess": [
                {"type": "ToFloat", "params": {}},
                {"type": "Resize", "params": {"size": [4, 4]}},
                {"type": "Normalize", "params": {}},
            ],
        },
        "objectives": [{"output": "scores"}],
        "epochs": 5,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)


def draw_pair() -> Document:
    """The two ways beside each other, each followed by the same small head."""
    direct = draw(
        [node("x", "Input"), node("conv", "Conv2d", out_channels=128, kernel_size=3, padding=1), node("y", "Output")]
    )
    reduced = draw(
        [
            node("x", "Input"),
            node("reduce", "Conv2d", out_channels=64, kernel_size=1),
            node("conv", "Conv2d", out_channels=128, kernel_size=3, padding=1),
            node("y", "Output"),
        ]
    )
    head = draw(
        [
            node("x", "Input"),
            node("relu", "ReLU"),
            node("pool", "AdaptiveAvgPool2d", output_size=1),
            node("flat", "Flatten"),
            node("fc", "Linear", out_features=10),
            node("y", "Output"),
        ]
    )
    nodes = [
        node("image", "Input", shape=[1, 28, 28]),
        node("widen", "Conv2d", out_channels=256, kernel_size=3, padding=1),
        node("relu", "ReLU"),
        node("direct", "block:Direct"),
        node("direct_head", "block:Head"),
        node("direct_scores", "Output"),
        node("reduced", "block:Reduced"),
        node("reduced_head", "block:Head"),
        node("reduced_scores", "Output"),
    ]
    wires = "image widen relu direct direct_head direct_scores, relu reduced reduced_head reduced_scores"
    places = rows("image widen relu", "direct direct_head direct_scores", "reduced reduced_head reduced_scores")
    return document("", draw(nodes, wires, places), None, Direct=direct, Reduced=reduced, Head=head)


def draw_mixing() -> Document:
    nodes = [
        node("picture", "Input", shape=[3, 4, 4]),
        node("mix", "Conv2d", out_channels=2, kernel_size=1, bias=False),
        node("mixed", "Output"),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=2),
        node("scores", "Output"),
    ]
    places = rows("picture mix mixed", "flat fc scores")
    return document("", draw(nodes, "picture mix mixed, mix flat fc scores", places))


def draw_average() -> Document:
    nodes = [
        node("image", "Input", shape=[1, "=size", "=size"]),
        node("conv1", "Conv2d", out_channels=32, kernel_size=3, padding=1),
        node("relu1", "ReLU"),
        node("pool1", "MaxPool2d", kernel_size=2),
        node("conv2", "Conv2d", out_channels=64, kernel_size=3, padding=1),
        node("relu2", "ReLU"),
        node("pool2", "MaxPool2d", kernel_size=2),
        node("average", "AdaptiveAvgPool2d", output_size=1),
        node("averaged_flat", "Flatten"),
        node("averaged_fc", "Linear", out_features=10),
        node("averaged", "Output"),
        node("flat", "Flatten"),
        node("flattened_fc", "Linear", out_features=10),
        node("flattened", "Output"),
    ]
    wires = (
        "image conv1 relu1 pool1 conv2 relu2 pool2 average averaged_flat averaged_fc averaged, "
        "pool2 flat flattened_fc flattened"
    )
    places = rows(
        "image conv1 relu1 pool1",
        "conv2 relu2 pool2",
        "average averaged_flat averaged_fc averaged",
        "flat flattened_fc flattened",
    )
    return document("", draw(nodes, wires, places, size=28))


LESSONS = (
    Architecture(
        id="conv1x1_pair",
        family="lesson",
        chapter="conv1x1",
        task="classification",
        paper=_LIN,
        look="conv1x1_pair",
        preset=_TWO_OUTPUTS,
        draw=draw_pair,
    ),
    Architecture(
        id="channel_mixing",
        family="lesson",
        chapter="conv1x1",
        task="classification",
        paper=_LIN,
        look="channel_mixing",
        preset=_SMALL_COLOUR,
        draw=draw_mixing,
        example=Example(
            input=(
                ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16)),
                ((10, 10, 10, 10),) * 4,
                ((0, 1, 0, 1), (1, 0, 1, 0)) * 2,
            ),
            weights={"mix.weight": ((((1,),), ((0.5,),), ((0,),)), (((0,),), ((1,),), ((1,),)))},
            output="mixed",
            result=(
                ((6, 7, 8, 9), (10, 11, 12, 13), (14, 15, 16, 17), (18, 19, 20, 21)),
                ((10, 11, 10, 11), (11, 10, 11, 10)) * 2,
            ),
        ),
    ),
    Architecture(
        id="average_or_flatten",
        family="lesson",
        chapter="structure",
        task="classification",
        paper=_LIN,
        look="average_or_flatten",
        preset=_TWO_HEADS,
        draw=draw_average,
        sweep=Sweep("size", (28, 56, 112, 224), ("averaged_fc", "flattened_fc")),
    ),
)
