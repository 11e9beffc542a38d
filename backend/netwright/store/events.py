"""Events of runs: stored once, each with the cursor by which browsers ask for what comes after it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from netwright.language import STORED, use_language
from netwright.store.tables import EventRow, RunRow
from netwright.training.events import Event


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
    session: Session, run_id: str, after: int, limit: int, types: Collection[str] | None = None
) -> list[StoredEvent]:
    """At most ``limit`` events after the cursor ``after``, oldest first; only of ``types`` where they are named."""
    query = select(EventRow.cursor, EventRow.payload).where(EventRow.run_id == run_id, EventRow.cursor > after)
    if types is not None:
        query = query.where(EventRow.type.in_(types))
    return [
        StoredEvent(cursor, payload)
        for cursor, payload in session.execute(query.order_by(EventRow.cursor).limit(limit))
    ]
