"""Bodies and answers of trying a checkpoint out; what server and child tell each other.  Importing this loads no torch."""

from typing import Annotated, Any, Literal

from pydantic import Field

from netwright.data.base import Kind, Task
from netwright.data.graphs import Sample as GraphSample
from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.training.spec import RunSpec

MAX_SAMPLES = 256
MAX_TEXT = 1000
MAX_TYPED = 100_000
"""Characters of a text that is to be answered; the network sees the beginning."""
MAX_STEPS = 100_000
MAX_VERTICES, MAX_EDGES, MAX_FEATURES = 20_000, 200_000, 100_000
"""Of a graph that is sent."""

Cell = float | Annotated[str, Field(max_length=MAX_TEXT)] | None


class TrialField(Model):
    """A column of a table that the network sees: a number, or one of ``categories``.  Figures are of the run's data;
    ``example`` is the cell of a sample that was held out or trained on."""

    name: str
    is_required: bool = Field(
        default=False, description="Whether it needs a value: nothing is put in where one is missing."
    )
    categories: list[str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    example: Cell = None


class PictureShape(Model):
    """The size that every picture is brought to.  ``ink_share`` is which part of its longer side what a picture shows
    usually fills: a drawing is scaled to it."""

    channels: int
    height: int
    width: int
    is_light_on_dark: bool
    ink_share: float
    example: str


class TextShape(Model):
    """``column`` is what a file's column of texts is called, ``max_tokens`` how many tokens of a text the network sees,
    ``example`` a text of the run's data."""

    column: str
    max_tokens: int
    example: str


class SeriesShape(Model):
    """``steps`` is how many the network sees, ``channels`` their names; shorter series are filled up where ``is_padded``,
    as those of the data are.  What is forecast are the next ``horizon`` steps of ``forecast``, places in ``channels`` (0 and
    empty: it tells classes or numbers).  ``minimum`` and ``maximum`` are of each channel of the data, ``example`` is one of
    its series, step by step."""

    steps: int
    channels: list[str]
    is_padded: bool
    horizon: int
    forecast: list[int]
    minimum: list[float]
    maximum: list[float]
    example: list[list[float | None]]


Vertex = Annotated[list[Cell], Field(max_length=MAX_FEATURES)]
Edge = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]


class GraphSent(Model):
    """A graph to be answered: ``x`` has for each vertex the values of all features (a category by its name, null where one is
    missing), ``edges`` lead from the vertex of the first number to that of the second, counted from 0.  Without
    ``directed`` edges are as in the run's data: where those have no direction, one in either direction is enough."""

    x: list[Vertex] = Field(min_length=1, max_length=MAX_VERTICES)
    edges: list[Edge] = Field(default_factory=list, max_length=MAX_EDGES)
    directed: bool | None = None


class GraphShape(Model):
    """``sample`` says whether vertices or whole graphs are answered, ``num_samples`` how many of them the run's data have.
    ``example`` is a small graph of these data; null where its features would fill a page."""

    sample: GraphSample
    num_samples: int
    features: list[str]
    is_directed: bool
    example: GraphSent | None


class TrialDrawing(Model):
    """A sample of a run's graphs as it is drawn: a vertex with its surroundings, or a graph.  ``vertices`` are numbers in the
    graph; ``positions`` lie between 0 and 1, ``edges`` are places in ``vertices``.  ``labels`` are the classes that the data
    say, -1 for none, and ``answers`` those that the network says; both empty where vertices have no classes.  ``target`` is
    what the data say of the sample itself.  ``num_left_out`` counts the vertices that are not shown."""

    vertices: list[int]
    positions: list[list[float]]
    edges: list[Edge]
    is_directed: bool
    chosen: int | None
    labels: list[int] = Field(default_factory=list)
    answers: list[int] = Field(default_factory=list)
    target: str = ""
    num_left_out: int = 0


class TrialRead(Model):
    """What can be asked of a checkpoint.  ``are_probabilities`` false: the answers are scores, for the loss makes no
    probabilities of them.  ``mask_colors`` are those of the classes in a mask; empty for the first, which is clear.
    ``target_columns`` are the names of several numbers that are predicted together."""

    checkpoint_id: str
    kind: Kind
    task: Task
    classes: list[str]
    target_name: str
    target_columns: list[str] = Field(default_factory=list)
    are_probabilities: bool
    picture: PictureShape | None = None
    text: TextShape | None = None
    series: SeriesShape | None = None
    graph: GraphShape | None = None
    mask_colors: list[str] = Field(default_factory=list)
    fields: list[TrialField] = Field(default_factory=list)


class PredictRequest(Model):
    """Exactly one of ``pictures`` (base64 of a PNG, JPEG, ..., or a data URL), ``rows`` (values by the columns' names;
    what is left out or null is a missing value), ``texts``, ``series`` (step by step, each the values of all channels; null
    is a missing value), ``graphs``, and ``samples`` (of a run on graphs: vertices, or graphs, of its own data by their
    numbers from 0)."""

    pictures: list[Annotated[str, Field(max_length=14_000_000)]] | None = Field(
        default=None, min_length=1, max_length=MAX_SAMPLES
    )
    rows: list[dict[str, Cell]] | None = Field(default=None, min_length=1, max_length=MAX_SAMPLES)
    texts: list[Annotated[str, Field(max_length=MAX_TYPED)]] | None = Field(
        default=None, min_length=1, max_length=MAX_SAMPLES
    )
    series: list[Annotated[list[list[float | None]], Field(min_length=1, max_length=MAX_STEPS)]] | None = Field(
        default=None, min_length=1, max_length=MAX_SAMPLES
    )
    graphs: list[GraphSent] | None = Field(default=None, min_length=1, max_length=MAX_SAMPLES)
    samples: list[Annotated[int, Field(ge=0)]] | None = Field(default=None, min_length=1, max_length=MAX_SAMPLES)


class TokenRead(Model):
    """A token as the network read it; one that the training part did not teach is the same to it as any other such."""

    text: str
    is_known: bool


class MaskRead(Model):
    """``png`` is a data URL: its pixels are the class indices, its palette their colours, the first class is clear.  ``shares``
    are the parts of the pixels that each class has, ``certainty`` the mean probability of the class that is said at a pixel
    (null where the loss makes no probabilities)."""

    png: str
    height: int
    width: int
    shares: list[float]
    certainty: float | None


class RebuiltRead(Model):
    """A sample given back.  Of a picture ``png`` is what came, ``difference`` the absolute error (grey, white where it is
    largest, which is ``largest_error``); of a row ``values`` is what came and ``wanted`` what was to come, by ``names`` where
    each value is a column.  Errors are in the unit that the network sees, after the preprocessing."""

    mean_absolute_error: float
    root_mean_squared_error: float
    largest_error: float
    png: str | None = None
    difference: str | None = None
    names: list[str] = Field(default_factory=list)
    values: list[float] = Field(default_factory=list)
    wanted: list[float] = Field(default_factory=list)


class VertexRead(Model):
    """The answer about a vertex of a graph that was sent."""

    label: str | None = None
    probabilities: list[float] = Field(default_factory=list)
    values: list[float] = Field(default_factory=list)


class PredictionRead(Model):
    """``label`` and ``probabilities`` (in the order of ``classes``) of a classification, ``labels`` that are said and
    ``probabilities`` of all of several labels, ``values`` of a regression: of a forecast step by step, each with all channels
    that are forecast; ``mask`` of a segmentation, ``rebuilt`` of a reconstruction, ``vertices`` of a graph that was sent where
    each vertex is answered.  ``seen`` is the picture as the network got it, as a PNG in a data URL; ``tokens`` are
    those of a text that it saw, of which ``num_cut`` more were left away."""

    label: str | None = None
    labels: list[str] | None = None
    probabilities: list[float] = Field(default_factory=list)
    values: list[float] = Field(default_factory=list)
    mask: MaskRead | None = None
    rebuilt: RebuiltRead | None = None
    vertices: list[VertexRead] = Field(default_factory=list)
    seen: str | None = None
    tokens: list[TokenRead] = Field(default_factory=list)
    num_cut: int = 0


class PredictRead(Model):
    classes: list[str]
    are_probabilities: bool
    predictions: list[PredictionRead]


# --- between server and child ---------------------------------------------------------------------------------------------


class TrialOrder(Model):
    """What a child opens: the run's own module and the checkpoint's file (an absolute path)."""

    checkpoint_id: str
    spec: RunSpec
    source: str
    weights: str
    fingerprint: str | None


class Ask(Model):
    """A line to the child."""

    method: Literal["describe", "draw", "predict", "predict_file", "evaluate", "samples"]
    params: dict[str, Any] = Field(default_factory=dict)


class Told(Model):
    """A line from the child: what it found, or why it cannot."""

    result: dict[str, Any] | None = None
    code: Literal["bad_data", "cannot_try"] | None = None
    message: Sentence = ""
    column: str | None = None
