"""Losses of numbers, which serve classes too: against 0 and 1."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from netwright.data.base import CLASS_TASKS, Task
from netwright.training.choices import ChoiceParams
from netwright.training.loss_base import Loss, LossFunction, fit_targets

if TYPE_CHECKING:
    from torch import Tensor


class Difference(Loss, is_abstract=True):
    """Mean over all values of a function of the difference."""

    function: ClassVar[str]
    cut = 0.5
    takes_shares = True

    @classmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        from torch.nn import functional

        function, settings = getattr(functional, cls.function), params.model_dump()

        def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
            value: Tensor = function(outputs, fit_targets(targets, outputs), **settings)
            return value

        return loss

    @classmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in params.model_dump().items())
        return f"functional.{cls.function}(outputs, {fitted}{settings})"

    @classmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        return (num_outputs, 1) if task in CLASS_TASKS and num_outputs == 2 else (num_outputs,)


class MSELoss(Difference):
    type = "MSELoss"
    title = "Mean squared error"
    description = (
        "For numbers: the mean of the squared differences. Large errors count most. On classes: against 0 and 1."
    )
    function = "mse_loss"


class L1Loss(Difference):
    type = "L1Loss"
    title = "Mean absolute error"
    description = "For numbers: the mean of the absolute differences. Outliers count less than with squared error."
    function = "l1_loss"


class SmoothL1Loss(Difference):
    """R. Girshick, Fast R-CNN, 2015, https://arxiv.org/abs/1504.08083."""

    type = "SmoothL1Loss"
    title = "Smooth L1"
    description = (
        "For numbers with outliers: the squared difference where it is small, the absolute one where it is large. On classes: "
        "against 0 and 1."
    )
    function = "smooth_l1_loss"

    class Params(ChoiceParams):
        beta: float = Field(
            default=1.0,
            gt=0.0,
            description="The difference from which on it counts as absolute, in the target's own unit.",
        )


class HuberLoss(Difference):
    """P. J. Huber, Robust Estimation of a Location Parameter, 1964, https://doi.org/10.1214/aoms/1177703732."""

    type = "HuberLoss"
    title = "Huber"
    description = (
        "For numbers with outliers: squared up to a difference of delta, straight from there on. As Smooth L1, but delta times "
        "as large. On classes: against 0 and 1."
    )
    function = "huber_loss"

    class Params(ChoiceParams):
        delta: float = Field(
            default=1.0, gt=0.0, description="The difference from which on it is straight, in the target's own unit."
        )


class PoissonNLLLoss(Difference):
    type = "PoissonNLLLoss"
    title = "Poisson likelihood"
    description = (
        "For counts (0, 1, 2 ...): how unlikely they are if they are drawn from a Poisson distribution. The network gives the "
        "logarithm of the expected count, so its answers are to be taken as exponents."
    )
    tasks = ("regression",)
    function = "poisson_nll_loss"
    cut = 0.0
