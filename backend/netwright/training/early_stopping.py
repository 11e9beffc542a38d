"""Watching a metric: the best value so far, and when to give up."""

import math
from dataclasses import dataclass
from typing import Any, Literal


@dataclass
class Best:
    """The best value of a metric so far; a value that is not finite is never best."""

    monitor: str
    mode: Literal["min", "max"]
    min_delta: float = 0.0
    value: float | None = None

    def is_improved_by(self, value: float) -> bool:
        """Whether ``value`` is better than the best by more than ``min_delta`` (absolute); it is then the best."""
        if not math.isfinite(value):
            return False
        if self.value is not None:
            gain = self.value - value if self.mode == "min" else value - self.value
            if gain <= self.min_delta:
                return False
        self.value = value
        return True


@dataclass
class EarlyStopping:
    """Keras' counting: an epoch without improvement adds one to ``wait``; at ``wait >= patience`` training ends."""

    best: Best
    patience: int
    wait: int = 0
    weights: dict[str, Any] | None = None
    """Copies of the best epoch's weights, where they are to be restored."""

    def update(self, value: float) -> bool:
        """Takes an epoch's value; True when it was an improvement."""
        if self.best.is_improved_by(value):
            self.wait = 0
            return True
        self.wait += 1
        return False

    @property
    def is_over(self) -> bool:
        return self.wait >= self.patience

    def state(self) -> dict[str, Any]:
        return {"value": self.best.value, "wait": self.wait, "weights": self.weights}

    def load_state(self, state: dict[str, Any]) -> None:
        self.best.value, self.wait, self.weights = state["value"], state["wait"], state["weights"]
