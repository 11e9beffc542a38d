"""Runs, their events, metrics and checkpoints."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from netwright.compiler.report import Totals
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.services.models import Id
from netwright.store.ranges import MetricRange
from netwright.training.config import TrainingConfig
from netwright.training.events import Event, Scalar
from netwright.training.spec import Origin
from netwright.training.states import EndReason, RunState


class RunCreate(Model):
    """What is trained: ``document``, else the network ``network_id`` as it stands.  With both the run is counted to the network
    but trains the document, which may be an older state of it."""

    document: Document | None = None
    network_id: Id | None = None
    training: TrainingConfig
    name: str | None = Field(default=None, min_length=1, max_length=200)


class RunCreated(Model):
    id: Id
    state: RunState


class CrossValidationStarted(Model):
    """The runs in the order of their folds; all carry ``tag``, and no other run does."""

    tag: str
    runs: list[Id]


class RunUpdate(Model):
    name: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=100_000)
    tags: list[Annotated[str, Field(min_length=1, max_length=100)]] | None = Field(default=None, max_length=50)
    is_archived: bool | None = None
    """Put away: it stands in the table only where archived runs are asked for.  Nothing of it is lost."""


class RunSettings(Model):
    """The training config that a run was started with, as in its spec; empty where the run was imported."""

    id: Id
    training: dict[str, JsonValue]


class RunSummary(Model):
    """A row of the table of runs.  ``last`` and ``best`` by metric name (best: highest for accuracies, lowest for losses and
    errors); ``ranges`` says between which values each metric moved and in which epochs it was there."""

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
    parameters: int | None
    """Null where the run was imported: its network is not known."""
    data_source: str
    last: dict[str, Scalar]
    best: dict[str, Scalar]
    ranges: dict[str, MetricRange]
    archived: float | None
    """When it was put away; null while it stands in the table."""
    commands_waiting: list[str]
    """Commands that the worker has not acted on yet (``stop``): the page shows "stopping"."""
    warning: Sentence | None = None
    """What a run at work has warned of last (that it stalls); told only as it comes, to who listens."""
    is_deleted: bool = False
    """Whether it is gone; told only as it comes, to who listens, as the last of it."""


class RunRead(RunSummary):
    """Of a run whose ``reason`` is ``imported`` network, config and costs are not known: null."""

    document: Document | None
    training: TrainingConfig | None
    totals: Totals | None
    data_fingerprint: str | None
    versions: dict[str, str]
    origin: Origin | None
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


class CurveHead(Model):
    """What the bytes of a curve hold: ``length`` points, thinned out of ``points``."""

    run: Id
    points: int
    length: int


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
