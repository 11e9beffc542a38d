"""Transforms of tables, ``(N, F)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from netwright.data.transform_base import Code, Layout, LayoutColumn, Training, Transform, misfit, on_device, shorten
from netwright.graph.model import Model
from netwright.language import say


class Impute(Transform):
    type = "Impute"
    title = "Fill missing values"
    description = "Puts a value where one is missing: for numbers and for categories, as found in the training part."
    kinds = ("table", "graph")

    class Params(Model):
        numbers: Literal["mean", "median", "most_frequent"] = Field(
            default="median", description="What a missing number becomes; the median is not moved by outliers."
        )
        categories: Literal["most_frequent", "own_category"] = Field(
            default="most_frequent",
            description="What a missing category becomes; own_category keeps 'missing' visible.",
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        return replace(layout, columns=tuple(cls._filled(params, column) for column in layout.columns))

    @staticmethod
    def _filled(params: Params, column: LayoutColumn) -> LayoutColumn:
        categories = column.categories
        if categories is not None and column.may_be_missing and params.categories == "own_category":
            categories = (*categories, "(missing)")
        return LayoutColumn(column.name, categories)

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import fill_values

        fill = name("FILL")
        values = fill_values(training, layout.columns, numbers=params.numbers, categories=params.categories)
        return Code(
            (f"batch = torch.where(batch.isnan(), {on_device(fill)}, batch)",), {fill: (values, (len(values),))}
        )


def _shift_and_scale(fitted: Mapping[str, tuple[float, ...]]) -> Code:
    """``fitted`` are the two constants by name, a value for each column: what is taken away, and what it is divided by then."""
    centre, spread = fitted
    lines = (f"batch = (batch - {on_device(centre)}) / {on_device(spread)}",)
    return Code(lines, {name: (values, (len(values),)) for name, values in fitted.items()})


class Standardize(Transform):
    type = "Standardize"
    title = "Standardize"
    description = (
        "Shifts and scales each number column to mean 0 and standard deviation 1, as measured on the training part."
    )
    kinds = ("table", "graph", "series")

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        return layout

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import column_statistics

        means, stds = column_statistics(training, layout.columns)
        return _shift_and_scale({name("MEAN"): means, name("STD"): stds})


class RobustScale(Transform):
    type = "RobustScale"
    title = "Scale by quartiles"
    description = (
        "Shifts each number column by its median and divides it by the distance of its quartiles, as measured on the training "
        "part: unlike Standardize it is not moved by outliers."
    )
    kinds = ("table", "graph", "series")

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        return layout

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import column_quartiles

        medians, distances = column_quartiles(training, layout.columns)
        return _shift_and_scale({name("MEDIAN"): medians, name("IQR"): distances})


class Clip(Transform):
    type = "Clip"
    title = "Clip outliers"
    description = (
        "Brings what lies outside of two quantiles of its number column to them, as measured on the training part. Columns of "
        "two values or fewer stay as they are."
    )
    kinds = ("table", "graph", "series")

    class Params(Model):
        lower: float = Field(
            default=0.01, ge=0.0, lt=0.5, description="The quantile that smaller values become; 0 is the least value."
        )
        upper: float = Field(
            default=0.99, gt=0.5, le=1.0, description="The quantile that larger values become; 1 is the greatest value."
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        return layout

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import column_quantiles

        lows, highs = column_quantiles(training, layout.columns, params.lower, params.upper)
        low, high = name("LOW"), name("HIGH")
        shape = (len(lows),)
        # A missing value stays missing.
        lines = (f"batch = batch.clamp({on_device(low)}, {on_device(high)})",)
        return Code(lines, {low: (lows, shape), high: (highs, shape)})


class OneHot(Transform):
    type = "OneHot"
    title = "One-hot"
    description = (
        "Turns a column of categories into one column of 0 and 1 for each category; numbers stay where they are."
    )
    kinds = ("table", "graph")

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        columns: list[LayoutColumn] = []
        for column in layout.columns:
            if column.categories is None:
                columns.append(column)
            elif column.may_be_missing:
                raise misfit(
                    cls,
                    say("the column {column_name} has missing values; put Impute before it", column_name=column.name),
                )
            else:
                columns += [LayoutColumn(f"{column.name}={category}") for category in column.categories]
        return replace(layout, columns=tuple(columns), shape=(len(columns),))

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        lines = ["batch = torch.cat(", "    ["]
        start = 0
        while start < len(layout.columns):
            categories = layout.columns[start].categories
            if categories is None:
                stop = start
                while stop < len(layout.columns) and layout.columns[stop].categories is None:
                    stop += 1
                names = ", ".join(repr(column.name) for column in layout.columns[start:stop])
                lines.append(f"        batch[:, {start}:{stop}],  # {shorten(names)}")
            else:
                stop = start + 1
                comment = f"{layout.columns[start].name!r}: {', '.join(map(repr, categories))}"
                indices = f"torch.arange({len(categories)}, device=batch.device)"
                lines += [
                    f"        # {shorten(comment)}",
                    f"        (batch[:, {start}:{stop}] == {indices}).to(torch.float32),",
                ]
            start = stop
        lines += ["    ],", "    dim=1,", ")"]
        return Code(tuple(lines))
