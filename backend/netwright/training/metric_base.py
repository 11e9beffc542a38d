"""What a metric is: one class that computes its value from a tally."""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from netwright.training.answers import Answers
from netwright.training.choices import RegisteredChoice
from netwright.training.tallies import TallyName

if TYPE_CHECKING:
    from torch import Tensor


class Metric(RegisteredChoice, is_abstract=True):
    """A figure of an epoch.  ``min_classes`` is from how many classes on it says anything."""

    mode: ClassVar[Literal["min", "max"]]
    tally: ClassVar[TallyName]
    min_classes: ClassVar[int] = 2

    @classmethod
    @abstractmethod
    def value(cls, sums: "Tensor") -> "Tensor":
        """One number out of the tally, on its device."""

    @classmethod
    def per_class(cls, sums: "Tensor") -> "Tensor | None":
        """``(K,)``, the value of each class, label or number by itself; None where there is no such thing."""
        return None

    @classmethod
    def source(cls, num_scores: int, answers: Answers) -> str | None:
        """What a batch adds, as a Python expression over ``outputs`` ``(N, num_scores, ...)`` and ``targets``, for an exported
        project; the value is the sum over the number of targets, then :attr:`finish`.  None where :attr:`formula` or
        :meth:`function` gives it."""
        return None

    @classmethod
    def function(cls) -> "Callable[..., Tensor] | None":
        """Of what neither a sum nor a formula gives: a function of ``training.scripted`` that an exported project prints as it
        stands.  It takes the confusion matrix or the bins, or of the errors how many, their squares, the targets and their
        squares; the value is the mean of what it gives."""
        return None

    finish: ClassVar[str] = ""
    """What is done to that mean at the end: ``** 0.5``."""
    formula: ClassVar[str] = ""
    """Of what comes from the confusion matrix: the value as an expression over ``hits`` (right answers of each class),
    ``answered`` (answers of each class) and ``there`` (targets of each class), float64 ``(K,)``, and ``total`` (all samples),
    for an exported project; the value is its mean over the classes of which ``occurs`` holds, or over all labels."""
    occurs: ClassVar[str] = "answered + there > 0"


def answer_source(num_scores: int, answers: Answers) -> str:
    """The class indices of ``outputs``, or of each label 1 or 0, as an expression."""
    if answers.task == "multilabel":
        return f"(outputs > {answers.cut:g}).long()"
    if num_scores == 1:
        return f"(outputs > {answers.cut:g}).long().view_as(targets)"
    return "outputs.argmax(1)"


def probabilities_source(num_scores: int, answers: Answers) -> str:
    """:meth:`Answers.probabilities` of ``outputs`` as an expression ``(N, K, ...)``."""
    if num_scores == 1 and answers.task != "multilabel":
        second = "clamp(0, 1)" if answers.cut else "sigmoid()"
        one = f"outputs.view(len(targets), 1, *targets.shape[1:]).{second}"
        return f"torch.cat([1 - {one}, {one}], 1)"
    made = {"softmax": "softmax(1)", "sigmoid": "sigmoid()", "exp": "exp()"}
    return f"outputs.{made.get(answers.makes or '', 'clamp(0, 1)')}"
