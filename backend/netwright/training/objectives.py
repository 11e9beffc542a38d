"""The losses there are.  Their base is in ``loss_base``; a new one is one class here or beside, put into :data:`LOSSES`."""

from typing import TYPE_CHECKING

from pydantic import Field

from netwright.data.base import CLASS_TASKS, Task
from netwright.training.choices import ChoiceParams, Registry
from netwright.training.loss_base import (
    ClassWeights,
    Loss,
    LossFunction,
    PositiveWeights,
    fit_targets,
    fit_targets_source,
    leaves_out,
    one_or_each,
    weight_source,
)
from netwright.training.losses_classes import (
    BCELoss,
    DiceLoss,
    FocalLoss,
    MultiMarginLoss,
    NLLLoss,
    SoftMarginLoss,
)
from netwright.training.losses_labels import MultiLabelSoftMarginLoss, SigmoidFocalLoss
from netwright.training.losses_numbers import HuberLoss, L1Loss, MSELoss, PoissonNLLLoss, SmoothL1Loss

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["LOSSES", "Loss", "LossFunction", "fit_targets", "fit_targets_source"]


class CrossEntropyLoss(Loss):
    type = "CrossEntropyLoss"
    title = "Cross entropy"
    description = (
        "For one class out of several. Takes one raw score (logit) a class and applies softmax itself: "
        "the network should not end in Softmax."
    )
    tasks = ("classification", "segmentation")
    scores_to = "softmax"
    takes_shares = True

    class Params(ChoiceParams):
        label_smoothing: float = Field(
            default=0.0,
            ge=0.0,
            lt=1.0,
            description="How much of the target is spread evenly over all classes; 0.1 makes the network less sure of itself.",
        )
        weight: ClassWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        from netwright.training.loss_functions import mean_by_weight

        assert isinstance(params, cls.Params)
        smoothing = params.label_smoothing
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            if weight is not None and leaves_out(params.weight) and not targets.is_floating_point():
                whole = functional.cross_entropy(outputs, targets, weight, reduction="sum", label_smoothing=smoothing)
                return mean_by_weight(whole, targets, weight)
            return functional.cross_entropy(outputs, targets, weight=weight, label_smoothing=smoothing)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        arguments = ["outputs", "targets"]
        if params.weight is not None:
            arguments.append(f"weight={weight_source(params.weight)}")
        if params.label_smoothing:
            arguments.append(f"label_smoothing={params.label_smoothing!r}")
        mean = f"functional.cross_entropy({', '.join(arguments)})"
        if not leaves_out(params.weight):
            return mean
        whole = f'functional.cross_entropy({", ".join(arguments)}, reduction="sum")'
        by_weight = f"mean_by_weight({whole}, targets, {weight_source(params.weight)})"
        # Of mixed samples targets are shares, and the mean is that of the samples.
        return f"({mean} if targets.is_floating_point() else {by_weight})"

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        from netwright.training.loss_functions import mean_by_weight, source_of

        assert isinstance(params, cls.Params)
        return source_of(mean_by_weight) if leaves_out(params.weight) else ""

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,)


class BCEWithLogitsLoss(Loss):
    type = "BCEWithLogitsLoss"
    title = "Binary cross entropy"
    description = (
        "For yes or no: one raw score (logit), positive for the second class. Applies the sigmoid itself. With one score a "
        "class or a label, each is a yes or no of its own."
    )
    tasks = ("classification", "multilabel", "segmentation", "reconstruction")
    scores_to = "sigmoid"
    takes_shares = True

    class Params(ChoiceParams):
        pos_weight: PositiveWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        assert isinstance(params, cls.Params)
        weights = params.pos_weight
        pos_weight = None
        if weights is not None:
            pos_weight = torch.tensor(weights if len(weights) > 1 else weights[0], device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            factors = pos_weight
            if factors is not None and factors.ndim and outputs.ndim > 2:
                factors = factors.view(-1, *(1,) * (outputs.ndim - 2))
            return functional.binary_cross_entropy_with_logits(
                outputs, fit_targets(targets, outputs), pos_weight=factors
            )

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        arguments = ["outputs", fitted]
        if params.pos_weight is not None:
            weights = params.pos_weight
            values = repr(list(weights) if len(weights) > 1 else weights[0])
            view = ".view(-1, *(1,) * (outputs.ndim - 2))" if len(weights) > 1 else ""
            arguments.append(f"pos_weight=torch.tensor({values}, device=outputs.device){view}")
        return f"functional.binary_cross_entropy_with_logits({', '.join(arguments)})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return one_or_each(num_outputs) if task in CLASS_TASKS else (num_outputs,)


class _OneScore(Loss, is_abstract=True):
    """For two classes and one value a sample."""

    tasks = ("classification",)

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (1,) if num_outputs == 2 else ()


class PerceptronLoss(_OneScore):
    """Rosenblatt 1958, The perceptron, https://doi.org/10.1037/h0042519."""

    type = "PerceptronLoss"
    cut = 0.5
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
    "loss",
    CrossEntropyLoss,
    BCEWithLogitsLoss,
    FocalLoss,
    SigmoidFocalLoss,
    DiceLoss,
    NLLLoss,
    BCELoss,
    MultiMarginLoss,
    MultiLabelSoftMarginLoss,
    SoftMarginLoss,
    MSELoss,
    L1Loss,
    SmoothL1Loss,
    HuberLoss,
    PoissonNLLLoss,
    PerceptronLoss,
    HingeLoss,
)
