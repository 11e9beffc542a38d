"""Events of runs: stored once, each with the cursor by which browsers ask for what comes after it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import insert, literal_column, select
from sqlalchemy.orm import Session

from netwright.language import STORED, use_language
from netwright.store.tables import EventRow, RunRow
from netwright.training.events import Event, TimesEvent


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is kept: ``payload`` is its JSON with the cursor in it; sentences in it hold their templates."""

    cursor: int
    payload: str

    def spoken(self, language: str) -> str:
        """``payload`` as browsers of this language get it."""
        if '"template":' not in self.payload:
            return self.payload
        with use_language(language):
            return _EVENT.dump_json(_EVENT.validate_json(self.payload)).decode()


_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def add_events(session: Session, run: RunRow, events: Sequence[Event]) -> list[StoredEvent]:
    """Stores ``events`` as the newest of ``run``."""
    stored = []
    rows = []
    for event in events:
        run.cursor += 1
        payload = event.model_copy(update={"cursor": run.cursor}).model_dump_json(context=STORED)
        stored.append(StoredEvent(run.cursor, payload))
        rows.append(
            {
                "run_id": run.id,
                "cursor": run.cursor,
                "attempt": event.attempt,
                "seq": event.seq,
                "type": event.type,
                "payload": payload,
            }
        )
    if rows:
        session.execute(insert(EventRow), rows)
    return stored


def list_events(
    session: Session, run_id: str, after: int, limit: int, max_bytes: int, types: Collection[str] | None = None
) -> tuple[list[StoredEvent], bool]:
    """Events after the cursor ``after``, oldest first, and whether there may be more: at most ``limit``, and no more than fit
    into ``max_bytes`` of JSON, though at least one.  Only of ``types`` where they are named."""
    query = select(EventRow.cursor, EventRow.payload).where(EventRow.run_id == run_id, EventRow.cursor > after)
    if types is not None:
        query = query.where(EventRow.type.in_(types))
    found: list[StoredEvent] = []
    size = 0
    # By the connection, which fetches row by row: a session would fetch all of them before it gives the first.
    with session.connection().execute(query.order_by(EventRow.cursor).limit(limit)) as rows:
        for cursor, payload in rows:
            size += len(payload)
            if found and size > max_bytes:
                return found, True
            found.append(StoredEvent(cursor, payload))
    return found, len(found) == limit


def list_times(session: Session, network_id: str, limit: int) -> list[tuple[str, str, float, TimesEvent]]:
    """``(run, its name, when it was created, what was measured)`` of the newest runs of a network whose nodes were timed; of
    a run the newest attempt."""
    query = (
        select(RunRow.id, RunRow.name, RunRow.created, EventRow.payload)
        .join(EventRow, EventRow.run_id == RunRow.id)
        # The index on these events is only used where the query says so in the same words.
        .where(RunRow.network_id == network_id, EventRow.type == literal_column("'times'"))
        .order_by(RunRow.created.desc(), RunRow.id, EventRow.cursor.desc())
    )
    found: dict[str, tuple[str, str, float, TimesEvent]] = {}
    for run, name, created, payload in session.execute(query.limit(limit)):
        if run not in found:
            found[run] = (run, name, created, TimesEvent.model_validate_json(payload))
    return list(found.values())
