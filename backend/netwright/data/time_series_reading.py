"""A table understood as time series: which column is what, and the samples that follow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from netwright.data.base import DataError, SplitKeys, Step
from netwright.data.columns import Column, check_numbers, read_columns
from netwright.data.series import Windows, check_size, cut_windows, pad_sequences, read_times
from netwright.data.targets import read_target
from netwright.data.text_table import TextTable
from netwright.language import listed, say

if TYPE_CHECKING:
    import numpy.typing as npt

    from netwright.data.base import Array, Task
    from netwright.data.time_series import TimeSeries

USUAL_WINDOW = 24
MAX_NAMED = 12


@dataclass(frozen=True, slots=True)
class Samples:
    """``inputs`` float32 ``(N, T, F)``; ``targets`` float32 ``(N, horizon * K)`` or ``(N, 1)``, or int64 ``(N,)``."""

    inputs: npt.NDArray[np.float32]
    targets: Array
    keys: SplitKeys


class Reading:
    """``has_number``: the one target is a number that is told of each series, in place of a channel that is forecast.

    Raises:
        DataError: the options name what is not there, there are no channels, no target, or too few rows.
    """

    def __init__(self, table: TextTable, options: TimeSeries.Options, *, has_number: bool = False) -> None:
        self.table, self.options, self.has_number = table, options, has_number
        self.notes = list(table.notes)
        self._check_names()
        self.has_comma = options.decimal == "," or (options.decimal is None and table.delimiter == ";")
        self.columns = read_columns(table, options.columns, options.missing_marks, has_decimal_comma=self.has_comma)
        self.time = self._choose_time()
        self.group = next((column for column in self.columns if self._told(column) == "group"), None)
        self.targets = self._choose_targets()
        self.is_class = len(self.targets) == 1 and self.targets[0].type != "number" and not has_number
        self.is_forecast = not (self.is_class or has_number)
        self.classes: tuple[str, ...] = ()
        self._labels = np.zeros(0)
        if not self.is_forecast:
            task: Task = "classification" if self.is_class else "regression"
            self._labels, self.classes = read_target(table, self.targets[0], task, 1.0)
        self.channels = self._choose_channels()
        if not self.targets:
            self.targets = list(self.channels)
        self._apply_roles()
        self.order = self._find_order()
        self._note()

    @property
    def target_channels(self) -> tuple[int, ...]:
        """Places of the targets among the channels."""
        names = [column.name for column in self.channels]
        return tuple(names.index(column.name) for column in self.targets)

    def steps(self) -> tuple[Step, ...]:
        """The default preprocessing."""
        steps = [Step("Standardize")] if self.options.standardize else []
        if np.isnan(self.samples.inputs).any():
            steps.append(Step("FillSteps", {"method": self.options.missing_steps}))
        return tuple(steps)

    @property
    def problem(self) -> DataError | None:
        """What keeps the set from being trained on: a cell of a channel, or of numbers to predict, that is no number."""
        try:
            for column in (*self.channels, *(self.targets if self.has_number else ())):
                check_numbers(self.table, column)
        except DataError as error:
            return error
        return None

    @property
    def window(self) -> int | None:
        """Steps of a window; None where whole series are samples."""
        if self.options.window is not None:
            return self.options.window
        if not self.is_forecast and self.group is not None:
            return None
        return min(USUAL_WINDOW, max(2, self.table.num_rows // 6))

    @cached_property
    def samples(self) -> Samples:
        return self._windows() if self.is_forecast or self.window is not None else self._whole_series()

    @cached_property
    def values(self) -> npt.NDArray[np.float64]:
        """Channels ``(rows, F)``, in the order of time."""
        return np.stack([column.numbers for column in self.channels], axis=1)[self.order]

    # --- which column is what ----------------------------------------------------------------------------------------

    def _told(self, column: Column) -> str | None:
        told = self.options.columns.get(column.name)
        return None if told is None else told.role

    def _check_names(self) -> None:
        for name in (self.options.target, *self.options.targets, *self.options.columns):
            if name is not None and name not in self.table.names:
                raise DataError(
                    say(
                        "{filename} has no column {name}; it has: {names}.",
                        filename=self.table.filename,
                        name=name,
                        names=listed(self.table.names[:MAX_NAMED]),
                    ),
                    code="bad_option",
                    file=self.table.filename,
                    column=name,
                )

    def _choose_time(self) -> Column | None:
        """The column that is said to be time, or the first that holds dates; None: the rows are in order as they stand."""
        told = next((column for column in self.columns if self._told(column) == "time"), None)
        if told is not None:
            if read_times(told.cells) is None:
                raise self._bad(
                    told,
                    say(
                        "its cells are no times. Write them as 2024-01-31, 2024-01-31 13:00, 31.01.2024 or numbers, or choose "
                        "another column"
                    ),
                )
            return told
        for column in self.columns:
            if self._told(column) is not None or column.type == "number" or column.is_missing.any():
                continue
            found = read_times(column.cells)
            if found is not None and found[1] != "number":
                return column
        return None

    def _choose_targets(self) -> list[Column]:
        names = self.options.targets or ([self.options.target] if self.options.target is not None else [])
        chosen = [column for column in self.columns if column.name in names]
        if len(chosen) > 1 and any(column.type != "number" for column in chosen):
            wrong = next(column for column in chosen if column.type != "number")
            raise self._bad(wrong, say("several targets are forecast, and this one holds no numbers"))
        if chosen or self.group is None:
            return chosen
        # Series with names of their own: a column that is the same all through each of them is their class.
        others = [column for column in self.columns if column.type == "category" and self._told(column) is None]
        constant = [column for column in others if column is not self.time and self._is_constant_in_groups(column)]
        return constant[:1]

    def _is_constant_in_groups(self, column: Column) -> bool:
        assert self.group is not None
        pairs = set(zip(self.group.cells, column.cells, strict=True))
        return len(pairs) == len(self.group.counts) and len(column.counts) > 1

    def _choose_channels(self) -> list[Column]:
        taken = [self.time, self.group, *([] if self.is_forecast else self.targets)]
        channels = [
            column
            for column in self.columns
            if not any(column is one for one in taken)
            and column.type == "number"
            and self._told(column) != "ignored"
            and (
                column.role == "feature"
                or self._told(column) == "feature"
                or any(column is one for one in self.targets)
            )
        ]
        if not channels:
            raise DataError(
                say(
                    "{filename} has no column of numbers that could be a channel of a series. Read it as a table instead.",
                    filename=self.table.filename,
                ),
                code="bad_file",
                file=self.table.filename,
            )
        return channels

    def _apply_roles(self) -> None:
        for column in self.columns:
            is_target = any(column is one for one in self.targets) and not (
                len(self.targets) == len(self.channels) and self.is_forecast and self.options.target is None
            )
            if column is self.time:
                column.role, column.why_ignored = "time", ""
            elif column is self.group:
                column.role, column.why_ignored = "group", ""
            elif is_target:
                column.role, column.why_ignored = "target", ""
            elif any(column is one for one in self.channels):
                column.role, column.why_ignored = "feature", ""
            else:
                column.leave_out(column.why_ignored or say("no channel"))

    def _find_order(self) -> npt.NDArray[np.int64]:
        """Rows series by series, in the order of time within each."""
        count = self.table.num_rows
        times = np.arange(count, dtype=np.float64)
        if self.time is not None:
            found = read_times(self.time.cells)
            assert found is not None
            times = found[0]
        self.times = times
        self.groups = np.zeros(count, dtype=np.int64)
        if self.group is not None:
            if self.group.is_missing.any():
                row = int(np.flatnonzero(self.group.is_missing)[0])
                raise self._bad(
                    self.group,
                    say("line {line} does not say which series it belongs to", line=self.table.lines[row]),
                )
            index = {name: number for number, name in enumerate(dict.fromkeys(self.group.cells))}
            self.groups = np.array([index[cell] for cell in self.group.cells])
        return np.lexsort((times, self.groups)).astype(np.int64)

    # --- samples -----------------------------------------------------------------------------------------------------

    def _stretches(self) -> list[tuple[int, int]]:
        """From which place to which in :attr:`order` each series goes."""
        groups = self.groups[self.order]
        borders = [0, *(np.flatnonzero(np.diff(groups)) + 1).tolist(), len(groups)]
        return list(pairwise(borders))

    def _windows(self) -> Samples:
        window, horizon, stride = self.window or USUAL_WINDOW, self.options.horizon, self.options.stride
        check_size(max(1, self.table.num_rows // stride), window, len(self.channels))
        places: list[npt.NDArray[np.int64]] = []
        parts: list[Windows] = []
        ahead = horizon if self.is_forecast else 0
        for start, stop in self._stretches():
            values = self.values[start:stop]
            if self.is_forecast:
                parts.append(cut_windows(values, self.target_channels, window=window, horizon=horizon, stride=stride))
            else:
                parts.append(self._labelled(values, self._labels[self.order[start:stop]], window, stride))
            places.append(parts[-1].starts + start)
        starts = np.concatenate(places)
        if len(starts) < 2:
            raise DataError(
                say(
                    "{filename} has {rows} rows: windows of {window} steps and the {horizon} that follow give {count:,} "
                    "samples, at least 2 are needed. Take a shorter window.",
                    filename=self.table.filename,
                    rows=self.table.num_rows,
                    window=window,
                    horizon=ahead,
                    count=len(starts),
                ),
                code="too_few",
                file=self.table.filename,
                column="window",
            )
        times = self.times[self.order]
        spans = np.stack([times[starts], times[starts + window + ahead - 1]], axis=1)
        groups = self.groups[self.order][starts] if self.group is not None else None
        targets = self._as_targets(np.concatenate([part.targets for part in parts]))
        return Samples(np.concatenate([part.inputs for part in parts]), targets, SplitKeys(spans=spans, groups=groups))

    def _as_targets(self, values: npt.NDArray[np.generic]) -> Array:
        """Classes ``(N,)``, or numbers ``(N, T)``."""
        return values.astype(np.int64) if self.is_class else values.astype(np.float32).reshape(len(values), -1)

    @staticmethod
    def _labelled(
        values: npt.NDArray[np.float64], labels: npt.NDArray[np.float64], window: int, stride: int
    ) -> Windows:
        """Windows of one series with the class or number of their last row; those whose last row has none are left out."""
        starts = np.arange(0, max(0, len(values) - window + 1), stride, dtype=np.int64)
        starts = starts[~np.isnan(labels[starts + window - 1])]
        inputs = values[starts[:, None] + np.arange(window)].astype(np.float32)
        return Windows(inputs, labels[starts + window - 1].astype(np.float32), starts)

    def _whole_series(self) -> Samples:
        sequences, labels, spans, groups = [], [], [], []
        times = self.times[self.order]
        for start, stop in self._stretches():
            rows = self.order[start:stop]
            known = self._labels[rows][~np.isnan(self._labels[rows])]
            if not len(known):
                continue
            if (known != known[0]).any():
                self._refuse_mixed(rows)
            sequences.append(self.values[start:stop])
            labels.append(float(known[0]))
            spans.append((times[start], times[stop - 1]))
            groups.append(int(self.groups[rows[0]]))
        inputs = pad_sequences(sequences, None, self.options.padding)
        keys = SplitKeys(spans=np.array(spans) if self.time is not None else None)
        return Samples(inputs, self._as_targets(np.array(labels)), keys)

    def _refuse_mixed(self, rows: npt.NDArray[np.int64]) -> None:
        assert self.group is not None
        cells = [self.targets[0].cells[row] for row in rows.tolist()]
        row = rows[next(i for i, cell in enumerate(cells) if cell != cells[0])]
        raise self._bad(
            self.targets[0],
            say(
                "the series {name} begins as {first} but line {line} says {other}; a series has one class. Give a window, so "
                "that the class of its last row counts, or correct the table",
                name=self.group.cells[row],
                first=cells[0],
                line=self.table.lines[row],
                other=self.targets[0].cells[row],
            ),
        )

    # --- what is said ------------------------------------------------------------------------------------------------

    def _note(self) -> None:
        if self.time is not None:
            self.notes.append(say("The rows follow the column {time}.", time=self.time.name))
            if (np.diff(self.order) < 0).any() and self.group is None:
                self.notes.append(say("They are not in its order in the file and were sorted."))
            self._note_gaps()
        else:
            self.notes.append(say("No column holds times: the rows follow one another as they stand."))
        names = listed(column.name for column in self.targets)
        if self.is_class:
            counts = Counter(self.classes)
            self.notes.append(say("{count} classes are told apart by {names}.", count=len(counts), names=names))
        elif self.has_number:
            self.notes.append(say("The number {names} of each series is predicted.", names=names))
        else:
            self.notes.append(
                say(
                    "Of each {window} steps the next {horizon} of {names} are forecast.",
                    window=self.window,
                    horizon=self.options.horizon,
                    names=names,
                )
            )
        left_out = [column for column in self.columns if column.role == "ignored"]
        if left_out:
            self.notes.append(say("Left out: {names}.", names=listed(column.name for column in left_out[:MAX_NAMED])))

    def _note_gaps(self) -> None:
        steps = np.diff(self.times[self.order])[np.diff(self.groups[self.order]) == 0]
        usual = float(np.median(steps)) if len(steps) else 0.0
        num_gaps = int((steps > 1.5 * usual).sum())
        if usual > 0 and num_gaps:
            self.notes.append(
                say(
                    "{count:,} step is more than half as long again as the usual one. The network sees rows, not moments: "
                    "it does not know of the gap."
                    if num_gaps == 1
                    else (
                        "{count:,} steps are more than half as long again as the usual one. The network sees "
                        "rows, not moments: "
                        "it does not know of the gaps."
                    ),
                    count=num_gaps,
                )
            )

    def _bad(self, column: Column, why: str) -> DataError:
        return DataError(
            say("{filename}, column {column}: {why}.", filename=self.table.filename, column=column.name, why=why),
            code="bad_target",
            file=self.table.filename,
            column=column.name,
        )
