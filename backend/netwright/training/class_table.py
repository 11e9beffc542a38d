"""What the page draws of the classes after an epoch: the confusion matrix, and each class's own figures."""

from collections.abc import Sequence
from typing import Any

from netwright.data.base import NAMED_TASKS
from netwright.training.answers import Answers
from netwright.training.metrics import METRICS, Metric, RunningMetrics
from netwright.training.metrics_classes import counts_of
from netwright.training.reporting import Emit, to_scalar

MAX_CLASSES = 100
"""Above this a matrix is too large to look at and to keep."""


class ClassTable:
    """``running`` measures the chosen metrics and keeps the confusion matrix beside them."""

    def __init__(
        self, answers: Answers, classes: Sequence[str], metrics: Sequence[type[Metric]], device: "str | Any"
    ) -> None:
        self.classes = list(classes)
        self.is_drawn = answers.task in NAMED_TASKS and 2 <= answers.num_classes <= MAX_CLASSES
        self._are_labels = answers.task == "multilabel"
        self.running = RunningMetrics(metrics, answers, device, ["confusion"] if self.is_drawn else [])
        self._shown = [
            metric
            for metric in METRICS.classes.values()
            if answers.task in metric.tasks and (metric.tally == "confusion" or metric in metrics)
        ]

    def emit(self, epoch: int, step: int, is_best: bool, emit: Emit) -> None:
        """Tells of the part that was measured last; nothing where there are no classes."""
        sums = self.running.sums
        if not self.is_drawn or "confusion" not in sums:
            return
        per_class = {
            metric.type: [round(value, 6) for value in values.tolist()]
            for metric in self._shown
            if metric.tally in sums and (values := metric.per_class(sums[metric.tally])) is not None
        }
        emit(
            "classes",
            step=step,
            epoch=epoch,
            is_best=is_best,
            classes=self.classes,
            confusion=[] if self._are_labels else sums["confusion"].long().tolist(),  # sync, once an epoch
            counts=counts_of(sums["confusion"])[2].long().tolist(),
            per_class={name: [to_scalar(value) for value in values] for name, values in per_class.items()},
        )
