"""Resume states that were written before metrics were taken from tallies, schedules watched a plateau, losses were scaled and
weights averaged (26 November 2026, evening)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netwright.language import say
from netwright.training.metric_base import Metric

if TYPE_CHECKING:
    from torch import Tensor

LATER = ("plateau", "scaling", "average")
"""What no run had then."""


def upgrade(resume: Mapping[str, Any]) -> dict[str, Any]:
    """The resume state with all that it has today."""
    return {**dict.fromkeys(LATER), **resume}


def tallies_of(log: Mapping[str, Any], metrics: "Sequence[type[Metric]]") -> "dict[str, Tensor]":
    """The tallies of a log that held a sum and a count for each metric.

    Raises:
        ValueError: the epoch has begun, and a metric's sum is not enough for its tally.
    """
    import torch

    if not any(log["counts"]):
        return {}
    if any(metric.type != "Accuracy" for metric in metrics):
        raise ValueError(
            say(
                "This checkpoint lies in the middle of an epoch and is of an older version, which kept the metrics of the "
                "epoch another way: the run cannot go on from it exactly. Branch from it with its weights only, or go on from "
                "a checkpoint at the end of an epoch."
            )
        )
    return {"hits": torch.tensor([log["sums"][0], log["counts"][0]], dtype=torch.float64)} if metrics else {}
