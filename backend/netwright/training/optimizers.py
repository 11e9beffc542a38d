"""Optimizers under PyTorch's names and defaults, fused where PyTorch has a fused form (one kernel for all weights).

``weight_decay`` is what the class of that name makes of it: added to the gradient (an L2 penalty) in SGD, Adam, RMSprop,
Adagrad and Adadelta, apart from it (decoupled) in AdamW and Muon, either of both in NAdam and RAdam; LBFGS has none.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict, model_validator

from netwright.language import say
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry

if TYPE_CHECKING:
    from torch.nn import Module, Parameter
    from torch.optim import Optimizer as TorchOptimizer

Beta = Annotated[float, Field(ge=0.0, lt=1.0)]
Betas = Annotated[tuple[Beta, Beta], Strict(strict=False)]

Weights = Sequence["Parameter"] | Sequence[dict[str, Any]]
"""As PyTorch takes them: parameters, or groups of them with settings of their own."""

_LR = "Learning rate: the size of a step. The setting that matters most."
_WEIGHT_DECAY = "How strongly weights are pulled towards zero (L2)."
_DECOUPLED = "How strongly weights are pulled towards zero, apart from the gradient."
_BETAS = "How slowly the averages of the gradient and of its square forget."
_EPS = "Added to the divisor so that it is never zero."


class Optimizer(RegisteredChoice, is_abstract=True):
    """One class of ``torch.optim``; ``Params`` are its arguments."""

    is_fused: ClassVar[bool] = True
    """One kernel for all weights, on a CPU and on a GPU."""
    has_foreach: ClassVar[bool] = True
    """A few kernels for all weights on a GPU, where there is no fused form."""
    needs_closure: ClassVar[bool] = False
    """Whether a step computes the loss again, several times; such a one takes a single group of weights."""
    is_capturable: ClassVar[bool] = True
    """Whether all that changes from step to step can lie on a GPU, so that a CUDA graph can hold the step."""

    @classmethod
    def build(cls, params: ChoiceParams, weights: Weights, network: "Module | None" = None) -> "TorchOptimizer":
        """The optimizer over ``weights``.  ``network`` is where they lie; only Muon asks what they are there."""
        import torch

        arguments: dict[str, Any] = params.model_dump()
        if cls.is_fused:
            arguments["fused"] = True
        optimizer: TorchOptimizer = getattr(torch.optim, cls.type)(weights, **arguments)
        return optimizer

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        """The same as Python over ``weights`` and ``network``, for an exported project: what differs from PyTorch's defaults is
        written."""
        return f"torch.optim.{cls.type}(weights{cls._arguments(params)})"

    @classmethod
    def _arguments(cls, params: ChoiceParams) -> str:
        defaults = cls.Params().model_dump()
        arguments = {
            name: value for name, value in params.model_dump().items() if name == "lr" or value != defaults[name]
        }
        if cls.is_fused:
            arguments["fused"] = True
        return "".join(f", {name}={value!r}" for name, value in arguments.items())

    @classmethod
    def helper(cls) -> "Callable[..., Any] | None":
        """What ``source`` calls and PyTorch does not have; its text goes into the project."""
        return None

    @classmethod
    def describe(cls, device: str) -> str:
        """How its steps are computed on ``cpu`` or ``cuda``, for the run's notes."""
        if cls.needs_closure:
            return say(
                "{type}: each step computes loss and gradient again, up to max_eval times, and reads the loss each time.",
                type=cls.type,
            )
        if cls.is_fused:
            return say("{type}: fused, all weights in one kernel.", type=cls.type)
        if cls.has_foreach and device == "cuda":
            return say("{type}: foreach, a few kernels for all weights.", type=cls.type)
        return say("{type}: one weight tensor after the other; PyTorch has no fused form.", type=cls.type)


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
    betas: Betas = Field(default=(0.9, 0.999), description=_BETAS)
    eps: float = Field(default=1e-8, ge=0.0, le=1.0, description=_EPS)
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
        weight_decay: float = Field(default=0.01, ge=0.0, le=100.0, description=_DECOUPLED)


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
        eps: float = Field(default=1e-8, ge=0.0, le=1.0, description=_EPS)
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        momentum: float = Field(default=0.0, ge=0.0, lt=1.0, description="How much of the last step is kept.")
        centered: bool = Field(
            default=False, description="Divides by the estimated variance instead of the mean square."
        )


_DECAY_IS_DECOUPLED = (
    "Pulls weights towards zero apart from the gradient, as AdamW does; else weight_decay is an L2 penalty."
)


class NAdam(Optimizer):
    type = "NAdam"
    title = "NAdam"
    description = "Adam that looks ahead along its momentum (Nesterov). Often a little faster than Adam."
    is_fused = False

    class Params(ChoiceParams):
        lr: float = Field(default=0.002, ge=0.0, le=1000.0, description=_LR)
        betas: Betas = Field(default=(0.9, 0.999), description=_BETAS)
        eps: float = Field(default=1e-8, ge=0.0, le=1.0, description=_EPS)
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        momentum_decay: float = Field(default=0.004, ge=0.0, le=1.0, description="How fast the momentum warms up.")
        decoupled_weight_decay: bool = Field(default=False, description=_DECAY_IS_DECOUPLED)


class RAdam(Optimizer):
    type = "RAdam"
    title = "RAdam"
    description = (
        "Adam that holds back its first steps until it knows how much gradients vary, so that it needs no warm-up."
    )
    is_fused = False

    class Params(ChoiceParams):
        lr: float = Field(default=0.001, ge=0.0, le=1000.0, description=_LR)
        betas: Betas = Field(default=(0.9, 0.999), description=_BETAS)
        eps: float = Field(default=1e-8, ge=0.0, le=1.0, description=_EPS)
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        decoupled_weight_decay: bool = Field(default=False, description=_DECAY_IS_DECOUPLED)


class Adagrad(Optimizer):
    type = "Adagrad"
    title = "Adagrad"
    description = (
        "Divides each step by all gradients a weight ever had: rare features keep learning. Its steps only shrink."
    )
    is_fused = False  # PyTorch's fused form is for the CPU alone
    is_capturable = False

    class Params(ChoiceParams):
        lr: float = Field(default=0.01, ge=0.0, le=1000.0, description=_LR)
        lr_decay: float = Field(
            default=0.0,
            ge=0.0,
            le=100.0,
            description="How fast the learning rate falls with the steps, beside the schedule.",
        )
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)
        initial_accumulator_value: float = Field(
            default=0.0,
            ge=0.0,
            le=1000.0,
            description="The sum of squares to begin with; larger makes the first steps smaller.",
        )
        eps: float = Field(default=1e-10, ge=0.0, le=1.0, description=_EPS)


class Adadelta(Optimizer):
    type = "Adadelta"
    title = "Adadelta"
    description = "Finds the size of its steps from the size of earlier ones. Needs no learning rate: leave it at 1."
    is_fused = False

    class Params(ChoiceParams):
        lr: float = Field(default=1.0, ge=0.0, le=1000.0, description="Factor on the steps that it finds by itself.")
        rho: float = Field(default=0.9, ge=0.0, le=1.0, description="How slowly the averages of squares forget.")
        eps: float = Field(default=1e-6, ge=0.0, le=1.0, description=_EPS)
        weight_decay: float = Field(default=0.0, ge=0.0, le=100.0, description=_WEIGHT_DECAY)


class Muon(Optimizer):
    type = "Muon"
    title = "Muon"
    description = (
        "Makes the step of each weight matrix orthogonal, so that all its directions learn alike. Other weights (biases, "
        "norms, convolutions, embeddings) are moved by AdamW with the same learning rate and weight decay."
    )
    is_fused = False
    has_foreach = False
    is_capturable = False

    class Params(ChoiceParams):
        lr: float = Field(default=0.001, ge=0.0, le=1000.0, description=_LR)
        weight_decay: float = Field(default=0.1, ge=0.0, le=100.0, description=_DECOUPLED)
        momentum: float = Field(default=0.95, ge=0.0, lt=1.0, description="How much of the last step is kept.")
        nesterov: bool = Field(default=True, description="Looks ahead along the momentum.")
        eps: float = Field(default=1e-7, ge=0.0, le=1.0, description=_EPS)
        ns_steps: int = Field(
            default=5, ge=1, le=99, description="Newton-Schulz iterations that make a step orthogonal; more cost more."
        )
        adjust_lr_fn: Literal["original", "match_rms_adamw"] = Field(
            default="match_rms_adamw",
            description="How the step fits the matrix's size. match_rms_adamw makes it as large as AdamW's, so that one "
            "learning rate suits both.",
        )

    @classmethod
    def build(cls, params: ChoiceParams, weights: Weights, network: "Module | None" = None) -> "TorchOptimizer":
        from netwright.training.muon import MuonAndAdamW

        both: Any = MuonAndAdamW(weights, network, **params.model_dump())  # it has what an optimizer has
        optimizer: TorchOptimizer = both
        return optimizer

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        written = "".join(f", {name}={value!r}" for name, value in params.model_dump().items())
        return f"MuonAndAdamW(weights, network{written})"

    @classmethod
    def helper(cls) -> "Callable[..., Any] | None":
        from netwright.training.muon import MuonAndAdamW

        return MuonAndAdamW


class LBFGS(Optimizer):
    type = "LBFGS"
    title = "L-BFGS"
    description = (
        "Learns the curvature from its last steps. A step computes loss and gradient up to max_eval times (25 by default) and "
        "keeps 2 x history_size copies of all weights. For small networks with the whole data in one batch and no dropout; "
        "between batches that differ it is misled."
    )
    is_fused = False
    has_foreach = False
    is_capturable = False
    needs_closure = True

    class Params(ChoiceParams):
        lr: float = Field(default=1.0, gt=0.0, le=1000.0, description=_LR)
        max_iter: int = Field(default=20, ge=1, le=1000, description="Iterations within a step.")
        max_eval: int | None = Field(
            default=None,
            ge=1,
            le=10_000,
            description="How often a step may compute loss and gradient. Empty: 1.25 times max_iter.",
        )
        tolerance_grad: float = Field(
            default=1e-7, ge=0.0, le=1.0, description="A step ends where no gradient is larger than this."
        )
        tolerance_change: float = Field(
            default=1e-9, ge=0.0, le=1.0, description="A step ends where loss and weights change by less than this."
        )
        history_size: int = Field(
            default=100, ge=1, le=1000, description="Steps that it remembers; each costs two copies of all weights."
        )
        line_search_fn: Literal["strong_wolfe"] | None = Field(
            default=None,
            description="Looks for a good length along each direction; steadier, at a few more evaluations. Empty: lr times "
            "the direction.",
        )


OPTIMIZERS: Registry[Optimizer] = Registry(
    "optimizer", SGD, Adam, AdamW, NAdam, RAdam, RMSprop, Adagrad, Adadelta, Muon, LBFGS
)
