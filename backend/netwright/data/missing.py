"""What is done about missing values of a table's columns: a value that is put in, or rows that are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from pydantic import Field, JsonValue

from netwright.data.base import DataError
from netwright.data.columns import MAX_FEW_VALUES, Column, parse_number
from netwright.data.facts import ColumnFacts
from netwright.graph.model import Model
from netwright.language import Text, listed, say

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

NumberStrategy = Literal["mean", "median", "most_frequent", "constant", "drop"]
CategoryStrategy = Literal["most_frequent", "own_category", "drop"]
ColumnStrategy = Literal["mean", "median", "most_frequent", "own_category", "constant", "drop"]
NUMBER_STRATEGIES: tuple[ColumnStrategy, ...] = ("mean", "median", "most_frequent", "constant", "drop")
CATEGORY_STRATEGIES: tuple[ColumnStrategy, ...] = ("most_frequent", "own_category", "constant", "drop")


class MissingOfColumn(Model):
    """What is done about the missing values of one column."""

    missing: ColumnStrategy | None = Field(
        default=None,
        description="What is done where this column has no value: one of the strategies, a constant, or drop, which leaves "
        "the row out; empty: as for all columns.",
    )
    fill_value: float | str | None = Field(
        default=None,
        description="What constant puts into this column: a number, or one of its categories; empty: as for all columns.",
    )


class MissingOptions(Protocol):
    """What a person said of missing values."""

    @property
    def missing_numbers(self) -> NumberStrategy: ...
    @property
    def missing_categories(self) -> CategoryStrategy: ...
    @property
    def fill_value(self) -> float: ...
    @property
    def missing_indicator(self) -> bool: ...
    @property
    def columns(self) -> Mapping[str, MissingOfColumn]: ...


def strategy_of(column: Column, options: MissingOptions) -> ColumnStrategy:
    """What is done about this column's missing values."""
    told = options.columns.get(column.name)
    if told is not None and told.missing is not None:
        return told.missing
    return options.missing_numbers if column.type == "number" else options.missing_categories


def missing_facts(column: Column, options: MissingOptions) -> ColumnFacts:
    """The facts of a column, and what can be done about its missing values where it is a feature."""
    facts = column.facts()
    if column.role != "feature" or not facts.num_missing:
        return facts
    told = options.columns.get(column.name) or MissingOfColumn()
    value = told.fill_value
    return replace(
        facts,
        strategies=NUMBER_STRATEGIES if column.type == "number" else CATEGORY_STRATEGIES,
        strategy=told.missing or "",
        fill_value=value if isinstance(value, str) else "" if value is None else f"{value:g}",
    )


def check_strategies(features: Sequence[Column], options: MissingOptions, filename: str) -> None:
    """
    Raises:
        DataError: code ``bad_option``: a strategy that this type of column does not have, or a constant that is none of its
            values.
    """
    for column in features:
        told = options.columns.get(column.name)
        if told is None or told.missing is None:
            continue
        known = NUMBER_STRATEGIES if column.type == "number" else CATEGORY_STRATEGIES
        if told.missing not in known:
            why = say(
                "{strategy} is nothing for a column of this type; choose one of {known}",
                strategy=told.missing,
                known=listed(known),
            )
        elif told.missing == "constant" and column.type == "number" and _number(told.fill_value) is None:
            why = say("{value} is not a number, and constant needs one", value=repr(told.fill_value))
        elif told.missing == "constant" and column.type != "number" and str(told.fill_value) not in column.counts:
            why = say(
                "{value} is none of its categories; choose one of {known}",
                value=repr(told.fill_value),
                known=listed(column.categories[:MAX_FEW_VALUES]),
            )
        else:
            continue
        raise DataError(
            say("{filename}, missing values of {column}: {why}.", filename=filename, column=column.name, why=why),
            code="bad_option",
            file=filename,
            column=column.name,
        )


def _number(value: float | str | None) -> float | None:
    """Nothing told is the number of all columns, so it counts as one."""
    if value is None:
        return 0.0
    return parse_number(value) if isinstance(value, str) else value


def incomplete_rows(rows: Rows, complete: Sequence[Column]) -> npt.NDArray[np.bool_]:
    """Which of ``rows`` have no value in one of ``complete``."""
    is_missing = np.zeros(len(rows), dtype=np.bool_)
    for column in complete:
        is_missing |= column.is_missing[rows]
    return is_missing


def impute_params(features: Sequence[Column], options: MissingOptions) -> dict[str, JsonValue]:
    """Params of ``Impute``.  Columns whose incomplete rows are left out stay as they are: nothing is put into them."""
    numbers = "median" if options.missing_numbers == "drop" else options.missing_numbers
    categories = "most_frequent" if options.missing_categories == "drop" else options.missing_categories
    params: dict[str, JsonValue] = {"numbers": numbers, "categories": categories}
    if numbers == "constant" or any(strategy_of(column, options) == "constant" for column in features):
        params["fill_value"] = options.fill_value
    if options.missing_indicator:
        params["add_indicator"] = True
    columns: dict[str, JsonValue] = {}
    for column in features:
        told = options.columns.get(column.name)
        strategy = strategy_of(column, options)
        if strategy == "drop":
            columns[column.name] = {"strategy": "keep"}
        elif told is not None and told.missing is not None:
            one: dict[str, JsonValue] = {"strategy": strategy}
            if strategy == "constant" and told.fill_value is not None:
                one["fill_value"] = _number(told.fill_value) if column.type == "number" else str(told.fill_value)
            columns[column.name] = one
    return params | ({"columns": columns} if columns else {})


def note_dropped(columns: Sequence[Column], parts: Sequence[tuple[Text, int, int]]) -> Text:
    """``parts`` are the name of each part that has rows of its own, how many it had, and how many it keeps."""
    names = listed([column.name for column in columns][:MAX_FEW_VALUES])
    before, after = sum(part[1] for part in parts), sum(part[2] for part in parts)
    told = say(
        "{count:,} of {before:,} rows is left out, for it has no value in {names}; {after:,} remain."
        if before - after == 1
        else "{count:,} of {before:,} rows are left out, for they have no value in {names}; {after:,} remain.",
        count=before - after,
        before=before,
        names=names,
        after=after,
    )
    if len(parts) == 1:
        return told
    each = listed(
        [say("{part} {after:,} of {before:,}", part=name, after=kept, before=had) for name, had, kept in parts]
    )
    return say("{told} By part: {each}.", told=told, each=each)


def say_left_out(count: int, total: int) -> Text | None:
    """What a training form says of rows that no run sees; None where all are used."""
    if not count:
        return None
    return say(
        "{count:,} of {total:,} rows of the table is left out: it has no target, or no value in a column that needs one."
        if count == 1
        else "{count:,} of {total:,} rows of the table are left out: they have no target, or no value in a column that needs "
        "one.",
        count=count,
        total=total,
    )


def check_remaining(
    columns: Sequence[Column], rows: Rows, labels: npt.NDArray[np.float64] | None, classes: Sequence[str], filename: str
) -> None:
    """``rows`` are those that remain to train and validate on; ``labels`` the classes of all rows of the table.

    Raises:
        DataError: code ``too_few``: fewer than two rows remain, or a class has none.
    """
    emptiest = max(columns, key=lambda column: int(column.is_missing.sum()))
    gone = () if labels is None else tuple(sorted(set(range(len(classes))) - set(labels[rows].astype(int).tolist())))
    if len(rows) >= 2 and not gone:
        return
    why = (
        say(
            "{count} row remains, and at least 2 are needed"
            if len(rows) == 1
            else "{count} rows remain, and at least 2 are needed",
            count=len(rows),
        )
        if len(rows) < 2
        else say("no row of class {name} remains", name=classes[gone[0]])
    )
    raise DataError(
        say(
            "{filename}: where rows without a value are left out, {why}. {column} has {missing:,} missing values: fill them, "
            "or ignore the column.",
            filename=filename,
            why=why,
            column=emptiest.name,
            missing=int(emptiest.is_missing.sum()),
        ),
        code="too_few",
        file=filename,
        column=emptiest.name,
    )
