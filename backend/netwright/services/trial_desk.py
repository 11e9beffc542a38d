"""What the process that holds a checkpoint answers: how it is described, drawn, and asked."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from netwright.data.base import DataError
from netwright.data.mask_pictures import mask_colors, mask_url
from netwright.data.preview import picture_url, white_of
from netwright.data.registry import open_source
from netwright.language import say
from netwright.services.trial_models import (
    GraphSent,
    GraphShape,
    MaskRead,
    PictureShape,
    PredictionRead,
    PredictRead,
    PredictRequest,
    RebuiltRead,
    SeriesShape,
    TextShape,
    TokenRead,
    TrialDrawing,
    TrialField,
    TrialOrder,
    TrialRead,
    VertexRead,
)
from netwright.training.trial import sequences
from netwright.training.trial.graphs import GraphTrial, Sent
from netwright.training.trial.masks import draw_masks, fit_picture
from netwright.training.trial.model import Trial, TrialError
from netwright.training.trial.reconstruction import Brightness, Rebuilt, difference, rebuild
from netwright.training.trial.samples import (
    cell_of,
    check_complete,
    look_of,
    picture_target,
    read_file,
    read_pictures,
    read_rows,
    write_csv,
)

MAX_PIXEL_VALUES = 2**24
"""Of all pictures whose masks or copies are asked for in one call: they come back whole."""
MAX_NAMES = 2000
"""Features of a graph that are named to the page."""

Answer = NDArray[np.float64]


class Desk:
    """One checkpoint, opened once."""

    def __init__(self, order: TrialOrder) -> None:
        self.order = order
        self.trial = Trial.open(order.spec, order.source, Path(order.weights))
        self.raw = self.trial.raw
        self.graphs = GraphTrial(self.trial) if self.raw.graph is not None else None
        is_rebuilt_picture = self.trial.task == "reconstruction" and self.raw.kind == "image"
        self.brightness = Brightness.of(self.trial, white_of(self.raw)) if is_rebuilt_picture else None

    # --- what it is ----------------------------------------------------------------------------------------------------

    def describe(self) -> TrialRead:
        raw, task = self.raw, self.trial.task
        return TrialRead(
            checkpoint_id=self.order.checkpoint_id,
            kind=raw.kind,
            task=task,
            classes=list(raw.classes),
            target_name=raw.target_name,
            target_columns=list(raw.target_columns),
            are_probabilities=self.trial.are_probabilities,
            picture=self._picture_shape() if raw.kind == "image" else None,
            text=self._text_shape() if raw.kind == "text" else None,
            series=self._series_shape() if raw.kind == "series" else None,
            graph=None if self.graphs is None else _graph_shape(self.graphs),
            mask_colors=mask_colors(len(raw.classes)) if task == "segmentation" else [],
            fields=[self._field(place, name) for place, name in enumerate(raw.features)] if raw.kind == "table" else [],
        )

    def _picture_shape(self) -> PictureShape:
        target, (is_light, share) = picture_target(self.order.spec, self.raw), look_of(self.raw)
        return PictureShape(
            channels=target.channels,
            height=target.height,
            width=target.width,
            is_light_on_dark=is_light,
            ink_share=share,
            example=self.picture(self.raw.inputs[0].numpy(), max_side=None),
        )

    def _text_shape(self) -> TextShape:
        columns = open_source(self.order.spec.source).describe().columns
        named = [column.name for column in columns if column.role == "feature"]
        return TextShape(
            column=named[0] if len(named) == 1 else "text",
            max_tokens=self._num_tokens,
            example=sequences.text_of(self.raw.inputs[0]),
        )

    @property
    def _num_tokens(self) -> int:
        """How many tokens of a text the network sees."""
        return int(self.trial.preprocess(self.raw.inputs[:1]).shape[1])

    def _series_shape(self) -> SeriesShape:
        raw = self.raw
        low, high = sequences.ranges_of(raw)
        return SeriesShape(
            steps=raw.inputs.shape[1],
            channels=list(raw.features),
            is_padded=sequences.is_padded(raw),
            horizon=0 if raw.forecast is None else raw.forecast.horizon,
            forecast=[] if raw.forecast is None else list(raw.forecast.channels),
            minimum=low,
            maximum=high,
            example=sequences.steps_of(raw.inputs[0]),
        )

    def _field(self, place: int, name: str) -> TrialField:
        column = self.raw.inputs[:, place].double()
        known = column[~column.isnan()]
        example = cell_of(float(column[0]), self.raw.categories.get(name))
        is_required = place in self.trial.required
        if name in self.raw.categories:
            categories = list(self.raw.categories[name])
            return TrialField(name=name, is_required=is_required, categories=categories, example=example)
        if not len(known):
            return TrialField(name=name, is_required=is_required)
        return TrialField(
            name=name,
            is_required=is_required,
            minimum=float(known.min()),
            maximum=float(known.max()),
            mean=float(known.mean()),
            example=example,
        )

    def draw(self, number: int) -> TrialDrawing:
        """
        Raises:
            TrialError: the data are no graphs.
            DataError: there is no such sample.
        """
        graphs, raw = self.graphs, self.raw
        if graphs is None:
            raise TrialError(say("This network was not trained on graphs."))
        kept, placed = graphs.draw(number)
        is_of_classes = graphs.are_vertices and self.trial.is_class
        answers = graphs.answer(kept.tolist()).argmax(axis=1).tolist() if is_of_classes else []
        whole = len(raw.inputs) if graphs.are_vertices else int(graphs.graph.sizes[number])
        return TrialDrawing(
            vertices=kept.tolist(),
            positions=[list(point) for point in placed.positions],
            edges=[list(edge) for edge in placed.edges],
            is_directed=placed.is_directed,
            chosen=number if graphs.are_vertices else None,
            labels=raw.targets[torch.from_numpy(kept)].tolist() if is_of_classes else [],
            answers=answers,
            target=self.said(raw.targets[number].numpy()),
            num_left_out=whole - len(kept),
        )

    # --- answers -------------------------------------------------------------------------------------------------------

    def predict(self, params: dict[str, Any]) -> PredictRead:
        request = PredictRequest.model_validate(params)
        return PredictRead(
            classes=list(self.raw.classes),
            are_probabilities=self.trial.are_probabilities,
            predictions=self._predictions(request),
        )

    def _predictions(self, request: PredictRequest) -> list[PredictionRead]:
        if request.samples is not None and self.graphs is not None:
            return [self._prediction(answer) for answer in self.graphs.answer(request.samples)]
        if request.graphs is not None and self.graphs is not None:
            return self._graph_predictions(request.graphs, self.graphs)
        if request.texts is not None:
            answers = self.trial.answer(sequences.read_texts(request.texts, self.raw))
            return [self._of_text(*pair) for pair in zip(answers, request.texts, strict=True)]
        if request.series is not None:
            return [
                self._prediction(one) for one in self.trial.answer(sequences.read_series(request.series, self.trial))
            ]
        if request.pictures is not None:
            return self._picture_predictions(request.pictures)
        samples = read_rows(request.rows or [], self.raw)
        check_complete(samples, self.trial.required)
        if self.trial.task == "reconstruction":
            return [PredictionRead(rebuilt=self._rebuilt_row(one)) for one in rebuild(self.trial, samples)]
        return [self._prediction(answer) for answer in self.trial.answer(samples)]

    def _prediction(self, answer: Answer) -> PredictionRead:
        if self.trial.are_labels:
            return PredictionRead(labels=self.labels(answer), probabilities=answer.tolist())
        if not self.trial.is_class:
            return PredictionRead(values=answer.tolist())
        return PredictionRead(label=self.name(int(answer.argmax())), probabilities=answer.tolist())

    def _of_text(self, answer: Answer, text: str) -> PredictionRead:
        tokens, num_cut = sequences.tokens_of(text, self.trial, self._num_tokens)
        told = [TokenRead(text=token, is_known=is_known) for token, is_known in tokens]
        return self._prediction(answer).model_copy(update={"tokens": told, "num_cut": num_cut})

    def _picture_predictions(self, pictures: list[str]) -> list[PredictionRead]:
        task = self.trial.task
        if task in {"segmentation", "reconstruction"}:
            allowed = max(1, MAX_PIXEL_VALUES // self.raw.inputs[0].numel())
            if len(pictures) > allowed:
                raise DataError(
                    say(
                        "{count:,} pictures are too many for one call, for each comes back whole. Send at most {allowed}.",
                        count=len(pictures),
                        allowed=allowed,
                    ),
                    code="too_large",
                )
        samples = read_pictures(pictures, self.order.spec, self.raw)
        if task == "segmentation":
            return [
                PredictionRead(
                    mask=MaskRead(
                        png=mask_url(drawn.mask),
                        height=drawn.mask.shape[0],
                        width=drawn.mask.shape[1],
                        shares=drawn.shares(len(self.raw.classes)),
                        certainty=drawn.certainty,
                    ),
                    seen=self.picture(fit_picture(self.trial, sample), max_side=None),
                )
                for sample, drawn in zip(samples, draw_masks(self.trial, samples), strict=True)
            ]
        if self.brightness is not None:
            return [self._rebuilt_picture(one, self.brightness) for one in rebuild(self.trial, samples)]
        answers = self.trial.answer(samples)
        return [
            self._prediction(answer).model_copy(update={"seen": self.picture(sample.numpy())})
            for answer, sample in zip(answers, samples, strict=True)
        ]

    def _rebuilt_picture(self, one: Rebuilt, brightness: Brightness) -> PredictionRead:
        read = _errors(one).model_copy(
            update={
                "png": picture_url(brightness.picture(one.given), 1.0, None),
                "difference": picture_url(difference(one.error), 1.0, None),
                "largest_error": float(one.error.mean(axis=0).max()),
            }
        )
        return PredictionRead(rebuilt=read, seen=picture_url(brightness.picture(one.wanted), 1.0, None))

    def _rebuilt_row(self, one: Rebuilt) -> RebuiltRead:
        update = {"names": self.row_names(one), "values": one.given.tolist(), "wanted": one.wanted.tolist()}
        return _errors(one).model_copy(update=update)

    def row_names(self, one: Rebuilt) -> list[str]:
        """The column of each value that the network sees; empty where a column has become several."""
        is_same = not self.raw.categories and one.wanted.shape == (len(self.raw.features),)
        return list(self.raw.features) if is_same else []

    def _graph_predictions(self, sent: list[GraphSent], graphs: GraphTrial) -> list[PredictionRead]:
        given = [Sent(one.x, [(a, b) for a, b in one.edges], one.directed) for one in sent]
        answers = graphs.answer_sent(given)
        if not graphs.are_vertices:
            return [self._prediction(of_graph[0]) for of_graph in answers]
        return [PredictionRead(vertices=[self._vertex(answer) for answer in of_graph]) for of_graph in answers]

    def _vertex(self, answer: Answer) -> VertexRead:
        read = self._prediction(answer)
        return VertexRead(label=read.label, probabilities=read.probabilities, values=read.values)

    # --- a whole file --------------------------------------------------------------------------------------------------

    def predict_file(self, params: dict[str, Any]) -> dict[str, Any]:
        """Reads ``source``, writes ``target``: the rows as they were, with the answers behind them."""
        source, filename = Path(params["source"]), params["filename"]
        if self.raw.kind == "text":
            header, rows, texts = sequences.read_text_file(source, filename, self._text_shape().column)
            samples = sequences.read_texts(texts, self.raw)
        else:
            header, rows, samples = read_file(source, filename, self.raw)
            check_complete(samples, self.trial.required)
        names, cells = self._columns(samples)
        taken = set(header)
        added = [_free(name, taken) for name in names]
        write_csv(header + added, [row + more for row, more in zip(rows, cells, strict=True)], Path(params["target"]))
        return {"rows": len(rows)}

    def _columns(self, samples: torch.Tensor) -> tuple[list[str], list[list[str]]]:
        raw = self.raw
        if self.trial.task == "reconstruction":
            return self._rebuilt_columns(samples)
        answers = self.trial.answer(samples)
        word = "probability" if self.trial.are_probabilities else "score"
        if self.trial.are_labels:
            names = [f"predicted {raw.target_name}", *(f"{word} {name}" for name in raw.classes)]
            return names, [
                ["|".join(self.labels(answer)), *(f"{value:.6g}" for value in answer.tolist())] for answer in answers
            ]
        if not self.trial.is_class:
            names = [f"predicted {name}" for name in self.number_names(answers.shape[1])]
            return names, [[f"{value:.9g}" for value in answer] for answer in answers.tolist()]
        names = [f"predicted {raw.target_name}", *(f"{word} {name}" for name in raw.classes)]
        best = answers.argmax(axis=1)
        return names, [
            [self.name(int(label)), *(f"{value:.6g}" for value in answer)]
            for label, answer in zip(best, answers.tolist(), strict=True)
        ]

    def _rebuilt_columns(self, samples: torch.Tensor) -> tuple[list[str], list[list[str]]]:
        """The error of each row, by which one that is unlike the training data stands out."""
        cells = [
            [f"{one.mean_absolute_error:.6g}", f"{one.mean_squared_error**0.5:.6g}"]
            for one in rebuild(self.trial, samples)
        ]
        return ["mean absolute error", "root mean squared error"], cells

    # --- words and pictures --------------------------------------------------------------------------------------------

    def labels(self, answer: Answer) -> list[str]:
        """The labels that an answer ``(L,)`` says."""
        cut = self.trial.label_cut
        return [name for name, value in zip(self.raw.classes, answer.tolist(), strict=True) if value > cut]

    def name(self, label: int) -> str:
        return self.raw.classes[label] if label < len(self.raw.classes) else str(label)

    def number_names(self, count: int) -> list[str]:
        """Of a regression the name of each of its ``count`` columns."""
        name = self.raw.target_name
        return list(self.raw.target_columns) or [f"{name} {place + 1}" if count > 1 else name for place in range(count)]

    def said(self, target: NDArray[Any]) -> str:
        """A target as a person reads it; empty where there is none."""
        if not self.trial.is_class:
            values = [f"{value:.6g}" for value in np.ravel(target).tolist()]
            names = self.raw.target_columns
            return ", ".join(map(" ".join, zip(names, values, strict=True)) if names else values)
        return "" if int(target) < 0 else self.name(int(target))

    def picture(self, pixels: NDArray[np.uint8], max_side: int | None = 160) -> str:
        """Raw pixels ``(C, H, W)`` as a PNG in a data URL."""
        return picture_url(pixels, 255.0 / white_of(self.raw), max_side)


def _graph_shape(graphs: GraphTrial) -> GraphShape:
    example = graphs.example()
    return GraphShape(
        sample=graphs.graph.sample,
        num_samples=graphs.num_samples,
        features=list(graphs.raw.features[:MAX_NAMES]),
        is_directed=graphs.is_directed,
        example=None
        if example is None
        else GraphSent(x=[list(row) for row in example.x], edges=[list(edge) for edge in example.edges]),
    )


def _errors(one: Rebuilt) -> RebuiltRead:
    return RebuiltRead(
        mean_absolute_error=one.mean_absolute_error,
        root_mean_squared_error=one.mean_squared_error**0.5,
        largest_error=float(one.error.max()),
    )


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number behind it where the file has such a column."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} {number}", number + 1
    taken.add(candidate)
    return candidate
