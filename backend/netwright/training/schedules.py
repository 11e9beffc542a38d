"""Learning-rate schedules as closed forms: the rate of a step follows from its number alone.

So a resumed run needs no schedule state, and the form can draw the curve without torch.  The values equal PyTorch's classes
of the same name (a test holds them together); each description says whether a rate changes at epoch borders (PyTorch's class
stepped once an epoch) or at each update (stepped once an update).  ``ReduceLROnPlateau`` alone depends on what was measured:
how often it has cut so far is counted by ``plateau.Plateau``.  Warm-up and chain are in ``learning_rate``.
"""

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict, model_validator

from netwright.language import say
from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry
from netwright.training.plateau import Plateau


class Schedule(RegisteredChoice, is_abstract=True):
    """A learning rate over the steps after warm-up."""

    watches: ClassVar[bool] = False
    """Whether it depends on a metric: its ``source`` may name ``num_cuts`` then."""

    @classmethod
    @abstractmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        """The rate of update ``step`` (from 0, warm-up not counted) of ``num_steps``; ``lr`` is the optimizer's."""

    @classmethod
    @abstractmethod
    def source(cls, params: ChoiceParams) -> str:
        """:meth:`rate` as a Python expression over ``lr``, ``step``, ``num_steps`` and ``steps_per_epoch``, with ``math`` at
        hand; for an exported project.  A test holds the two equal."""

    @classmethod
    def helper(cls) -> Callable[..., Any] | None:
        """The function or class that ``source`` calls, if it does; its text goes into the project."""
        return None


class ConstantLR(Schedule):
    type = "ConstantLR"
    title = "Constant"
    description = "The learning rate stays as it is."

    class Params(ChoiceParams):
        factor: float = Field(
            default=1.0, gt=0.0, le=1.0, description="Times the learning rate; below 1 for the end of a chain."
        )

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        return lr * params.factor

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return "lr" if params.factor == 1.0 else f"lr * {params.factor!r}"


class StepLR(Schedule):
    type = "StepLR"
    title = "Step"
    description = "Multiplies the learning rate by gamma every step_size epochs, at epoch borders."

    class Params(ChoiceParams):
        step_size: int = Field(default=10, ge=1, le=10**6, description="Epochs between two cuts.")
        gamma: float = Field(default=0.1, gt=0.0, le=10.0, description="Factor at each cut.")

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        rate: float = lr * params.gamma ** (step // steps_per_epoch // params.step_size)
        return rate

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"lr * {params.gamma!r} ** (step // steps_per_epoch // {params.step_size})"


class CosineAnnealingLR(Schedule):
    type = "CosineAnnealingLR"
    title = "Cosine"
    description = (
        "Falls along half a cosine from the learning rate to eta_min, a little at each update. Good for a fixed length."
    )

    class Params(ChoiceParams):
        T_max: int | None = Field(
            default=None, ge=1, le=10**6, description="Epochs until the lowest rate. Empty: the whole run."
        )
        eta_min: float = Field(default=0.0, ge=0.0, le=1000.0, description="The lowest learning rate.")

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        length = num_steps if params.T_max is None else params.T_max * steps_per_epoch
        return params.eta_min + (lr - params.eta_min) * (1 + math.cos(math.pi * step / max(length, 1))) / 2

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        length = "num_steps" if params.T_max is None else f"({params.T_max} * steps_per_epoch)"
        low = params.eta_min
        wave = f"(1 + math.cos(math.pi * step / {length})) / 2"
        return f"{low!r} + (lr - {low!r}) * {wave}" if low else f"lr * {wave}"


Milestones = Annotated[tuple[Annotated[int, Field(ge=1, le=10**6)], ...], Strict(strict=False)]


class MultiStepLR(Schedule):
    type = "MultiStepLR"
    title = "Steps at chosen epochs"
    description = "Multiplies the learning rate by gamma after each of the epochs in milestones, at epoch borders."

    class Params(ChoiceParams):
        milestones: Milestones = Field(
            default=(30, 60), max_length=100, description="Epochs after which the rate is cut, in rising order."
        )
        gamma: float = Field(default=0.1, gt=0.0, le=10.0, description="Factor at each cut.")

        @model_validator(mode="after")
        def _milestones_rise(self) -> "MultiStepLR.Params":
            if list(self.milestones) != sorted(set(self.milestones)):
                raise ValueError(say("milestones must rise, each epoch once"))
            return self

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        epochs_done = step // steps_per_epoch
        rate: float = lr * params.gamma ** sum(epochs_done >= milestone for milestone in params.milestones)
        return rate

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        milestones = list(params.milestones)
        return f"lr * {params.gamma!r} ** sum(step // steps_per_epoch >= milestone for milestone in {milestones})"


class ExponentialLR(Schedule):
    type = "ExponentialLR"
    title = "Exponential"
    description = "Multiplies the learning rate by gamma after each epoch, at epoch borders."

    class Params(ChoiceParams):
        gamma: float = Field(default=0.95, gt=0.0, le=10.0, description="Factor after each epoch.")

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        rate: float = lr * params.gamma ** (step // steps_per_epoch)
        return rate

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"lr * {params.gamma!r} ** (step // steps_per_epoch)"


class PolynomialLR(Schedule):
    type = "PolynomialLR"
    title = "Polynomial"
    description = (
        "Falls to zero along a power of the time that is left, a little at each update. With power 1 a straight line."
    )

    class Params(ChoiceParams):
        total_iters: int | None = Field(
            default=None, ge=1, le=10**6, description="Epochs until the rate is zero. Empty: the whole run."
        )
        power: float = Field(
            default=1.0, gt=0.0, le=100.0, description="1 is a straight line, 2 falls faster at first."
        )

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        length = num_steps if params.total_iters is None else params.total_iters * steps_per_epoch
        rate: float = lr * (1 - min(step / length, 1.0)) ** params.power
        return rate

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        length = "num_steps" if params.total_iters is None else f"({params.total_iters} * steps_per_epoch)"
        return f"lr * (1 - min(step / {length}, 1.0)) ** {params.power!r}"


def warm_restarts(lr: float, epochs: float, first: int, growth: int, lowest: float) -> float:
    """Half a cosine from ``lr`` to ``lowest`` over ``first`` epochs, then again over ``growth`` times as many, and so on."""
    length = first
    while epochs >= length:
        epochs -= length
        length *= growth
    return lowest + (lr - lowest) * (1 + math.cos(math.pi * epochs / length)) / 2


class CosineAnnealingWarmRestarts(Schedule):
    type = "CosineAnnealingWarmRestarts"
    title = "Cosine with restarts"
    description = (
        "Falls along half a cosine in T_0 epochs, jumps back and falls again, a little at each update; each fall is T_mult "
        "times as long as the one before."
    )

    class Params(ChoiceParams):
        T_0: int = Field(default=10, ge=1, le=10**6, description="Epochs of the first fall.")
        T_mult: int = Field(default=1, ge=1, le=100, description="How many times as long each next fall is.")
        eta_min: float = Field(default=0.0, ge=0.0, le=1000.0, description="The lowest learning rate.")

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        return warm_restarts(lr, step / steps_per_epoch, params.T_0, params.T_mult, params.eta_min)

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"warm_restarts(lr, step / steps_per_epoch, {params.T_0}, {params.T_mult}, {params.eta_min!r})"

    @classmethod
    def helper(cls) -> Callable[..., float] | None:
        return warm_restarts


def one_cycle(
    top: float,
    step: int,
    num_steps: int,
    rise: float,
    anneal: str,
    div_factor: float,
    final_div_factor: float,
    down: bool,
) -> float:
    """Up from ``top / div_factor`` to ``top`` in the share ``rise`` of the steps, then down to that ``/ final_div_factor``;
    with ``down`` first back to where it began, in as many steps."""
    start = top / div_factor
    ends = [(rise * num_steps - 1, start, top)]
    if down:
        ends.append((2 * rise * num_steps - 2, top, start))
    ends.append((num_steps - 1, ends[-1][2], start / final_div_factor))
    begin = 0.0
    for end, low, high in ends:
        if step <= end or end == ends[-1][0]:
            share = min((step - begin) / max(end - begin, 1e-12), 1.0)
            if anneal == "linear":
                return low + (high - low) * share
            return high + (low - high) / 2 * (1 + math.cos(math.pi * share))
        begin = end
    return start / final_div_factor


class OneCycleLR(Schedule):
    type = "OneCycleLR"
    title = "One cycle"
    description = (
        "Rises from a small rate to the learning rate and falls to nearly nothing, at each update, over the whole run. "
        "Allows large rates. Momentum stays as it is (PyTorch's cycle_momentum=False)."
    )

    class Params(ChoiceParams):
        max_lr: float | None = Field(
            default=None, gt=0.0, le=1000.0, description="The highest rate. Empty: the optimizer's learning rate."
        )
        pct_start: float = Field(default=0.3, gt=0.0, lt=1.0, description="Share of the run in which the rate rises.")
        anneal_strategy: Literal["cos", "linear"] = Field(
            default="cos", description="Along half a cosine, or in a straight line."
        )
        div_factor: float = Field(
            default=25.0, ge=1.0, le=1e6, description="The first rate is the highest divided by this."
        )
        final_div_factor: float = Field(
            default=1e4, ge=1.0, le=1e12, description="The last rate is the first divided by this."
        )
        three_phase: bool = Field(
            default=False,
            description="Falls back to the first rate in as many steps as it rose, and only then to the last.",
        )

        @model_validator(mode="after")
        def _phases_fit(self) -> "OneCycleLR.Params":
            if self.three_phase and self.pct_start > 0.5:
                raise ValueError(say("with three_phase, pct_start must be at most 0.5"))
            return self

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        assert isinstance(params, cls.Params)
        top = lr if params.max_lr is None else params.max_lr
        return one_cycle(
            top,
            step,
            num_steps,
            params.pct_start,
            params.anneal_strategy,
            params.div_factor,
            params.final_div_factor,
            params.three_phase,
        )

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        top = "lr" if params.max_lr is None else repr(params.max_lr)
        rest = (
            params.pct_start,
            params.anneal_strategy,
            params.div_factor,
            params.final_div_factor,
            params.three_phase,
        )
        return f"one_cycle({top}, step, num_steps, {', '.join(map(repr, rest))})".replace("'", '"')

    @classmethod
    def helper(cls) -> Callable[..., float] | None:
        return one_cycle


class ReduceLROnPlateau(Schedule):
    type = "ReduceLROnPlateau"
    title = "Cut when nothing improves"
    description = (
        "Multiplies the learning rate by factor once the watched value has not improved for more than patience epochs, at "
        "epoch borders. The curve cannot be known before."
    )
    watches = True

    class Params(ChoiceParams):
        monitor: str = Field(default="val/loss", max_length=200, description="The value that is watched.")
        mode: Literal["min", "max"] = Field(default="min", description="Whether lower or higher is better.")
        factor: float = Field(default=0.1, gt=0.0, lt=1.0, description="Factor at each cut.")
        patience: int = Field(default=10, ge=0, le=10**6, description="Epochs without improvement that are allowed.")
        threshold: float = Field(default=1e-4, ge=0.0, le=1e6, description="A smaller improvement counts as none.")
        threshold_mode: Literal["rel", "abs"] = Field(
            default="rel", description="Whether threshold is a share of the best value or a difference."
        )
        cooldown: int = Field(default=0, ge=0, le=10**6, description="Epochs after a cut in which nothing is counted.")
        min_lr: float = Field(default=0.0, ge=0.0, le=1000.0, description="The rate is never cut below this.")

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        return lr

    @classmethod
    def start(cls, params: Params) -> Plateau:
        """What counts the cuts."""
        return Plateau(params.mode, params.patience, params.threshold, params.threshold_mode, params.cooldown)

    @classmethod
    def start_source(cls, params: ChoiceParams) -> str:
        """The same as an expression."""
        assert isinstance(params, cls.Params)
        names = ("mode", "patience", "threshold", "threshold_mode", "cooldown")
        written = ", ".join(f"{name}={getattr(params, name)!r}" for name in names).replace("'", '"')
        return f"Plateau({written})"

    @classmethod
    def helper(cls) -> Callable[..., Any] | None:
        return Plateau

    @classmethod
    def cut(cls, params: ChoiceParams, lr: float, num_cuts: int) -> float:
        """The rate after so many cuts."""
        assert isinstance(params, cls.Params)
        rate: float = max(lr * params.factor**num_cuts, min(params.min_lr, lr))
        return rate

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        assert isinstance(params, cls.Params)
        return f"max(lr * {params.factor!r} ** num_cuts, min({params.min_lr!r}, lr))"


SCHEDULES: Registry[Schedule] = Registry(
    "schedule",
    ConstantLR,
    StepLR,
    MultiStepLR,
    ExponentialLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
)
