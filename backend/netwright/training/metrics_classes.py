"""Metrics of classes and of labels.  Those that torchmetrics averages in several ways are means over the classes that occur,
or over all labels (its ``average="macro"``), each counting alike; the page shows them one by one beside it."""

import re
from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from netwright.data.base import Task
from netwright.training.answers import Answers
from netwright.training.choices import ChoiceParams
from netwright.training.metric_base import Metric, answer_source

if TYPE_CHECKING:
    from torch import Tensor

BOTH: tuple[Task, ...] = ("classification", "segmentation")
ALL: tuple[Task, ...] = ("classification", "multilabel", "segmentation")


class _Share(Metric, is_abstract=True):
    """Right of all."""

    mode = "max"

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return sums[0].sum() / sums[1].sum().clamp_min(1)

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return sums[0] / sums[1].clamp_min(1) if sums.ndim > 1 else None


class Accuracy(_Share):
    type = "Accuracy"
    title = "Accuracy"
    description = (
        "The share of samples whose class is right; of masks, the share of pixels; of labels, the share of right answers, each "
        "yes and each no counting alike."
    )
    tasks = ALL
    tally = "hits"

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        return f"({answer_source(num_scores, answers)} == targets).sum()"


class ExactMatch(_Share):
    type = "ExactMatch"
    title = "Exact match"
    description = "Of several labels a sample: the share of samples of which every label is right."
    tasks = ("multilabel",)
    tally = "exact"

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        # Its mean is taken over all labels: each sample counts once for each of them.
        return f"{num_scores} * ({answer_source(num_scores, answers)} == targets).all(1).sum()"


_ALL = "torch.ones_like(targets).sum()"
"""Every class is among so many."""
MAX_K = 1000


class TopKAccuracy(_Share, is_abstract=True):
    """The family; :func:`top_accuracy` makes the metric of each ``k``.  What is chosen is the name, ``Top7Accuracy``."""

    type = "Top{k}Accuracy"
    title = "Top-k accuracy"
    description = "The share of samples whose class is among the k with the highest scores."
    tasks = ("classification",)
    k: ClassVar[int]

    class Params(ChoiceParams):
        k: int = Field(
            default=5,
            ge=2,
            le=MAX_K,
            description="Among how many of the highest scores the right class has to be. Fewer than there are classes: of no "
            "more than k the figure is always 1.",
        )

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        return _ALL if num_scores <= cls.k else f"(outputs.topk({cls.k}, 1).indices == targets[:, None]).sum()"


@lru_cache(maxsize=MAX_K)
def top_accuracy(k: int) -> type[TopKAccuracy]:
    """The metric ``Top<k>Accuracy``, the same class at each call; ``k`` from 2 to :data:`MAX_K`."""
    assert 2 <= k <= MAX_K, k
    members = {
        "type": TopKAccuracy.type.format(k=k),
        "title": f"Top-{k} accuracy",
        "tally": f"top{k}",
        "min_classes": k + 1,
        "k": k,
    }
    return type(f"Top{k}Accuracy", (TopKAccuracy,), members)


def find_top_accuracy(name: str) -> type[TopKAccuracy] | None:
    """The metric of a name like ``Top7Accuracy``; None for any other name."""
    match = re.fullmatch(r"Top([1-9][0-9]{0,3})Accuracy", name)
    k = int(match[1]) if match else 0
    return top_accuracy(k) if 2 <= k <= MAX_K else None


class _OfMatrix(Metric, is_abstract=True):
    """From the confusion matrix ``[target, answer]``, or of labels ``[label, target, answer]``: a value of each, then their
    mean."""

    mode = "max"
    tally = "confusion"
    tasks = BOTH

    @classmethod
    @abstractmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        """``(K,)`` out of right answers, answers and targets of each class, and all samples; 0 where it would divide by
        nothing."""

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return cls.of_classes(*counts_of(sums))

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        hits, answered, there, total = counts_of(sums)
        values = cls.of_classes(hits, answered, there, total)
        if sums.ndim == 3:
            return values.mean()
        occurs = cls.counted(answered, there)
        return (values * occurs).sum() / occurs.sum().clamp_min(1)

    @classmethod
    def counted(cls, answered: "Tensor", there: "Tensor") -> "Tensor":
        """Which classes the mean is of: those that occur among targets or answers."""
        return answered + there > 0


def counts_of(sums: "Tensor") -> "tuple[Tensor, Tensor, Tensor, Tensor]":
    """Right answers, answers and targets ``(K,)`` of each class or label of a confusion matrix, and all samples ``()``."""
    if sums.ndim == 3:
        return sums[:, 1, 1], sums[:, :, 1].sum(1), sums[:, 1].sum(1), sums[0].sum()
    return sums.diagonal(), sums.sum(0), sums.sum(1), sums.sum()


def _divide(above: "Tensor", below: "Tensor") -> "Tensor":
    """0 where there is nothing to divide by."""
    return above / below.clamp_min(1e-300) * (below > 0)


class JaccardIndex(_OfMatrix):
    """P. Jaccard, The distribution of the flora in the alpine zone, 1912."""

    type = "JaccardIndex"
    title = "Intersection over union (IoU)"
    description = (
        "How well answer and truth overlap: pixels that both give to a class, by those that either does. The mean over the "
        "classes, the background being one of them."
    )
    tasks = ALL
    formula = "hits / (answered + there - hits)"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        return _divide(hits, answered + there - hits)


class DiceScore(_OfMatrix):
    """L. R. Dice, Measures of the amount of ecologic association between species, 1945."""

    type = "DiceScore"
    title = "Dice"
    description = (
        "Twice the pixels that answer and truth both give to a class, by the pixels of both together. The mean over the "
        "classes."
    )
    tasks = ("segmentation",)
    formula = "2 * hits / (answered + there)"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        return _divide(2 * hits, answered + there)


class Precision(_OfMatrix):
    type = "Precision"
    title = "Precision"
    description = "Of the samples that were given to a class, the share that belongs there. The mean over the classes."
    tasks = ALL
    formula = "hits / answered"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        return _divide(hits, answered)


class Recall(_OfMatrix):
    type = "Recall"
    title = "Recall"
    description = "Of the samples of a class, the share that was found. The mean over the classes."
    tasks = ALL
    formula = "hits / there"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        return _divide(hits, there)


class BalancedAccuracy(Recall):
    """K. H. Brodersen et al., The balanced accuracy and its posterior distribution, 2010."""

    type = "BalancedAccuracy"
    title = "Balanced accuracy"
    description = (
        "Accuracy with each class counting alike, however rare: the mean share of its samples that are right, over the classes "
        "that are there."
    )
    tasks = BOTH
    formula = "hits / there"
    occurs = "there > 0"

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        return None  # the recall, which has a column of its own

    @classmethod
    def counted(cls, answered: "Tensor", there: "Tensor") -> "Tensor":
        return there > 0


class F1Score(_OfMatrix):
    type = "F1Score"
    title = "F1"
    description = "Precision and recall in one: their harmonic mean of each class. The mean over the classes."
    tasks = ("classification", "multilabel")
    formula = "2 * hits / (answered + there)"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        return _divide(2 * hits, answered + there)


class Specificity(_OfMatrix):
    type = "Specificity"
    title = "Specificity"
    description = (
        "Of the samples that are not of a class, the share that was not given to it. The mean over the classes."
    )
    tasks = ALL
    formula = "(total - there - answered + hits) / (total - there)"

    @classmethod
    def of_classes(cls, hits: "Tensor", answered: "Tensor", there: "Tensor", total: "Tensor") -> "Tensor":
        others = total - there
        return _divide(others - answered + hits, others)


class MatthewsCorrCoef(Metric):
    """J. Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, 2004."""

    type = "MatthewsCorrCoef"
    title = "Matthews correlation"
    description = (
        "How strongly answers and classes go together: 1 if all are right, 0 for guessing, however unequal the "
        "classes are. Of labels all yes and no together."
    )
    tasks = ALL
    mode = "max"
    tally = "confusion"

    @classmethod
    def function(cls) -> "Callable[..., Tensor]":
        from netwright.training.scripted import matthews_correlation

        return matthews_correlation

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return cls.function()(sums)


class _OfBins(Metric, is_abstract=True):
    """From probabilities counted in bins: a value of each class, then their mean."""

    tasks = ALL
    mode = "max"
    tally = "bins"

    @classmethod
    @abstractmethod
    def function(cls) -> "Callable[..., Tensor]":
        """``(K,)`` of the bins."""

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor":
        return cls.function()(sums)

    @classmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        return cls.per_class(sums).mean()


class AUROC(_OfBins):
    type = "AUROC"
    title = "Area under the ROC curve"
    description = (
        "The chance that a sample of a class gets a higher probability for it than one of another class: 0.5 is guessing. "
        "From 200 thresholds; the mean over the classes."
    )

    @classmethod
    def function(cls) -> "Callable[..., Tensor]":
        from netwright.training.scripted import area_under_roc

        return area_under_roc


class AveragePrecision(_OfBins):
    type = "AveragePrecision"
    title = "Average precision"
    description = (
        "The area under the curve of precision over recall, which is stricter than the ROC curve where a class is rare. From "
        "200 thresholds; the mean over the classes."
    )

    @classmethod
    def function(cls) -> "Callable[..., Tensor]":
        from netwright.training.scripted import average_precision

        return average_precision
