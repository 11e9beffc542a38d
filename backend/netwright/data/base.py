"""What a data source is, and what training gets from it.  Importing this loads no torch: the server lists sources before it
has torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, JsonValue

from netwright.graph.model import Model

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["image", "table"]
Task = Literal["classification", "regression"]
Progress = Callable[[int, int | None], None]
"""Called with bytes done and bytes in all (None: unknown)."""


class DataError(ValueError):
    """Bad data: a sentence with file, line and column where they are known, and the way out."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "bad_data",
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.file, self.line, self.column = code, file, line, column


class SourceSpec(Model):
    """All that is needed to open a source again, in the run spec and the datasets table.

    ``type`` is the registered class (``digits``, ``mnist``, ``csv``, ``image_folder``), ``path`` the folder of an uploaded or
    downloaded set (absolute; null for embedded ones), ``options`` what the class's ``Options`` take (target column, column
    types, image size ...).
    """

    type: str
    path: str | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawData:
    """A whole set as tensors of raw samples.

    ``inputs`` is uint8 ``(N, C, H, W)`` for pictures, float32 ``(N, F)`` for tables (NaN where a value is missing, the
    category's index where a column is categorical); ``targets`` int64 ``(N,)`` class indices or float32 ``(N, T)``.
    ``test_inputs`` and ``test_targets`` are the source's own test part, if it has one: never trained or selected on.
    """

    inputs: Tensor
    targets: Tensor
    test_inputs: Tensor | None
    test_targets: Tensor | None
    kind: Kind
    task: Task
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    target_name: str = "label"


@dataclass(frozen=True, slots=True)
class Part:
    """Raw samples of one part of the split, in a fixed order."""

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready for a run: raw parts, and the Python source of ``preprocess(batch)`` fitted on the training part only.

    ``preprocess_source`` defines ``preprocess(batch: Tensor) -> Tensor`` with torch alone: raw samples on any device to the
    network's float32 input ``(N, *input_shape)``.  It is put into the run's module and executed from there.
    """

    train: Part
    validation: Part
    test: Part | None
    preprocess_source: str
    input_shape: tuple[int, ...]
    kind: Kind
    task: Task
    classes: tuple[str, ...]
    target_name: str
    num_outputs: int
    """Classes, or target columns of a regression."""
    fingerprint: str
    """SHA-256 over the tensors and the split: two runs with the same fingerprint saw the same samples."""


class Source(ABC):
    """One kind of data.  A subclass with its ``Options`` is all that a new source needs."""

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kind: ClassVar[Kind]
    is_built_in: ClassVar[bool] = True
    citation: ClassVar[str]

    class Options(Model):
        """Choices that a person makes about this source."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec

    @abstractmethod
    def load(self) -> RawData:
        """The whole set in memory.

        Raises:
            DataError: the files are missing, damaged or too large.
        """


def data_folder(home: Path) -> Path:
    """Where downloaded sets live under the data folder."""
    return home / "data"
