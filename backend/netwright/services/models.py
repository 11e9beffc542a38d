"""Bodies and answers of the HTTP interface (``XCreate``, ``XUpdate``, ``XRead``).  The TypeScript types are generated from
these; run events are in ``training.events``, the check's answer in ``compiler.report``."""

from typing import Any, Literal

from pydantic import Field, JsonValue

from netwright.compiler.report import Totals
from netwright.data.base import Kind, Task
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Schema, Sentence
from netwright.training.config import TrainingConfig
from netwright.training.events import Event, Scalar
from netwright.training.states import EndReason, RunState

Id = str
"""Opaque, 16 characters of ``[a-z0-9]``."""


class ProblemDocument(Model):
    """RFC 9457: the body of every error.  ``type`` is ``about:blank`` or ``/docs/errors#CODE``."""

    type: str = "about:blank"
    title: Sentence
    status: int
    detail: Sentence
    code: str
    problems: list[Problem] = Field(default_factory=list)


class Health(Model):
    status: Literal["ok"] = "ok"
    version: str


# --- catalogue -------------------------------------------------------------------------------------------------------


class PortRead(Model):
    name: str
    axes: Sentence
    ranks: list[int] | None
    dtypes: list[str]
    variadic: bool


class DocumentationRead(Model):
    summary: str
    formula: str
    shape: str
    use_when: str
    pitfalls: str
    source: str


class LayerRead(Model):
    """A layer type as the palette, the inspector and the canvas need it.  ``params_schema`` is JSON Schema; each property
    has ``description`` and may have ``unit``."""

    type: str
    family: str
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
    transforms: list[OptionRead]
    devices: list[DeviceRead]
    config_schema: Schema


class TrainingSuggestion(Model):
    """``POST /api/training/suggest``: a good config for this network and this data, and one sentence why for each choice."""

    config: TrainingConfig
    reasons: dict[str, Sentence]
    problems: list[Problem]


class SuggestRequest(Model):
    document: Document
    source: str


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


# --- networks --------------------------------------------------------------------------------------------------------


class NetworkCreate(Model):
    document: Document


class NetworkUpdate(Model):
    """Saves a new revision on top of ``revision``; 409 with code ``stale_revision`` if that is no longer the newest."""

    document: Document
    revision: int = Field(ge=1)


class NetworkSummary(Model):
    """A card in the list.  ``outline`` is a small picture of the top level: boxes as family and position, wires as index
    pairs."""

    id: Id
    name: str
    revision: int
    created: float
    updated: float
    num_nodes: int
    outline: "Outline"
    num_runs: int = 0
    best: dict[str, Scalar] = Field(default_factory=dict)


class OutlineNode(Model):
    x: float
    y: float
    family: str
    label: str


class Outline(Model):
    nodes: list[OutlineNode]
    edges: list[tuple[int, int]]


class NetworkRead(NetworkSummary):
    document: Document


class RevisionRead(Model):
    revision: int
    created: float
    name: str


# --- datasets --------------------------------------------------------------------------------------------------------


class ColumnRead(Model):
    """A column of a table: guessed ``type``, which a person may correct, and how it is used."""

    name: str
    type: Literal["number", "category", "text"]
    role: Literal["feature", "target", "ignored"]
    num_missing: int
    num_distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: list[str] = Field(default_factory=list)


class DatasetRead(Model):
    """A built-in or an uploaded set.  ``state``: ``missing`` is a built-in that must be downloaded or imported first."""

    id: Id
    type: str
    title: Sentence
    description: Sentence
    citation: Sentence
    kind: Kind
    task: Task
    is_built_in: bool
    state: Literal["ready", "missing", "downloading", "preparing", "failed"]
    progress: float | None = None
    problem: Problem | None = None
    num_samples: int | None = None
    num_test: int | None = None
    classes: list[str] = Field(default_factory=list)
    columns: list[ColumnRead] = Field(default_factory=list)
    input_shape: list[int] = Field(default_factory=list)
    """The network's input shape after preprocessing, without the batch: what the Input node should say."""
    num_outputs: int | None = None
    bytes: int | None = None
    created: float | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)
    options_schema: Schema = Field(default_factory=dict)


class DatasetUpdate(Model):
    """Corrects title or options (target column, column types, image size); answers with the set described anew."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    options: dict[str, JsonValue] | None = None


class ClassCount(Model):
    name: str
    count: int


class Histogram(Model):
    """``counts[i]`` values lie in ``[edges[i], edges[i + 1])``."""

    name: str
    edges: list[float]
    counts: list[int]


class SamplePicture(Model):
    """``data`` is a PNG as a data URL."""

    data: str
    label: str


class DatasetPreview(Model):
    """``rows`` are those of the file as read, cells as text; ``pictures`` a few of each class."""

    balance: list[ClassCount]
    pictures: list[SamplePicture]
    header: list[str]
    rows: list[list[str]]
    histograms: list[Histogram]
    value_range: tuple[float, float] | None = None


# --- runs ------------------------------------------------------------------------------------------------------------


class RunCreate(Model):
    """Exactly one of ``document`` and ``network_id``."""

    document: Document | None = None
    network_id: Id | None = None
    training: TrainingConfig
    name: str | None = Field(default=None, min_length=1, max_length=200)


class RunCreated(Model):
    id: Id
    state: RunState


class RunUpdate(Model):
    name: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=100_000)
    tags: list[str] | None = Field(default=None, max_length=50)


class RunSummary(Model):
    """A row of the table of runs.  ``last`` and ``best`` by metric name (best: highest for accuracies, lowest for losses and
    errors)."""

    id: Id
    name: str
    notes: str
    tags: list[str]
    network_id: Id | None
    network_name: str
    state: RunState
    phase: str | None
    reason: EndReason | None
    message: Sentence | None
    created: float
    started: float | None
    ended: float | None
    elapsed: float
    attempt: int
    step: int
    epoch: int
    total_steps: int | None
    epochs: int
    steps_per_epoch: int | None
    device: str | None
    parameters: int
    data_source: str
    last: dict[str, Scalar]
    best: dict[str, Scalar]
    commands_waiting: list[str]
    """Commands that the worker has not acted on yet (``stop``): the page shows "stopping"."""


class RunRead(RunSummary):
    document: Document
    training: TrainingConfig
    totals: Totals
    data_fingerprint: str | None
    versions: dict[str, str]
    cursor: int
    """The newest event's cursor."""


class EventList(Model):
    """The next page begins after ``cursor``: the last event of a full page, else the newest of the run, whatever its type."""

    events: list[Event]
    cursor: int


class MetricSeries(Model):
    """Columns of one metric.  ``points`` is how many there are in all; where that is more than asked for, each bucket keeps
    its minimum and maximum."""

    name: str
    steps: list[int]
    epochs: list[int]
    elapsed: list[float]
    values: list[Scalar]
    points: int


class MetricsRead(Model):
    series: list[MetricSeries]
    cursor: int
    """The newest event that is contained: ask the socket for what comes after it."""


class CheckpointRead(Model):
    id: Id
    run_id: Id
    kind: Literal["best", "last", "step"]
    step: int
    epoch: int
    metrics: dict[str, Scalar]
    bytes: int
    sha256: str
    created: float
    is_available: bool
    """False where the file is gone or differs from its hash."""
