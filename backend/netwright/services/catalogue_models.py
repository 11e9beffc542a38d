"""Layers, training choices and devices, as the page is told of them."""

from typing import Any, Literal

from pydantic import Field

from netwright.data.base import Kind, Task
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Schema, Sentence
from netwright.training.config import Choice, TrainingConfig


class PortRead(Model):
    """A port of a layer type.  One with ``only_if`` is there where that parameter is true; one with ``count_from`` stands for
    as many as that parameter says (a number, or a list's items): ``part0``, ``part1`` ...  An ``optional`` input may stay
    without a wire."""

    name: str
    axes: Sentence
    ranks: list[int] | None
    dtypes: list[str]
    variadic: bool
    along: list[Literal["N", "V", "E"]]
    """What the open axis may count: samples, vertices, edges; empty means any."""
    optional: bool = False
    only_if: str | None = None
    count_from: str | None = None


class DocumentationRead(Model):
    summary: str
    formula: str
    shape: str
    use_when: str
    pitfalls: str
    source: str


class LayerRead(Model):
    """A layer type as the palette, the inspector and the canvas need it.  ``params_schema`` is JSON Schema; each property
    has ``description`` and may have ``unit``.  ``aliases`` are other names to find it by."""

    type: str
    family: str
    aliases: list[str]
    inputs: list[PortRead]
    outputs: list[PortRead]
    params_schema: dict[str, Any]
    documentation: DocumentationRead
    can_be_muted: bool


class OptionRead(Model):
    """A registered loss, optimizer, schedule, metric, transform: ``tasks`` and ``kinds`` empty means any.  ``mode`` says of a
    metric whether lower or higher is better.
    """

    type: str
    title: Sentence
    description: Sentence
    params_schema: Schema
    tasks: list[Task] = Field(default_factory=list)
    kinds: list[Kind] = Field(default_factory=list)
    mode: Literal["min", "max"] | None = None


class DeviceRead(Model):
    """``id`` is what the config takes (``cpu``, ``cuda:0``)."""

    id: str
    name: str
    memory_bytes: int | None = None


class TrainingOptions(Model):
    """``GET /api/training/options``: what the training form offers."""

    losses: list[OptionRead]
    optimizers: list[OptionRead]
    schedules: list[OptionRead]
    metrics: list[OptionRead]
    averagings: list[OptionRead]
    initializers: list[OptionRead]
    transforms: list[OptionRead]
    augmentations: list[OptionRead] = Field(default_factory=list)
    devices: list[DeviceRead]
    config_schema: Schema


class TrainingSuggestion(Model):
    """``POST /api/training/suggest``: a good config for this network and this data, and one sentence why for each choice."""

    config: TrainingConfig
    reasons: dict[str, Sentence]
    augment: list[Choice] = Field(default_factory=list)
    """Augmentations that may help on this data; ``config`` has them where they are known to.  ``reasons`` says why."""
    problems: list[Problem]


class SuggestRequest(Model):
    document: Document
    source: str


class TrainingRequest(Model):
    """``POST /api/training/check``: the network and the settings of the run that would start."""

    document: Document
    training: TrainingConfig


class TrainingChecked(Model):
    """What is wrong with the settings, and between them, the network and the data, warnings too; what is wrong with the network
    alone the check of the document says."""

    problems: list[Problem]


class CurveRequest(Model):
    """``POST /api/training/curve``: the learning rate at each of at most 400 steps of the whole run."""

    training: TrainingConfig
    num_samples: int = Field(ge=1)


class Curve(Model):
    steps: list[int]
    values: list[float]


class CodeRequest(Model):
    document: Document


class CodeRead(Model):
    source: str
