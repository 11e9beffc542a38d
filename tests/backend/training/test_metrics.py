"""Our numbers are torchmetrics'."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchmetrics
from netwright.training.answers import Answers
from netwright.training.choices import UnknownChoiceError
from netwright.training.metrics import METRICS, RunningMetrics
from netwright.training.tallies import NUM_BINS
from sklearn.metrics import balanced_accuracy_score
from torch import Tensor
from torchmetrics.segmentation import DiceScore as TorchDice

Batch = tuple[Tensor, Tensor]
CLASSES = 7


def value_over(batches: list[Batch], name: str, answers: Answers) -> float:
    running = RunningMetrics([METRICS.get(name)], answers, "cpu")
    for outputs, targets in batches:
        running.update(outputs, targets)
    return float(running.values()[0])


def scores(*shape: int, num_classes: int = CLASSES) -> list[Batch]:
    """Uneven batches; scores that know something of the class, so that no figure is a mere chance."""
    torch.manual_seed(0)
    batches = []
    for size in (64, 64, 3):
        targets = torch.randint(0, num_classes, (size, *shape))
        outputs = torch.randn(size, num_classes, *shape)
        outputs += torch.nn.functional.one_hot(targets, num_classes).movedim(-1, 1)
        batches.append((outputs, targets))
    return batches


def macro(metric: Any, **settings: Any) -> Callable[[int], Any]:
    return lambda num_classes: metric(
        **{"task": "multiclass", "num_classes": num_classes, "average": "macro"} | settings
    )


ORACLES: dict[str, Callable[[int], Any]] = {
    "Accuracy": macro(torchmetrics.Accuracy, average="micro"),
    **{f"Top{k}Accuracy": macro(torchmetrics.Accuracy, average="micro", top_k=k) for k in (2, 3, 5, 6)},
    "JaccardIndex": macro(torchmetrics.JaccardIndex),
    "Precision": macro(torchmetrics.Precision),
    "Recall": macro(torchmetrics.Recall),
    "F1Score": macro(torchmetrics.F1Score),
    "Specificity": macro(torchmetrics.Specificity),
    "AUROC": macro(torchmetrics.AUROC, thresholds=NUM_BINS),
    "AveragePrecision": macro(torchmetrics.AveragePrecision, thresholds=NUM_BINS),
    "MatthewsCorrCoef": lambda num_classes: torchmetrics.MatthewsCorrCoef(task="multiclass", num_classes=num_classes),
    "DiceScore": lambda num_classes: TorchDice(num_classes, aggregation_level="global", input_format="index"),
    "ExactMatch": lambda num_labels: torchmetrics.ExactMatch(task="multilabel", num_labels=num_labels),
    "MeanAbsoluteError": lambda _: torchmetrics.MeanAbsoluteError(),
    "MeanSquaredError": lambda _: torchmetrics.MeanSquaredError(),
    "RootMeanSquaredError": lambda _: torchmetrics.MeanSquaredError(squared=False),
    "R2Score": lambda _: torchmetrics.R2Score(),
    "MeanAbsolutePercentageError": lambda _: torchmetrics.MeanAbsolutePercentageError(),
}
WANTS_SCORES = {f"Top{k}Accuracy" for k in (2, 3, 5, 6)}
WANTS_PROBABILITIES = {"AUROC", "AveragePrecision"}
OF_CLASSES = [name for name, metric in METRICS.classes.items() if "classification" in metric.tasks]
OF_CLASSES += sorted(WANTS_SCORES)
OF_MASKS = [name for name, metric in METRICS.classes.items() if "segmentation" in metric.tasks]
OF_LABELS = [name for name, metric in METRICS.classes.items() if "multilabel" in metric.tasks]
OF_NUMBERS = [name for name, metric in METRICS.classes.items() if "regression" in metric.tasks]


def expected(batches: list[Batch], name: str, num_classes: int = CLASSES) -> float:
    if name == "BalancedAccuracy":  # not among torchmetrics'
        targets = torch.cat([targets.flatten() for _, targets in batches])
        answers = torch.cat([outputs.argmax(1).flatten() for outputs, _ in batches])
        return float(balanced_accuracy_score(targets.numpy(), answers.numpy()))
    reference = ORACLES[name](num_classes)
    for outputs, targets in batches:
        if name in WANTS_PROBABILITIES:
            reference.update(outputs.softmax(1), targets)
        elif name in WANTS_SCORES or name in OF_NUMBERS:
            reference.update(outputs, targets)
        else:
            reference.update(outputs.argmax(1), targets)
    return float(reference.compute())


@pytest.mark.parametrize("name", OF_CLASSES)
def test_metric_of_classes_when_accumulated_over_uneven_batches_equals_torchmetrics(name: str) -> None:
    batches = scores()
    found = value_over(batches, name, Answers("classification", CLASSES))
    assert found == pytest.approx(expected(batches, name), abs=1e-6)
    assert 0.05 < found < 0.95, "a figure that could be wrong"


@pytest.mark.parametrize("name", OF_MASKS)
def test_metric_of_masks_when_accumulated_equals_torchmetrics(name: str) -> None:
    batches = scores(5, 4, num_classes=3)
    found = value_over(batches, name, Answers("segmentation", 3))
    assert found == pytest.approx(expected(batches, name, 3), abs=1e-6)


@pytest.mark.parametrize("name", sorted({*OF_CLASSES, *OF_MASKS} - WANTS_SCORES))
def test_metric_when_a_class_never_occurs_equals_torchmetrics(name: str) -> None:
    batches = [(outputs[:, :4], targets % 3) for outputs, targets in scores(2)]
    for outputs, _ in batches:
        outputs[:, 3] = -9.0  # it is never answered either
    found = value_over(batches, name, Answers("segmentation", 4))
    assert found == pytest.approx(expected(batches, name, 4), abs=1e-6)


@pytest.mark.parametrize("name", sorted({*OF_CLASSES} - WANTS_SCORES))
def test_metric_when_there_is_one_score_equals_that_of_two(name: str) -> None:
    """The number must not depend on the width of the head."""
    two = [(outputs[:, :2], targets % 2) for outputs, targets in scores()]
    one = [(outputs[:, 1:] - outputs[:, :1], targets) for outputs, targets in two]
    answers = Answers("classification", 2)
    assert value_over(one, name, answers) == pytest.approx(value_over(two, name, answers), abs=1e-6)
    assert value_over(one, name, answers) == pytest.approx(expected(two, name, 2), abs=1e-6)


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize("columns", [1, 3])
def test_metric_of_numbers_when_accumulated_equals_torchmetrics(name: str, columns: int) -> None:
    torch.manual_seed(0)
    batches = []
    for size in (50, 9):
        targets = torch.randn(size, columns) + 3
        batches.append((targets + 0.3 * torch.randn(size, columns), targets))
    assert value_over(batches, name, Answers("regression", 0)) == pytest.approx(expected(batches, name), rel=1e-5)


def test_metric_of_a_sample_that_is_its_own_target_is_taken_over_all_its_values() -> None:
    torch.manual_seed(0)
    outputs, targets = torch.rand(20, 1, 3, 3), torch.rand(20, 1, 3, 3)
    answers = Answers("reconstruction", 0)
    error = (outputs - targets).square().mean()
    assert value_over([(outputs, targets)], "MeanSquaredError", answers) == pytest.approx(float(error), rel=1e-6)
    assert value_over([(outputs, targets)], "RootMeanSquaredError", answers) == pytest.approx(
        float(error.sqrt()), rel=1e-6
    )


@pytest.mark.parametrize(("cut", "right"), [(0.0, 0.5), (0.5, 1.0)])
def test_accuracy_when_a_single_value_lies_between_0_and_1_is_cut_at_one_half(cut: float, right: float) -> None:
    outputs, targets = torch.tensor([[0.1], [0.4], [0.6], [0.9]]), torch.tensor([0, 0, 1, 1])
    assert value_over([(outputs, targets)], "Accuracy", Answers("classification", 2, cut=cut)) == right


def test_tallies_when_loaded_again_go_on_as_if_never_stopped() -> None:
    metrics = [METRICS.get(name) for name in ("Accuracy", "F1Score", "AUROC")]
    answers = Answers("classification", CLASSES)
    unbroken, first, second = (RunningMetrics(metrics, answers, "cpu") for _ in range(3))
    for number, (outputs, targets) in enumerate(scores()):
        unbroken.update(outputs, targets)
        if number == 1:
            second.load_state(first.state())
        (first if number < 1 else second).update(outputs, targets)
    assert second.values().tolist() == unbroken.values().tolist()


def test_values_of_each_class_are_torchmetrics_without_an_average() -> None:
    batches = scores()
    running = RunningMetrics([METRICS.get("JaccardIndex")], Answers("classification", CLASSES), "cpu")
    reference = torchmetrics.JaccardIndex(task="multiclass", num_classes=CLASSES, average="none")
    for outputs, targets in batches:
        running.update(outputs, targets)
        reference.update(outputs, targets)
    found = METRICS.get("JaccardIndex").per_class(running.sums["confusion"])
    assert found is not None
    assert found.tolist() == pytest.approx(reference.compute().tolist(), abs=1e-6)


def of_labels(name: str, num_labels: int, average: str = "macro") -> Any:
    if name == "ExactMatch":
        return ORACLES[name](num_labels)
    if name == "MatthewsCorrCoef":
        return torchmetrics.MatthewsCorrCoef(task="multilabel", num_labels=num_labels)
    settings = {"thresholds": NUM_BINS} if name in WANTS_PROBABILITIES else {}
    return getattr(torchmetrics, name)(task="multilabel", num_labels=num_labels, average=average, **settings)


def some_labels(num_labels: int = 5) -> list[Batch]:
    """The fourth label is never there and never said, the fifth never said."""
    torch.manual_seed(1)
    batches = []
    for size in (64, 64, 3):
        targets = (torch.rand(size, num_labels) < 0.4).float()
        outputs = torch.randn(size, num_labels) + 2 * targets - 1
        targets[:, 3], outputs[:, 3:] = 0.0, outputs[:, 3:] - 9.0
        batches.append((outputs, targets))
    return batches


@pytest.mark.parametrize("name", OF_LABELS)
@pytest.mark.parametrize("makes", ["sigmoid", None])
def test_metric_of_labels_when_accumulated_over_uneven_batches_equals_torchmetrics(
    name: str, makes: str | None
) -> None:
    batches = some_labels()
    reference = of_labels(name, 5)
    answers = Answers("multilabel", 5, cut=0.0 if makes else 0.5, makes=makes)
    for outputs, targets in batches:
        reference.update(outputs.sigmoid(), targets.long())
    given = batches if makes else [(outputs.sigmoid(), targets) for outputs, targets in batches]
    found = value_over(given, name, answers)
    assert found == pytest.approx(float(reference.compute()), abs=1e-6)
    assert 0.05 < found < 0.97, "a figure that could be wrong"


@pytest.mark.parametrize("name", [name for name in OF_LABELS if name not in {"ExactMatch", "MatthewsCorrCoef"}])
def test_values_of_each_label_are_torchmetrics_without_an_average(name: str) -> None:
    metric = METRICS.get(name)
    running = RunningMetrics([metric], Answers("multilabel", 5, makes="sigmoid"), "cpu")
    reference = of_labels(name, 5, "none")
    for outputs, targets in some_labels():
        running.update(outputs, targets)
        reference.update(outputs.sigmoid(), targets.long())
    found = metric.per_class(running.sums[metric.tally])
    assert found is not None
    assert found.tolist() == pytest.approx(reference.compute().nan_to_num().tolist(), abs=1e-6)


def test_metrics_when_registered_have_a_direction_and_an_oracle() -> None:
    for name, metric in METRICS.classes.items():
        assert metric.mode in {"min", "max"}
        assert name in ORACLES or name == "BalancedAccuracy"


def test_top_accuracy_when_its_name_is_asked_for_is_one_metric_of_any_k() -> None:
    seventh = METRICS.get("Top7Accuracy")
    assert seventh is METRICS.find("Top7Accuracy"), "several that share a tally are told apart by their class"
    assert (seventh.title, seventh.tally, seventh.min_classes) == ("Top-7 accuracy", "top7", 8)
    for unknown in (
        "Top1Accuracy",
        "Top0Accuracy",
        "Top07Accuracy",
        "Top1001Accuracy",
        "Top{k}Accuracy",
        "TopAccuracy",
    ):
        assert METRICS.find(unknown) is None
    with pytest.raises(UnknownChoiceError, match=r"Top\{k\}Accuracy"):
        METRICS.get("Top1Accuracy")


@pytest.mark.parametrize("k", [7, 8, 1000])
def test_top_accuracy_when_there_are_no_more_classes_than_k_is_1(k: int) -> None:
    assert value_over(scores(), f"Top{k}Accuracy", Answers("classification", CLASSES)) == 1
    one_score = [(outputs[:, :1], targets % 2) for outputs, targets in scores()]
    assert value_over(one_score, f"Top{k}Accuracy", Answers("classification", 2)) == 1


NUMBERS: dict[str, Callable[[], Any]] = {
    "MeanAbsoluteError": torchmetrics.MeanAbsoluteError,
    "MeanSquaredError": torchmetrics.MeanSquaredError,
    "RootMeanSquaredError": lambda: torchmetrics.MeanSquaredError(squared=False),
    "R2Score": torchmetrics.R2Score,
    "MeanAbsolutePercentageError": torchmetrics.MeanAbsolutePercentageError,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_values_of_each_of_several_numbers_are_torchmetrics_of_its_column(name: str) -> None:
    metric = METRICS.get(name)
    running = RunningMetrics([metric], Answers("regression", 0), "cpu")
    references = [NUMBERS[name]() for _ in range(3)]
    torch.manual_seed(0)
    for size in (64, 64, 3):
        targets = torch.randn(size, 3) * torch.tensor([1.0, 100.0, 1.0]) + torch.tensor([5.0, 0.0, -2.0])
        outputs = targets + torch.randn(size, 3) * torch.tensor([0.5, 20.0, 0.5])
        running.update(outputs, targets)
        for column, reference in enumerate(references):
            reference.update(outputs[:, column], targets[:, column])
    found = metric.per_class(running.sums[metric.tally])
    assert found is not None
    assert found.tolist() == pytest.approx([float(reference.compute()) for reference in references], rel=1e-4)
