"""Which way a metric is good: highest for accuracies, lowest for losses and errors; from the registry of metrics."""

from functools import lru_cache
from typing import Literal

from netwright.training.metrics import METRICS

_PARTS = frozenset({"train", "val", "test"})


@lru_cache(maxsize=1024)
def mode_of(name: str) -> Literal["min", "max"] | None:
    """``val/loss`` -> ``min``, ``val/Accuracy`` -> ``max``, ``lr`` -> None."""
    part, _, metric = name.partition("/")
    if part not in _PARTS:
        return None
    if metric == "loss":
        return "min"
    registered = METRICS.find(metric)
    return None if registered is None else registered.mode
