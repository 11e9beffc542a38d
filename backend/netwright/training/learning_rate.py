"""The learning rate of each step of a run: warm-up, then one schedule after the other.  No torch: the form draws it."""

from dataclasses import dataclass

from netwright.training.choices import ChoiceParams
from netwright.training.config import TrainingConfig
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.plateau import Plateau
from netwright.training.schedules import SCHEDULES, ReduceLROnPlateau, Schedule


@dataclass(frozen=True, slots=True)
class Part:
    """One schedule of the chain; it takes over ``milestone`` epochs after the warm-up and begins from its own first step."""

    schedule: type[Schedule]
    params: ChoiceParams
    milestone: int = 0


@dataclass
class LearningRate:
    """The learning rate of each step (from 1): linear warm-up, then the schedules, each from its milestone to the next one's
    (as ``SequentialLR`` chains them).  ``lr`` and ``total_steps`` may be changed while a run trains."""

    parts: list[Part]
    lr: float
    warmup_steps: int
    steps_per_epoch: int
    total_steps: int
    plateau: Plateau | None = None

    @classmethod
    def from_config(cls, training: TrainingConfig, steps_per_epoch: int) -> "LearningRate":
        """Raises UnknownChoiceError or ValidationError where ``check_training`` would have found a problem."""
        optimizer = OPTIMIZERS.params(training.optimizer.type, training.optimizer.params)
        chosen = training.schedule
        parts = [
            Part(SCHEDULES.get(each.type), SCHEDULES.params(each.type, each.params), milestone)
            for each, milestone in [(chosen, 0), *((each, each.milestone) for each in chosen.chain)]
        ]
        first = parts[0].params
        return cls(
            parts=parts,
            lr=float(optimizer.model_dump()["lr"]),
            warmup_steps=chosen.warmup_steps,
            steps_per_epoch=steps_per_epoch,
            total_steps=steps_per_epoch * training.epochs,
            plateau=ReduceLROnPlateau.start(first) if isinstance(first, ReduceLROnPlateau.Params) else None,
        )

    @property
    def monitor(self) -> str | None:
        """The value that the schedule watches."""
        params = self.parts[0].params
        return params.monitor if isinstance(params, ReduceLROnPlateau.Params) else None

    def at(self, step: int) -> float:
        """The learning rate of update ``step``, counted from 1."""
        lr = self.lr
        if self.plateau is not None:
            lr = ReduceLROnPlateau.cut(self.parts[0].params, lr, self.plateau.num_cuts)
        if step <= self.warmup_steps:
            return lr * step / self.warmup_steps
        step -= 1 + self.warmup_steps
        part, begin, end = self.parts[0], 0, max(self.total_steps - self.warmup_steps, 1)
        for after in self.parts[1:]:
            border = after.milestone * self.steps_per_epoch
            if step < border:
                end = min(end, border)
                break
            part, begin = after, border
        return part.schedule.rate(part.params, lr, step - begin, max(end - begin, 1), self.steps_per_epoch)


def learning_rate_curve(
    training: TrainingConfig, total_steps: int, max_points: int = 400
) -> tuple[list[int], list[float]]:
    """Steps (from 1) and the learning rate at each, at most ``max_points`` of them, first and last included."""
    steps_per_epoch = max(total_steps // training.epochs, 1)
    rate = LearningRate.from_config(training, steps_per_epoch)
    count = min(max_points, max(total_steps, 1))
    steps = sorted({1 + round(i * (total_steps - 1) / max(count - 1, 1)) for i in range(count)})
    return steps, [rate.at(step) for step in steps]
