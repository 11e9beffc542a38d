"""Bodies and answers of trying a checkpoint out; what server and child tell each other.  Importing this loads no torch."""

from typing import Annotated, Any, Literal

from pydantic import Field

from netwright.data.base import Kind, Task
from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.training.spec import RunSpec

MAX_SAMPLES = 256
MAX_TEXT = 1000
MAX_TYPED = 100_000
"""Characters of a text that is to be answered; the network sees the beginning."""
MAX_STEPS = 100_000

Cell = float | Annotated[str, Field(max_length=MAX_TEXT)] | None


class TrialField(Model):
    """A column of a table that the network sees: a number, or one of ``categories``.  Figures are of the run's data;
    ``example`` is the cell of a sample that was held out or trained on."""

    name: str
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


class TrialRead(Model):
    """What can be asked of a checkpoint.  ``are_probabilities`` false: the answers are scores, for the loss makes no
    probabilities of them."""

    checkpoint_id: str
    kind: Kind
    task: Task
    classes: list[str]
    target_name: str
    are_probabilities: bool
    picture: PictureShape | None = None
    text: TextShape | None = None
    series: SeriesShape | None = None
    fields: list[TrialField] = Field(default_factory=list)


class PredictRequest(Model):
    """Exactly one of ``pictures`` (base64 of a PNG, JPEG, ..., or a data URL), ``rows`` (values by the columns' names;
    what is left out or null is a missing value), ``texts``, and ``series`` (step by step, each the values of all channels; null
    is a missing value)."""

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


class TokenRead(Model):
    """A token as the network read it; one that the training part did not teach is the same to it as any other such."""

    text: str
    is_known: bool


class PredictionRead(Model):
    """``label`` and ``probabilities`` (in the order of ``classes``) of a classification, ``labels`` that are said and
    ``probabilities`` of all of several labels, ``values`` of a regression: of a forecast step by step, each with all channels
    that are forecast.  ``seen`` is the picture as the network got it, as a PNG in a data URL; ``tokens`` are
    those of a text that it saw, of which ``num_cut`` more were left away."""

    label: str | None = None
    labels: list[str] | None = None
    probabilities: list[float] = Field(default_factory=list)
    values: list[float] = Field(default_factory=list)
    seen: str | None = None
    tokens: list[TokenRead] = Field(default_factory=list)
    num_cut: int = 0


class PredictRead(Model):
    classes: list[str]
    are_probabilities: bool
    predictions: list[PredictionRead]


class ClassRead(Model):
    """Figures of one class; null where there is nothing to divide by."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class CurveRead(Model):
    """A ROC curve (false against true positive rate) or a precision-recall curve (recall against precision) of one class
    against all others; ``area`` is that below it, or the average precision."""

    name: str
    x: list[float]
    y: list[float]
    area: float | None


class CalibrationRead(Model):
    """Ten bins of the highest probability; ``error`` is the expected calibration error."""

    counts: list[int]
    confidence: list[float | None]
    accuracy: list[float | None]
    error: float


class NumbersRead(Model):
    """One target column of a regression."""

    name: str
    mean_absolute_error: float
    root_mean_squared_error: float
    r2: float | None
    actual: list[float]
    predicted: list[float]


class EvaluationRead(Model):
    """A checkpoint on the validation part.  ``accuracy`` of labels is the share of right answers, ``exact_match`` that of
    samples of which every label is right.  ``confusion[i][j]``: samples of class i that were taken for class j.
    ``has_changed``: the data are no longer those of the run."""

    num_samples: int
    has_changed: bool
    classes: list[str]
    accuracy: float | None = None
    exact_match: float | None = None
    confusion: list[list[int]] = Field(default_factory=list)
    per_class: list[ClassRead] = Field(default_factory=list)
    roc: list[CurveRead] = Field(default_factory=list)
    precision_recall: list[CurveRead] = Field(default_factory=list)
    calibration: CalibrationRead | None = None
    numbers: list[NumbersRead] = Field(default_factory=list)


class CurvesRead(Model):
    """A series channel by channel; null where there is no value.  ``actual`` and ``predicted`` are what follows, by the place
    of the channel; empty where nothing is forecast."""

    channels: list[list[float | None]]
    actual: dict[str, list[float]] = Field(default_factory=dict)
    predicted: dict[str, list[float]] = Field(default_factory=dict)


class SampleRead(Model):
    """A sample of the validation part with the answer to it.  ``place`` counts from 0 in that part."""

    place: int
    target: str
    predicted: str
    probability: float | None = None
    """Of the predicted class."""
    target_probability: float | None = None
    picture: str | None = None
    values: dict[str, Cell] = Field(default_factory=dict)
    text: str | None = None
    curve: CurvesRead | None = None


class SamplesRead(Model):
    """``total`` counts all that fit, of which the first are given."""

    total: int
    samples: list[SampleRead]


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

    method: Literal["describe", "predict", "predict_file", "evaluate", "samples"]
    params: dict[str, Any] = Field(default_factory=dict)


class Told(Model):
    """A line from the child: what it found, or why it cannot."""

    result: dict[str, Any] | None = None
    code: Literal["bad_data", "cannot_try"] | None = None
    message: Sentence = ""
    column: str | None = None
