"""Queries about runs and their attempts."""

import json
import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from netwright.store.commands import list_commands
from netwright.store.queue import list_waiting
from netwright.store.tables import AttemptRow, CommandRow, RunRow
from netwright.training.states import FINAL, RESTING, RunState

ACTIVE = (RunState.STARTING, RunState.RUNNING, RunState.PAUSED)
"""States in which a worker holds a slot."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with the types of the commands that wait for its worker, oldest first."""

    row: RunRow
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LivingAttempt:
    """An attempt that is not known to have ended."""

    run_id: str
    attempt: int
    handle: str | None
    is_stopping: bool


def record_of(session: Session, row: RunRow) -> RunRecord:
    return RunRecord(row, tuple(command.type for command in list_commands(session, row.id)))


def get_run(session: Session, run_id: str) -> RunRecord | None:
    """A run with its ``spec``, which lists leave out."""
    row = session.get(RunRow, run_id, options=[undefer(RunRow.spec)])
    return None if row is None else record_of(session, row)


def list_runs(session: Session, network_id: str | None = None) -> list[RunRecord]:
    """All runs, or those of one network, newest first."""
    query = select(RunRow).order_by(RunRow.created.desc(), RunRow.id)
    if network_id is not None:
        query = query.where(RunRow.network_id == network_id)
    rows = session.scalars(query).all()
    waiting: dict[str, list[str]] = {}
    for run_id, type_ in session.execute(select(CommandRow.run_id, CommandRow.type).order_by(CommandRow.id)):
        waiting.setdefault(run_id, []).append(type_)
    return [RunRecord(row, tuple(waiting.get(row.id, ()))) for row in rows]


def list_settings(session: Session) -> list[tuple[str, str | None]]:
    """``(run, its training config as JSON)`` of all runs: what a table shows of them beside their results.  Of an imported
    run it is None."""
    query = select(RunRow.id, func.json_extract(RunRow.spec, "$.training")).order_by(RunRow.created.desc(), RunRow.id)
    return list(session.execute(query))


def list_tags(session: Session) -> set[str]:
    """Every tag that some run carries."""
    return {tag for text in session.scalars(select(RunRow.tags)) for tag in json.loads(text)}


def list_queued(session: Session) -> list[tuple[str, str]]:
    """``(run, slot)`` of the runs that wait, the next one first."""
    return [(row.id, row.slot) for row in list_waiting(session)]


def taken_slots(session: Session) -> list[str]:
    """The slot of each run that has a worker."""
    return list(session.scalars(select(RunRow.slot).where(RunRow.state.in_(ACTIVE))))


def list_paused(session: Session) -> list[RunRow]:
    """The runs that rest with their worker, the first that was made first."""
    return list(session.scalars(select(RunRow).where(RunRow.state == "paused").order_by(RunRow.created, RunRow.id)))


def list_unfinished(session: Session) -> list[str]:
    """The runs that have not come to an end."""
    return list(session.scalars(select(RunRow.id).where(RunRow.state.not_in(RESTING))))


def list_living(session: Session) -> list[LivingAttempt]:
    """Attempts that should have a worker."""
    query = (
        select(RunRow.id, AttemptRow.attempt, AttemptRow.handle, CommandRow.id)
        .join(AttemptRow, (AttemptRow.run_id == RunRow.id) & (AttemptRow.attempt == RunRow.attempt))
        .outerjoin(CommandRow, (CommandRow.run_id == RunRow.id) & (CommandRow.type == "stop"))
        .where(RunRow.state.in_(ACTIVE), AttemptRow.ended.is_(None))
    )
    return [
        LivingAttempt(run_id, attempt, handle, command is not None)
        for run_id, attempt, handle, command in session.execute(query)
    ]


def get_attempt(session: Session, run_id: str, attempt: int) -> AttemptRow | None:
    return session.get(AttemptRow, (run_id, attempt))


def delete_run(session: Session, run_id: str, allowed: Collection[RunState] = FINAL) -> RunState | None:
    """Removes a run and all that belongs to it where its state is one of ``allowed``; gives the state, None: no such run."""
    row = session.get(RunRow, run_id)
    if row is None:
        return None
    state = RunState(row.state)
    if state in allowed:
        session.execute(delete(RunRow).where(RunRow.id == run_id))
    return state


def is_dataset_used(session: Session, source: str) -> bool:
    """Whether a run that is not over reads the dataset ``source``."""
    query = select(RunRow.id).where(RunRow.data_source == source, RunRow.state.not_in(FINAL)).limit(1)
    return session.scalar(query) is not None


def insert_run(session: Session, row: RunRow) -> RunRecord:
    session.add(row)
    session.flush()
    return RunRecord(row, ())


def update_run(
    session: Session,
    run_id: str,
    *,
    name: str | None,
    notes: str | None,
    tags: str | None,
    is_archived: bool | None = None,
) -> RunRecord | None:
    """Changes what is not None; ``tags`` is JSON."""
    row = session.get(RunRow, run_id)
    if row is None:
        return None
    row.name = row.name if name is None else name
    row.notes = row.notes if notes is None else notes
    row.tags = row.tags if tags is None else tags
    if is_archived is not None:
        row.archived = (row.archived or time.time()) if is_archived else None
    return record_of(session, row)
