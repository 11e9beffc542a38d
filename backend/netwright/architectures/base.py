"""What a ready-made network is: a document, its paper, the figures that are published of it, and how it is trained."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from netwright.graph.document import Document

FIGURES_NAME = "figures.json"
LANGUAGES = ("en", "zh")

Family = Literal[
    "neuron",
    "dense",
    "convolution",
    "vgg",
    "googlenet",
    "resnet",
    "cifar",
    "lesson",
    "recurrent",
    "attention",
    "graph",
    "picture",
]
"""Groups of the gallery, in its order; the page has a title for each."""

Chapter = Literal[
    "perceptron", "neuron", "structure", "convolution", "vgg", "googlenet", "conv1x1", "resnet", "pooling", "beyond"
]
"""The chapter of the study notes that a network belongs to; ``beyond`` is what they do not treat."""

Task = Literal[
    "classification",
    "regression",
    "text classification",
    "forecasting",
    "segmentation",
    "reconstruction",
    "node classification",
    "graph classification",
]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a network was first described."""

    citation: str
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class Published:
    """Figures that others printed of exactly this network; held against ours by a test and by the command.

    ``source`` is the key of its name in ``texts/<language>/sources.json``; ``gmacs`` is multiply-accumulates of one sample in
    1e9, rounded as printed; ``output`` leaves the batch out.
    """

    source: str
    parameters: int | None = None
    gmacs: float | None = None
    output: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """How it is trained to begin with: a training config, in which parts may be left out.

    ``source`` is the built-in data set that fits; None where the person must bring their own.  ``text`` is the key of what is
    said of the data in ``texts/<language>/presets.json``.
    """

    text: str
    source: str | None
    config: Mapping[str, Any] = field(default_factory=dict)

    def to_training(self) -> dict[str, Any]:
        """The document's ``training``."""
        data = dict(self.config.get("data", {}))
        if self.source is not None:
            data = {"source": self.source, **data}
        return {**self.config, **({"data": data} if data else {})}


Cells = tuple[tuple[tuple[float, ...], ...], ...]
"""A small picture in numbers, ``(C, H, W)``."""


@dataclass(frozen=True, slots=True)
class Example:
    """The notes' own numbers: what goes in, with which weights, and what comes out of ``output``; held true by a test.

    ``input`` has the values of one sample in reading order, ``result`` is rounded as in the notes.
    """

    input: Cells
    weights: Mapping[str, tuple[Any, ...]]
    """By the key of the ``state_dict``."""
    output: str
    result: Cells
    names: tuple[str, ...] = ()
    """Of the channels of ``result``, where each comes from a node of its own."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A parameter of the network that is worth turning: the parameters of ``nodes`` at each of ``values``."""

    parameter: str
    values: tuple[int, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """One card of the gallery.

    ``draw`` makes the document without its name and preset.  What is said of it stands in
    ``texts/<language>/<family>.json``: its name and one sentence by ``id``, what to look at by ``look``, which networks that
    differ by numbers only share.
    """

    id: str
    family: Family
    chapter: Chapter
    task: Task
    paper: Paper
    look: str
    preset: Preset
    draw: Callable[[], Document]
    published: Published | None = None
    example: Example | None = None
    sweep: Sweep | None = None

    def build(self) -> Document:
        """A document of one's own: English name, drawing and preset."""
        return self.draw().model_copy(update={"name": self.words("en").name, "training": self.preset.to_training()})

    def words(self, language: str) -> "Words":
        """What is said of it in one of :data:`LANGUAGES`.

        Raises:
            KeyError: something is not said in this language.
        """
        said = read_json(f"texts/{language}/{self.family}.json")
        return Words(
            name=said["networks"][self.id]["name"],
            summary=said["networks"][self.id]["summary"],
            look=tuple(said["looks"][self.look]),
            data=read_json(f"texts/{language}/presets.json")[self.preset.text],
            source=read_json(f"texts/{language}/sources.json")[self.published.source] if self.published else None,
        )

    @property
    def figures(self) -> "Figures":
        """As written down.

        Raises:
            KeyError: they are not written down yet.
        """
        return Figures.from_json(read_json(FIGURES_NAME)[self.id])


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a network in one language: ``look`` is why it was new, what to notice in the shapes, where it fails;
    ``data`` what its training preset needs, ``source`` where its published figures are from."""

    name: str
    summary: str
    look: tuple[str, ...]
    data: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the checker says of a network.  Written down in ``figures.json`` so that a list of all loads no PyTorch; held equal
    to the checker's by a test, renewed by ``python -m netwright.architectures --write``.

    ``inputs`` and ``outputs`` are shapes without the batch, by the id of the node.
    """

    parameters: int
    macs: int
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    sweep: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Parameters of each node of the :class:`Sweep`, one number for each of its values."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Figures":
        shapes = {end: {name: tuple(shape) for name, shape in data[end].items()} for end in ("inputs", "outputs")}
        sweep = {name: tuple(row) for name, row in data.get("sweep", {}).items()}
        return cls(data["parameters"], data["macs"], **shapes, sweep=sweep)


@cache
def read_json(name: str) -> Any:
    """A file of this package."""
    return json.loads(files(__package__).joinpath(name).read_text("utf-8"))
