"""Small built-in tables of numbers: what they have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from netwright.data.base import Arrays, Source, Step
from netwright.data.facts import ColumnFacts, Facts

MAX_EXAMPLES = 5


class NumberTable(Source):
    """A small built-in table of numbers without missing values, its facts written in the class."""

    kind = "table"
    features: ClassVar[tuple[str, ...]]
    target_name: ClassVar[str]

    @abstractmethod
    def values(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Features ``(N, F)`` and targets ``(N,)``, or of labels ``(N, L)``."""

    def read(self) -> Arrays:
        assert self.facts is not None
        inputs, targets = self.values()
        is_class = self.facts.task == "classification"
        return Arrays(
            inputs=inputs.astype(np.float32),
            targets=targets.astype(np.int64) if is_class else targets.astype(np.float32).reshape(len(targets), -1),
            test_inputs=None,
            test_targets=None,
            kind="table",
            task=self.facts.task,
            classes=self.facts.classes,
            features=self.features,
            target_name=self.target_name,
            default_preprocess=(Step("Standardize"),),
        )

    def describe(self) -> Facts:
        """The written facts and the columns' figures, which are read."""
        assert self.facts is not None
        inputs, targets = self.values()
        columns = [_column(name, inputs[:, index]) for index, name in enumerate(self.features)]
        if self.facts.task == "multilabel":
            named = zip(self.facts.classes, targets.T, strict=True)
            columns += [replace(_column(name, values), role="label") for name, values in named]
        else:
            columns.append(self._target_column(targets))
        return replace(self.facts, columns=tuple(columns))

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        arrays = self.read()
        rows = [
            [*(f"{value:g}" for value in values.tolist()), *self._target_cells(arrays, index)]
            for index, values in enumerate(arrays.inputs[:num_rows])
        ]
        names = arrays.classes if arrays.task == "multilabel" else (self.target_name,)
        return [*self.features, *names], rows

    def _target_cells(self, arrays: Arrays, index: int) -> list[str]:
        if arrays.task == "classification":
            return [arrays.classes[int(arrays.targets[index].item())]]
        return [f"{value:g}" for value in arrays.targets[index].tolist()]

    def _target_column(self, targets: npt.NDArray[np.float64]) -> ColumnFacts:
        assert self.facts is not None
        classes = self.facts.classes
        if not classes:
            return replace(_column(self.target_name, targets), role="target")
        return ColumnFacts(
            name=self.target_name,
            type="category",
            role="target",
            num_distinct=len(classes),
            examples=classes[:MAX_EXAMPLES],
        )


def _column(name: str, values: npt.NDArray[np.float64]) -> ColumnFacts:
    return ColumnFacts(
        name=name,
        type="number",
        role="feature",
        num_distinct=len(np.unique(values)),
        minimum=float(values.min()),
        maximum=float(values.max()),
        mean=float(values.mean()),
        examples=tuple(f"{value:g}" for value in values[:MAX_EXAMPLES].tolist()),
    )
