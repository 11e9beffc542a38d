"""What a data source is, and what training gets from it.  Importing this loads no torch: the server lists sources before it
has torch."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from pydantic import Field, JsonValue, ValidationError

from netwright.graph.model import Model
from netwright.language import Text, fault_sentence, listed, say

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from netwright.data.augment.base import Augment
    from netwright.data.facts import Facts
    from netwright.data.graphs import GraphArrays, GraphPart
    from netwright.data.sample_code import SampleCode

Array: TypeAlias = "npt.NDArray[np.generic]"

Kind = Literal["image", "table", "graph", "text", "series"]
Task = Literal["classification", "multilabel", "regression", "segmentation", "reconstruction"]
"""What is learnt: a class, several labels each of which is there or not, numbers, a class at every pixel, or the input itself.
Reconstruction is a way to train on any set of pictures or rows, and the own task of a set without targets."""
CLASS_TASKS: frozenset[Task] = frozenset({"classification", "segmentation"})
"""Tasks whose targets are class indices."""
NAMED_TASKS: frozenset[Task] = CLASS_TASKS | {"multilabel"}
"""Tasks whose answers have names, of classes or of labels."""
SplitBy = Literal["sample", "time", "group", "column"]
Progress = Callable[[int, int | None], None]
"""Called with what is done and what there is in all (bytes, pictures; None: unknown).  What it raises ends the work."""


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
        self.message = message
        self.code, self.file, self.line, self.column = code, file, line, column
        self.step: int | None = None
        """Of a list of transforms or augmentations: the place (from 0) of the one that is meant."""


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
class Step:
    """One transform of the preprocessing by its registered name, with its parameters."""

    type: str
    params: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SplitKeys:
    """What a split can go by beside chance, where the set knows it; each has a row for each sample.

    ``spans`` are float64 ``(N, 2)``: from when to when a sample reaches, its end included.  ``groups`` are int64 ``(N,)``:
    samples of one group stay together.  ``parts`` are int64 ``(N,)``: 0 to train on, 1 to validate with.
    """

    spans: Array | None = None
    groups: Array | None = None
    parts: Array | None = None
    no_parts: Text | None = None
    """Of a set with a column that names parts: why it cannot be split by, and the way out."""

    @property
    def ways(self) -> tuple[SplitBy, ...]:
        """The ways that are possible beside ``sample``."""
        ways: tuple[tuple[SplitBy, Array | None], ...] = (
            ("time", self.spans),
            ("group", self.groups),
            ("column", self.parts),
        )
        return tuple(way for way, values in ways if values is not None)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be forecast: the next ``horizon`` values of the input's ``channels`` (places on the axis ``F``), step by step.

    Repeating the last value, the naive forecast, is ``inputs[:, -1, channels]``, ``horizon`` times.
    """

    channels: tuple[int, ...]
    horizon: int


@dataclass(frozen=True, slots=True)
class Arrays:
    """A whole set as NumPy arrays of raw samples: see :class:`RawData`, which is the same as tensors."""

    inputs: Array
    targets: Array
    test_inputs: Array | None
    test_targets: Array | None
    kind: Kind
    task: Task
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    target_name: str = "label"
    target_columns: tuple[str, ...] = ()
    """Of a regression of several numbers, the name of each column of ``targets``; empty where they have no names."""
    default_preprocess: tuple[Step, ...] = ()
    graph: GraphArrays | None = None
    """Of a set of graphs: ``inputs`` are then the features of all vertices ``(V, F)``."""
    split_keys: SplitKeys = field(default_factory=SplitKeys)
    forecast: Forecast | None = None
    standardizes_targets: bool = False
    """Whether the network learns a number as deviations from the training part's mean: see :attr:`Prepared.target_scale`."""


@dataclass(frozen=True, slots=True)
class RawData:
    """A whole set as tensors of raw samples.

    ``inputs`` is uint8 ``(N, C, H, W)`` for pictures, uint8 ``(N, L)`` for texts (UTF-8, zeros after the end), float32
    ``(N, T, F)`` for series (NaN where a value is missing or a series has ended), float32 ``(N, F)`` for tables (NaN where a
    value is missing, the category's index where a column is categorical); ``targets`` int64 ``(N,)`` class indices, float32
    ``(N, T)``, of labels float32 ``(N, L)`` zeros and ones, or
    of masks uint8 ``(N, H, W)`` class indices.  ``test_inputs`` and ``test_targets`` are the source's own test
    part, if it has one: never trained or selected on.  ``default_preprocess`` is the chain that an empty ``data.preprocess``
    stands for.
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
    target_columns: tuple[str, ...] = ()
    default_preprocess: tuple[Step, ...] = ()
    graph: GraphArrays | None = None
    split_keys: SplitKeys = field(default_factory=SplitKeys)
    standardizes_targets: bool = False
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class TargetScale:
    """Mean and standard deviation (population) of each target column, ``T`` of each, as measured on the training part.

    The loss compares outputs with standardised targets; what the network says becomes the data's own unit again by
    ``outputs * std + mean``, before it is measured or shown.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Raw samples of one part of the split, in a fixed order."""

    inputs: Tensor
    targets: Tensor
    is_own_target: bool = False
    """Whether each sample is to be given back, whatever the set's own targets are."""

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready for a run: raw parts, and the Python source of ``preprocess(batch)`` fitted on the training part only.

    ``preprocess_source`` defines ``preprocess(batch: Tensor) -> Tensor`` with torch alone: raw samples on any device to the
    network's input ``(N, *input_shape)``: float32, of texts int64 indices of tokens.  It is put into the run's module and
    executed from there.
    """

    train: Part | GraphPart
    validation: Part | GraphPart
    test: Part | GraphPart | None
    preprocess_source: str
    input_shape: tuple[int, ...]
    kind: Kind
    task: Task
    classes: tuple[str, ...]
    target_name: str
    num_outputs: int
    """Classes, labels, target columns of a regression, or values of a sample that is its own target."""
    fingerprint: str
    """SHA-256 over the tensors and the split: two runs with the same fingerprint saw the same samples."""
    notes: tuple[str, ...] = ()
    """Sentences for the run's log: what the split or the fit had to decide."""
    numbers: tuple[str, ...] = ()
    """The features of a table that holds numbers alone, in the order of its columns; empty for any other data."""
    augment: Augment | None = None
    """What is done to the training part anew at every step."""
    target_scale: TargetScale | None = None
    forecast: Forecast | None = None
    target_columns: tuple[str, ...] = ()
    """Of a regression of several numbers, their names."""

    @property
    def are_vertices(self) -> bool:
        """Whether a sample is a vertex of a graph, so that the network's output has a row for each vertex."""
        return getattr(self.train, "sample", None) == "vertex"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a built-in set that is fetched once: its exact length and SHA-256 are known."""

    name: str
    bytes: int
    sha256: str


TABLES = ("csv", "text_table", "time_series")
"""Sources that read one and the same upload, a table, in different ways."""
ARRAYS = ("array_pictures", "array_rows", "array_series")
"""Sources that read one and the same upload, NumPy arrays, in different ways."""
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".parquet")


class Source(ABC):
    """One kind of data.  A subclass with its ``Options`` is all that a new source needs.

    Raises:
        DataError: ``spec.options`` hold something that ``Options`` does not take.
    """

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kind: ClassVar[Kind]
    is_built_in: ClassVar[bool] = True
    read_as: ClassVar[tuple[str, ...]] = ()
    """Of an uploaded one: the sources that can read the same file, this one among them; a person may change the guess."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Of an uploaded one: how the names of its files usually end, for the dialog that chooses them."""
    citation: ClassVar[str]
    facts: ClassVar[Facts | None] = None
    """Of a built-in: written down, so that the list of sets opens no file; held true by a test."""
    files: ClassVar[tuple[RemoteFile, ...]] = ()
    """What a downloaded or imported built-in needs in its folder."""
    augment: ClassVar[tuple[Step, ...]] = ()
    """Augmentations that are known to help on this set: what a training on it is suggested to begin with."""
    mirrors: ClassVar[tuple[str, ...]] = ()
    """Addresses under which each of ``files`` is served, with a slash at the end; tried in this order."""

    class Options(Model):
        """Choices that a person makes about this source."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self.options = parse_options(self.Options, spec.options, say("The data source {type}", type=self.type))

    @property
    def folder(self) -> Path:
        """Where the files of this set lie."""
        if self.spec.path is None:
            raise DataError(
                say("The data source {type} needs the folder of its files and got none.", type=self.type),
                code="no_folder",
            )
        return Path(self.spec.path)

    @abstractmethod
    def read(self) -> Arrays:
        """The whole set in memory, without torch.

        Raises:
            DataError: the files are missing, damaged or too large.
        """

    def load(self) -> RawData:
        """The whole set as tensors that share the memory of :meth:`read`'s arrays.

        Raises:
            DataError: the files are missing, damaged or too large.
        """
        import torch

        arrays = self.read()
        return RawData(
            inputs=torch.from_numpy(arrays.inputs),
            targets=torch.from_numpy(arrays.targets),
            test_inputs=None if arrays.test_inputs is None else torch.from_numpy(arrays.test_inputs),
            test_targets=None if arrays.test_targets is None else torch.from_numpy(arrays.test_targets),
            kind=arrays.kind,
            task=arrays.task,
            classes=arrays.classes,
            features=arrays.features,
            categories=arrays.categories,
            target_name=arrays.target_name,
            target_columns=arrays.target_columns,
            default_preprocess=arrays.default_preprocess,
            graph=arrays.graph,
            split_keys=arrays.split_keys,
            standardizes_targets=arrays.standardizes_targets,
            forecast=arrays.forecast,
        )

    def code(self, arrays: Arrays) -> SampleCode:
        """Python that reads this set again without Netwright; ``arrays`` is what :meth:`read` gave.  By default the arrays
        themselves go into the project.

        Raises:
            DataError: the files are missing or damaged.
        """
        if arrays.graph is not None:
            from netwright.data.graph_code import graph_arrays_code

            return graph_arrays_code(self.title, arrays)
        from netwright.data.sample_code import arrays_code

        return arrays_code(self.title, arrays)

    def prepare_files(self, progress: Progress) -> None:
        """Does once what would be slow at every load (decoding pictures); nothing where loading is quick.

        Raises:
            DataError: the files are damaged or too large.
        """
        progress(1, 1)

    def describe(self) -> Facts:
        """What is known of the set; of an uploaded one, read from its files.

        Raises:
            DataError: the files are missing, damaged or too large.
        """
        if self.facts is None:
            raise NotImplementedError(f"{type(self).__name__} has no facts and does not say how to find them")
        return self.facts

    def table(self, num_rows: int) -> tuple[list[str], list[list[str]]]:
        """Header and the first ``num_rows`` rows as they stand in the file; empty for pictures."""
        return [], []

    def samples_as_read(self, places: list[int]) -> list[tuple[int, list[str]]]:
        """Of samples of :meth:`read` by their places the row's number in the file, from 1, and its cells; empty where the set
        is no file of rows."""
        return []


def parse_options(model: type[Model], options: dict[str, JsonValue], owner: str) -> Model:
    """Options or params of ``owner`` checked against their model.

    Raises:
        DataError: code ``bad_option``, ``column`` is the option's name.
    """
    try:
        return model.model_validate_json(json.dumps(options))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = listed(model.model_fields) if model.model_fields else say("none")
        if first["type"] == "extra_forbidden":
            said = say("{owner}: the option {name} is unknown; it knows: {known}.", owner=owner, name=name, known=known)
        else:
            said = say("{owner}: the option {name} is wrong: {why}.", owner=owner, name=name, why=fault_sentence(first))
        raise DataError(
            said,
            code="bad_option",
            column=name,
        ) from error


def data_folder(home: Path) -> Path:
    """Where downloaded sets live under the data folder."""
    return home / "data"
