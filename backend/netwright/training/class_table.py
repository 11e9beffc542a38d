"""What the page draws of the classes after an epoch: the confusion matrix, and each class's own figures.  Of a regression of
several numbers, the figures of each."""

from collections.abc import Sequence
from typing import Any

from netwright.data.base import NAMED_TASKS
from netwright.training.answers import Answers
from netwright.training.metrics import METRICS, Metric, RunningMetrics
from netwright.training.metrics_classes import counts_of
from netwright.training.reporting import Emit, to_scalar
from netwright.training.tallies import TallyName

MAX_CLASSES = 100
"""Above this a matrix is too large to look at and to keep."""
OF_NUMBERS = frozenset({"MeanAbsoluteError", "RootMeanSquaredError", "R2Score"})
"""What is always told of each of several numbers: R2 says of any unit whether it is better than its mean."""


class ClassTable:
    """``running`` measures the chosen metrics and keeps the confusion matrix beside them.  ``targets`` are the names of several
    numbers that are predicted."""

    def __init__(
        self,
        answers: Answers,
        classes: Sequence[str],
        metrics: Sequence[type[Metric]],
        device: "str | Any",
        targets: Sequence[str] = (),
    ) -> None:
        self._are_numbers = answers.task == "regression"
        self._are_labels = answers.task == "multilabel"
        self.classes = list(targets if self._are_numbers else classes)
        is_named = answers.task in NAMED_TASKS or self._are_numbers
        count = len(targets) if self._are_numbers else answers.num_classes
        self.is_drawn = is_named and 2 <= count <= MAX_CLASSES
        self._tally: TallyName = "errors" if self._are_numbers else "confusion"
        self.running = RunningMetrics(metrics, answers, device, [self._tally] if self.is_drawn else [])
        self._shown = [
            metric
            for metric in METRICS.classes.values()
            if answers.task in metric.tasks
            and (metric.tally == "confusion" or metric in metrics or metric.type in OF_NUMBERS)
        ]

    def emit(self, epoch: int, step: int, is_best: bool, emit: Emit) -> None:
        """Tells of the part that was measured last; nothing where there are neither classes nor several numbers."""
        sums = self.running.sums
        if not self.is_drawn or self._tally not in sums:
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
            are_numbers=self._are_numbers,
            confusion=self._confusion(),  # sync, once an epoch
            counts=(sums["errors"][0] if self._are_numbers else counts_of(sums["confusion"])[2]).long().tolist(),
            per_class={name: [to_scalar(value) for value in values] for name, values in per_class.items()},
        )

    def _confusion(self) -> list[list[int]]:
        """Empty where no answer is taken for another: of labels and of numbers."""
        if self._are_labels or self._are_numbers:
            return []
        found: list[list[int]] = self.running.sums["confusion"].long().tolist()
        return found
