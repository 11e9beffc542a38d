"""Sets of samples, their columns and previews."""

from typing import Literal

from pydantic import Field, JsonValue

from netwright.data.base import Kind, SplitBy, Task
from netwright.data.facts import ColumnRole, DType
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Schema, Sentence
from netwright.services.models import Id


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
    strategies: list[str] = Field(default_factory=list)
    """What can be done about its missing values: what ``missing`` of its options takes."""
    strategy: str = ""
    """What was chosen for this column alone; empty: as for all."""
    fill_value: str = ""
    """The constant that was chosen for this column alone."""


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


class SheetRead(Model):
    """A sheet of a workbook, and how far its cells reach."""

    name: str
    num_rows: int
    num_columns: int


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
    no_parts: Sentence | None = None
    """Of a table with a column that names parts of the split: why the split cannot go by it, and the way out."""
    sheets: list[SheetRead] = Field(default_factory=list)
    """Of a workbook: what the option ``sheet`` may name."""
    sheet: str | None = None
    """The one of ``sheets`` that is read."""
    left_out: Sentence | None = None
    """How many rows of a table no run sees, and why."""


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
    """One sample: the values of each channel (null: none), and of those that are forecast what follows, by their places.  Of a
    long one the lowest and the highest value of stretches of equal length are left of its ``num_steps``."""

    name: str
    channels: list[list[float | None]]
    future: dict[int, list[float | None]]
    num_steps: int


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
