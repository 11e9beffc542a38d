"""Between which values a metric has moved, and in which epochs it was there."""

from collections.abc import Mapping

import numpy as np
from pydantic import TypeAdapter

from netwright.graph.model import Model
from netwright.store.points import Points

MACHINE = "system/"
"""Metrics of the machine are no result: nobody asks for their lowest."""


class MetricRange(Model):
    """The lowest and the highest finite value of a metric; of equal ones the first, with the epoch (from 1) it was measured
    in."""

    lowest: float
    lowest_epoch: int
    highest: float
    highest_epoch: int


_RANGES: TypeAdapter[dict[str, MetricRange]] = TypeAdapter(dict[str, MetricRange])


def parse_ranges(text: str) -> dict[str, MetricRange]:
    return _RANGES.validate_json(text)


def dump_ranges(ranges: Mapping[str, MetricRange]) -> str:
    return _RANGES.dump_json(dict(ranges)).decode()


def range_of(points: Points) -> MetricRange | None:
    """None where no value is finite."""
    places = np.flatnonzero(np.isfinite(points.values))
    if not len(places):
        return None
    values = points.values[places]
    low, high = places[values.argmin()], places[values.argmax()]
    return MetricRange(
        lowest=float(points.values[low]),
        lowest_epoch=int(points.epochs[low]),
        highest=float(points.values[high]),
        highest_epoch=int(points.epochs[high]),
    )


def widen(ranges: dict[str, MetricRange], name: str, points: Points) -> None:
    """Takes later ``points`` of the metric ``name`` into ``ranges``."""
    new = None if name.startswith(MACHINE) else range_of(points)
    if new is None:
        return
    old = ranges.get(name, new)
    low = new if new.lowest < old.lowest else old
    high = new if new.highest > old.highest else old
    ranges[name] = MetricRange(
        lowest=low.lowest, lowest_epoch=low.lowest_epoch, highest=high.highest, highest_epoch=high.highest_epoch
    )
