"""``python -m netwright.services.trial_child``: holds one checkpoint and answers about it, in a process of its own.

The server never loads a network that a person trained.  The order comes as the first line of standard input, a question is a
line after it, each answer a line on what was standard output; what libraries print goes to standard error.  When standard
input ends, so does this process: the server lives no shorter than its children.
"""

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from netwright.language import STORED, said_by
from netwright.services.trial_models import (
    Ask,
    CalibrationRead,
    Cell,
    ClassRead,
    CurveRead,
    CurvesRead,
    EvaluationRead,
    NumbersRead,
    PictureShape,
    PredictionRead,
    PredictRead,
    PredictRequest,
    SampleRead,
    SamplesRead,
    SeriesShape,
    TextShape,
    TokenRead,
    Told,
    TrialField,
    TrialOrder,
    TrialRead,
)
from netwright.training.threads import spin_briefly

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from netwright.training.trial.evaluation import Evaluated

NICENESS = 5
MAX_CURVE_CLASSES = 20
"""Of more classes the curves would only be a tangle."""


class Desk:
    """One checkpoint, opened once; its evaluation is kept from the first time it is asked for."""

    def __init__(self, order: TrialOrder) -> None:
        from netwright.training.trial.model import Trial

        self.order = order
        self.trial: Trial = Trial.open(order.spec, order.source, Path(order.weights))
        self._evaluated: Evaluated | None = None

    @property
    def evaluated(self) -> "Evaluated":
        from netwright.training.trial.evaluation import evaluate

        if self._evaluated is None:
            self._evaluated = evaluate(self.trial, self.order.fingerprint)
        return self._evaluated

    def describe(self) -> TrialRead:
        from netwright.training.trial.samples import look_of, picture_target

        raw = self.trial.raw
        picture = None
        if raw.kind == "image":
            target, (is_light, share) = picture_target(self.order.spec, raw), look_of(raw)
            picture = PictureShape(
                channels=target.channels,
                height=target.height,
                width=target.width,
                is_light_on_dark=is_light,
                ink_share=share,
            )
        return TrialRead(
            checkpoint_id=self.order.checkpoint_id,
            kind=raw.kind,
            task=raw.task,
            classes=list(raw.classes),
            target_name=raw.target_name,
            are_probabilities=self.trial.are_probabilities,
            picture=picture,
            text=self._text_shape() if raw.kind == "text" else None,
            series=self._series_shape() if raw.kind == "series" else None,
            fields=[self._field(place, name) for place, name in enumerate(raw.features)] if raw.kind == "table" else [],
        )

    def _text_shape(self) -> TextShape:
        from netwright.data.registry import open_source
        from netwright.training.trial.sequences import text_of

        columns = open_source(self.order.spec.source).describe().columns
        named = [column.name for column in columns if column.role == "feature"]
        return TextShape(
            column=named[0] if len(named) == 1 else "text",
            max_tokens=self._num_tokens,
            example=text_of(self.trial.raw.inputs[0]),
        )

    @property
    def _num_tokens(self) -> int:
        """How many tokens of a text the network sees."""
        return int(self.trial.preprocess(self.trial.raw.inputs[:1]).shape[1])

    def _series_shape(self) -> SeriesShape:
        from netwright.training.trial.sequences import is_padded, ranges_of, steps_of

        raw = self.trial.raw
        low, high = ranges_of(raw)
        return SeriesShape(
            steps=raw.inputs.shape[1],
            channels=list(raw.features),
            is_padded=is_padded(raw),
            horizon=0 if raw.forecast is None else raw.forecast.horizon,
            forecast=[] if raw.forecast is None else list(raw.forecast.channels),
            minimum=low,
            maximum=high,
            example=steps_of(raw.inputs[0]),
        )

    def _field(self, place: int, name: str) -> TrialField:
        raw = self.trial.raw
        column = raw.inputs[:, place].double()
        known = column[~column.isnan()]
        example = _cell(float(column[0]), raw.categories.get(name))
        if name in raw.categories:
            return TrialField(name=name, categories=list(raw.categories[name]), example=example)
        if not len(known):
            return TrialField(name=name)
        return TrialField(
            name=name,
            minimum=float(known.min()),
            maximum=float(known.max()),
            mean=float(known.mean()),
            example=example,
        )

    def predict(self, params: dict[str, Any]) -> PredictRead:
        request, raw = PredictRequest.model_validate(params), self.trial.raw
        samples = self._read(request)
        nothing: list[str | None] = [None] * len(samples)
        texts = request.texts or nothing
        return PredictRead(
            classes=list(raw.classes),
            are_probabilities=self.trial.are_probabilities,
            predictions=[
                self._prediction(answer, samples[place], texts[place])
                for place, answer in enumerate(self.trial.answer(samples))
            ],
        )

    def _read(self, request: PredictRequest) -> "torch.Tensor":
        from netwright.training.trial import samples, sequences

        raw = self.trial.raw
        if request.pictures is not None:
            return samples.read_pictures(request.pictures, self.order.spec, raw)
        if request.texts is not None:
            return sequences.read_texts(request.texts, raw)
        if request.series is not None:
            return sequences.read_series(request.series, self.trial)
        return samples.read_rows(request.rows or [], raw)

    def _prediction(self, answer: "NDArray[np.float64]", sample: "torch.Tensor", text: str | None) -> PredictionRead:
        from netwright.training.trial.sequences import tokens_of

        read = PredictionRead(seen=self._picture(sample) if self.trial.raw.kind == "image" else None)
        if text is not None:
            tokens, num_cut = tokens_of(text, self.trial, self._num_tokens)
            told = [TokenRead(text=token, is_known=is_known) for token, is_known in tokens]
            read = read.model_copy(update={"tokens": told, "num_cut": num_cut})
        if self.trial.are_labels:
            return read.model_copy(update={"labels": self._labels(answer), "probabilities": answer.tolist()})
        if not self.trial.is_class:
            return read.model_copy(update={"values": answer.tolist()})
        return read.model_copy(update={"label": self._name(int(answer.argmax())), "probabilities": answer.tolist()})

    def predict_file(self, params: dict[str, Any]) -> dict[str, Any]:
        """Reads ``source``, writes ``target``: the rows as they were, with the answers behind them."""
        from netwright.training.trial import sequences
        from netwright.training.trial.samples import read_file, write_csv

        raw, source, filename = self.trial.raw, Path(params["source"]), params["filename"]
        if raw.kind == "text":
            header, rows, texts = sequences.read_text_file(source, filename, self._text_shape().column)
            samples = sequences.read_texts(texts, raw)
        else:
            header, rows, samples = read_file(source, filename, raw)
        answers = self.trial.answer(samples)
        names, cells = self._columns(answers)
        taken = set(header)
        added = [_free(name, taken) for name in names]
        write_csv(header + added, [row + more for row, more in zip(rows, cells, strict=True)], Path(params["target"]))
        return {"rows": len(rows)}

    def _columns(self, answers: "NDArray[np.float64]") -> tuple[list[str], list[list[str]]]:
        raw = self.trial.raw
        word = "probability" if self.trial.are_probabilities else "score"
        if self.trial.are_labels:
            names = [f"predicted {raw.target_name}", *(f"{word} {name}" for name in raw.classes)]
            return names, [
                ["|".join(self._labels(answer)), *(f"{value:.6g}" for value in answer.tolist())] for answer in answers
            ]
        if not self.trial.is_class:
            count = answers.shape[1]
            names = [f"predicted {raw.target_name}" + (f" {place + 1}" if count > 1 else "") for place in range(count)]
            return names, [[f"{value:.9g}" for value in answer] for answer in answers.tolist()]
        names = [f"predicted {raw.target_name}", *(f"{word} {name}" for name in raw.classes)]
        best = answers.argmax(axis=1)
        return names, [
            [self._name(int(label)), *(f"{value:.6g}" for value in answer)]
            for label, answer in zip(best, answers.tolist(), strict=True)
        ]

    def evaluate(self) -> EvaluationRead:
        from netwright.training.trial import evaluation as of

        found, raw = self.evaluated, self.trial.raw
        read = EvaluationRead(num_samples=len(found.answers), has_changed=found.has_changed, classes=list(raw.classes))
        if self.trial.are_labels:
            return read.model_copy(update=self._label_evaluation(found))
        if not self.trial.is_class:
            numbers = []
            for title, columns in self._number_columns(found.answers.shape[1]):
                figures = of.number_figures(found.numbers[:, columns].ravel(), found.answers[:, columns].ravel())
                numbers.append(NumbersRead(name=title, **{name: getattr(figures, name) for name in figures.__slots__}))
            return read.model_copy(update={"numbers": numbers})
        targets = found.labels
        counts = of.confusion(targets, found.predicted, len(raw.classes))
        is_right = found.predicted == targets
        shown = range(len(raw.classes)) if len(raw.classes) <= MAX_CURVE_CLASSES else range(0)
        curves = {
            part: [_curve(self._name(label), make(targets == label, found.answers[:, label])) for label in shown]
            for part, make in (("roc", of.roc_curve), ("precision_recall", of.precision_recall_curve))
        }
        calibration = None
        if self.trial.are_probabilities:
            bins = of.calibrate(found.answers, is_right)
            calibration = CalibrationRead(**{name: getattr(bins, name) for name in bins.__slots__})
        per_class = [
            ClassRead(name=name, **{field: getattr(each, field) for field in each.__slots__})
            for name, each in zip(raw.classes, of.class_figures(counts), strict=True)
        ]
        return read.model_copy(
            update={
                "accuracy": float(is_right.mean()),
                "confusion": counts.tolist(),
                "per_class": per_class,
                "calibration": calibration,
                **curves,
            }
        )

    def _label_evaluation(self, found: "Evaluated") -> dict[str, Any]:
        """Figures of each label, and curves of those that are not too many."""
        from netwright.training.trial import evaluation as of

        names = self.trial.raw.classes
        targets, predicted = found.numbers > 0.5, found.answers > self.trial.label_cut
        is_right = targets == predicted
        shown = range(len(names)) if len(names) <= MAX_CURVE_CLASSES else range(0)
        return {
            "accuracy": float(is_right.mean()),
            "exact_match": float(is_right.all(axis=1).mean()),
            "per_class": [
                ClassRead(name=name, **{field: getattr(each, field) for field in each.__slots__})
                for name, each in zip(names, of.label_figures(targets, predicted), strict=True)
            ],
            "roc": [_curve(names[at], of.roc_curve(targets[:, at], found.answers[:, at])) for at in shown],
            "precision_recall": [
                _curve(names[at], of.precision_recall_curve(targets[:, at], found.answers[:, at])) for at in shown
            ],
        }

    def _number_columns(self, count: int) -> list[tuple[str, slice]]:
        """Which columns of a regression are measured together: of a forecast all steps of a channel."""
        raw = self.trial.raw
        if raw.forecast is None:
            return [(raw.target_name, slice(place, place + 1)) for place in range(count)]
        channels = raw.forecast.channels
        return [(raw.features[name], slice(place, None, len(channels))) for place, name in enumerate(channels)]

    def samples(self, params: dict[str, Any]) -> SamplesRead:
        from netwright.training.trial.evaluation import order_samples

        found = self.evaluated
        places = order_samples(found, params["order"], params["target"], params["predicted"])
        first = places[params["offset"] : params["offset"] + params["limit"]]
        return SamplesRead(total=len(places), samples=[self._sample(found, int(place)) for place in first])

    def _sample(self, found: "Evaluated", place: int) -> SampleRead:
        answer, target = found.answers[place], found.targets[place]
        read = self._shown(found, place)
        if self.trial.are_labels:
            names = zip(self.trial.raw.classes, target.tolist(), strict=True)
            wanted = ", ".join(name for name, is_there in names if is_there)
            return read.model_copy(update={"target": wanted, "predicted": ", ".join(self._labels(answer))})
        if not self.trial.is_class:
            words = (", ".join(f"{value:.6g}" for value in target), ", ".join(f"{value:.6g}" for value in answer))
            return read.model_copy(update={"target": words[0], "predicted": words[1]})
        label, best = int(target), int(answer.argmax())
        told = {
            "target": self._name(label),
            "predicted": self._name(best),
            "probability": float(answer[best]),
            "target_probability": float(answer[label]),
        }
        return read.model_copy(update=told)

    def _shown(self, found: "Evaluated", place: int) -> SampleRead:
        """A sample as a person sees it, without the answer to it."""
        from netwright.training.trial.sequences import ahead_of, steps_of, text_of

        raw, sample = self.trial.raw, found.part.inputs[place]
        read = SampleRead(place=place, target="", predicted="")
        if raw.kind == "image":
            return read.model_copy(update={"picture": self._picture(sample)})
        if raw.kind == "text":
            return read.model_copy(update={"text": text_of(sample)})
        if raw.kind == "series":
            channels = [list(channel) for channel in zip(*steps_of(sample), strict=True)]
            curve = CurvesRead(channels=channels)
            if raw.forecast is not None:
                curve.actual.update(ahead_of(found.numbers[place].tolist(), raw))
                curve.predicted.update(ahead_of(found.answers[place].tolist(), raw))
            return read.model_copy(update={"curve": curve})
        values: dict[str, Cell] = {
            name: _cell(float(value), raw.categories.get(name))
            for name, value in zip(raw.features, sample, strict=True)
        }
        return read.model_copy(update={"values": values})

    def _labels(self, answer: "NDArray[np.float64]") -> list[str]:
        """The labels that an answer ``(L,)`` says."""
        cut = self.trial.label_cut
        return [name for name, value in zip(self.trial.raw.classes, answer.tolist(), strict=True) if value > cut]

    def _name(self, label: int) -> str:
        classes = self.trial.raw.classes
        return classes[label] if label < len(classes) else str(label)

    def _picture(self, sample: "torch.Tensor") -> str:
        from netwright.data.preview import picture_url, white_of

        return picture_url(sample.numpy(), 255.0 / white_of(self.trial.raw))


def _cell(value: float, categories: tuple[str, ...] | None) -> Cell:
    if math.isnan(value):
        return None
    return value if categories is None else categories[int(value)]


def _curve(name: str, curve: Any) -> CurveRead:
    return CurveRead(name=name, x=curve.x, y=curve.y, area=curve.area)


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number behind it where the file has such a column."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} {number}", number + 1
    taken.add(candidate)
    return candidate


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(NICENESS)
    spin_briefly()
    order = TrialOrder.model_validate_json(sys.stdin.buffer.readline())
    desk, told = _open(order)
    _tell(answers, told)
    if desk is None:
        return 0
    for line in iter(sys.stdin.buffer.readline, b""):
        _tell(answers, _answer(desk, Ask.model_validate_json(line)))
    return 0


def _open(order: TrialOrder) -> tuple[Desk | None, Told]:
    from netwright.data.base import DataError
    from netwright.training.trial.model import TrialError

    try:
        desk = Desk(order)
    except TrialError as error:
        return None, Told(code="cannot_try", message=said_by(error))
    except DataError as error:
        return None, Told(code="bad_data", message=said_by(error))
    return desk, Told(result={})


def _answer(desk: Desk, ask: Ask) -> Told:
    from netwright.data.base import DataError
    from netwright.training.trial.model import TrialError

    try:
        match ask.method:
            case "describe":
                result = desk.describe().model_dump(mode="json")
            case "predict":
                result = desk.predict(ask.params).model_dump(mode="json")
            case "predict_file":
                result = desk.predict_file(ask.params)
            case "evaluate":
                result = desk.evaluate().model_dump(mode="json")
            case "samples":
                result = desk.samples(ask.params).model_dump(mode="json")
    except TrialError as error:
        return Told(code="cannot_try", message=said_by(error))
    except DataError as error:
        return Told(code="bad_data", message=said_by(error), column=error.column)
    return Told(result=result)


def _tell(answers: TextIO, told: Told) -> None:
    answers.write(told.model_dump_json(context=STORED) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
