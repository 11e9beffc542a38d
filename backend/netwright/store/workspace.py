"""Whole rows out of the database and into it again, for the one file that holds a workspace."""

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwright.language import say
from netwright.store.tables import (
    AttemptRow,
    CheckpointRow,
    DatasetRow,
    EventRow,
    LibraryBlockRow,
    MetricChunkRow,
    NetworkRevisionRow,
    NetworkRow,
    Row,
    RunRow,
    WeightsRow,
)

RowData = dict[str, Any]

_TABLES: Mapping[str, type[Row]] = {
    "networks": NetworkRow,
    "revisions": NetworkRevisionRow,
    "blocks": LibraryBlockRow,
    "datasets": DatasetRow,
    "weights": WeightsRow,
    "runs": RunRow,
    "attempts": AttemptRow,
    "events": EventRow,
    "metrics": MetricChunkRow,
    "checkpoints": CheckpointRow,
}
TABLES = tuple(_TABLES)
"""The parts of a workspace, each after those that it refers to."""

_OF_RUN = frozenset({"attempts", "events", "metrics", "checkpoints"})
_UNTOLD: Mapping[str, frozenset[str]] = {"attempts": frozenset({"token_hash", "handle"}), "metrics": frozenset({"id"})}
"""Columns that mean something to this server alone."""
_ROWS_AT_ONCE = 500


class RowsDoNotFitError(ValueError):
    """Rows of ``part`` refer to what is not there, or stand twice."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def misfit(name: str) -> ValueError:
    """The column ``name`` of a row cannot be used."""
    return ValueError(say("Its {name} does not fit.", name=name))


def _table(part: str) -> Table:
    table = _TABLES[part].__table__
    assert isinstance(table, Table)
    return table


def read_rows(session: Session, part: str, networks: Collection[str] | None = None) -> Iterator[RowData]:
    """The rows of ``part``, bytes as base64: all that live, or those that belong to ``networks``."""
    table = _table(part)
    query = select(table).order_by(*table.primary_key.columns)
    condition = _condition(part, networks)
    if condition is not None:
        query = query.where(condition)
    untold = _UNTOLD.get(part, frozenset())
    for row in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)).mappings():
        yield {name: _plain(value) for name, value in row.items() if name not in untold}


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _condition(part: str, networks: Collection[str] | None) -> ColumnElement[bool] | None:
    """Of a workspace, what was put away stays out; of some networks, the library and the data are chosen by who calls."""
    living = NetworkRow.deleted.is_(None)
    chosen = living if networks is None else living & NetworkRow.id.in_(networks)
    if part == "networks":
        return chosen
    if part == "revisions":
        return NetworkRevisionRow.network_id.in_(select(NetworkRow.id).where(chosen))
    if part == "blocks":
        return LibraryBlockRow.deleted.is_(None)
    if networks is None or part in {"datasets", "weights"}:
        return None
    if part == "runs":
        return RunRow.network_id.in_(networks)
    assert part in _OF_RUN
    run_id: ColumnElement[str] = _table(part).c.run_id
    return run_id.in_(select(RunRow.id).where(RunRow.network_id.in_(networks)))


def insert_rows(session: Session, part: str, rows: Iterable[RowData]) -> int:
    """Inserts rows that were checked; gives how many.

    Raises:
        RowsDoNotFitError: the database does not take them.
    """
    count = 0
    rest = iter(rows)
    while some := list(islice(rest, _ROWS_AT_ONCE)):
        try:
            session.execute(insert(_TABLES[part]), some)
        except IntegrityError as error:
            raise RowsDoNotFitError(part) from error
        count += len(some)
    return count


def taken_ids(session: Session) -> set[str]:
    """Every id that a new row must not have."""
    kinds = ("networks", "blocks", "datasets", "weights", "runs", "checkpoints")
    return {id_ for part in kinds for id_ in session.scalars(select(_table(part).c.id))}


def count_rows(session: Session, part: str, networks: Collection[str] | None = None) -> int:
    query = select(func.count()).select_from(_table(part))
    condition = _condition(part, networks)
    return session.scalar(query if condition is None else query.where(condition)) or 0


def check_row(part: str, row: RowData) -> RowData:
    """``row`` as the table takes it, with the defaults of columns that an older version did not have.

    Raises:
        ValueError: a column is missing, unknown, or of another kind; the message names it.
    """
    columns = {column.name: column for column in _table(part).columns}
    unknown = row.keys() - columns.keys() | row.keys() & _UNTOLD.get(part, frozenset())
    if unknown:
        raise misfit(min(unknown))
    checked: RowData = {}
    for name, column in columns.items():
        if name in _UNTOLD.get(part, frozenset()):
            continue
        if name not in row:
            if column.nullable:
                checked[name] = None
            elif column.default is None:
                raise misfit(name)
            continue
        checked[name] = _checked(row[name], column.type.python_type, is_nullable=bool(column.nullable), name=name)
    return checked


def _checked(value: Any, kind: type, *, is_nullable: bool, name: str) -> Any:
    if value is None and is_nullable:
        return None
    if kind is bytes and isinstance(value, str):
        return base64.b64decode(value, validate=True)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind or (isinstance(value, int) and abs(value) > 2**53):
        raise misfit(name)
    return value
