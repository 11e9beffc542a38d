"""Metrics under torchmetrics' names and with its numbers, accumulated on the device without a sync.

torchmetrics itself checks and synchronises at each update; a test holds our numbers equal to its.  A metric here is two
tensor sums: ``update`` gives what a batch adds, the ratio of the sums is the value.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from netwright.training.choices import RegisteredChoice, Registry

if TYPE_CHECKING:
    from torch import Tensor


class Metric(RegisteredChoice, is_abstract=True):
    """A mean over samples: the ratio of two sums."""

    mode: ClassVar[Literal["min", "max"]]

    @classmethod
    @abstractmethod
    def update(cls, outputs: "Tensor", targets: "Tensor") -> "tuple[Tensor, int]":
        """The sum over a batch, on its device, and how many it is a sum of."""

    @classmethod
    def source(cls, num_scores: int) -> str | None:
        """The sum as a Python expression over ``outputs`` ``(N, num_scores)`` and ``targets``, for an exported project; the
        count is then the number of targets.  None where it takes more than an expression: the project leaves it out."""
        return None


class Accuracy(Metric):
    type = "Accuracy"
    title = "Accuracy"
    description = "The share of samples whose class is right."
    tasks = ("classification",)
    mode = "max"

    @classmethod
    def update(cls, outputs: "Tensor", targets: "Tensor") -> "tuple[Tensor, int]":
        # A single score is yes or no at 0, where the sigmoid is one half.
        is_single = outputs.ndim == 1 or outputs.shape[1] == 1
        predicted = (outputs > 0).view_as(targets) if is_single else outputs.argmax(1)
        return (predicted == targets).sum(), targets.numel()

    @classmethod
    def source(cls, num_scores: int) -> str | None:
        predicted = "(outputs > 0).view_as(targets)" if num_scores == 1 else "outputs.argmax(1)"
        return f"({predicted} == targets).sum()"


class MeanAbsoluteError(Metric):
    type = "MeanAbsoluteError"
    title = "Mean absolute error (MAE)"
    description = "How far off a prediction is on average, in the target's own unit."
    tasks = ("regression",)
    mode = "min"

    @classmethod
    def update(cls, outputs: "Tensor", targets: "Tensor") -> "tuple[Tensor, int]":
        return (outputs.float() - targets.view_as(outputs)).abs().sum(), targets.numel()

    @classmethod
    def source(cls, num_scores: int) -> str | None:
        return "(outputs - targets.view_as(outputs)).abs().sum()"


METRICS: Registry[Metric] = Registry("metric", Accuracy, MeanAbsoluteError)
