"""Uploaded NumPy arrays (NPY, NPZ): pictures, rows or series with their targets, or without."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from pydantic import Field

from netwright.data.array_file import TEST_INPUTS, AnyArray
from netwright.data.array_pictures import Axes, find_scale, guess_axes, to_bytes, to_planes
from netwright.data.array_source import ArraySource, Converted
from netwright.data.base import Arrays, DataError, Step
from netwright.data.csv_source import MAX_INPUTS
from netwright.data.pictures import Target
from netwright.data.sample_code import PICTURE_IMPORTS, picture_code
from netwright.data.series import check_size
from netwright.language import say

MAX_SHOWN = 50
"""Columns of a table of the first rows."""


class ArrayPictures(ArraySource):
    type = "array_pictures"
    title = "Pictures in NumPy arrays"
    description = "Uploaded arrays of pictures."
    kind = "image"

    class Options(ArraySource.Options):
        axes: Axes | None = Field(
            default=None,
            description="The order of samples, channels, height and width; empty: as guessed from the sizes.",
        )
        value_range: list[float] | None = Field(
            default=None,
            min_length=2,
            max_length=2,
            description="The values of black and of white; empty: by the values.",
        )

    options: Options

    def convert(self, values: AnyArray, test: AnyArray | None) -> Converted:
        options, file, name = self.options, self.file.name, self.inputs_name
        if values.ndim not in {3, 4}:
            raise self.bad(name, say("its shape {shape} is not that of pictures", shape=str(values.shape)))
        axes = options.axes or guess_axes(values.shape)
        planes = to_planes(values, axes, file, name)
        scale = find_scale(planes, options.value_range, file, name)
        stored = None
        if test is not None:
            test_name = self.file.find(TEST_INPUTS) or ""
            test_planes = to_planes(test, axes, file, test_name)
            find_scale(test_planes, [scale.low, scale.high], file, test_name)
            stored = to_bytes(test_planes, scale)
        turned = {"NHW": "values[:, None]", "NHWC": "values.transpose(0, 3, 1, 2)", "NCHW": "values"}[axes]
        code = [f"planes = {turned}"]
        notes: tuple[str, ...] = ()
        if scale.is_exact:
            code.append("inputs = np.ascontiguousarray(planes).astype(np.uint8)")
        else:
            code += [
                "inputs = np.empty(planes.shape, dtype=np.uint8)",
                "for number, plane in enumerate(planes):",
                f"    inputs[number] = np.round((plane.astype(np.float64) - {scale.low!r}) * {scale.factor!r})",
            ]
            notes = (
                say(
                    "Values from {low} (black) to {high} (white) are kept in 256 steps; what lies between two steps is "
                    "rounded.",
                    low=f"{scale.low:g}",
                    high=f"{scale.high:g}",
                ),
            )
        first = Step("ToFloat") if scale.white == 255 else Step("ToFloat", {"maximum": float(scale.white)})
        steps = (first,) if self.targets is None else (first, Step("Normalize"))
        return Converted(to_bytes(planes, scale), stored, steps, code, notes=notes)

    def _reader(self, arrays: Arrays) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
        channels, height, width = arrays.inputs.shape[1:]
        maximum = arrays.default_preprocess[0].params.get("maximum", 255)
        white = int(maximum) if isinstance(maximum, int | float) else 255
        source = picture_code(Target(height, width, channels, "stretch"), white=white)
        return (
            source,
            PICTURE_IMPORTS,
            ("pillow",),
            "a picture, or an array file (.npy) of raw samples as they are in data.py",
        )


class ArrayRows(ArraySource):
    type = "array_rows"
    title = "Rows in NumPy arrays"
    description = "Uploaded arrays with a row of numbers for each sample."
    kind = "table"

    class Options(ArraySource.Options):
        target_column: int | None = Field(
            default=None,
            description="The column of the inputs that is the target, from 0, or from -1 at the end; empty: none of them.",
        )
        standardize: bool = Field(
            default=True, description="Columns to mean 0 and standard deviation 1, measured on the training part."
        )

    options: Options

    @cached_property
    def _column(self) -> int | None:
        column = self.options.target_column
        if column is None or self.options.task == "reconstruction":
            return None
        width = self.values[0].shape[1]
        if self.values[0].ndim != 2 or not -width <= column < width or width < 2:
            raise DataError(
                say(
                    "{file} has no column {column} to be the target: it has {count}.",
                    file=self.file.name,
                    column=column,
                    count=width,
                ),
                code="bad_option",
                column="target_column",
            )
        return int(column) % int(width)

    def find_targets(self) -> str | None:
        return None if self.options.target_column is not None else super().find_targets()

    def load_answers(self) -> tuple[AnyArray, AnyArray | None] | None:
        if self._column is None:
            return super().load_answers()
        values, test = self.values
        return values[:, self._column], None if test is None else test[:, self._column]

    def convert(self, values: AnyArray, test: AnyArray | None) -> Converted:
        code = ["inputs = values.reshape(len(values), -1).astype(np.float32)"]
        if self._column is not None:
            code = [
                f"answers = values[:, {self._column}]",
                f"inputs = np.delete(values, {self._column}, axis=1).astype(np.float32)",
            ]
        inputs, others = self._to_rows(values), None if test is None else self._to_rows(test)
        width = inputs.shape[1]
        if width > MAX_INPUTS:
            raise self.bad(
                self.inputs_name,
                say("a sample has {count:,} values, the limit is {limit:,}", count=width, limit=MAX_INPUTS),
            )
        notes = [self.check_infinite(inputs, self.inputs_name)]
        if others is not None:
            notes.append(self.check_infinite(others, self.file.find(TEST_INPUTS) or ""))
        is_missing = any(notes)
        steps = [
            *([Step("Impute")] if is_missing else []),
            *([Step("Standardize")] if self.options.standardize else []),
        ]
        features = self.name_features(inputs.shape[-1])
        return Converted(
            inputs, others, tuple(steps), code, features, tuple(note for note in notes if note is not None)
        )

    def _to_rows(self, values: AnyArray) -> npt.NDArray[np.float32]:
        if self._column is not None:
            return np.delete(values, self._column, axis=1).astype(np.float32)
        return values.reshape(len(values), -1).astype(np.float32)

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        arrays = self.read()
        rows = [[f"{value:g}" for value in row.tolist()] for row in arrays.inputs[:num_rows, :MAX_SHOWN]]
        return list(arrays.features[:MAX_SHOWN]), rows


class ArraySeries(ArraySource):
    type = "array_series"
    title = "Series in NumPy arrays"
    description = "Uploaded arrays (N, T, F): a series of T steps of F channels for each sample."
    kind = "series"

    def convert(self, values: AnyArray, test: AnyArray | None) -> Converted:
        if values.ndim not in {2, 3}:
            raise self.bad(
                self.inputs_name, say("its shape {shape} is not that of series, (N, T, F)", shape=str(values.shape))
            )
        check_size(len(values), values.shape[1], values.shape[2] if values.ndim == 3 else 1)
        code = ["inputs = values.reshape(*values.shape[:2], -1).astype(np.float32)"]
        inputs, others = (
            None if part is None else part.reshape(*part.shape[:2], -1).astype(np.float32) for part in (values, test)
        )
        assert inputs is not None
        if self.targets is None:
            raise self.bad(
                self.inputs_name,
                say("series need targets; name their array, or read the file as rows to give them back"),
            )
        notes = [self.check_infinite(inputs, self.inputs_name)]
        if others is not None:
            notes.append(self.check_infinite(others, self.file.find(TEST_INPUTS) or ""))
        steps = (*((Step("FillSteps"),) if any(notes) else ()), Step("Standardize"))
        features = self.name_features(inputs.shape[-1])
        return Converted(inputs, others, steps, code, features, tuple(note for note in notes if note is not None))
