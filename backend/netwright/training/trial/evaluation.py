"""How a checkpoint does on the part of the data that was held out.

Definitions are scikit-learn's: precision ``TP / (TP + FP)``, recall ``TP / (TP + FN)``, F1 their harmonic mean; a ROC curve is
(false, true) positive rate over all thresholds and its area by the trapezoid; average precision is
``sum((R[i] - R[i-1]) P[i])``.
Calibration: samples in ten equal bins of the highest probability, and the expected calibration error over them (Guo et al.,
"On Calibration of Modern Neural Networks", 2017).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netwright.data.base import Part, Prepared
from netwright.data.graphs import GraphPart
from netwright.data.prepare import prepare
from netwright.training.graph_batches import GraphBatches
from netwright.training.trial.graphs import CPU, answer_batches
from netwright.training.trial.model import Trial

NUM_BINS = 10
MAX_CURVE_POINTS = 200
MAX_SCATTER = 2000

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``answers`` are ``(N, K)`` as of :meth:`Trial.answer`, ``targets`` int64 ``(N,)`` or float64 ``(N, T)`` in their own
    unit, both in the order of ``part``."""

    part: Part | GraphPart
    answers: Floats
    targets: Integers | Floats
    has_changed: bool

    @property
    def labels(self) -> Integers:
        """The targets of a classification."""
        return self.targets.astype(np.int64)

    @property
    def numbers(self) -> Floats:
        """The targets of a regression ``(N, T)``, or of labels ``(N, L)``."""
        return self.targets.astype(np.float64)

    @property
    def predicted(self) -> Integers:
        return np.asarray(self.answers.argmax(axis=1), dtype=np.int64)


def hold_out(trial: Trial, fingerprint: str | None) -> tuple[Part | GraphPart, bool]:
    """The part of the run's data that was held out, and whether the data are other ones than those of the run, whose
    ``fingerprint`` is given.

    Raises:
        DataError: the data are gone.
    """
    data: Prepared = prepare(trial.raw, trial.spec.training.data)
    return data.validation, fingerprint is not None and fingerprint != data.fingerprint


def evaluate(trial: Trial, part: Part | GraphPart, *, has_changed: bool) -> Evaluated:
    """Answers to the whole held-out part, of classes, labels or numbers."""
    targets = part.targets.numpy()
    if trial.are_labels:
        targets = targets.astype(np.float64)
    elif not trial.is_class:
        targets = targets.astype(np.float64) * trial.target_scale
    if isinstance(part, GraphPart):
        answers = answer_batches(trial, GraphBatches(part, trial.preprocess, CPU))
    else:
        answers = trial.answer(part.inputs)
    return Evaluated(part, answers, targets, has_changed)


# --- classes -----------------------------------------------------------------------------------------------------------


def confusion(targets: Integers, predicted: Integers, num_classes: int) -> Integers:
    """``(C, C)``: how often the class of the row was taken for that of the column."""
    counts: Integers = np.zeros((num_classes, num_classes), dtype=np.int64)
    np.add.at(counts, (targets, predicted), 1)
    return counts


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


def class_figures(counts: Integers) -> list[ClassFigures]:
    """Of each class of a confusion matrix."""
    return [
        _figures(int(counts[label, label]), int(counts[:, label].sum()), int(counts[label].sum()))
        for label in range(len(counts))
    ]


def label_figures(targets: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> list[ClassFigures]:
    """Of each label; both ``(N, L)``."""
    counts = zip((targets & predicted).sum(0), predicted.sum(0), targets.sum(0), strict=True)
    return [_figures(int(hits), int(asked), int(support)) for hits, asked, support in counts]


def _figures(hits: int, asked: int, support: int) -> ClassFigures:
    precision = hits / asked if asked else None
    recall = hits / support if support else None
    f1 = 2 * hits / (asked + support) if asked + support else None
    return ClassFigures(precision, recall, f1, support)


@dataclass(frozen=True, slots=True)
class Curve:
    """``area`` is that under the ROC curve, or the average precision; None where a class has no sample or every one."""

    x: list[float]
    y: list[float]
    area: float | None


def roc_curve(is_class: NDArray[np.bool_], scores: Floats) -> Curve:
    """False positive rate and true positive rate of "at least this score means the class"."""
    hits, misses = _cumulated(is_class, scores)
    if not hits[-1] or not misses[-1]:
        return Curve([], [], None)
    true, false = np.append(0.0, hits / hits[-1]), np.append(0.0, misses / misses[-1])
    return Curve(*_thinned(false, true), area=float(np.trapezoid(true, false)))


def precision_recall_curve(is_class: NDArray[np.bool_], scores: Floats) -> Curve:
    """Recall and precision, from the highest score down."""
    hits, misses = _cumulated(is_class, scores)
    if not hits[-1]:
        return Curve([], [], None)
    recall, precision = hits / hits[-1], hits / (hits + misses)
    area = float(np.sum(np.diff(np.append(0.0, recall)) * precision))
    return Curve(*_thinned(np.append(0.0, recall), np.append(precision[0], precision)), area=area)


def _cumulated(is_class: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """How many samples of the class, and of others, have at least each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    hits = np.cumsum(is_class[order])[ends].astype(np.float64)
    return hits, ends + 1.0 - hits


def _thinned(x: Floats, y: Floats) -> tuple[list[float], list[float]]:
    if len(x) > MAX_CURVE_POINTS:
        kept = np.unique(np.linspace(0, len(x) - 1, MAX_CURVE_POINTS).round().astype(np.intp))
        x, y = x[kept], y[kept]
    return x.tolist(), y.tolist()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of each bin of the highest probability: how many samples, their mean probability, and the share that was right (None:
    no sample).  ``error`` is the expected calibration error."""

    counts: list[int]
    confidence: list[float | None]
    accuracy: list[float | None]
    error: float


def calibrate(answers: Floats, is_right: NDArray[np.bool_]) -> Calibration:
    highest = answers.max(axis=1)
    bins = np.clip(np.ceil(highest * NUM_BINS).astype(np.intp) - 1, 0, NUM_BINS - 1)
    counts = np.bincount(bins, minlength=NUM_BINS)
    sums = np.bincount(bins, weights=highest, minlength=NUM_BINS)
    right = np.bincount(bins, weights=is_right.astype(np.float64), minlength=NUM_BINS)
    error = float(np.abs(right - sums).sum() / len(highest))
    return Calibration(
        counts.tolist(),
        [float(total / count) if count else None for total, count in zip(sums, counts, strict=True)],
        [float(total / count) if count else None for total, count in zip(right, counts, strict=True)],
        error,
    )


def order_samples(found: Evaluated, order: str, target: int | None, predicted: int | None) -> Integers:
    """Places of samples in the held-out part: of a cell of the confusion matrix where one is named; ``worst`` first those
    whose own class had the lowest probability (or whose value was furthest off), ``uncertain`` first those whose two highest
    probabilities were closest."""
    places = np.arange(len(found.answers))
    if found.targets.dtype.kind == "f":
        return np.argsort(-np.abs(found.answers - found.numbers).max(axis=1), kind="stable")
    targets = found.labels
    if target is not None:
        places = places[targets[places] == target]
    if predicted is not None:
        places = places[found.predicted[places] == predicted]
    if order == "uncertain":
        two = np.sort(found.answers[places], axis=1)[:, -2:]
        return places[np.argsort(two[:, -1] - two[:, 0], kind="stable")]
    own = found.answers[places, targets[places]]
    return places[np.argsort(own, kind="stable")]


# --- numbers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """Of one target column.  ``r2`` is None where all targets are equal; ``actual`` and ``predicted`` are at most
    MAX_SCATTER samples, evenly taken."""

    mean_absolute_error: float
    root_mean_squared_error: float
    r2: float | None
    actual: list[float]
    predicted: list[float]


def number_figures(targets: Floats, answers: Floats) -> NumberFigures:
    """``(N,)`` and ``(N,)``."""
    residuals = answers - targets
    spread = float(np.square(targets - targets.mean()).sum())
    kept = np.unique(np.linspace(0, len(targets) - 1, min(len(targets), MAX_SCATTER)).round().astype(np.intp))
    return NumberFigures(
        float(np.abs(residuals).mean()),
        float(np.sqrt(np.square(residuals).mean())),
        1.0 - float(np.square(residuals).sum()) / spread if spread else None,
        targets[kept].tolist(),
        answers[kept].tolist(),
    )
