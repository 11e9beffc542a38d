"""Whether a watched value still improves; no torch.  The class is printed into exported projects as it stands."""

import math
from dataclasses import dataclass


@dataclass
class Plateau:
    """Counts as PyTorch's ReduceLROnPlateau: more than ``patience`` epochs in a row without an improvement are one cut; after
    it ``cooldown`` epochs count for nothing.  A value that is not finite is no improvement."""

    mode: str
    patience: int
    threshold: float
    threshold_mode: str
    cooldown: int
    num_cuts: int = 0
    best: float | None = None
    num_bad_epochs: int = 0
    cooldown_counter: int = 0

    def update(self, value: float) -> bool:
        """Takes an epoch's value; True where it makes the learning rate fall."""
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs <= self.patience:
            return False
        self.num_cuts += 1
        self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        return True

    def _is_better(self, value: float) -> bool:
        if not math.isfinite(value) or self.best is None:
            return math.isfinite(value)
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "abs":
            return sign * value > sign * self.best + self.threshold
        return sign * value > sign * self.best * (1 + sign * self.threshold)
