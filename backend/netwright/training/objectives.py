"""Losses: from a network's outputs and raw targets to one number to minimise.

Each takes outputs ``(N, K)`` as the network gives them and targets as the data gives them (int64 ``(N,)`` class indices or
float32 ``(N, T)``), and fits the targets to the loss itself: one-hot for squared error on classes, a float column for a
single score.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, Strict

from netwright.data.base import Task
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry

if TYPE_CHECKING:
    from torch import Tensor

LossFunction = Callable[["Tensor", "Tensor"], "Tensor"]


class Loss(RegisteredChoice, is_abstract=True):
    """A loss that averages over the batch."""

    scores_to: ClassVar[Literal["softmax", "sigmoid", "sides"] | None] = None
    """What turns the network's scores into probabilities, where anything does.  ``sides`` does not: one score, whose sign says
    on which side of the boundary a sample lies (positive: the second class)."""
    takes_shares: ClassVar[bool] = False
    """Whether targets may be shares of classes ``(N, K)`` instead of class indices, as mixed samples have them."""

    @classmethod
    @abstractmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        """The function ``(outputs, targets) -> scalar``."""

    @classmethod
    @abstractmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        """The same as a Python expression over ``outputs`` and ``targets``, with ``torch`` and ``functional`` at hand; for an
        exported project.  ``fitted`` is the expression of :func:`fit_targets`.  A test holds it equal to :meth:`build`."""

    @classmethod
    @abstractmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        """Numbers of values a sample that the network's output may have, the usual one first."""


def fit_targets(targets: "Tensor", outputs: "Tensor") -> "Tensor":
    """Targets in the shape and dtype of ``outputs``: one-hot where there is a score per class, else as they are.

    ``(N,)`` class indices and ``(N, K)`` outputs give ``(N, K)`` zeros and ones; with one score, ``(N, 1)``.
    """
    import torch

    if targets.dtype is torch.int64 and outputs.ndim > 1 and outputs.shape[1] > 1:
        return torch.nn.functional.one_hot(targets, outputs.shape[1]).to(outputs.dtype)
    return targets.to(outputs.dtype).view_as(outputs)


def fit_targets_source(num_scores: int, *, is_class: bool, is_soft: bool = False) -> str:
    """What :func:`fit_targets` does for outputs ``(N, num_scores)``, as an expression.  ``is_soft``: classes may have become
    shares ``(N, K)``."""
    if is_soft:
        return f"(targets if targets.ndim == 2 else functional.one_hot(targets, {num_scores})).to(outputs.dtype)"
    if is_class and num_scores > 1:
        return f"functional.one_hot(targets, {num_scores}).to(outputs.dtype)"
    return "targets.to(outputs.dtype).view_as(outputs)"


class CrossEntropyLoss(Loss):
    type = "CrossEntropyLoss"
    title = "Cross entropy"
    description = (
        "For one class out of several. Takes one raw score (logit) a class and applies softmax itself: "
        "the network should not end in Softmax."
    )
    tasks = ("classification",)
    scores_to = "softmax"
    takes_shares = True

    class Params(ChoiceParams):
        label_smoothing: float = Field(
            default=0.0,
            ge=0.0,
            lt=1.0,
            description="How much of the target is spread evenly over all classes; 0.1 makes the network less sure of itself.",
        )
        weight: Annotated[tuple[float, ...], Strict(strict=False)] | None = Field(
            default=None,
            description="One factor a class, to make rare classes count more. Empty: all count the same.",
        )

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        assert isinstance(params, cls.Params)
        smoothing = params.label_smoothing
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.cross_entropy(outputs, targets, weight=weight, label_smoothing=smoothing)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        arguments = ["outputs", "targets"]
        if params.weight is not None:
            arguments.append(f"weight=torch.tensor({list(params.weight)!r}, device=outputs.device)")
        if params.label_smoothing:
            arguments.append(f"label_smoothing={params.label_smoothing!r}")
        return f"functional.cross_entropy({', '.join(arguments)})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,)


class BCEWithLogitsLoss(Loss):
    type = "BCEWithLogitsLoss"
    title = "Binary cross entropy"
    description = (
        "For yes or no: one raw score (logit), positive for the second class. Applies the sigmoid itself. With one score a "
        "class, each class is a yes or no of its own."
    )
    tasks = ("classification",)
    scores_to = "sigmoid"
    takes_shares = True

    class Params(ChoiceParams):
        pos_weight: float | None = Field(
            default=None,
            gt=0.0,
            description="Factor on samples of the second class, to balance recall against precision. Empty: 1.",
        )

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        assert isinstance(params, cls.Params)
        pos_weight = None if params.pos_weight is None else torch.tensor(params.pos_weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.binary_cross_entropy_with_logits(
                outputs, fit_targets(targets, outputs), pos_weight=pos_weight
            )

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        arguments = ["outputs", fitted]
        if params.pos_weight is not None:
            arguments.append(f"pos_weight=torch.tensor({params.pos_weight!r}, device=outputs.device)")
        return f"functional.binary_cross_entropy_with_logits({', '.join(arguments)})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (1, 2) if num_outputs == 2 else (num_outputs,)


class _Regression(Loss, is_abstract=True):
    """Mean over all values of a function of the difference."""

    function: ClassVar[str]
    takes_shares = True

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from torch.nn import functional

        function = getattr(functional, cls.function)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            value: Tensor = function(outputs, fit_targets(targets, outputs))
            return value

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        return f"functional.{cls.function}(outputs, {fitted})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs, 1) if task == "classification" and num_outputs == 2 else (num_outputs,)


class MSELoss(_Regression):
    type = "MSELoss"
    title = "Mean squared error"
    description = (
        "For numbers: the mean of the squared differences. Large errors count most. On classes: against 0 and 1."
    )
    function = "mse_loss"


class L1Loss(_Regression):
    type = "L1Loss"
    title = "Mean absolute error"
    description = "For numbers: the mean of the absolute differences. Outliers count less than with squared error."
    function = "l1_loss"


class _OneScore(Loss, is_abstract=True):
    """For two classes and one value a sample."""

    tasks = ("classification",)

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (1,) if num_outputs == 2 else ()


class PerceptronLoss(_OneScore):
    """Rosenblatt 1958, The perceptron, https://doi.org/10.1037/h0042519."""

    type = "PerceptronLoss"
    title = "Perceptron"
    description = (
        "The perceptron's own rule for a network that ends in Step: a sample that is answered wrongly moves the weights by its "
        "inputs, any other by nothing. With SGD, a batch of 1 and learning rate 1 it is Rosenblatt's rule to the letter."
    )

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            # Its gradient is output - target: 0 where the answer is right, else 1 or -1, which passes straight through Step.
            return (outputs - fit_targets(targets, outputs)).square().mean() / 2

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        return f"(outputs - {fitted}).square().mean() / 2"


class HingeLoss(_OneScore):
    """The soft margin of support vector machines: Cortes, Vapnik 1995, https://doi.org/10.1007/BF00994018."""

    type = "HingeLoss"
    title = "Hinge"
    description = (
        "For yes or no with a margin: one raw score, positive for the second class. A sample that is on the right side by at "
        "least 1 no longer counts."
    )
    scores_to = "sides"

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            sides = 2 * fit_targets(targets, outputs) - 1
            return (1 - sides * outputs).clamp_min(0).mean()

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        return f"(1 - (2 * {fitted} - 1) * outputs).clamp_min(0).mean()"


LOSSES: Registry[Loss] = Registry(
    "loss", CrossEntropyLoss, BCEWithLogitsLoss, MSELoss, L1Loss, PerceptronLoss, HingeLoss
)
