"""What a ready-made network is: a document, its paper, the figures that are published of it, and how it is trained."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from netwright.graph.document import Document

FIGURES_NAME = "figures.json"

Family = Literal[
    "neuron", "dense", "convolution", "vgg", "googlenet", "resnet", "cifar", "lesson", "recurrent", "attention", "graph", "picture"
]
"""Groups of the gallery, in its order; the page has a title for each."""

Chapter = Literal["perceptron", "neuron", "structure", "convolution", "vgg", "googlenet", "conv1x1", "resnet", "pooling", "beyond"]
"""The chapter of the study notes that a network belongs to; ``beyond`` is what they do not treat."""

Task = Literal["classification", "segmentation", "reconstruction", "node classification", "graph classification"]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a network was first described."""

    citation: str
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class Published:
    """Figures that others printed of exactly this network; held against ours by a test and by ``netwright architectures``.

    ``gmacs`` is multiply-accumulates of one sample in 1e9, rounded as printed; ``output`` leaves the batch out.
    """

    source: str
    parameters: int | None = None
    gmacs: float | None = None
    output: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at: why it was new, what to notice in the shapes, where it fails.  Networks that differ by numbers only
    share one; ``key`` finds its Chinese."""

    key: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """How it is trained to begin with: a training config, in which parts may be left out, and what is said of the data.

    ``source`` is the built-in data set that fits; None where the person must bring their own, and then ``note`` says which.
    ``key`` finds the note's Chinese.
    """

    key: str
    source: str | None
    note: str
    config: Mapping[str, Any] = field(default_factory=dict)

    def to_training(self) -> dict[str, Any]:
        """The document's ``training``."""
        data = dict(self.config.get("data", {}))
        if self.source is not None:
            data = {"source": self.source, **data}
        return {**self.config, **({"data": data} if data else {})}


@dataclass(frozen=True, slots=True)
class Architecture:
    """One card of the gallery.

    ``draw`` makes the document without its name and preset.  Texts are English here; their Chinese is in ``zh/``.
    """

    id: str
    name: str
    family: Family
    chapter: Chapter
    task: Task
    paper: Paper
    summary: str
    look: Look
    preset: Preset
    draw: Callable[[], Document]
    published: Published | None = None

    def build(self) -> Document:
        """A document of one's own: name, drawing and preset."""
        drawn = self.draw()
        return drawn.model_copy(update={"name": self.name, "training": self.preset.to_training()})


    def words(self, language: str) -> "Words":
        """What is said of it in ``en`` or ``zh``.

        Raises:
            KeyError: its Chinese is missing.
        """
        if language == "en":
            return Words(self.summary, self.look.sentences, self.preset.note)
        said = read_json(f"{language}/{self.family}.json")
        return Words(
            said["summaries"][self.id],
            tuple(said["looks"][self.look.key]),
            read_json(f"{language}/presets.json")[self.preset.key],
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
    """What is said of a network in one language."""

    summary: str
    look: tuple[str, ...]
    data: str


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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Figures":
        shapes = {
            end: {name: tuple(shape) for name, shape in data[end].items()} for end in ("inputs", "outputs")
        }
        return cls(data["parameters"], data["macs"], **shapes)


@cache
def read_json(name: str) -> Any:
    """A file of this package."""
    return json.loads(files(__package__).joinpath(name).read_text("utf-8"))
