"""What an answer is worth that needs no network: the most frequent class, how often each label is there, the mean target, of a
series its last value.  A network that does no better has learnt nothing, so the figures stand beside its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from netwright.data.base import CLASS_TASKS, Forecast
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
    last_values: "Tensor | None" = None,
) -> Baseline:
    """Finds the naive answer on the training part and measures it on the validation part.  ``num_scores`` is how many
    scores the network gives; ``last_values`` is of a forecast what :func:`repeat_last_values` gives for the validation part."""
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
    elif answers.task == "multilabel":
        shares = _mean(train)
        for targets in _targets(validation):
            running.update(answers.shares(shares, targets), targets)
        what = say("each label with the share of the training samples that have it")
    elif last_values is not None:
        for start, targets in enumerate(_targets(validation)):
            running.update(last_values[start * BATCH : start * BATCH + len(targets)].to(targets), targets)
        what = say("always the last known value, for each step to come")
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


def repeat_last_values(inputs: "Tensor", forecast: Forecast) -> "Tensor":
    """The naive forecast ``(N, horizon * channels)``, step by step, of raw series ``(N, T, F)``: the last value that is known.
    NaN where a series has none."""
    chosen = inputs[:, :, list(forecast.channels)]
    places = torch.arange(chosen.shape[1])[None, :, None]
    last = torch.where(chosen.isnan(), -1, places).amax(1, keepdim=True).clamp_min(0)
    return chosen.gather(1, last)[:, 0].repeat(1, forecast.horizon)


def _targets(batches: Batches | GraphBatches) -> "Iterator[Tensor]":
    """All targets, without the inputs where these are something else."""
    if isinstance(batches, GraphBatches):
        yield batches.targets
        return
    for start in range(0, len(batches), BATCH):
        yield batches.pick_targets(torch.arange(start, min(start + BATCH, len(batches)), device=batches.index_device))


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
