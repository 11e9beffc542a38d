"""Bodies and answers of the HTTP interface (``XCreate``, ``XUpdate``, ``XRead``).  The TypeScript types are generated from
these; run events are in ``training.events``, the check's answer in ``compiler.report``."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from netwright.architectures.base import Chapter, Family
from netwright.architectures.base import Task as ArchitectureTask
from netwright.compiler.report import Totals
from netwright.data.base import ColumnRole, DType, Kind, SplitBy, Task
from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.weights.report import WeightsReport
from netwright.graph.bundle import BlockBundle
from netwright.graph.document import MAX_NAME_LENGTH, Document
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Schema, Sentence
from netwright.store.ranges import MetricRange
from netwright.training.config import Choice, TrainingConfig
from netwright.training.events import Event, Scalar
from netwright.training.spec import Origin
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
    pairs; ``is_example`` marks the network that a first visit finds."""

    id: Id
    name: str
    revision: int
    created: float
    updated: float
    num_nodes: int
    outline: "Outline"
    num_runs: int = 0
    best: dict[str, Scalar] = Field(default_factory=dict)
    is_example: bool = False


class LinkCreate(Model):
    """What a read-only link shows; ``revision`` null for the network as it is now."""

    revision: int | None = Field(default=None, ge=1, le=2**53)


class LinkRead(Model):
    """The revision that a read-only link names.  It is kept as it is from now on: its page is ``path``."""

    revision: int
    path: str


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


MAX_LABEL_LENGTH = 200


class RevisionRead(Model):
    """A saved state of a network.  ``name`` is that of the network then, ``label`` the one that a person gave this state."""

    revision: int
    created: float
    name: str
    label: str | None


class RevisionUpdate(Model):
    """Names a revision, which is then kept as it is; null takes the name away."""

    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH)] | None


class DeletedNetwork(Model):
    """A network in the trash.  After ``ends`` (Unix seconds) it is gone for good."""

    id: Id
    name: str
    num_nodes: int
    outline: "Outline"
    deleted: float
    ends: float


# --- block library ----------------------------------------------------------------------------------------------------

MAX_DESCRIPTION_LENGTH = 2000


class LibraryBlockCreate(Model):
    definition: BlockBundle
    description: str = Field(default="", max_length=MAX_DESCRIPTION_LENGTH)


class LibraryBlockUpdate(Model):
    """What is null stays."""

    name: str | None = Field(default=None, max_length=MAX_NAME_LENGTH)
    description: str | None = Field(default=None, max_length=MAX_DESCRIPTION_LENGTH)
    definition: BlockBundle | None = None


class LibraryBlockSummary(Model):
    """A block in the list.  ``outline`` is a small picture of its inside."""

    id: Id
    name: str
    description: str
    created: float
    updated: float
    outline: Outline


class LibraryBlockRead(LibraryBlockSummary):
    definition: BlockBundle


# --- ready-made networks ---------------------------------------------------------------------------------------------


class PaperRead(Model):
    citation: str
    year: int
    url: str


class PublishedRead(Model):
    """What others printed of exactly this network; ``gmacs`` is multiply-accumulates in 1e9, rounded as printed."""

    source: dict[str, str]
    parameters: int | None
    gmacs: float | None


class ExampleRead(Model):
    """The notes' own numbers: pictures as ``[channel][row][column]``, ``weights`` by their key in the ``state_dict``."""

    input: list[list[list[float]]]
    weights: dict[str, list[Any]]
    output: str
    result: list[list[list[float]]]


class SweepRead(Model):
    """A parameter of the network that is worth turning: the parameters of some nodes at each of ``values``."""

    parameter: str
    values: list[int]
    nodes: dict[str, list[int]]


class FollowersRead(Model):
    """What usually follows what: by layer type, by the type that comes next, the number of ready-made networks in which it
    does, the most usual first."""

    followers: dict[str, dict[str, int]]


class ArchitectureSummary(Model):
    """A card of the gallery.  Texts are by language (``en``, ``zh``); shapes leave the batch out."""

    id: str
    name: dict[str, str]
    family: Family
    chapter: Chapter
    task: ArchitectureTask
    paper: PaperRead
    summary: dict[str, str]
    parameters: int
    macs: int
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    data_source: str | None
    """The built-in set that its training preset names; null where the person brings their own."""
    is_starter: bool
    """Offered where there is no network yet."""
    outline: "Outline"


class ArchitectureRead(ArchitectureSummary):
    """``look`` is what to look at, ``data`` what its training preset needs; ``document`` is ready to be one's own."""

    look: dict[str, list[str]]
    data: dict[str, str]
    published: PublishedRead | None
    example: ExampleRead | None
    sweep: SweepRead | None
    block_outlines: dict[str, "Outline"]
    document: Document


# --- datasets --------------------------------------------------------------------------------------------------------


class ColumnRead(Model):
    """A column of a table: guessed ``type``, which a person may correct, and how it is used."""

    name: str
    type: Literal["number", "category", "text"]
    role: ColumnRole
    num_missing: int
    num_distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: list[str] = Field(default_factory=list)
    warning: Sentence | None = None
    """Why a feature may give the target away, with the way out."""


class GraphRead(Model):
    """What a set of graphs consists of.  ``sample`` says what has a target: each vertex, or each graph.  An edge in both
    directions counts once."""

    sample: Literal["vertex", "graph"]
    num_graphs: int
    num_vertices: int
    num_edges: int
    num_features: int
    is_directed: bool
    num_isolated: int
    num_self_loops: int


class WayToRead(Model):
    """A source that can read the same upload."""

    type: str
    title: Sentence


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
    num_validation: int | None = None
    """Of ``num_samples`` those that the set itself keeps for validation; null where the split of a run decides."""
    graph: GraphRead | None = None
    classes: list[str] = Field(default_factory=list)
    columns: list[ColumnRead] = Field(default_factory=list)
    input_shape: list[int] = Field(default_factory=list)
    """The network's input shape after preprocessing, without the batch: what the Input node should say."""
    input_dtype: DType = "float32"
    num_tokens: int | None = None
    """Of texts: how many different indices the network may meet at most."""
    splits: list[SplitBy] = Field(default_factory=list)
    """What the split of a run can go by beside chance."""
    num_outputs: int | None = None
    bytes: int | None = None
    created: float | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)
    options_schema: Schema = Field(default_factory=dict)
    read_as: list[WayToRead] = Field(default_factory=list)
    """What the uploaded file can be read as, its ``type`` among them; empty where there is no choice."""


class DatasetUpdate(Model):
    """Corrects title or options (target column, column types, image size), or reads the file as another ``type`` of
    ``read_as``, with that one's options (none given: all as guessed); answers with the set described anew."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    type: str | None = Field(default=None, max_length=100)
    options: dict[str, JsonValue] | None = None


class ClassCount(Model):
    name: str
    count: int


class FileRow(Model):
    """A row of the file by its number, from 1 without the header, with its cells."""

    number: int
    cells: list[str]


class OutliersRead(Model):
    """``count`` values of the rows to train on and to validate with lie below ``low`` or above ``high``, three times the
    distance of the quartiles beyond them; ``rows`` are those that lie farthest out."""

    count: int
    low: float
    high: float
    rows: list[FileRow]


class Histogram(Model):
    """``counts[i]`` values lie in ``[edges[i], edges[i + 1])``."""

    name: str
    edges: list[float]
    counts: list[int]
    outliers: OutliersRead | None = None


class SamplePicture(Model):
    """``data`` is a PNG as a data URL."""

    data: str
    label: str


class GraphDrawing(Model):
    """Places for the vertices, between 0 and 1.  ``labels`` are class indices (-1: none), empty where the whole graph has the
    class ``name``; ``num_left_out`` counts the vertices of a large graph that are not shown."""

    name: str
    positions: list[tuple[float, float]]
    labels: list[int]
    edges: list[tuple[int, int]]
    is_directed: bool
    num_left_out: int


class TokenText(Model):
    """A text cut into tokens, with the index of each (1: unknown); ``num_left_out`` more are not shown."""

    tokens: list[str]
    indices: list[int]
    label: str
    num_left_out: int


class SeriesCurve(Model):
    """One sample: the values of each channel (null: none), and of those that are forecast what follows, by their places."""

    name: str
    channels: list[list[float | None]]
    future: dict[int, list[float]]


class DatasetPreview(Model):
    """``rows`` are those of the file as read, cells as text; ``pictures``, ``drawings``, ``texts`` and ``series`` a few of each
    class."""

    balance: list[ClassCount]
    pictures: list[SamplePicture]
    header: list[str]
    rows: list[list[str]]
    histograms: list[Histogram]
    value_range: tuple[float, float] | None = None
    drawings: list[GraphDrawing] = Field(default_factory=list)
    masks: list[str] = Field(default_factory=list)
    """Of each picture its mask, a PNG that lies over it; empty for sets without masks.  ``balance`` then counts pixels."""
    mask_colors: list[str] = Field(default_factory=list)
    """One a class; the first is clear (empty)."""
    texts: list[TokenText] = Field(default_factory=list)
    series: list[SeriesCurve] = Field(default_factory=list)
    channels: list[str] = Field(default_factory=list)
    """Names of the channels of ``series``."""


# --- weights and imports ------------------------------------------------------------------------------------------------


class WeightsRead(Model):
    """A file of weights.  ``format`` is what it came as (``safetensors``, ``pytorch``, ``onnx``, ``program``)."""

    id: Id
    title: str
    format: str
    num_tensors: int
    num_values: int
    bytes: int
    sha256: str
    created: float


class WeightsCompare(Model):
    """The body of ``POST /api/weights/compare``.  ``source`` is ``checkpoint:ID`` or ``file:ID``; ``match`` null chooses."""

    document: Document
    source: str = Field(max_length=200)
    match: Literal["name", "order"] | None = None


class WeightsCompared(WeightsReport):
    """What becomes of each node with these weights.  ``title`` is what a person knows them by."""

    source: str
    title: Sentence


class ImportRead(Model):
    """What was taken in: weights alone, or a network (``network_id``, ``report``) and its weights.

    ``problems`` counts what is wrong with the network as it now stands.
    """

    weights: WeightsRead | None = None
    network_id: Id | None = None
    report: ImportReport | None = None
    problems: int = 0


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


# --- exports ---------------------------------------------------------------------------------------------------------


class ExportOption(Model):
    """A format that a checkpoint or a network can leave in, or why not (``reason``).

    ``bytes`` is known of a file that is there (``is_ready``): the checkpoint's own, or one that was made lately.  ``code``
    belongs to the reason.
    """

    format: str
    title: Sentence
    suffix: str
    description: Sentence
    bytes: int | None = None
    is_ready: bool = False
    reason: Sentence | None = None
    code: str | None = None


class ExportRequest(Model):
    """An untrained network in ``format``: its weights are fresh under ``seed``."""

    document: Document
    format: str = Field(max_length=100)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class ExportRead(Model):
    """A file that is being made.  ``stage`` is one of ``loading``, ``exporting``, ``checking``, ``packing`` while it is
    ``preparing``; ``code``, ``message`` and ``node`` say why it failed."""

    key: str
    format: str
    name: str
    state: Literal["waiting", "preparing", "ready", "failed"]
    stage: str | None = None
    bytes: int | None = None
    code: str | None = None
    message: Sentence | None = None
    node: str | None = None
