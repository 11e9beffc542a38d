"""The experiments of the study notes: networks that differ in one thing, and how each is trained.  Data; no torch here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from netwright.architectures.base import Chapter, read_json
from netwright.architectures.cifar import draw_cifar
from netwright.architectures.drawing import document, draw, node
from netwright.graph.document import Document, Node

Size = Literal["minutes", "hours"]
"""How long it takes on a CPU: with data that the project brings, or as published."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Runs that are started together, with one seed, and compared.

    ``draw`` makes the network of each by the name it goes by; ``training`` is the config that all of them share.  Its name,
    one sentence and what to look for stand in ``texts/<language>/experiments.json`` by ``id``, the names of its runs under
    ``runs``.
    """

    id: str
    chapter: Chapter
    size: Size
    draw: Mapping[str, Callable[[], Document]]
    training: Mapping[str, Any]

    @property
    def source(self) -> str:
        """The built-in data set that all its runs read."""
        name: str = self.training["data"]["source"]
        return name

    def build(self, language: str) -> dict[str, Document]:
        """The network of each run, by the run's name in ``language``, ready to be trained."""
        names = self.words(language)["runs"]
        return {
            key: make().model_copy(update={"name": names[key], "training": dict(self.training)})
            for key, make in self.draw.items()
        }

    def words(self, language: str) -> Any:
        """``name``, ``summary``, ``watch`` and ``runs`` in a language of :data:`netwright.architectures.base.LANGUAGES`."""
        return read_json(f"texts/{language}/experiments.json")[self.id]


_ACCURACY = {"monitor": "val/Accuracy", "mode": "max"}
_SEED = 0


def _on_digits(batch_size: int, optimizer: Mapping[str, Any], epochs: int, **more: Any) -> dict[str, Any]:
    data = {"source": "digits", "batch_size": batch_size, "split": {"validation": 0.3, "seed": _SEED}}
    common = {"data": data, "optimizer": optimizer, "epochs": epochs, "seed": _SEED, "checkpoint": _ACCURACY}
    return {**common, **more}


def draw_small_cifar(blocks: int, is_residual: bool) -> Document:
    """The network for CIFAR-10 on grey pictures of 8 x 8."""
    drawn = draw_cifar(blocks, is_residual)
    drawn.network.nodes[0].params["shape"] = [1, 8, 8]
    return drawn


def draw_activated(activation: str) -> Document:
    """Four hidden layers, each followed by ``activation``."""
    hidden = [
        part
        for number in range(1, 5)
        for part in (node(f"fc{number}", "Linear", out_features=64), node(f"act{number}", activation))
    ]
    return document("", draw([_image(), node("flat", "Flatten"), *hidden, *_head("fc5")]))


def draw_regularized(has_norm: bool, has_dropout: bool) -> Document:
    """One drawing for all four: what is off is muted, as a person would switch it off on the canvas."""
    nodes = [_image()]
    for number, channels in enumerate((16, 32, 32), start=1):
        nodes += [
            node(f"conv{number}", "Conv2d", out_channels=channels, kernel_size=3, padding=1),
            node(f"norm{number}", "BatchNorm2d"),
            node(f"relu{number}", "ReLU"),
        ]
    nodes += [
        node("pool", "MaxPool2d", kernel_size=2),
        node("flat", "Flatten"),
        node("drop", "Dropout", p=0.5),
        *_head("fc"),
    ]
    for each in nodes:
        is_off = (each.type == "BatchNorm2d" and not has_norm) or (each.type == "Dropout" and not has_dropout)
        each.muted = is_off
    return document("", draw(nodes))


def draw_reduced(has_reduction: bool) -> Document:
    """256 channels to 128 by a 3x3 convolution, at once or behind a 1x1 convolution to 64: the pair of the notes."""
    reduce = [node("reduce", "Conv2d", out_channels=64, kernel_size=1)] if has_reduction else []
    nodes = [
        _image(),
        node("widen", "Conv2d", out_channels=256, kernel_size=3, padding=1),
        node("relu1", "ReLU"),
        *reduce,
        node("conv", "Conv2d", out_channels=128, kernel_size=3, padding=1),
        node("relu2", "ReLU"),
        node("average", "AdaptiveAvgPool2d", output_size=1),
        node("flat", "Flatten"),
        *_head("fc"),
    ]
    return document("", draw(nodes))


def draw_averaged(has_average: bool) -> Document:
    """Two convolutions, then the average of each channel or all of its pixels."""
    average = [node("average", "AdaptiveAvgPool2d", output_size=1)] if has_average else []
    nodes = [
        _image(),
        node("conv1", "Conv2d", out_channels=32, kernel_size=3, padding=1),
        node("relu1", "ReLU"),
        node("conv2", "Conv2d", out_channels=64, kernel_size=3, padding=1),
        node("relu2", "ReLU"),
        *average,
        node("flat", "Flatten"),
        *_head("fc"),
    ]
    return document("", draw(nodes))


def _image() -> Node:
    return node("image", "Input", shape=[1, 8, 8])


def _head(name: str) -> list[Node]:
    return [node(name, "Linear", out_features=10), node("scores", "Output")]


_HE_SGD = {"type": "SGD", "params": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001}}
_ADAM = {"type": "AdamW", "params": {"lr": 0.001}}
_HE_INITIALIZATION = [{"type": "kaiming_normal_"}]


def _degradation(small: bool) -> dict[str, Callable[[], Document]]:
    make = draw_small_cifar if small else draw_cifar
    return {
        "plain20": lambda: make(3, is_residual=False),
        "plain56": lambda: make(9, is_residual=False),
        "resnet20": lambda: make(3, is_residual=True),
        "resnet56": lambda: make(9, is_residual=True),
    }


_ALL = (
    Experiment(
        id="degradation_short",
        chapter="resnet",
        size="minutes",
        draw=_degradation(small=True),
        # The paper warms up its deepest network; without that the residual one of 56 layers stays behind that of 20.
        training=_on_digits(
            64,
            _HE_SGD,
            20,
            initialization=_HE_INITIALIZATION,
            schedule={"type": "CosineAnnealingLR", "warmup_steps": 80},
        ),
    ),
    Experiment(
        id="activations",
        chapter="neuron",
        size="minutes",
        draw={
            "relu": lambda: draw_activated("ReLU"),
            "sigmoid": lambda: draw_activated("Sigmoid"),
            "tanh": lambda: draw_activated("Tanh"),
        },
        training=_on_digits(32, {"type": "SGD", "params": {"lr": 0.1}}, 30),
    ),
    Experiment(
        id="norm_dropout",
        chapter="structure",
        size="minutes",
        draw={
            "neither": lambda: draw_regularized(has_norm=False, has_dropout=False),
            "norm": lambda: draw_regularized(has_norm=True, has_dropout=False),
            "dropout": lambda: draw_regularized(has_norm=False, has_dropout=True),
            "both": lambda: draw_regularized(has_norm=True, has_dropout=True),
        },
        training=_on_digits(64, {"type": "SGD", "params": {"lr": 0.05}}, 20),
    ),
    Experiment(
        id="reduction",
        chapter="conv1x1",
        size="minutes",
        draw={"direct": lambda: draw_reduced(False), "reduced": lambda: draw_reduced(True)},
        training=_on_digits(64, _ADAM, 12),
    ),
    Experiment(
        id="average_flatten",
        chapter="structure",
        size="minutes",
        draw={"flatten": lambda: draw_averaged(False), "average": lambda: draw_averaged(True)},
        training=_on_digits(64, _ADAM, 20),
    ),
    Experiment(
        id="degradation",
        chapter="resnet",
        size="hours",
        draw=_degradation(small=False),
        training={
            # He et al., section 4.2: 64,000 updates of 128 samples, the rate cut after 32,000 and 48,000; 45,000 samples train.
            # An epoch has 352 updates, so that the nearest borders are 32,032, 47,872 and 64,064.
            "data": {
                "source": "cifar10",
                "batch_size": 128,
                "split": {"validation": 0.1, "seed": _SEED},
                "augment": [
                    {"type": "RandomCrop", "params": {"padding": 4}},
                    {"type": "RandomHorizontalFlip", "params": {}},
                ],
            },
            "optimizer": _HE_SGD,
            "schedule": {"type": "MultiStepLR", "params": {"milestones": [91, 136], "gamma": 0.1}},
            "initialization": _HE_INITIALIZATION,
            "epochs": 182,
            "seed": _SEED,
            # The paper tests what the last update leaves.
            "checkpoint": {**_ACCURACY, "tested": "last"},
        },
    ),
)

EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType({each.id: each for each in _ALL})
