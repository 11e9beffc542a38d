"""An uploaded ZIP of series: a table of steps for each, and one table that says the class or a number of each."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Literal

from pydantic import Field

from netwright.data.base import Arrays, Progress, Source
from netwright.data.columns import look_through
from netwright.data.csv_source import MISSING_MARKS, upload_name
from netwright.data.facts import Facts
from netwright.data.series_join import JOINED, NOTES, SERIES, join_series
from netwright.data.series_options import (
    MissingSteps,
    Padding,
    SeriesColumnOptions,
    StandardizeOption,
    StandardizeTargets,
    Stride,
)
from netwright.data.targets import guess_task
from netwright.data.text_table import TextTable, read_text_table
from netwright.data.time_series import TimeSeries
from netwright.data.time_series_reading import Reading
from netwright.data.transforms import layout_of, plan_chain
from netwright.graph.model import Model
from netwright.language import Text, say


class SeriesArchive(Source):
    type = "series_archive"
    title = "Series in tables"
    description = "Uploaded series, a table for each, and a table of their classes or of a number of each."
    kind = "series"
    is_built_in = False
    suffixes = (".zip",)
    citation = ""

    class Options(Model):
        target: str | None = Field(
            default=None, description="The column of the table of classes that is to be predicted; empty: as guessed."
        )
        task: Literal["classification", "regression"] | None = Field(
            default=None,
            description="A class of each series, or a number (regression); empty: by the target's values.",
        )
        columns: dict[str, SeriesColumnOptions] = Field(
            default_factory=dict, description="Corrections by the column's name."
        )
        window: int | None = Field(
            default=None,
            ge=1,
            le=10_000,
            description="How many steps the network sees at once; empty: whole series, each of its own length.",
        )
        stride: Stride = 1
        padding: Padding = "start"
        missing_steps: MissingSteps = "previous"
        standardize: StandardizeOption = True
        standardize_targets: StandardizeTargets = True

    options: Options

    def prepare_files(self, progress: Progress) -> None:
        """Puts all series below one another in one table, which is what is read from then on."""
        if (self.folder / NOTES).is_file():
            return
        note = join_series(self.folder / "original", upload_name(self.folder), self.folder / JOINED, progress)
        (self.folder / NOTES).write_text(json.dumps(note), encoding="utf-8")

    def read(self) -> Arrays:
        reading = self._reading
        if reading.problem is not None:
            raise reading.problem
        samples = reading.samples
        return Arrays(
            inputs=samples.inputs,
            targets=samples.targets,
            test_inputs=None,
            test_targets=None,
            kind="series",
            task="classification" if reading.is_class else "regression",
            classes=reading.classes,
            features=tuple(column.name for column in reading.channels),
            target_name=reading.targets[0].name,
            default_preprocess=reading.steps(),
            split_keys=samples.keys,
            standardizes_targets=self.options.standardize_targets and not reading.is_class,
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
            num_outputs=len(reading.classes) or 1,
            bytes=(self.folder / "original").stat().st_size,
            columns=tuple(column.facts() for column in reading.columns),
            notes=(*self._notes(reading), *reading.notes),
            problem=reading.problem,
            splits=samples.keys.ways,
        )

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        return self._reading.table.first(num_rows)

    def _notes(self, reading: Reading) -> list[Text]:
        noted = self._noted
        assert reading.group is not None, "the column of series is told to be it"
        lengths = list(reading.group.counts.values())
        notes = [
            say(
                "{count:,} series of {shortest:,} to {longest:,} steps; the table {table} says what each is.",
                count=len(lengths),
                shortest=min(lengths),
                longest=max(lengths),
                table=noted["table"],
            )
        ]
        if noted["num_without_target"]:
            notes.append(
                say(
                    "{count:,} series is in no row of it and is left out."
                    if noted["num_without_target"] == 1
                    else "{count:,} series are in no row of it and are left out.",
                    count=noted["num_without_target"],
                )
            )
        if noted["num_without_file"]:
            notes.append(
                say(
                    "{count:,} of its rows names no series."
                    if noted["num_without_file"] == 1
                    else "{count:,} of its rows name no series.",
                    count=noted["num_without_file"],
                )
            )
        if noted["num_other"]:
            notes.append(
                say(
                    "{count:,} file that is neither a series nor that table is left out."
                    if noted["num_other"] == 1
                    else "{count:,} files that are neither series nor that table are left out.",
                    count=noted["num_other"],
                )
            )
        return notes

    @cached_property
    def _noted(self) -> dict[str, object]:
        self.prepare_files(lambda _done, _total: None)
        noted = json.loads((self.folder / NOTES).read_text(encoding="utf-8"))
        assert isinstance(noted, dict)
        return noted

    @cached_property
    def _reading(self) -> Reading:
        """That of one table of time series, whose rows belong to a series each."""
        options, noted = self.options, self._noted
        targets = noted["targets"]
        assert isinstance(targets, list)
        target = options.target or str(noted["target"])
        told = {name: SeriesColumnOptions(role="ignored") for name in targets if name != target}
        told |= options.columns
        told[SERIES] = SeriesColumnOptions(role="group", type="category")
        table = read_text_table(
            self.folder / JOINED,
            upload_name(self.folder),
            encoding="utf-8",
            delimiter=",",
            has_header=True,
            is_quoted=True,
        )
        is_number = self._is_number(table, target)
        if not is_number:
            told[target] = SeriesColumnOptions(type="category")
        return Reading(
            table,
            TimeSeries.Options(
                target=target,
                columns=told,
                window=options.window,
                stride=options.stride,
                padding=options.padding,
                missing_steps=options.missing_steps,
                standardize=options.standardize,
                missing_marks=list(MISSING_MARKS),
                decimal=".",
            ),
            has_number=is_number,
        )

    def _is_number(self, table: TextTable, target: str) -> bool:
        """Whether the target is a number of each series, as it was told or as its values look."""
        options = self.options
        if options.task is not None:
            return options.task == "regression"
        told = options.columns.get(target)
        if target not in table.names or (told is not None and told.type == "category"):
            return False
        cells = table.columns[table.names.index(target)]
        return guess_task(look_through(target, cells, MISSING_MARKS, has_decimal_comma=False)) == "regression"
