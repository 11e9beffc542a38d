"""Metric values as JSON text in the store: NaN and the infinities are the strings "NaN", "Infinity", "-Infinity"."""

from pydantic import TypeAdapter

from netwright.training.events import Scalar

_SCALARS: TypeAdapter[dict[str, Scalar]] = TypeAdapter(dict[str, Scalar])


def parse_scalars(text: str) -> dict[str, Scalar]:
    return _SCALARS.validate_json(text)


def dump_scalars(values: dict[str, Scalar]) -> str:
    return _SCALARS.dump_json(values).decode()
