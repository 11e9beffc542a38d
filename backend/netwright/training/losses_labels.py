"""Losses of several yes or no a sample: of labels, and focal loss where the one score or each is a yes or no of its own."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from netwright.data.base import Task
from netwright.training.choices import ChoiceParams
from netwright.training.loss_base import Loss, LossFunction, fit_targets, one_or_each, weight_source

if TYPE_CHECKING:
    from torch import Tensor

LabelWeights = Annotated[
    tuple[Annotated[float, Field(ge=0.0)], ...] | None,
    Field(strict=False, description="One factor a label. Empty: all count the same."),
]


class SigmoidFocalLoss(Loss):
    """Lin et al. 2017, Focal Loss for Dense Object Detection, https://arxiv.org/abs/1708.02002."""

    type = "SigmoidFocalLoss"
    title = "Focal loss of yes or no"
    description = (
        "Binary cross entropy in which answers that are right already count less, for labels that few samples have. Takes raw "
        "scores: one for two classes, or one a class or a label, each a yes or no of its own. Lin et al. 2017."
    )
    tasks = ("classification", "multilabel", "segmentation")
    scores_to = "sigmoid"
    takes_shares = True

    class Params(ChoiceParams):
        gamma: float = Field(
            default=2.0,
            ge=0.0,
            le=10.0,
            description="How much less: 0 is binary cross entropy, 2 is what the paper uses.",
        )
        alpha: float | None = Field(
            default=None,
            ge=0.0,
            le=1.0,
            description="Factor on each yes, and one minus it on each no; the paper uses 0.25. Empty: both count the same.",
        )

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from netwright.training.loss_functions import sigmoid_focal_loss

        assert isinstance(params, cls.Params)
        gamma, alpha = params.gamma, params.alpha
        return lambda outputs, targets: sigmoid_focal_loss(outputs, fit_targets(targets, outputs), gamma, alpha)

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        return f"sigmoid_focal_loss(outputs, {fitted}, {params.gamma!r}, {params.alpha!r})"

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        from netwright.training.loss_functions import sigmoid_focal_loss, source_of

        return source_of(sigmoid_focal_loss)

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,) if task == "multilabel" else one_or_each(num_outputs)


class MultiLabelSoftMarginLoss(Loss):
    type = "MultiLabelSoftMarginLoss"
    title = "Multi-label soft margin"
    description = (
        "For several labels a sample: binary cross entropy of each label on its raw score, with a factor for each label as a "
        "whole. BCEWithLogitsLoss weighs only the samples that have it."
    )
    tasks = ("multilabel",)
    scores_to = "sigmoid"

    class Params(ChoiceParams):
        weight: LabelWeights = None

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        import torch
        from torch.nn import functional

        assert isinstance(params, cls.Params)
        weight = None if params.weight is None else torch.tensor(params.weight, device=device)

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            return functional.multilabel_soft_margin_loss(outputs, fit_targets(targets, outputs), weight=weight)

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        assert isinstance(params, cls.Params)
        weight = "" if params.weight is None else f", weight={weight_source(params.weight)}"
        return f"functional.multilabel_soft_margin_loss(outputs, {fitted}{weight})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs,)
