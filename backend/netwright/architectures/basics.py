"""From one neuron to a multilayer perceptron."""

from dataclasses import replace

from netwright.architectures.base import Architecture, Example, Paper, Preset, Published
from netwright.architectures.drawing import document, draw, node, rows
from netwright.architectures.presets import FASHION
from netwright.graph.document import Document

_ROSENBLATT = Paper(
    "Rosenblatt: The Perceptron, a Probabilistic Model for Information Storage and Organization in the Brain",
    1958,
    "https://doi.org/10.1037/h0042519",
)
_MCCULLOCH = Paper(
    "McCulloch, Pitts: A Logical Calculus of the Ideas Immanent in Nervous Activity",
    1943,
    "https://doi.org/10.1007/BF02478259",
)
_RUMELHART = Paper(
    "Rumelhart, Hinton, Williams: Learning Representations by Back-propagating Errors",
    1986,
    "https://doi.org/10.1038/323533a0",
)

_RULE = Preset(
    "two_clusters",
    "two_clusters",
    {
        "data": {"batch_size": 1},
        "objectives": [{"loss": {"type": "PerceptronLoss", "params": {}}}],
        "optimizer": {"type": "SGD", "params": {"lr": 1.0}},
        "epochs": 10,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)
"""Rosenblatt's rule: one sample at a time, steps of size 1."""

_PLANE = Preset(
    "plane",
    "plane",
    {
        "data": {"batch_size": 16},
        "objectives": [{"loss": {"type": "MSELoss", "params": {}}}],
        "metrics": ["MeanAbsoluteError"],
        "optimizer": {"type": "SGD", "params": {"lr": 0.1}},
        "epochs": 20,
    },
)
"""The same for each activation, so that the runs can be compared."""

_CLUSTERS = Preset(
    "gaussian_clusters",
    "gaussian_clusters",
    {
        "data": {"batch_size": 16},
        "optimizer": {"type": "AdamW", "params": {"lr": 0.03}},
        "epochs": 30,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)
_COMPARED = replace(_CLUSTERS, config={**_CLUSTERS.config, "objectives": [{"output": "scores"}]})
_SPIRALS = Preset(
    "spirals",
    "spirals",
    {
        "data": {"batch_size": 32},
        "optimizer": {"type": "AdamW", "params": {"lr": 0.01}},
        "epochs": 60,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)


def draw_perceptron() -> Document:
    nodes = [
        node("point", "Input", shape=[2]),
        node("sum", "Linear", out_features=1),
        node("step", "Step"),
        node("answer", "Output"),
    ]
    return document("", draw(nodes))


def draw_neuron(activation: str, count: int) -> Document:
    nodes = [
        node("point", "Input", shape=[2]),
        node("sum", "Linear", out_features=count),
        node("activation", activation),
        node("answer", "Output"),
    ]
    return document("", draw(nodes))


def draw_activations() -> Document:
    """Four activations of the same two numbers, and a Linear layer that makes a class of all eight answers."""
    activations = ("softmax", "tanh", "relu", "sigmoid")
    nodes = [
        node("point", "Input", shape=[2]),
        *(node(kind.lower(), kind) for kind in ("Softmax", "Tanh", "ReLU", "Sigmoid")),
        node("compare", "Stack", dim=1),
        node("compared", "Output"),
        node("flat", "Flatten"),
        node("fc", "Linear", out_features=3),
        node("scores", "Output"),
    ]
    wires = ", ".join(
        [*(f"point {name} compare" for name in activations), "compare compared", "compare flat fc scores"]
    )
    places = rows("point softmax compare compared", ". tanh . flat", ". relu . fc", ". sigmoid . scores")
    return document("", draw(nodes, wires, places))


def draw_small_mlp() -> Document:
    nodes = [
        node("point", "Input", shape=[2]),
        node("fc1", "Linear", out_features=32),
        node("relu1", "ReLU"),
        node("fc2", "Linear", out_features=32),
        node("relu2", "ReLU"),
        node("fc3", "Linear", out_features=2),
        node("scores", "Output"),
    ]
    return document("", draw(nodes))


def draw_mlp() -> Document:
    widths = (256, 128, 100)
    hidden = [
        part
        for number, width in enumerate(widths, start=1)
        for part in (node(f"fc{number}", "Linear", out_features=width), node(f"relu{number}", "ReLU"))
    ]
    nodes = [
        node("image", "Input", shape=[1, 28, 28]),
        node("flat", "Flatten"),
        *hidden,
        node("fc4", "Linear", out_features=10),
        node("scores", "Output"),
    ]
    return document("", draw(nodes))


def _neuron(activation: str) -> Architecture:
    is_softmax = activation == "Softmax"
    return Architecture(
        id=f"neuron_{activation.lower()}",
        family="neuron",
        chapter="neuron",
        task="classification" if is_softmax else "regression",
        paper=_MCCULLOCH,
        look="softmax" if is_softmax else "neuron",
        preset=_CLUSTERS if is_softmax else _PLANE,
        draw=lambda: draw_neuron(activation, 3 if is_softmax else 1),
    )


BASICS = (
    Architecture(
        id="perceptron",
        family="neuron",
        chapter="perceptron",
        task="classification",
        paper=_ROSENBLATT,
        look="perceptron",
        preset=_RULE,
        draw=draw_perceptron,
    ),
    *(_neuron(activation) for activation in ("Sigmoid", "Tanh", "ReLU", "Softmax")),
    Architecture(
        id="activations",
        family="neuron",
        chapter="neuron",
        task="classification",
        paper=_MCCULLOCH,
        look="activations",
        preset=_COMPARED,
        draw=draw_activations,
        example=Example(
            input=(((-1.4559, 0.3468),),),
            weights={},
            output="compared",
            result=(((0.1415, 0.8585),), ((-0.8968, 0.3335),), ((0.0, 0.3468),), ((0.1891, 0.5858),)),
            names=("softmax", "tanh", "relu", "sigmoid"),
        ),
    ),
    Architecture(
        id="mlp_spirals",
        family="dense",
        chapter="structure",
        task="classification",
        paper=_RUMELHART,
        look="spirals",
        preset=_SPIRALS,
        draw=draw_small_mlp,
    ),
    Architecture(
        id="mlp",
        family="dense",
        chapter="structure",
        task="classification",
        paper=_RUMELHART,
        look="mlp",
        preset=FASHION,
        draw=draw_mlp,
        published=Published("fashion_benchmark", 247_766, None, (10,)),
    ),
)
