"""Transforms of tables, ``(N, F)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from netwright.data.transform_base import Code, Layout, LayoutColumn, Training, Transform, misfit, on_device, shorten
from netwright.graph.model import Model
from netwright.language import say


class ColumnFill(Model):
    """What one column's missing values become, in the place of what holds for all of its type."""

    strategy: Literal["mean", "median", "most_frequent", "own_category", "constant", "keep"]
    fill_value: float | str | None = None


class Impute(Transform):
    type = "Impute"
    title = "Fill missing values"
    description = "Puts a value where one is missing: for numbers and for categories, as found in the training part."
    kinds = ("table", "graph")

    class Params(Model):
        numbers: Literal["mean", "median", "most_frequent", "constant"] = Field(
            default="median",
            description="What a missing number becomes; the median is not moved by outliers, constant is fill_value.",
        )
        categories: Literal["most_frequent", "own_category"] = Field(
            default="most_frequent",
            description="What a missing category becomes; own_category keeps 'missing' visible.",
        )
        fill_value: float = Field(default=0.0, description="What constant puts where a number is missing.")
        add_indicator: bool = Field(
            default=False,
            description="One more input for each column with missing values: 1 where the value was missing, else 0.",
        )
        columns: dict[str, ColumnFill] = Field(
            default_factory=dict,
            description="Columns with a strategy of their own, by name; keep leaves a missing value as it is.",
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        known = {column.name for column in layout.columns}
        for name in params.columns:
            if name not in known:
                raise misfit(cls, say("there is no column {name}; take it out of columns", name=name))
        filled = [cls._filled(params, column) for column in layout.columns]
        # As scikit-learn's MissingIndicator(features="missing-only"), whose names these are.  Which columns have missing values
        # is known of the whole set, so that the network's input does not depend on the split.
        filled += [
            LayoutColumn(f"missingindicator_{column.name}")
            for column in layout.columns
            if params.add_indicator and column.may_be_missing
        ]
        return replace(layout, columns=tuple(filled), shape=(len(filled),))

    @staticmethod
    def strategy(params: Params, column: LayoutColumn) -> str:
        """What this column's missing values become."""
        told = params.columns.get(column.name)
        if told is not None:
            return told.strategy
        return params.numbers if column.categories is None else params.categories

    @classmethod
    def _filled(cls, params: Params, column: LayoutColumn) -> LayoutColumn:
        categories, strategy = column.categories, cls.strategy(params, column)
        if strategy == "keep":
            return column
        if categories is None and strategy == "own_category":
            raise misfit(cls, say("{name} holds numbers, which have no category of their own", name=column.name))
        if categories is not None and strategy in {"mean", "median"}:
            raise misfit(
                cls, say("{name} holds categories, which have no {strategy}", name=column.name, strategy=strategy)
            )
        if categories is not None and column.may_be_missing and strategy == "own_category":
            categories = (*categories, "(missing)")
        return LayoutColumn(column.name, categories)

    @classmethod
    def constant(cls, params: Params, column: LayoutColumn) -> float:
        """
        Raises:
            DataError: it is no value of this column.
        """
        told = params.columns.get(column.name)
        value = params.fill_value if told is None or told.fill_value is None else told.fill_value
        if column.categories is not None:
            if str(value) not in column.categories:
                raise misfit(cls, say("{value} is no category of {name}", value=repr(value), name=column.name))
            return float(column.categories.index(str(value)))
        if isinstance(value, str):
            raise misfit(cls, say("{value} is no number, which {name} holds", value=repr(value), name=column.name))
        return value

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import fill_values

        fill = name("FILL")
        values = fill_values(
            training,
            layout.columns,
            strategies=[cls.strategy(params, column) for column in layout.columns],
            constants={
                place: cls.constant(params, column)
                for place, column in enumerate(layout.columns)
                if cls.strategy(params, column) == "constant"
            },
        )
        filled = f"torch.where(batch.isnan(), {on_device(fill)}, batch)"
        marked = [
            place for place, column in enumerate(layout.columns) if params.add_indicator and column.may_be_missing
        ]
        lines: tuple[str, ...] = (f"batch = {filled}",)
        if marked:
            lines = (
                "# Then one more input for each column with missing values: 1 where it was missing.",
                f"filled = {filled}",
                *(f"missing_{place} = batch[:, {place}:{place + 1}].isnan().to(torch.float32)" for place in marked),
                f"batch = torch.cat([filled, {', '.join(f'missing_{place}' for place in marked)}], dim=1)",
            )
        return Code(lines, {fill: (values, (len(values),))})


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
