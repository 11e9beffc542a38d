"""Queries about uploaded datasets."""

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.tables import DatasetRow


def insert_dataset(
    session: Session, dataset_id: str, *, type_name: str, title: str, folder: str, options: str, description: str
) -> None:
    """Inserts an uploaded set; ``options`` and ``description`` are JSON."""
    session.add(
        DatasetRow(
            id=dataset_id,
            type=type_name,
            title=title,
            folder=folder,
            options=options,
            description=description,
            created=time.time(),
        )
    )


def update_dataset(
    session: Session,
    dataset_id: str,
    *,
    type_name: str | None = None,
    title: str | None = None,
    options: str | None = None,
    description: str | None = None,
) -> bool:
    """Changes what is given; False where there is no such set."""
    row = session.get(DatasetRow, dataset_id)
    if row is None:
        return False
    row.type = row.type if type_name is None else type_name
    row.title = row.title if title is None else title
    row.options = row.options if options is None else options
    row.description = row.description if description is None else description
    return True


def get_dataset(session: Session, dataset_id: str) -> DatasetRow | None:
    return session.get(DatasetRow, dataset_id)


def list_datasets(session: Session) -> list[DatasetRow]:
    """The uploaded sets, newest first."""
    return list(session.scalars(select(DatasetRow).order_by(DatasetRow.created.desc(), DatasetRow.id)))


def delete_dataset(session: Session, dataset_id: str) -> bool:
    """Removes the row; False where there is none."""
    row = session.get(DatasetRow, dataset_id)
    if row is None:
        return False
    session.delete(row)
    return True
