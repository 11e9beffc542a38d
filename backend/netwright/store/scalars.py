"""Metric values as JSON text: NaN and the infinities are the strings "NaN", "Infinity", "-Infinity"."""

import math
from collections.abc import Mapping

from pydantic import TypeAdapter

from netwright.training.events import Scalar

_SCALARS: TypeAdapter[dict[str, Scalar]] = TypeAdapter(dict[str, Scalar])


def parse_scalars(text: str) -> dict[str, Scalar]:
    return _SCALARS.validate_json(text)


def dump_scalars(values: Mapping[str, Scalar]) -> str:
    return _SCALARS.dump_json(dict(values)).decode()


def to_float(value: Scalar) -> float:
    """``"NaN"`` -> nan."""
    return float(value)


def to_scalar(value: float) -> Scalar:
    """nan -> ``"NaN"``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
