"""Queries about checkpoints."""

import time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.store.tables import CheckpointRow, new_id
from netwright.training.events import CheckpointEvent


def add_checkpoint(session: Session, event: CheckpointEvent, metrics: str) -> None:
    """Inserts the row of a checkpoint whose file was verified, in place of one whose file it has replaced.  ``metrics`` is
    JSON."""
    session.execute(delete(CheckpointRow).where(CheckpointRow.run_id == event.run, CheckpointRow.file == event.file))
    session.add(
        CheckpointRow(
            id=new_id(),
            run_id=event.run,
            attempt=event.attempt,
            kind=event.kind,
            step=event.step,
            epoch=event.epoch,
            file=event.file,
            bytes=event.bytes,
            sha256=event.sha256,
            metrics=metrics,
            created=time.time(),
        )
    )


def copy_checkpoint(session: Session, row: CheckpointRow, run_id: str) -> None:
    """Inserts ``row`` for another run that has a file of the same name with the same bytes."""
    names = (column.name for column in CheckpointRow.__table__.columns)
    session.add(CheckpointRow(**{name: getattr(row, name) for name in names} | {"id": new_id(), "run_id": run_id}))


def list_checkpoints(session: Session, run_id: str) -> list[CheckpointRow]:
    """Checkpoints of a run, newest first."""
    query = (
        select(CheckpointRow)
        .where(CheckpointRow.run_id == run_id)
        .order_by(CheckpointRow.step.desc(), CheckpointRow.created.desc(), CheckpointRow.id)
    )
    return list(session.scalars(query))


def get_checkpoint(session: Session, checkpoint_id: str) -> CheckpointRow | None:
    return session.get(CheckpointRow, checkpoint_id)
