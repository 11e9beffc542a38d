"""Further losses of classes, at a sample or at every pixel."""

from typing import TYPE_CHECKING

from pydantic import Field

from netwright.data.base import CLASS_TASKS, Task
from netwright.training.choices import ChoiceParams
from netwright.training.loss_base import (
    ClassWeights,
    Loss,
    LossFunction,
    fit_targets,
    leaves_out,
    one_or_each,
    weight_source,
)

if TYPE_CHECKING:
    from torch import Tensor

BOTH: tuple[Task, ...] = ("classification", "segmentation")


class FocalLoss(Loss):
    """Lin et al. 2017, Focal Loss for Dense Object Detection, https://arxiv.org/abs/1708.02002."""

    type = "FocalLoss"
    title = "Focal loss"
    description = (
        "Cross entropy in which samples that are right already count less, for sets where most are easy (background). Takes "
        "raw scores, one a class, or a single one for two classes. Lin et al. 2017."
    )
    tasks = BOTH
    scores_to = "softmax"

    class Params(ChoiceParams):
        gamma: float = Field(
            default=2.0, ge=0.0, le=10.0, description="How much less: 0 is cross entropy, 2 is what the paper uses."
        )
        weight: ClassWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch

        from netwright.training.loss_functions import focal_loss

        assert isinstance(params, cls.Params)
        gamma = params.gamma
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)
        return lambda outputs, targets: focal_loss(outputs, targets, gamma, weight)

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        return f"focal_loss(outputs, targets, {params.gamma!r}, {weight_source(params.weight)})"

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        from netwright.training.loss_functions import focal_loss, source_of

        return source_of(focal_loss)

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs, 1) if num_outputs == 2 else (num_outputs,)


class DiceLoss(Loss):
    """Milletari et al. 2016, V-Net, https://arxiv.org/abs/1606.04797."""

    type = "DiceLoss"
    title = "Dice loss"
    description = (
        "For masks: one minus the overlap of answer and truth. However few pixels a class has, it counts as much as any other. "
        "Takes raw scores, one a class, or a single one for two classes. Milletari et al. 2016."
    )
    tasks = ("segmentation",)
    scores_to = "softmax"

    class Params(ChoiceParams):
        smooth: float = Field(
            default=1.0,
            gt=0.0,
            le=1000.0,
            description="Added above and below, in pixels, so that a class that is not there divides nothing by nothing.",
        )
        has_background: bool = Field(
            default=True, description="Whether the first class counts too; with a single score it never does."
        )

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from netwright.training.loss_functions import dice_loss

        assert isinstance(params, cls.Params)
        smooth, has_background = params.smooth, params.has_background
        return lambda outputs, targets: dice_loss(outputs, targets, smooth, has_background)

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        return f"dice_loss(outputs, targets, {params.smooth!r}, {params.has_background!r})"

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        from netwright.training.loss_functions import dice_loss, source_of

        return source_of(dice_loss)

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs, 1) if num_outputs == 2 else (num_outputs,)


class NLLLoss(Loss):
    type = "NLLLoss"
    title = "Negative log likelihood"
    description = (
        "What cross entropy computes behind its softmax: for a network that ends in LogSoftmax over its classes."
    )
    tasks = BOTH
    scores_to = "exp"
    needs = "LogSoftmax"

    class Params(ChoiceParams):
        weight: ClassWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        from netwright.training.loss_functions import mean_by_weight

        assert isinstance(params, cls.Params)
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            if weight is not None and leaves_out(params.weight):
                return mean_by_weight(functional.nll_loss(outputs, targets, weight, reduction="sum"), targets, weight)
            return functional.nll_loss(outputs, targets, weight=weight)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        weight = weight_source(params.weight)
        if leaves_out(params.weight):
            whole = f'functional.nll_loss(outputs, targets, weight={weight}, reduction="sum")'
            return f"mean_by_weight({whole}, targets, {weight})"
        return f"functional.nll_loss(outputs, targets{'' if params.weight is None else f', weight={weight}'})"

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        from netwright.training.loss_functions import mean_by_weight, source_of

        assert isinstance(params, cls.Params)
        return source_of(mean_by_weight) if leaves_out(params.weight) else ""

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,)


class BCELoss(Loss):
    type = "BCELoss"
    title = "Binary cross entropy of probabilities"
    description = (
        "Binary cross entropy for a network that ends in Sigmoid: yes or no at each value, or pixels from 0 to 1 that are to "
        "be given back. On raw scores take BCEWithLogitsLoss, which is more exact."
    )
    tasks = ("classification", "multilabel", "segmentation", "reconstruction")
    cut = 0.5
    needs = "Sigmoid"

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from torch.nn import functional

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.binary_cross_entropy(outputs, fit_targets(targets, outputs))

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        return f"functional.binary_cross_entropy(outputs, {fitted})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return one_or_each(num_outputs) if task in CLASS_TASKS else (num_outputs,)


class MultiMarginLoss(Loss):
    type = "MultiMarginLoss"
    title = "Multi-class hinge"
    description = (
        "For one class out of several with a margin: every other class's score is to be lower than the right one's by the "
        "margin. Takes raw scores."
    )
    tasks = ("classification",)

    class Params(ChoiceParams):
        margin: float = Field(default=1.0, gt=0.0, description="How much lower.")
        weight: ClassWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        assert isinstance(params, cls.Params)
        margin = params.margin
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.multi_margin_loss(outputs, targets, margin=margin, weight=weight)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        weight = "" if params.weight is None else f", weight={weight_source(params.weight)}"
        return f"functional.multi_margin_loss(outputs, targets, margin={params.margin!r}{weight})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,)


class SoftMarginLoss(Loss):
    type = "SoftMarginLoss"
    title = "Soft margin"
    description = (
        "For yes or no: one raw score, positive for the second class. The logistic loss of statistics: the same as binary "
        "cross entropy, written with the sides -1 and 1."
    )
    tasks = BOTH
    scores_to = "sigmoid"

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from torch.nn import functional

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.soft_margin_loss(outputs, 2 * fit_targets(targets, outputs) - 1)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        return f"functional.soft_margin_loss(outputs, 2 * {fitted} - 1)"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (1,) if num_outputs == 2 else ()
