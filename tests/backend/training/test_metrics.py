"""Our numbers are torchmetrics'."""

import pytest
import torch
import torchmetrics
from netwright.training.metrics import METRICS, Accuracy, MeanAbsoluteError
from netwright.training.reporting import RunningSums
from torch import Tensor


def value_over(batches: list[tuple[Tensor, Tensor]], name: str) -> float:
    sums = RunningSums([METRICS.get(name)], "cpu")
    for outputs, targets in batches:
        sums.update(outputs, targets)
    return float(sums.sums[0]) / sums.counts[0]


def test_accuracy_when_accumulated_over_uneven_batches_equals_torchmetrics() -> None:
    torch.manual_seed(0)
    reference = torchmetrics.Accuracy(task="multiclass", num_classes=7, average="micro")
    batches = [(torch.randn(size, 7), torch.randint(0, 7, (size,))) for size in (64, 64, 3)]
    for outputs, targets in batches:
        reference.update(outputs, targets)
    assert value_over(batches, "Accuracy") == pytest.approx(reference.compute().item(), abs=1e-7)


def test_accuracy_when_there_is_one_score_equals_torchmetrics_binary() -> None:
    torch.manual_seed(0)
    reference = torchmetrics.Accuracy(task="binary")
    batches = [(torch.randn(size, 1) * 3, torch.randint(0, 2, (size,))) for size in (50, 9)]
    for outputs, targets in batches:
        reference.update(outputs.squeeze(1).sigmoid(), targets)
    assert value_over(batches, "Accuracy") == pytest.approx(reference.compute().item(), abs=1e-7)


@pytest.mark.parametrize("columns", [1, 3])
def test_mean_absolute_error_when_accumulated_equals_torchmetrics(columns: int) -> None:
    torch.manual_seed(0)
    reference = torchmetrics.MeanAbsoluteError()
    batches = [(torch.randn(size, columns), torch.randn(size, columns)) for size in (50, 9)]
    for outputs, targets in batches:
        reference.update(outputs, targets)
    assert value_over(batches, "MeanAbsoluteError") == pytest.approx(reference.compute().item(), rel=1e-6)


def test_metrics_when_registered_have_torchmetrics_names_and_a_direction() -> None:
    for name, metric in METRICS.classes.items():
        assert hasattr(torchmetrics, name)
        assert metric.mode in {"min", "max"}
    assert (Accuracy.mode, MeanAbsoluteError.mode) == ("max", "min")
