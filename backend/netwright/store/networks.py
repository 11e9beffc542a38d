"""Queries about networks and their revisions."""

import time
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from netwright.store.tables import FirstRow, NetworkRevisionRow, NetworkRow, RunRow, new_id

SECONDS_PER_REVISION = 60.0
"""An editor saves every few seconds; of the saves that fall into one such span of the clock only the last is kept."""

EXAMPLE = "example"
"""The name under which it is kept that the example network was made."""


class StaleRevisionError(ValueError):
    """Somebody saved in between: ``newest`` is the revision that stands."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"Revision {newest} is newer.")
        self.newest = newest


@dataclass(frozen=True, slots=True)
class SavedDocument:
    """What is written of a document: the JSON itself and what the list shows of it."""

    name: str
    document: str
    num_nodes: int
    outline: str


@dataclass(frozen=True, slots=True)
class NetworkRecord:
    """A network with its newest document and what its runs came to.  ``best`` is JSON, that of the newest run that has one;
    ``is_example`` says that it is the one of the first visit."""

    row: NetworkRow
    document: str | None
    num_runs: int
    best: str
    is_example: bool = False


def was_example_made(session: Session) -> bool:
    """Whether the first visit has been prepared; also where it found networks and made none."""
    return session.get(FirstRow, EXAMPLE) is not None


def make_example(session: Session, saved: SavedDocument) -> None:
    """Inserts the network of the first visit, once; none where there are networks already, also deleted ones."""
    if was_example_made(session):
        return
    is_empty = session.scalar(select(NetworkRow.id).limit(1)) is None
    session.add(FirstRow(name=EXAMPLE, network_id=create_network(session, saved) if is_empty else None))


def give_example(session: Session, saved: SavedDocument) -> str:
    """The id of the example network that lives; ``saved`` becomes it where there is none."""
    first = session.get(FirstRow, EXAMPLE) or FirstRow(name=EXAMPLE, network_id=None)
    row = None if first.network_id is None else session.get(NetworkRow, first.network_id)
    if row is not None and row.deleted is None:
        return row.id
    first.network_id = create_network(session, saved)
    session.add(first)
    return first.network_id


def _example_id(session: Session) -> str | None:
    return session.scalar(select(FirstRow.network_id).where(FirstRow.name == EXAMPLE))


def create_network(session: Session, saved: SavedDocument) -> str:
    """Inserts a network with revision 1; gives its id."""
    now = time.time()
    row = NetworkRow(
        id=new_id(),
        name=saved.name,
        revision=1,
        created=now,
        updated=now,
        deleted=None,
        num_nodes=saved.num_nodes,
        outline=saved.outline,
    )
    session.add(row)
    session.flush()
    session.add(_revision(row.id, 1, now, saved))
    return row.id


def save_network(session: Session, network_id: str, based_on: int, saved: SavedDocument) -> bool:
    """Writes the revision after ``based_on``; False where there is no such network.

    A save within the same span of :data:`SECONDS_PER_REVISION` replaces the revision before it (the number still grows), so
    that autosave keeps one revision a minute and not thousands.  One that has a label stays.

    Raises:
        StaleRevisionError: ``based_on`` is not the newest revision.
    """
    row = session.get(NetworkRow, network_id)
    if row is None or row.deleted is not None:
        return False
    if row.revision != based_on:
        raise StaleRevisionError(row.revision)
    now = time.time()
    before = session.get(NetworkRevisionRow, (network_id, row.revision))
    is_same_span = before is not None and before.created // SECONDS_PER_REVISION == now // SECONDS_PER_REVISION
    if before is not None and is_same_span and before.label is None:
        session.delete(before)
    row.revision += 1
    row.name, row.num_nodes, row.outline, row.updated = saved.name, saved.num_nodes, saved.outline, now
    session.add(_revision(network_id, row.revision, now, saved))
    return True


def _revision(network_id: str, revision: int, now: float, saved: SavedDocument) -> NetworkRevisionRow:
    return NetworkRevisionRow(
        network_id=network_id, revision=revision, created=now, name=saved.name, document=saved.document
    )


def set_network_deleted(session: Session, network_id: str, *, is_deleted: bool) -> bool:
    """Puts a network away or brings it back; False where there is none."""
    row = session.get(NetworkRow, network_id)
    if row is None:
        return False
    if (row.deleted is not None) != is_deleted:
        row.deleted = time.time() if is_deleted else None
    return True


def list_networks(session: Session) -> list[NetworkRecord]:
    """The networks that live, the one saved last first."""
    rows = session.scalars(
        select(NetworkRow).where(NetworkRow.deleted.is_(None)).order_by(NetworkRow.updated.desc(), NetworkRow.id)
    ).all()
    counts = session.execute(
        select(RunRow.network_id, func.count()).where(RunRow.network_id.is_not(None)).group_by(RunRow.network_id)
    )
    best = session.execute(
        select(RunRow.network_id, RunRow.best)
        .where(RunRow.network_id.is_not(None), RunRow.best != "{}")
        .order_by(RunRow.created)
    )
    num_runs = dict(counts.all())
    newest_best = dict(best.all())  # of each network the last row wins
    example = _example_id(session)
    return [
        NetworkRecord(row, None, num_runs.get(row.id, 0), newest_best.get(row.id, "{}"), row.id == example)
        for row in rows
    ]


def get_network(session: Session, network_id: str, revision: int | None = None) -> NetworkRecord | None:
    """A network that lives, with the document of ``revision`` (None: the newest)."""
    row = session.get(NetworkRow, network_id)
    if row is None or row.deleted is not None:
        return None
    key = (network_id, row.revision if revision is None else revision)
    saved = session.get(NetworkRevisionRow, key, options=[undefer(NetworkRevisionRow.document)])
    if saved is None:
        return None
    num_runs = session.scalar(select(func.count()).select_from(RunRow).where(RunRow.network_id == network_id))
    best = session.scalar(
        select(RunRow.best)
        .where(RunRow.network_id == network_id, RunRow.best != "{}")
        .order_by(RunRow.created.desc())
        .limit(1)
    )
    return NetworkRecord(row, saved.document, num_runs or 0, best or "{}", row.id == _example_id(session))


def list_revisions(session: Session, network_id: str) -> list[NetworkRevisionRow] | None:
    """What was kept of a network, newest first, without the documents; None where there is no such network."""
    row = session.get(NetworkRow, network_id)
    if row is None or row.deleted is not None:
        return None
    return list(
        session.scalars(
            select(NetworkRevisionRow)
            .where(NetworkRevisionRow.network_id == network_id)
            .order_by(NetworkRevisionRow.revision.desc())
        )
    )


def label_revision(session: Session, network_id: str, revision: int, label: str | None) -> bool:
    """Names a revision, or takes its name away; False where there is none."""
    row = session.get(NetworkRow, network_id)
    saved = session.get(NetworkRevisionRow, (network_id, revision))
    if row is None or row.deleted is not None or saved is None:
        return False
    saved.label = label
    return True


def keep_revision(session: Session, network_id: str, revision: int | None, label: str) -> int | None:
    """Sees to it that a revision (None: the newest) is never replaced, by ``label`` where it has no name; gives its number,
    None where there is none."""
    row = session.get(NetworkRow, network_id)
    if row is None or row.deleted is not None:
        return None
    saved = session.get(NetworkRevisionRow, (network_id, row.revision if revision is None else revision))
    if saved is None:
        return None
    if saved.label is None:
        saved.label = label
    return saved.revision


def list_deleted(session: Session) -> list[NetworkRow]:
    """The networks that were put away, the last one first."""
    return list(
        session.scalars(
            select(NetworkRow).where(NetworkRow.deleted.is_not(None)).order_by(NetworkRow.deleted.desc(), NetworkRow.id)
        )
    )


def purge_networks(session: Session, deleted_before: float) -> None:
    """Removes for good what was put away before ``deleted_before`` (Unix seconds)."""
    session.execute(delete(NetworkRow).where(NetworkRow.deleted < deleted_before))
