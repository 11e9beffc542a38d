"""Optimizers under PyTorch's names and defaults, fused where PyTorch has a fused form (one kernel for all weights)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, Strict, model_validator

from netwright.language import say
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry

if TYPE_CHECKING:
    from torch.nn import Parameter
    from torch.optim import Optimizer as TorchOptimizer

Beta = Annotated[float, Field(ge=0.0, lt=1.0)]
Betas = Annotated[tuple[Beta, Beta], Strict(strict=False)]

_LR = "Learning rate: the size of a step. The setting that matters most."
_WEIGHT_DECAY = "How strongly weights are pulled towards zero (L2)."


class Optimizer(RegisteredChoice, is_abstract=True):
    """One class of ``torch.optim``; ``Params`` are its arguments."""

    is_fused: ClassVar[bool] = True

    @classmethod
    def build(cls, params: ChoiceParams, weights: Iterable["Parameter"] | Iterable[dict[str, Any]]) -> "TorchOptimizer":
        """The optimizer over ``weights``, or over groups of them with settings of their own, as PyTorch takes them."""
        import torch

        arguments: dict[str, Any] = params.model_dump()
        if cls.is_fused:
            arguments["fused"] = True
        optimizer: TorchOptimizer = getattr(torch.optim, cls.type)(weights, **arguments)
        return optimizer

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        """The same as Python over ``weights``, for an exported project: what differs from PyTorch's defaults is written."""
        defaults = cls.Params().model_dump()
        arguments = {
            name: value for name, value in params.model_dump().items() if name == "lr" or value != defaults[name]
        }
        if cls.is_fused:
            arguments["fused"] = True
        written = "".join(f", {name}={value!r}" for name, value in arguments.items())
        return f"torch.optim.{cls.type}(weights{written})"


class SGD(Optimizer):
    type = "SGD"
    title = "SGD"
    description = (
        "Steps down the gradient, with momentum if wanted. Needs a fitting learning rate; often best in the end."
    )

    class Params(ChoiceParams):
        lr: float = Field(default=0.001, ge=0.0, le=1000.0, description=_LR)
        momentum: float = Field(
            default=0.0, ge=0.0, lt=1.0, description="How much of the last step is kept; 0.9 is usual."
        )
        dampening: float = Field(default=0.0, ge=0.0, le=1.0, description="How much less of the new gradient is added.")
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        nesterov: bool = Field(default=False, description="Looks ahead along the momentum. Needs momentum > 0.")

        @model_validator(mode="after")
        def _nesterov_needs_momentum(self) -> "SGD.Params":
            if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
                raise ValueError(say("nesterov needs momentum above 0 and dampening 0"))
            return self


class _AdamParams(ChoiceParams):
    lr: float = Field(default=0.001, ge=0.0, le=1000.0, description=_LR)
    betas: Betas = Field(
        default=(0.9, 0.999), description="How slowly the averages of the gradient and of its square forget."
    )
    eps: float = Field(default=1e-8, ge=0.0, le=1.0, description="Added to the divisor so that it is never zero.")
    weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
    amsgrad: bool = Field(default=False, description="Keeps the largest average of squares seen so far (AMSGrad).")


class Adam(Optimizer):
    type = "Adam"
    title = "Adam"
    description = "Gives each weight a step size of its own from its past gradients. Learns fast with little tuning."
    Params = _AdamParams


class AdamW(Optimizer):
    type = "AdamW"
    title = "AdamW"
    description = "Adam with weight decay that does not mix with the gradients. A good default."

    class Params(_AdamParams):
        weight_decay: float = Field(
            default=0.01,
            ge=0.0,
            le=100.0,
            description="How strongly weights are pulled towards zero, apart from the gradient.",
        )


class RMSprop(Optimizer):
    type = "RMSprop"
    title = "RMSprop"
    description = (
        "Divides each step by the recent size of its gradient. Used for recurrent networks; Adam's forerunner."
    )
    is_fused = False

    class Params(ChoiceParams):
        lr: float = Field(default=0.01, ge=0.0, le=1000.0, description=_LR)
        alpha: float = Field(default=0.99, ge=0.0, lt=1.0, description="How slowly the average of squares forgets.")
        eps: float = Field(default=1e-8, ge=0.0, le=1.0, description="Added to the divisor so that it is never zero.")
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        momentum: float = Field(default=0.0, ge=0.0, lt=1.0, description="How much of the last step is kept.")
        centered: bool = Field(
            default=False, description="Divides by the estimated variance instead of the mean square."
        )


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", SGD, Adam, AdamW, RMSprop)
