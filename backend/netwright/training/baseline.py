"""What an answer is worth that looks at nothing: the most frequent class, the mean target.  A network that does no better has
learnt nothing, so the figures stand beside its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from netwright.data.base import CLASS_TASKS
from netwright.language import Text, say
from netwright.training.answers import Answers
from netwright.training.batches import Batches
from netwright.training.graph_batches import GraphBatches
from netwright.training.metric_base import Metric
from netwright.training.metrics import RunningMetrics

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 256


@dataclass(frozen=True, slots=True)
class Baseline:
    """``answer`` says what is always answered, ``values`` what the metrics make of it on the validation part."""

    answer: Text
    values: dict[str, float] = field(default_factory=dict)


def measure_baseline(
    train: Batches | GraphBatches,
    validation: Batches | GraphBatches,
    answers: Answers,
    metrics: list[type[Metric]],
    classes: tuple[str, ...],
    num_scores: int,
) -> Baseline:
    """Finds the naive answer on the training part and measures it on the validation part.  ``num_scores`` is how many
    scores the network gives."""
    running = RunningMetrics(metrics, answers, validation.device)
    if answers.task in CLASS_TASKS:
        label = _most_frequent(train, answers.num_classes)
        for targets in _targets(validation):
            running.update(answers.constant(label, targets, num_scores), targets)
        name = classes[label] if label < len(classes) else str(label)
        what = (
            say("always the most frequent class, {name}", name=name)
            if answers.task == "classification"
            else say("the most frequent class, {name}, at every pixel", name=name)
        )
    else:
        mean = _mean(train)
        for targets in _targets(validation):
            running.update(mean.expand_as(targets), targets)
        what = (
            say("always the mean of the training targets")
            if answers.task == "regression"
            else say("always the mean of the training samples, value by value")
        )
    values = running.values().tolist()
    return Baseline(what, {f"val/{metric.type}": value for metric, value in zip(metrics, values, strict=True)})


def _targets(batches: Batches | GraphBatches) -> "Iterator[Tensor]":
    """All targets, without the inputs where these are something else."""
    if isinstance(batches, GraphBatches):
        yield batches.targets
        return
    for start in range(0, len(batches), BATCH):
        yield batches.pick_targets(torch.arange(start, min(start + BATCH, len(batches)), device=batches.device))


def _most_frequent(batches: Batches | GraphBatches, num_classes: int) -> int:
    counts = torch.zeros(num_classes, dtype=torch.int64, device=batches.device)
    for targets in _targets(batches):
        counts += torch.bincount(targets.flatten(), minlength=num_classes)
    return int(counts.argmax())


def _mean(batches: Batches | GraphBatches) -> "Tensor":
    total, count = None, 0
    for targets in _targets(batches):
        part = targets.double().sum(0)
        total = part if total is None else total + part
        count += len(targets)
    assert total is not None, "a part is never empty"
    return (total / count).float()
