"""What all ways to read uploaded NumPy arrays have in common: which array is what, the targets, the test part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from netwright.data.array_code import load_code
from netwright.data.array_file import TARGETS, TEST_INPUTS, TEST_TARGETS, ArrayFile
from netwright.data.array_targets import Place, Targets, read_targets
from netwright.data.base import ARRAYS, Array, Arrays, DataError, Source, Step
from netwright.data.csv_source import upload_name
from netwright.data.facts import Facts
from netwright.data.sample_code import SampleCode, read_arrays
from netwright.graph.model import Model
from netwright.language import say, sized

AnyArray = npt.NDArray[Any]

CLASS_NAMES = ("class_names", "classes", "label_names", "target_names")
FEATURE_NAMES = ("feature_names", "features_names", "columns", "channels")
MAX_SHOWN = 50
"""Columns of a table of the first rows."""


@dataclass(frozen=True, slots=True)
class Converted:
    """``inputs`` as training takes them, ``steps`` the default preprocessing, ``code`` the statements that do it again."""

    inputs: Array
    test: Array | None
    steps: tuple[Step, ...]
    code: list[str]
    features: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class ArraySource(Source):
    """What the three ways to read arrays have in common: which array is what, targets and the test part."""

    is_built_in = False
    read_as = ARRAYS
    suffixes = (".npz", ".npy")
    citation = ""

    class Options(Model):
        inputs: str | None = Field(
            default=None, description="The array of the inputs; empty: the one that is called so."
        )
        targets: str | None = Field(
            default=None, description="The array of the targets; empty: the one that is called so."
        )
        task: Literal["classification", "multilabel", "regression", "reconstruction"] | None = Field(
            default=None,
            description="What is learnt; empty: by the targets, and reconstruction (the input itself) where there are none.",
        )

    options: Options

    @abstractmethod
    def convert(self, values: AnyArray, test: AnyArray | None) -> Converted:
        """
        Raises:
            DataError: the values do not fit this way to read them.
        """

    def read(self) -> Arrays:
        return self._reading[0]

    def describe(self) -> Facts:
        try:
            arrays, notes = self._reading
        except DataError as error:
            if error.code != "bad_target":
                raise
            return self._without_targets(error)
        is_own = arrays.task == "reconstruction"
        outputs = len(arrays.classes) or (arrays.inputs[0].size if is_own else arrays.targets.shape[1])
        return Facts(
            task=arrays.task,
            num_samples=len(arrays.inputs),
            num_test=None if arrays.test_inputs is None else len(arrays.test_inputs),
            classes=arrays.classes,
            input_shape=tuple(arrays.inputs.shape[1:]),
            num_outputs=int(outputs),
            bytes=(self.folder / "original").stat().st_size,
            notes=notes,
        )

    def _without_targets(self, problem: DataError) -> Facts:
        """Of targets that are of no use: the set is kept, so that a person can name others or another task."""
        inputs = self._converted.inputs
        return Facts(
            task="classification" if self.options.task is None else self.options.task,
            num_samples=len(inputs),
            num_test=None,
            classes=(),
            input_shape=tuple(inputs.shape[1:]),
            num_outputs=1,
            bytes=(self.folder / "original").stat().st_size,
            problem=problem,
        )

    def code(self, arrays: Arrays) -> SampleCode:
        has_test = arrays.test_inputs is not None
        functions = load_code(
            self._about(arrays),
            (self.inputs_name, self.file.find(TEST_INPUTS) if has_test else None),
            (self._targets_name, self.file.find(TEST_TARGETS) if has_test else None),
            None if self.targets is None else self.targets.form,
            self._converted.code,
            is_npy=self.file.is_npy,
        )
        reader, imports, requirements, reads = self._reader(arrays)
        return SampleCode(
            functions=f"{functions}\n\n{reader}",
            reads=reads,
            imports=imports,
            requirements=requirements,
            needs=f"your file {self.file.name}, as it was uploaded",
            argument=self.file.name,
            has_test=has_test,
        )

    def _about(self, arrays: Arrays) -> str:
        return f"Samples, {arrays.inputs.dtype} {('N', *arrays.inputs.shape[1:])}".replace("'", "")

    def _reader(self, arrays: Arrays) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
        """Source of ``read``, its imports and packages, and what it takes."""
        sizes = sized(arrays.inputs.shape[1:])
        return read_arrays(arrays), (), (), f"an array file (.npy) of raw samples, {sizes} each"

    @cached_property
    def file(self) -> ArrayFile:
        return ArrayFile(self.folder / "original", upload_name(self.folder))

    @cached_property
    def inputs_name(self) -> str:
        return self.file.choose_inputs(self.options.inputs)

    @cached_property
    def _targets_name(self) -> str | None:
        return self.find_targets()

    @cached_property
    def _answers(self) -> tuple[AnyArray, AnyArray | None] | None:
        return self.load_answers()

    def find_targets(self) -> str | None:
        """The array of the targets."""
        if self.options.task == "reconstruction":
            return None
        found = self.file.choose(self.options.targets, TARGETS, "targets")
        return None if found == self.inputs_name else found

    @cached_property
    def values(self) -> tuple[AnyArray, AnyArray | None]:
        """The inputs of the training samples, and of the test part where it is whole."""
        test = self.file.find(TEST_INPUTS)
        is_whole = test is not None and (self._targets_name is None or self.file.find(TEST_TARGETS) is not None)
        names = [self.inputs_name, *([test] if is_whole and test is not None else [])]
        loaded = [self.file.load(name) for name in names]
        for name, values in zip(names, loaded, strict=True):
            if values.dtype.kind not in "fiub" or values.ndim < 2 or not values.size:
                raise self.bad(
                    name,
                    say(
                        "it is {dtype} of shape {shape}; inputs are numbers with a row for each sample",
                        dtype=str(values.dtype),
                        shape=str(values.shape),
                    ),
                )
            if values.shape[1:] != loaded[0].shape[1:]:
                raise self.bad(
                    name, say("its samples have the shape {shape}, not that of the others", shape=str(values.shape[1:]))
                )
        return loaded[0], loaded[1] if len(loaded) > 1 else None

    def load_answers(self) -> tuple[AnyArray, AnyArray | None] | None:
        """What is to be learnt, of the training samples and of the test part; None where nothing says it."""
        if self._targets_name is None:
            return None
        has_test = self.values[1] is not None
        test = self.file.find(TEST_TARGETS) if has_test else None
        return self.file.load(self._targets_name), None if test is None else self.file.load(test)

    @cached_property
    def targets(self) -> Targets | None:
        if self._answers is None:
            if self.options.task not in {None, "reconstruction"}:
                raise self.bad(self.inputs_name, say("no array holds targets; name it, or choose reconstruction"))
            return None
        places = (
            Place(self.file.name, self._targets_name or self.inputs_name),
            Place(self.file.name, self.file.find(TEST_TARGETS) or ""),
        )
        for values, answers, place in zip(self.values, self._answers, places, strict=True):
            if values is not None and answers is not None and len(values) != len(answers):
                raise place.bad(
                    say(
                        "it has {targets:,} rows, but there are {samples:,} samples",
                        targets=len(answers),
                        samples=len(values),
                    )
                )
        task = None if self.options.task == "reconstruction" else self.options.task
        return read_targets(*self._answers, task, self._names(CLASS_NAMES), places)

    def _names(self, called: tuple[str, ...]) -> tuple[str, ...] | None:
        """Texts of an array that is called like one of ``called``."""
        found = self.file.find(called)
        if found is None or self.file.headers[found].dtype.kind != "U":
            return None
        return tuple(map(str, self.file.load(found).ravel().tolist()))

    def name_features(self, width: int) -> tuple[str, ...]:
        """The file's names of its columns where it has one for each, else ``x0``, ``x1`` ..."""
        names = self._names(FEATURE_NAMES)
        if names is not None and len(set(names)) == width == len(names):
            return names
        return tuple(f"x{number}" for number in range(width))

    @cached_property
    def _converted(self) -> Converted:
        return self.convert(*self.values)

    @cached_property
    def _reading(self) -> tuple[Arrays, tuple[str, ...]]:
        targets, converted = self.targets, self._converted
        num, test = len(converted.inputs), converted.test
        if num < 2:
            raise self.bad(self.inputs_name, say("it has one sample only; at least 2 are needed"))
        arrays = Arrays(
            inputs=converted.inputs,
            targets=np.zeros(num, dtype=np.int64) if targets is None else targets.values,
            test_inputs=test,
            test_targets=None
            if test is None
            else np.zeros(len(test), dtype=np.int64)
            if targets is None
            else targets.test,
            kind=self.kind,
            task="reconstruction" if targets is None else targets.task,
            classes=() if targets is None else targets.classes,
            features=converted.features,
            target_name="input" if targets is None else "labels" if targets.task == "multilabel" else "label",
            default_preprocess=converted.steps,
        )
        return arrays, tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        yield say(
            "The inputs are the array {array}, of shape {shape}.",
            array=self.inputs_name,
            shape=str(self.values[0].shape),
        )
        if self.targets is None:
            yield say("There are no targets: a network can learn to give its input back (reconstruction).")
        elif self._targets_name is not None:
            yield say("The targets are the array {array}.", array=self._targets_name)
        test = self.file.find(TEST_INPUTS)
        if test is not None and self.values[1] is None:
            yield say("{array} has no targets and is left out.", array=test)
        yield from self._converted.notes

    def bad(self, array: str, why: str, row: int | None = None) -> DataError:
        error = Place(self.file.name, array).bad(why, row)
        error.code = "bad_file"
        return error

    def check_infinite(self, values: AnyArray, array: str) -> str | None:
        """What is to be said of values that are missing.

        Raises:
            DataError: a value is infinite; its row is named.
        """
        flat = values.reshape(len(values), -1)
        infinite = np.flatnonzero(np.isinf(flat).any(axis=1))
        if len(infinite):
            row = int(infinite[0])
            value = str(float(flat[row][np.isinf(flat[row])][0]))
            raise self.bad(
                array, say("a value is {value}; take it out, or write nan where a value is missing", value=value), row
            )
        missing = np.isnan(flat)
        if not missing.any():
            return None
        return say(
            "{count:,} value is missing (nan), in row {row} (from 0); the preprocessing fills it."
            if int(missing.sum()) == 1
            else "{count:,} values are missing (nan), the first in row {row} (from 0); the preprocessing fills them.",
            count=int(missing.sum()),
            row=int(np.flatnonzero(missing.any(axis=1))[0]),
        )
