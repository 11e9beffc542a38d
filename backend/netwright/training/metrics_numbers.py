"""Metrics of numbers: of a regression's columns, or of a sample that is to be given back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from netwright.data.base import Task
from netwright.training.answers import Answers
from netwright.training.metric_base import Metric
from netwright.training.tallies import SMALL

if TYPE_CHECKING:
    from torch import Tensor

BOTH: tuple[Task, ...] = ("regression", "reconstruction")
_ERROR = "(outputs.double() - targets.reshape(outputs.shape).double())"


class MeanAbsoluteError(Metric):
    type = "MeanAbsoluteError"
    title = "Mean absolute error (MAE)"
    description = "How far off a prediction is on average, in the target's own unit."
    tasks = BOTH
    mode = "min"
    tally = "errors"

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return sums[1].sum() / sums[0].sum().clamp_min(1)

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return sums[1] / sums[0].clamp_min(1)

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        return f"{_ERROR}.abs().sum()"


class MeanSquaredError(Metric):
    type = "MeanSquaredError"
    title = "Mean squared error (MSE)"
    description = "The mean of the squared differences: large errors count most."
    tasks = BOTH
    mode = "min"
    tally = "errors"

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return sums[2].sum() / sums[0].sum().clamp_min(1)

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return sums[2] / sums[0].clamp_min(1)

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        return f"{_ERROR}.square().sum()"


class RootMeanSquaredError(MeanSquaredError):
    """torchmetrics' ``MeanSquaredError(squared=False)``."""

    type = "RootMeanSquaredError"
    title = "Root mean squared error (RMSE)"
    description = "The root of the mean squared error: in the target's own unit, large errors counting most."
    finish = "** 0.5"

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return super().value(sums).sqrt()

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return (sums[2] / sums[0].clamp_min(1)).sqrt()


class R2Score(Metric):
    type = "R2Score"
    title = "R2"
    description = (
        "The share of the target's variance that is explained: 1 is perfect, 0 as good as always saying the mean, below 0 "
        "worse. The mean over the target's columns."
    )
    tasks = ("regression",)
    # Not of samples that are their own targets: its mean over columns is ruled by pixels that hardly vary.
    mode = "max"
    tally = "errors"

    @classmethod
    def function(cls) -> "Callable[..., Tensor]":
        from netwright.training.scripted import r2_score

        return r2_score

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        count, _, unexplained, total, squares, _ = sums
        return cls.function()(count, unexplained, total, squares)

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        import torch

        return torch.stack([cls.value(sums[:, place : place + 1]) for place in range(sums.shape[1])])


class MeanAbsolutePercentageError(Metric):
    type = "MeanAbsolutePercentageError"
    title = "Mean absolute percentage error (MAPE)"
    description = (
        "How far off a prediction is on average, by the size of the target: 0.1 is ten percent. Says nothing where targets "
        "come near zero."
    )
    tasks = ("regression",)
    mode = "min"
    tally = "errors"

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return sums[5].sum() / sums[0].sum().clamp_min(1)

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return sums[5] / sums[0].clamp_min(1)

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        return f"({_ERROR}.abs() / targets.reshape(outputs.shape).double().abs().clamp_min({SMALL})).sum()"
