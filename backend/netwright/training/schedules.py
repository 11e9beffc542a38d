"""Learning-rate schedules as closed forms: the rate of a step follows from its number alone.

So a resumed run needs no schedule state, and the form can draw the curve without torch.  The values equal PyTorch's classes
of the same name (a test holds them together): ``StepLR`` stepped once an epoch, ``CosineAnnealingLR`` stepped once an update.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass

from pydantic import Field

from netwright.training.choices import ChoiceParams, RegisteredChoice, Registry
from netwright.training.config import TrainingConfig


class Schedule(RegisteredChoice, is_abstract=True):
    """A learning rate over the steps after warm-up."""

    @classmethod
    @abstractmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        """The rate of update ``step`` (from 0, warm-up not counted) of ``num_steps``; ``lr`` is the optimizer's."""

    @classmethod
    @abstractmethod
    def source(cls, params: ChoiceParams) -> str:
        """:meth:`rate` as a Python expression over ``lr``, ``step``, ``num_steps`` and ``steps_per_epoch``, with ``math`` at
        hand; for an exported project.  A test holds the two equal."""


class ConstantLR(Schedule):
    type = "ConstantLR"
    title = "Constant"
    description = "The learning rate stays as it is."

    @classmethod
    def rate(cls, params: ChoiceParams, lr: float, step: int, num_steps: int, steps_per_epoch: int) -> float:
        return lr

    @classmethod
    def source(cls, params: ChoiceParams) -> str:
        return "lr"


class StepLR(Schedule):
    type = "StepLR"
    title = "Step"
    description = "Multiplies the learning rate by gamma every step_size epochs."

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


SCHEDULES: Registry[Schedule] = Registry("schedule", ConstantLR, StepLR, CosineAnnealingLR)


@dataclass
class LearningRate:
    """The learning rate of each step (from 1): linear warm-up, then the schedule.  ``lr`` and ``total_steps`` may be changed
    while a run trains."""

    schedule: type[Schedule]
    params: ChoiceParams
    lr: float
    warmup_steps: int
    steps_per_epoch: int
    total_steps: int

    @classmethod
    def from_config(cls, training: TrainingConfig, steps_per_epoch: int) -> "LearningRate":
        """Raises UnknownChoiceError or ValidationError where ``check_training`` would have found a problem."""
        from netwright.training.optimizers import OPTIMIZERS

        optimizer = OPTIMIZERS.params(training.optimizer.type, training.optimizer.params)
        chosen = training.schedule
        return cls(
            schedule=SCHEDULES.get(chosen.type),
            params=SCHEDULES.params(chosen.type, chosen.params),
            lr=float(optimizer.model_dump()["lr"]),
            warmup_steps=chosen.warmup_steps,
            steps_per_epoch=steps_per_epoch,
            total_steps=steps_per_epoch * training.epochs,
        )

    def at(self, step: int) -> float:
        """The learning rate of update ``step``, counted from 1."""
        if step <= self.warmup_steps:
            return self.lr * step / self.warmup_steps
        return self.schedule.rate(
            self.params,
            self.lr,
            step - 1 - self.warmup_steps,
            max(self.total_steps - self.warmup_steps, 1),
            self.steps_per_epoch,
        )


def learning_rate_curve(
    training: TrainingConfig, total_steps: int, max_points: int = 400
) -> tuple[list[int], list[float]]:
    """Steps (from 1) and the learning rate at each, at most ``max_points`` of them, first and last included."""
    steps_per_epoch = max(total_steps // training.epochs, 1)
    rate = LearningRate.from_config(training, steps_per_epoch)
    count = min(max_points, max(total_steps, 1))
    steps = sorted({1 + round(i * (total_steps - 1) / max(count - 1, 1)) for i in range(count)})
    return steps, [rate.at(step) for step in steps]
