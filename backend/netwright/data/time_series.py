"""An uploaded table of time series: what is forecast, or which class a stretch of time is of."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from netwright.data.base import TABLE_SUFFIXES, TABLES, Arrays, Forecast, Source
from netwright.data.columns import Column
from netwright.data.csv_source import MISSING_MARKS, upload_name
from netwright.data.facts import Facts
from netwright.data.sample_code import SampleCode
from netwright.data.series_options import (
    MissingSteps,
    Padding,
    SeriesColumnOptions,
    StandardizeOption,
    StandardizeTargets,
    Stride,
)
from netwright.data.table_options import Decimal, DelimiterOption, EncodingOption, HasHeader, SheetOption
from netwright.data.text_table import read_text_table
from netwright.data.time_series_reading import Reading
from netwright.data.transforms import layout_of, plan_chain
from netwright.graph.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence


class TimeSeries(Source):
    type = "time_series"
    title = "Time series"
    description = "An uploaded table whose rows follow one another in time."
    kind = "series"
    is_built_in = False
    suffixes = TABLE_SUFFIXES
    read_as = TABLES
    citation = ""

    class Options(Model):
        target: str | None = Field(
            default=None, description="The column to forecast, or the classes; empty: every channel is forecast."
        )
        targets: list[str] = Field(
            default_factory=list, max_length=100, description="Several channels to forecast; they go before the target."
        )
        columns: dict[str, SeriesColumnOptions] = Field(
            default_factory=dict, description="Corrections by the column's name."
        )
        window: int | None = Field(
            default=None,
            ge=1,
            le=10_000,
            description="How many steps the network sees; empty: 24, less where there are few rows, or whole series "
            "where a column says which row belongs to which.",
        )
        horizon: int = Field(default=1, ge=1, le=1_000, description="How many of the next steps are forecast.")
        stride: Stride = 1
        padding: Padding = "start"
        missing_steps: MissingSteps = "previous"
        standardize: StandardizeOption = True
        standardize_targets: StandardizeTargets = True
        missing_marks: list[str] = Field(
            default=list(MISSING_MARKS),
            max_length=100,
            description="Cells that mean: no value. Empty ones always do.",
        )
        has_header: HasHeader = None
        delimiter: DelimiterOption = None
        decimal: Decimal = None
        encoding: EncodingOption = None
        sheet: SheetOption = None

    options: Options

    def read(self) -> Arrays:
        reading = self._reading
        if reading.problem is not None:
            raise reading.problem
        samples = reading.samples
        is_class = reading.is_class
        return Arrays(
            inputs=samples.inputs,
            targets=samples.targets,
            test_inputs=None,
            test_targets=None,
            kind="series",
            task="classification" if is_class else "regression",
            classes=reading.classes,
            features=tuple(column.name for column in reading.channels),
            target_name=", ".join(column.name for column in reading.targets),
            default_preprocess=reading.steps(),
            split_keys=samples.keys,
            standardizes_targets=self.options.standardize_targets and not is_class,
            forecast=None if is_class else Forecast(reading.target_channels, self.options.horizon),
        )

    def describe(self) -> Facts:
        reading = self._reading
        samples = reading.samples
        layout = layout_of("series", samples.inputs, None, [column.name for column in reading.channels], {})
        return Facts(
            task="classification" if reading.is_class else "regression",
            num_samples=len(samples.targets),
            num_test=None,
            classes=reading.classes,
            input_shape=plan_chain(reading.steps(), layout).shape,
            num_outputs=len(reading.classes) if reading.is_class else samples.targets.shape[1],
            bytes=(self.folder / "original").stat().st_size,
            columns=tuple(column.facts() for column in reading.columns),
            notes=tuple(reading.notes),
            sheets=reading.table.sheets,
            sheet=reading.table.sheet or None,
            problem=reading.problem,
            splits=samples.keys.ways,
        )

    def code(self, arrays: Arrays) -> SampleCode:
        from netwright.data.time_series_code import series_code

        return series_code(self._reading)

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return self._reading.table.first(num_rows)

    @cached_property
    def _reading(self) -> Reading:
        options = self.options
        table = read_text_table(
            self.folder / "original",
            upload_name(self.folder),
            encoding=options.encoding,
            sheet=options.sheet,
            delimiter=options.delimiter,
            has_header=options.has_header,
        )
        return Reading(table, options)


def looks_like_series(columns: Sequence[Column]) -> bool:
    """Whether a table is a time series: its first column grows from row to row as dates do, all others are numbers."""
    from netwright.data.series import read_times

    first, *others = columns
    if not others or any(column.type != "number" or column.num_bad for column in others) or first.type == "number":
        return False
    found = None if first.is_missing.any() else read_times(first.cells)
    if found is None:
        return False
    times, form = found
    return form != "number" and bool((np.diff(times) > 0).all())
