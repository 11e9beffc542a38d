"""What differs between the copies of a block, as parameters with good names: sizes that are equal everywhere share one, a size
that is always a multiple of another is written as that (``=4 * channels``)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

NAMES = {"out_channels": "channels", "out_features": "features", "repeat": "depth", "hidden_size": "hidden"}
MAX_FACTOR = 16

Values = dict[str, JsonValue]
_Vector = tuple[int | float, ...]


@dataclass(slots=True)
class Parameters:
    """``expressions`` by the place of the item and the name of its setting; ``values`` what each copy's use passes."""

    defaults: dict[str, int | float] = field(default_factory=dict)
    expressions: dict[int, dict[str, str]] = field(default_factory=dict)
    values: list[Values] = field(default_factory=list)


def find_parameters(copies: Sequence[Sequence[Values]]) -> Parameters:
    """``copies[c][i]`` are the settings of item ``i`` in copy ``c`` that may differ."""
    differing: dict[tuple[int, str], _Vector] = {}
    for i, first in enumerate(copies[0]):
        for setting in first:
            vector = tuple(copy[i][setting] for copy in copies)
            if len(set(vector)) > 1:
                differing[i, setting] = vector  # type: ignore[assignment]  # only numbers may differ
    found = Parameters(values=[{} for _ in copies])
    names: dict[tuple[str, _Vector], str] = {}
    # The smallest first: others are multiples of it.
    for (i, setting), vector in sorted(differing.items(), key=lambda entry: (sum(entry[1]), entry[0][0])):
        base = NAMES.get(setting, setting)
        text = names.get((base, vector)) or _multiple(base, vector, names)
        if text is None:
            text = _new_name(base, set(found.defaults))
            names[base, vector] = text
            found.defaults[text] = vector[0]
            for values, value in zip(found.values, vector, strict=True):
                values[text] = value
        found.expressions.setdefault(i, {})[setting] = f"={text}"
    return found


def _multiple(base: str, vector: _Vector, names: dict[tuple[str, _Vector], str]) -> str | None:
    for (other_base, other), name in names.items():
        if other_base != base or not all(isinstance(value, int) and value > 0 for value in (*vector, *other)):
            continue
        factor = vector[0] // other[0]
        if 2 <= factor <= MAX_FACTOR and all(
            value == factor * small for value, small in zip(vector, other, strict=True)
        ):
            return f"{factor} * {name}"
    return None


def _new_name(base: str, taken: set[str]) -> str:
    number = 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}{number}"
    return name
