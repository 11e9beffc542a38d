"""From one neuron to a multilayer perceptron."""

from netwright.architectures.base import Architecture, Paper, Preset, Published
from netwright.architectures.drawing import document, draw, node
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

_CANCER = Preset(
    "breast_cancer",
    "breast_cancer",
    {
        "data": {"batch_size": 32},
        "objectives": [{"loss": {"type": "BCEWithLogitsLoss", "params": {}}}],
        "optimizer": {"type": "SGD", "params": {"lr": 0.05}},
        "epochs": 50,
        "early_stopping": None,
        "checkpoint": {"monitor": "val/Accuracy", "mode": "max"},
    },
)
_IRIS = Preset(
    "iris",
    "iris",
    {"data": {"batch_size": 16}, "optimizer": {"type": "AdamW", "params": {"lr": 0.03}}, "epochs": 100},
)


def draw_perceptron() -> Document:
    nodes = [
        node("features", "Input", shape=[30]),
        node("sum", "Linear", out_features=1),
        node("step", "Step"),
        node("answer", "Output"),
    ]
    return document("", draw(nodes))


def draw_neuron(activation: str, count: int, features: int) -> Document:
    nodes = [
        node("features", "Input", shape=[features]),
        node("sum", "Linear", out_features=count),
        node("activation", activation),
        node("answer", "Output"),
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
    count, features = (3, 4) if is_softmax else (1, 30)
    return Architecture(
        id=f"neuron_{activation.lower()}",
        family="neuron",
        chapter="neuron",
        task="classification",
        paper=_MCCULLOCH,
        look="neuron",
        preset=_IRIS if is_softmax else _CANCER,
        draw=lambda: draw_neuron(activation, count, features),
    )


BASICS = (
    Architecture(
        id="perceptron",
        family="neuron",
        chapter="perceptron",
        task="classification",
        paper=_ROSENBLATT,
        look="perceptron",
        preset=_CANCER,
        draw=draw_perceptron,
    ),
    *(_neuron(activation) for activation in ("Sigmoid", "Tanh", "ReLU", "Softmax")),
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
