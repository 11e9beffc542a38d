"""Field types that the parameters of layers share: sizes, pairs, probabilities, and the field itself.

Everything is strict (``true`` is no number, ``"3"`` is no size), but a JSON array is taken as a tuple.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, Strict

LARGEST = 2**31 - 1
"""No single size may be larger; what sizes multiply to is judged by the checker before anything is allocated."""

Size = Annotated[int, Strict(), Field(ge=1, le=LARGEST)]
"""A count of at least one: channels, features, kernel, stride, dilation."""

Padding = Annotated[int, Strict(), Field(ge=0, le=LARGEST)]
"""A count that may be zero."""

Integer = Annotated[int, Strict(), Field(ge=-LARGEST, le=LARGEST)]

Probability = Annotated[float, Strict(), Field(ge=0.0, le=1.0)]
Share = Annotated[float, Strict(), Field(gt=0.0, lt=1.0)]
Positive = Annotated[float, Strict(), Field(gt=0.0)]
NonNegative = Annotated[float, Strict(), Field(ge=0.0)]
Real = Annotated[float, Strict()]

_Loose = Strict(strict=False)

Size1 = Size | Annotated[tuple[Size], _Loose]
Size2 = Size | Annotated[tuple[Size, Size], _Loose]
Size3 = Size | Annotated[tuple[Size, Size, Size], _Loose]
Padding1 = Padding | Annotated[tuple[Padding], _Loose]
Padding2 = Padding | Annotated[tuple[Padding, Padding], _Loose]
Padding3 = Padding | Annotated[tuple[Padding, Padding, Padding], _Loose]

Paddings = Annotated[tuple[Padding, ...], _Loose, Field(min_length=2, max_length=8)]
"""Pixels before and after each of the last axes, the last axis first."""

Axes = Annotated[tuple[Integer, ...], _Loose, Field(min_length=1, max_length=7)]
"""Numbers of axes, the batch counted as 0, negative ones from the last."""

Sizes = Annotated[tuple[Size, ...], _Loose, Field(min_length=1, max_length=7)]
"""The sizes of one sample's axes, without the batch."""

SizesOrFill = Annotated[
    tuple[Annotated[int, Strict(), Field(ge=-1, le=LARGEST)], ...], _Loose, Field(min_length=1, max_length=7)
]

S = TypeVar("S")
Z = TypeVar("Z")


def setting(default: Any, description: str, *, unit: str = "", **constraints: Any) -> Any:
    """A described field.  ``unit`` is what one counts (``pixels``, ``channels``), empty for a pure number or a choice."""
    return Field(default=default, description=description, json_schema_extra={"unit": unit}, **constraints)


def expand(value: int | Sequence[int], count: int) -> tuple[int, ...]:
    """One number for each of ``count`` axes: PyTorch's reading of an int where it takes a tuple."""
    return (value,) * count if isinstance(value, int) else tuple(value)


def short(value: int | Sequence[int]) -> str:
    """``2`` or ``2x3``: a size on the card."""
    if isinstance(value, int):
        return str(value)
    return str(value[0]) if len(set(value)) == 1 else "x".join(map(str, value))


def plain(value: Sequence[int]) -> int | list[int]:
    """A JSON value for a size of several axes: one int where all agree."""
    return value[0] if len(set(value)) == 1 else list(value)
