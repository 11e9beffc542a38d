"""Transforms of time series, ``(N, T, F)``; :class:`~netwright.data.transforms_table.Standardize` is for them too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from pydantic import Field

from netwright.data.transform_base import Code, Layout, LayoutColumn, Training, Transform
from netwright.graph.model import Model

_PREVIOUS = '''def preprocess_previous(batch: torch.Tensor) -> torch.Tensor:
    """Puts the last known value of a channel where one is missing, (N, T, F)."""
    steps = torch.arange(batch.size(1), device=batch.device).view(1, -1, 1)
    last = torch.where(batch.isnan(), torch.zeros_like(steps), steps).cummax(dim=1).values
    return batch.gather(1, last)
'''


class FillSteps(Transform):
    type = "FillSteps"
    title = "Fill steps without a value"
    description = (
        "Puts a value where a step of a series has none, and where a short series has ended. Zero is the mean where "
        "Standardize stands before it."
    )
    kinds = ("series",)

    class Params(Model):
        method: Literal["previous", "zero"] = Field(
            default="previous",
            description="The last known value of the channel (never a later one, which would give the future away), or zero. "
            "Before the first known value it is zero in any case.",
        )

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        return replace(layout, columns=tuple(LayoutColumn(column.name) for column in layout.columns))

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        fill = "batch = batch.nan_to_num(nan=0.0)"
        if params.method == "zero":
            return Code((fill,))
        return Code(("batch = preprocess_previous(batch)", fill), definitions=(_PREVIOUS,))
