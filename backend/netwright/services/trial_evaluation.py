"""What the process that holds a checkpoint tells of the held-out part: figures once, then the samples behind them."""

from functools import cached_property
from typing import Any

import numpy as np

from netwright.data.base import Part
from netwright.data.graphs import GraphPart
from netwright.data.mask_pictures import mask_url
from netwright.data.preview import MAX_PICTURE_SIDE, picture_url
from netwright.services.evaluation_models import (
    CalibrationRead,
    ClassRead,
    CurveRead,
    CurvesRead,
    ErrorsRead,
    EvaluationRead,
    NumbersRead,
    SampleRead,
    SamplesRead,
)
from netwright.services.trial_desk import Desk
from netwright.services.trial_models import Cell
from netwright.training.trial import evaluation as of
from netwright.training.trial import sequences
from netwright.training.trial.masks import EvaluatedMasks, evaluate_masks, fit_picture, order_masks, overlaps
from netwright.training.trial.reconstruction import EvaluatedSamples, evaluate_samples, rebuild
from netwright.training.trial.samples import cell_of

MAX_CURVE_CLASSES = 20
"""Of more classes the curves would only be a tangle."""

Found = of.Evaluated | EvaluatedMasks | EvaluatedSamples


class Evaluation:
    """The held-out part of a desk's run, measured at the first question."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.trial, self.raw = desk, desk.trial, desk.raw

    @cached_property
    def found(self) -> Found:
        part, has_changed = of.hold_out(self.trial, self.desk.order.fingerprint)
        if self.trial.task == "segmentation" and isinstance(part, Part):
            return evaluate_masks(self.trial, part, has_changed=has_changed)
        if self.trial.task == "reconstruction" and isinstance(part, Part):
            return evaluate_samples(self.trial, part, has_changed=has_changed)
        return of.evaluate(self.trial, part, has_changed=has_changed)

    def figures(self) -> EvaluationRead:
        found = self.found
        names = [] if self.trial.task == "reconstruction" else list(self.raw.classes)
        read = EvaluationRead(num_samples=len(found.part), has_changed=found.has_changed, classes=names)
        return read.model_copy(update=self._figures(found))

    def _figures(self, found: Found) -> dict[str, Any]:
        if isinstance(found, EvaluatedMasks):
            return self._of_masks(found)
        if isinstance(found, EvaluatedSamples):
            return {
                "errors": ErrorsRead(
                    mean_absolute_error=float(found.absolute.mean()),
                    root_mean_squared_error=float(np.sqrt(found.squared.mean())),
                    edges=found.edges,
                    counts=found.counts,
                )
            }
        if self.trial.are_labels:
            return self._of_labels(found)
        return self._of_classes(found) if self.trial.is_class else self._of_numbers(found)

    def _of_numbers(self, found: of.Evaluated) -> dict[str, Any]:
        numbers = []
        for title, columns in self._number_columns(found.answers.shape[1]):
            figures = of.number_figures(found.numbers[:, columns].ravel(), found.answers[:, columns].ravel())
            numbers.append(NumbersRead(name=title, **{name: getattr(figures, name) for name in figures.__slots__}))
        return {"numbers": numbers}

    def _number_columns(self, count: int) -> list[tuple[str, slice]]:
        """Which columns of a regression are measured together: of a forecast all steps of a channel."""
        raw = self.raw
        if raw.forecast is None:
            return [(name, slice(place, place + 1)) for place, name in enumerate(self.desk.number_names(count))]
        channels = raw.forecast.channels
        return [(raw.features[name], slice(place, None, len(channels))) for place, name in enumerate(channels)]

    def _of_classes(self, found: of.Evaluated) -> dict[str, Any]:
        classes, targets = self.raw.classes, found.labels
        counts = of.confusion(targets, found.predicted, len(classes))
        is_right = found.predicted == targets
        shown = range(len(classes)) if len(classes) <= MAX_CURVE_CLASSES else range(0)
        curves = {
            part: [_curve(classes[label], make(targets == label, found.answers[:, label])) for label in shown]
            for part, make in (("roc", of.roc_curve), ("precision_recall", of.precision_recall_curve))
        }
        calibration = None
        if self.trial.are_probabilities:
            bins = of.calibrate(found.answers, is_right)
            calibration = CalibrationRead(**{name: getattr(bins, name) for name in bins.__slots__})
        return {
            "accuracy": float(is_right.mean()),
            "confusion": counts.tolist(),
            "per_class": _classes(classes, of.class_figures(counts)),
            "calibration": calibration,
            **curves,
        }

    def _of_labels(self, found: of.Evaluated) -> dict[str, Any]:
        """Figures of each label, and curves of those that are not too many."""
        names = self.raw.classes
        targets, predicted = found.numbers > 0.5, found.answers > self.trial.label_cut
        is_right = targets == predicted
        shown = range(len(names)) if len(names) <= MAX_CURVE_CLASSES else range(0)
        return {
            "accuracy": float(is_right.mean()),
            "exact_match": float(is_right.all(axis=1).mean()),
            "per_class": _classes(names, of.label_figures(targets, predicted)),
            "roc": [_curve(names[at], of.roc_curve(targets[:, at], found.answers[:, at])) for at in shown],
            "precision_recall": [
                _curve(names[at], of.precision_recall_curve(targets[:, at], found.answers[:, at])) for at in shown
            ],
        }

    def _of_masks(self, found: EvaluatedMasks) -> dict[str, Any]:
        """Figures of pixels; a class's F1 is the Dice coefficient of its masks."""
        each = overlaps(found.counts)
        known = [overlap for overlap in each if overlap is not None]
        per_class = _classes(self.raw.classes, of.class_figures(found.counts))
        return {
            "accuracy": float(found.counts.trace() / found.counts.sum()),
            "mean_iou": sum(known) / len(known) if known else None,
            "confusion": found.counts.tolist(),
            "per_class": [one.model_copy(update={"iou": iou}) for one, iou in zip(per_class, each, strict=True)],
        }

    # --- samples -------------------------------------------------------------------------------------------------------

    def samples(self, params: dict[str, Any]) -> SamplesRead:
        found = self.found
        if isinstance(found, EvaluatedMasks):
            places = order_masks(found, params["order"], params["target"], params["predicted"])
        elif isinstance(found, EvaluatedSamples):
            places = np.argsort(-found.absolute, kind="stable")
        else:
            places = of.order_samples(found, params["order"], params["target"], params["predicted"])
        first = places[params["offset"] : params["offset"] + params["limit"]]
        return SamplesRead(total=len(places), samples=[self._sample(found, int(place)) for place in first])

    def _sample(self, found: Found, place: int) -> SampleRead:
        if isinstance(found, EvaluatedMasks):
            return self._mask(found, place)
        if isinstance(found, EvaluatedSamples):
            return self._given_back(found, place)
        answer, target = found.answers[place], found.targets[place]
        read = self._shown(found, place)
        if self.trial.are_labels:
            names = zip(self.raw.classes, target.tolist(), strict=True)
            wanted = ", ".join(name for name, is_there in names if is_there)
            return read.model_copy(update={"target": wanted, "predicted": ", ".join(self.desk.labels(answer))})
        if not self.trial.is_class:
            return read.model_copy(update={"target": self.desk.said(target), "predicted": self.desk.said(answer)})
        label, best = int(target), int(answer.argmax())
        told = {
            "target": self.desk.name(label),
            "predicted": self.desk.name(best),
            "probability": float(answer[best]),
            "target_probability": float(answer[label]),
        }
        return read.model_copy(update=told)

    def _shown(self, found: of.Evaluated, place: int) -> SampleRead:
        """A sample as a person sees it, without the answer to it."""
        raw, read = self.raw, SampleRead(place=place, target="", predicted="")
        if isinstance(found.part, GraphPart):
            return read.model_copy(update={"number": int(found.part.indices[place])})
        sample = found.part.inputs[place]
        if raw.kind == "image":
            return read.model_copy(update={"picture": self.desk.picture(sample.numpy())})
        if raw.kind == "text":
            return read.model_copy(update={"text": sequences.text_of(sample)})
        if raw.kind == "series":
            channels = [list(channel) for channel in zip(*sequences.steps_of(sample), strict=True)]
            curve = CurvesRead(channels=channels)
            if raw.forecast is not None:
                curve.actual.update(sequences.ahead_of(found.numbers[place].tolist(), raw))
                curve.predicted.update(sequences.ahead_of(found.answers[place].tolist(), raw))
            return read.model_copy(update={"curve": curve})
        return read.model_copy(update={"values": self._row(sample.tolist())})

    def _row(self, row: list[float]) -> dict[str, Cell]:
        pairs = zip(self.raw.features, row, strict=True)
        return {name: cell_of(value, self.raw.categories.get(name)) for name, value in pairs}

    def _mask(self, found: EvaluatedMasks, place: int) -> SampleRead:
        mask, target = found.masks[place], found.targets[place]
        return SampleRead(
            place=place,
            target=", ".join(self.desk.name(label) for label in np.unique(target).tolist()),
            predicted=", ".join(self.desk.name(label) for label in np.unique(mask).tolist()),
            picture=self.desk.picture(fit_picture(self.trial, found.part.inputs[place])),
            mask=mask_url(mask, MAX_PICTURE_SIDE),
            target_mask=mask_url(target, MAX_PICTURE_SIDE),
            right=float((mask == target).mean()),
        )

    def _given_back(self, found: EvaluatedSamples, place: int) -> SampleRead:
        sample = found.part.inputs[place]
        read = SampleRead(place=place, target="", predicted="", error=float(found.absolute[place]))
        brightness = self.desk.brightness
        if brightness is None:
            return read.model_copy(update={"values": self._row(sample.tolist())})
        [one] = rebuild(self.trial, sample[None])
        pictures = (picture_url(brightness.picture(values), 1.0) for values in (one.wanted, one.given))
        return read.model_copy(update=dict(zip(("picture", "rebuilt"), pictures, strict=True)))


def _classes(names: tuple[str, ...], figures: list[of.ClassFigures]) -> list[ClassRead]:
    return [
        ClassRead(name=name, **{field: getattr(each, field) for field in each.__slots__})
        for name, each in zip(names, figures, strict=True)
    ]


def _curve(name: str, curve: of.Curve) -> CurveRead:
    return CurveRead(name=name, x=curve.x, y=curve.y, area=curve.area)
