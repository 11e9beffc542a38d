"""The transforms of ``data.preprocess``: what each does to a sample's layout, and the source it is written as.

A transform is one class.  Its ``plan`` needs no torch, so that the server knows the network's input shape without it;
``write`` fits on the training part and answers with lines of Python over ``batch``.  Training executes those very lines, and
they are the ones that a person takes home.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from pydantic import Field

from netwright.data.base import DataError, Kind, Step, parse_options
from netwright.graph.model import Model

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    Doubles = npt.NDArray[np.float64]

MAX_COMMENT = 90


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column of a table; ``categories`` where it holds the index of a category."""

    name: str
    categories: tuple[str, ...] | None = None
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A batch between two transforms: ``shape`` without the batch, ``columns`` of a table."""

    kind: Kind
    shape: tuple[int, ...]
    is_float: bool
    columns: tuple[LayoutColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Statements over ``batch``, and the constants they name: a flat list of float32 values and its shape."""

    lines: tuple[str, ...]
    constants: Mapping[str, tuple[tuple[float, ...], tuple[int, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """The training part as a transform sees it while fitting.

    ``batches`` yields it through the transforms before this one.  ``raw`` is the untouched part, and ``levels`` the 256
    values that those transforms make of a pixel's 256 levels, where they treat every pixel alike (None where not).
    """

    batches: Callable[[], Iterator[Tensor]]
    raw: Tensor
    levels: Tensor | None


P = TypeVar("P", bound=Model)


class Transform(ABC):
    """One registered transform."""

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    is_per_pixel: ClassVar[bool] = False
    """True where each value depends on nothing but the same value before."""

    class Params(Model):
        """Settings of this transform."""

    @classmethod
    @abstractmethod
    def plan(cls, params: Any, layout: Layout) -> Layout:
        """The layout afterwards.

        Raises:
            DataError: the transform does not fit there.
        """

    @classmethod
    @abstractmethod
    def write(cls, params: Any, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        """Fitted source.  ``name`` makes a constant's name unique in the module."""


class ToFloat(Transform):
    type = "ToFloat"
    title = "To float"
    description = "Turns pixels of whole numbers into floats from 0 to 1."
    kinds = ("image",)
    is_per_pixel = True

    class Params(Model):
        maximum: float = Field(default=255.0, gt=0.0, le=65535.0, description="The pixel value that becomes 1.")

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if layout.is_float:
            raise _misfit(cls, "the pictures are floats already; remove it")
        return replace(layout, is_float=True)

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        return Code((f"batch = batch.to(torch.float32) / {_number(params.maximum)}",))


class Normalize(Transform):
    type = "Normalize"
    title = "Normalize"
    description = "Shifts and scales each channel to mean 0 and standard deviation 1, as measured on the training part."
    kinds = ("image",)

    class Params(Model):
        mean: list[float] | None = Field(
            default=None, max_length=16, description="One mean a channel; empty: measured on the training part."
        )
        std: list[float] | None = Field(
            default=None,
            max_length=16,
            description="One standard deviation a channel; empty: measured on the training part.",
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if not layout.is_float:
            raise _misfit(cls, "it needs floats; put ToFloat before it")
        for label, values in (("mean", params.mean), ("std", params.std)):
            if values is not None and len(values) != layout.shape[0]:
                raise _misfit(cls, f"{label} has {len(values)} values, the pictures have {layout.shape[0]} channels")
        if params.std is not None and min(params.std) <= 0:
            raise _misfit(cls, "every standard deviation must be above 0")
        return layout

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import channel_statistics

        mean, std = params.mean, params.std
        if mean is None or std is None:
            fitted_mean, fitted_std = channel_statistics(training)
            mean = fitted_mean if mean is None else mean
            std = fitted_std if std is None else std
        if len(mean) == 1:
            return Code((f"batch = (batch - {_number(mean[0])}) / {_number(std[0])}",))
        shape = (len(mean), 1, 1)
        constants = {name("MEAN"): (tuple(mean), shape), name("STD"): (tuple(std), shape)}
        shift, scale = (_on_device(constant) for constant in constants)
        return Code((f"batch = (batch - {shift}) / {scale}",), constants)


class Resize(Transform):
    type = "Resize"
    title = "Resize"
    description = "Resamples pictures to another size (bilinear, with antialiasing)."
    kinds = ("image",)

    class Params(Model):
        size: list[int] = Field(
            default=[32, 32], min_length=2, max_length=2, description="Height and width in pixels, each from 1 to 1024."
        )

    @classmethod
    def plan(cls, params: Params, layout: Layout) -> Layout:
        if not layout.is_float:
            raise _misfit(cls, "it needs floats; put ToFloat before it")
        height, width = params.size
        if not (1 <= height <= 1024 and 1 <= width <= 1024):
            raise _misfit(cls, f"height and width must be from 1 to 1024, not {height} and {width}")
        return replace(layout, shape=(layout.shape[0], height, width))

    @classmethod
    def write(cls, params: Params, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        height, width = params.size
        return Code(
            (
                "batch = torch.nn.functional.interpolate(",
                f'    batch, size=({height}, {width}), mode="bilinear", align_corners=False, antialias=True',
                ")",
            )
        )


class Grayscale(Transform):
    type = "Grayscale"
    title = "Grayscale"
    description = "Turns red, green and blue into one channel of brightness (ITU-R BT.601)."
    kinds = ("image",)

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        if not layout.is_float:
            raise _misfit(cls, "it needs floats; put ToFloat before it")
        if layout.shape[0] != 3:
            raise _misfit(cls, f"it needs 3 channels, the pictures have {layout.shape[0]}")
        return replace(layout, shape=(1, *layout.shape[1:]))

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        return Code(("batch = 0.299 * batch[:, 0:1] + 0.587 * batch[:, 1:2] + 0.114 * batch[:, 2:3]",))


class Impute(Transform):
    type = "Impute"
    title = "Fill missing values"
    description = "Puts a value where one is missing: for numbers and for categories, as found in the training part."
    kinds = ("table",)

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
            (f"batch = torch.where(batch.isnan(), {_on_device(fill)}, batch)",), {fill: (values, (len(values),))}
        )


class Standardize(Transform):
    type = "Standardize"
    title = "Standardize"
    description = (
        "Shifts and scales each number column to mean 0 and standard deviation 1, as measured on the training part."
    )
    kinds = ("table",)

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        return layout

    @classmethod
    def write(cls, params: Model, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        from netwright.data.statistics import column_statistics

        means, stds = column_statistics(training, layout.columns)
        mean, std = name("MEAN"), name("STD")
        shape = (len(means),)
        lines = (f"batch = (batch - {_on_device(mean)}) / {_on_device(std)}",)
        return Code(lines, {mean: (means, shape), std: (stds, shape)})


class OneHot(Transform):
    type = "OneHot"
    title = "One-hot"
    description = (
        "Turns a column of categories into one column of 0 and 1 for each category; numbers stay where they are."
    )
    kinds = ("table",)

    @classmethod
    def plan(cls, params: Model, layout: Layout) -> Layout:
        columns: list[LayoutColumn] = []
        for column in layout.columns:
            if column.categories is None:
                columns.append(column)
            elif column.may_be_missing:
                raise _misfit(cls, f"the column {column.name} has missing values; put Impute before it")
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
                lines.append(f"        batch[:, {start}:{stop}],  # {_short(names)}")
            else:
                stop = start + 1
                comment = f"{layout.columns[start].name!r}: {', '.join(map(repr, categories))}"
                indices = f"torch.arange({len(categories)}, device=batch.device)"
                lines += [
                    f"        # {_short(comment)}",
                    f"        (batch[:, {start}:{stop}] == {indices}).to(torch.float32),",
                ]
            start = stop
        lines += ["    ],", "    dim=1,", ")"]
        return Code(tuple(lines))


TRANSFORMS: Mapping[str, type[Transform]] = {
    transform.type: transform for transform in (ToFloat, Normalize, Resize, Grayscale, Impute, Standardize, OneHot)
}
"""Every transform by its name, in the order a form lists them."""


def layout_of(
    kind: Kind,
    inputs: npt.NDArray[Any],
    test_inputs: npt.NDArray[Any] | None,
    features: Sequence[str],
    categories: Mapping[str, tuple[str, ...]],
) -> Layout:
    """What a raw batch looks like.  A column may be missing where any value of the set is."""
    import numpy as np

    if kind == "image":
        return Layout("image", tuple(inputs.shape[1:]), is_float=False)
    is_missing = np.isnan(inputs).any(axis=0)
    if test_inputs is not None:
        is_missing |= np.isnan(test_inputs).any(axis=0)
    columns = tuple(
        LayoutColumn(name, categories.get(name), may_be_missing=missing)
        for name, missing in zip(features, is_missing.tolist(), strict=True)
    )
    return Layout("table", (len(columns),), is_float=True, columns=columns)


def parse_chain(steps: Sequence[Step], layout: Layout) -> list[tuple[type[Transform], Model, Layout]]:
    """Each step as (transform, its params, the layout before it).

    Raises:
        DataError: code ``bad_transform`` or ``bad_option``: a step is unknown, takes other params or does not fit there, or the
            chain's end is nothing that a network can take.
    """
    chain: list[tuple[type[Transform], Model, Layout]] = []
    for step in steps:
        transform = TRANSFORMS.get(step.type)
        if transform is None:
            raise DataError(
                f"There is no transform {step.type}; there are: {', '.join(TRANSFORMS)}.", code="bad_transform"
            )
        if layout.kind not in transform.kinds:
            kind, other = ("pictures", "tables") if layout.kind == "image" else ("a table", "pictures")
            raise _misfit(transform, f"it is for {other}, and this data is {kind}; remove it")
        params = parse_options(transform.Params, step.params, f"The transform {step.type}")
        chain.append((transform, params, layout))
        layout = transform.plan(params, layout)
    _check_end(layout)
    return chain


def plan_chain(steps: Sequence[Step], layout: Layout) -> Layout:
    """The layout of the network's input after ``steps``.  Needs no torch.

    Raises:
        DataError: as :func:`parse_chain`.
    """
    chain = parse_chain(steps, layout)
    if not chain:
        return layout
    transform, params, before = chain[-1]
    return transform.plan(params, before)


def _check_end(layout: Layout) -> None:
    if not layout.is_float:
        raise DataError(
            "The preprocessing ends with whole numbers, a network takes floats. Add ToFloat.", code="bad_transform"
        )
    for column in layout.columns:
        if column.may_be_missing:
            raise DataError(
                f"The column {column.name} has missing values and the preprocessing does not fill them. Add Impute.",
                code="bad_transform",
                column=column.name,
            )
        if column.categories is not None:
            raise DataError(
                f"The column {column.name} holds categories, which the preprocessing does not turn into numbers. Add OneHot.",
                code="bad_transform",
                column=column.name,
            )


def _misfit(transform: type[Transform], why: str) -> DataError:
    return DataError(f"The transform {transform.type} does not fit here: {why}.", code="bad_transform")


def _number(value: float) -> str:
    """A literal that reads back as the very same float; whole ones without their ``.0``."""
    return str(int(value)) if value.is_integer() else repr(value)


def _on_device(constant: str) -> str:
    """The constant beside the batch.  It is never written to, so the copy need not be waited for."""
    return f"{constant}.to(batch.device, non_blocking=True)"


def _short(text: str) -> str:
    return text if len(text) <= MAX_COMMENT else f"{text[:MAX_COMMENT]} ..."
