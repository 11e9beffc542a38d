"""Every transform by its name, and chains of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netwright.data.base import DataError, Kind, Step, parse_options
from netwright.data.transform_base import Layout, LayoutColumn, Transform, misfit
from netwright.data.transforms_graph import NormalizeFeatures
from netwright.data.transforms_image import CenterCrop, Grayscale, Normalize, Resize, ToFloat
from netwright.data.transforms_series import FillSteps
from netwright.data.transforms_table import Clip, Impute, OneHot, RobustScale, Standardize
from netwright.data.transforms_text import Tokenize
from netwright.graph.model import Model
from netwright.language import all_of, listed, say

if TYPE_CHECKING:
    import numpy.typing as npt

KIND_NAMES: Mapping[Kind, str] = {
    "image": say("pictures"),
    "table": say("tables"),
    "graph": say("graphs"),
    "text": say("texts"),
    "series": say("time series"),
}

TRANSFORMS: Mapping[str, type[Transform]] = {
    transform.type: transform
    for transform in (
        ToFloat,
        Normalize,
        Resize,
        CenterCrop,
        Grayscale,
        Impute,
        Clip,
        Standardize,
        RobustScale,
        OneHot,
        NormalizeFeatures,
        Tokenize,
        FillSteps,
    )
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

    if kind in {"image", "text"}:
        return Layout(kind, tuple(inputs.shape[1:]), is_float=False)
    if kind == "series":
        return layout_of_series(inputs, test_inputs, features)
    # A graph's vertices have their features in columns as the rows of a table do.
    is_missing = np.isnan(inputs).any(axis=0)
    if test_inputs is not None:
        is_missing |= np.isnan(test_inputs).any(axis=0)
    columns = tuple(
        LayoutColumn(name, categories.get(name), may_be_missing=missing)
        for name, missing in zip(features, is_missing.tolist(), strict=True)
    )
    return Layout(kind, (len(columns),), is_float=True, columns=columns)


def layout_of_series(inputs: npt.NDArray[Any], test_inputs: npt.NDArray[Any] | None, channels: Sequence[str]) -> Layout:
    """Of float32 ``(N, T, F)``."""
    import numpy as np

    parts = [inputs] if test_inputs is None else [inputs, test_inputs]
    may_be_missing = np.any([np.isnan(part).any(axis=(0, 1)) for part in parts], axis=0)
    columns = tuple(
        LayoutColumn(name, may_be_missing=missing)
        for name, missing in zip(channels, may_be_missing.tolist(), strict=True)
    )
    return Layout("series", tuple(inputs.shape[1:]), is_float=True, columns=columns)


def parse_chain(steps: Sequence[Step], layout: Layout) -> list[tuple[type[Transform], Model, Layout]]:
    """Each step as (transform, its params, the layout before it).

    Raises:
        DataError: code ``bad_transform`` or ``bad_option``: a step is unknown, takes other params or does not fit there, or the
            chain's end is nothing that a network can take.  ``step`` is the place of the one that is at fault, if it is one.
    """
    chain: list[tuple[type[Transform], Model, Layout]] = []
    for place, step in enumerate(steps):
        try:
            transform, params = _parse(step, layout)
            chain.append((transform, params, layout))
            layout = transform.plan(params, layout)
        except DataError as error:
            error.step = place
            raise
    _check_end(layout)
    return chain


def _parse(step: Step, layout: Layout) -> tuple[type[Transform], Model]:
    transform = TRANSFORMS.get(step.type)
    if transform is None:
        raise DataError(
            say(
                "There is no transform {type}; there are: {known}.",
                type=step.type,
                known=listed(TRANSFORMS),
            ),
            code="bad_transform",
        )
    if layout.kind not in transform.kinds:
        raise misfit(
            transform,
            say(
                "it is for {fitting}, and this data is {kind}; remove it",
                fitting=all_of(KIND_NAMES[kind] for kind in transform.kinds),
                kind=KIND_NAMES[layout.kind],
            ),
        )
    return transform, parse_options(transform.Params, step.params, say("The transform {type}", type=step.type))


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
    if layout.kind == "text" and layout.num_tokens is None:
        raise DataError(say("A network takes tokens, not letters. Add Tokenize."), code="bad_transform")
    if not layout.is_float and layout.num_tokens is None:
        raise DataError(
            say("The preprocessing ends with whole numbers, a network takes floats. Add ToFloat."), code="bad_transform"
        )
    for column in layout.columns:
        if column.may_be_missing and layout.kind == "series":
            raise DataError(
                say(
                    "The channel {column_name} has steps without a value and the preprocessing does not fill them. "
                    "Add FillSteps.",
                    column_name=column.name,
                ),
                code="bad_transform",
                column=column.name,
            )
        if column.may_be_missing:
            raise DataError(
                say(
                    "The column {column_name} has missing values and the preprocessing does not fill them. Add Impute.",
                    column_name=column.name,
                ),
                code="bad_transform",
                column=column.name,
            )
        if column.categories is not None:
            raise DataError(
                say(
                    "The column {column_name} holds categories, which the preprocessing does not turn into "
                    "numbers. Add OneHot.",
                    column_name=column.name,
                ),
                code="bad_transform",
                column=column.name,
            )
