"""How often ``ReduceLROnPlateau`` has cut the learning rate so far; no torch."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from netwright.training.schedules import ReduceLROnPlateau


@dataclass
class Plateau:
    """PyTorch's counting: more than ``patience`` epochs in a row without an improvement are one cut; after it ``cooldown`` epochs
    count for nothing.  A value that is not finite is no improvement."""

    params: ReduceLROnPlateau.Params
    num_cuts: int = 0
    best: float | None = None
    num_bad_epochs: int = 0
    cooldown_counter: int = 0

    def update(self, value: float) -> bool:
        """Takes an epoch's value; True where it makes the rate fall."""
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs <= self.params.patience:
            return False
        self.num_cuts += 1
        self.cooldown_counter, self.num_bad_epochs = self.params.cooldown, 0
        return True

    def _is_better(self, value: float) -> bool:
        if not math.isfinite(value) or self.best is None:
            return math.isfinite(value)
        sign = 1 if self.params.mode == "max" else -1
        if self.params.threshold_mode == "abs":
            return sign * value > sign * self.best + self.params.threshold
        return sign * value > sign * self.best * (1 + sign * self.params.threshold)

    def state(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "params"}

    def load_state(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
