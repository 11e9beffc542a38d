"""A checkpoint measured on the held-out part, as it is sent.  Importing this loads no torch."""

from pydantic import Field

from netwright.graph.model import Model
from netwright.services.trial_models import Cell


class ClassRead(Model):
    """Figures of one class; null where there is nothing to divide by.  ``iou`` is intersection over union, of masks only;
    their ``support`` counts pixels."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    iou: float | None = None


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


class ErrorsRead(Model):
    """A reconstruction: errors in the unit that the network sees, and how many samples have a mean absolute error from
    ``edges[i]`` to ``edges[i + 1]``."""

    mean_absolute_error: float
    root_mean_squared_error: float
    edges: list[float]
    counts: list[int]


class EvaluationRead(Model):
    """A checkpoint on the validation part.  ``accuracy`` of labels is the share of right answers, of masks that of right
    pixels, ``exact_match`` that of samples of which every label is right, ``mean_iou`` the mean of the classes that there are.
    ``confusion[i][j]``: samples (of masks, pixels) of class i that were taken for class j.
    ``has_changed``: the data are no longer those of the run."""

    num_samples: int
    has_changed: bool
    classes: list[str]
    accuracy: float | None = None
    exact_match: float | None = None
    mean_iou: float | None = None
    confusion: list[list[int]] = Field(default_factory=list)
    per_class: list[ClassRead] = Field(default_factory=list)
    roc: list[CurveRead] = Field(default_factory=list)
    precision_recall: list[CurveRead] = Field(default_factory=list)
    calibration: CalibrationRead | None = None
    numbers: list[NumbersRead] = Field(default_factory=list)
    errors: ErrorsRead | None = None


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
    number: int | None = None
    """Of a set of graphs: which vertex or graph it is."""
    mask: str | None = None
    target_mask: str | None = None
    """What was drawn and what was wanted, as :class:`~netwright.services.trial_models.MaskRead`'s ``png``."""
    right: float | None = None
    """Of a mask the share of pixels that are right."""
    rebuilt: str | None = None
    """Of a picture that was to be given back: what came."""
    error: float | None = None
    """Of a sample that was to be given back: the mean absolute error."""


class SamplesRead(Model):
    """``total`` counts all that fit, of which the first are given."""

    total: int
    samples: list[SampleRead]
