"""Metrics under torchmetrics' names and with its numbers, accumulated on the device without a sync.

torchmetrics itself checks and synchronises at each update; a test holds our numbers equal to its.  A metric here is a function
of one tally (:mod:`netwright.training.tallies`), which several may share.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwright.training.answers import Answers
from netwright.training.choices import Registry
from netwright.training.metric_base import Metric
from netwright.training.metrics_classes import (
    AUROC,
    Accuracy,
    AveragePrecision,
    BalancedAccuracy,
    DiceScore,
    ExactMatch,
    F1Score,
    JaccardIndex,
    MatthewsCorrCoef,
    Precision,
    Recall,
    Specificity,
    TopKAccuracy,
    find_top_accuracy,
)
from netwright.training.metrics_numbers import (
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    R2Score,
    RootMeanSquaredError,
)
from netwright.training.tallies import TallyName, tally_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["METRICS", "Accuracy", "MeanAbsoluteError", "Metric", "RunningMetrics"]


class MetricRegistry(Registry[Metric]):
    """Metrics by name.  ``classes`` are those with one name; ``families`` those whose name holds a number that is chosen
    (``Top7Accuracy`` of ``Top{k}Accuracy``), made when they are asked for."""

    families: tuple[type[Metric], ...] = (TopKAccuracy,)

    def find(self, name: str) -> type[Metric] | None:
        return self.classes.get(name) or find_top_accuracy(name)


METRICS = MetricRegistry(
    "metric",
    Accuracy,
    ExactMatch,
    BalancedAccuracy,
    JaccardIndex,
    DiceScore,
    Precision,
    Recall,
    F1Score,
    Specificity,
    AUROC,
    AveragePrecision,
    MatthewsCorrCoef,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    R2Score,
    MeanAbsolutePercentageError,
)


class RunningMetrics:
    """Tallies of an epoch, on the device, and what the metrics make of them.  ``extra`` names tallies to keep beside those that
    the metrics need."""

    def __init__(
        self, metrics: Sequence[type[Metric]], answers: Answers, device: "str | Any", extra: Sequence[TallyName] = ()
    ) -> None:
        self.metrics, self.answers, self.device = metrics, answers, device
        self.names: tuple[TallyName, ...] = tuple(dict.fromkeys([*(metric.tally for metric in metrics), *extra]))
        self.sums: dict[TallyName, Tensor] = {}
        """Empty before the first batch, which says how large they are."""

    def update(self, outputs: "Tensor", targets: "Tensor") -> None:
        """Adds a batch of outputs ``(N, K, ...)``; nothing leaves the device."""
        import torch

        for name in self.names:
            tally = tally_of(name)
            if name not in self.sums:
                shape = tally.shape(self.answers, outputs)
                self.sums[name] = torch.zeros(shape, dtype=torch.float64, device=self.device)
            tally.add(self.sums[name], outputs, targets, self.answers)

    def values(self) -> "Tensor":
        """Float64 ``(M,)``, one value a metric, on the device; NaN before the first batch."""
        import torch

        if not self.sums:
            return torch.full((len(self.metrics),), float("nan"), dtype=torch.float64, device=self.device)
        found = [metric.value(self.sums[metric.tally]) for metric in self.metrics]
        return torch.stack(found) if found else torch.zeros(0, dtype=torch.float64, device=self.device)

    def reset(self) -> None:
        for sums in self.sums.values():
            sums.zero_()

    def state(self) -> "dict[str, Tensor]":
        """For the resume file."""
        return {name: sums.detach().cpu().clone() for name, sums in self.sums.items()}

    def load_state(self, state: "dict[str, Tensor]") -> None:
        self.sums = {name: state[name].to(self.device) for name in self.names if name in state}
