"""Queries about files of weights."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.tables import WeightsRow


def insert_weights(session: Session, row: WeightsRow) -> None:
    session.add(row)


def list_weights(session: Session) -> list[WeightsRow]:
    """Newest first."""
    return list(session.scalars(select(WeightsRow).order_by(WeightsRow.created.desc(), WeightsRow.id)))


def get_weights(session: Session, weights_id: str) -> WeightsRow | None:
    return session.get(WeightsRow, weights_id)


def delete_weights(session: Session, weights_id: str) -> bool:
    """Removes the row; False where there is none."""
    row = session.get(WeightsRow, weights_id)
    if row is None:
        return False
    session.delete(row)
    return True
