"""Queries about the block library."""

import time
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from netwright.store.tables import LibraryBlockRow, new_id


@dataclass(frozen=True, slots=True)
class SavedBlock:
    """What is written of a block: its definition as JSON and what the list shows of it."""

    name: str
    description: str
    definition: str
    outline: str


def create_block(session: Session, saved: SavedBlock) -> str:
    """Inserts a block; gives its id."""
    now = time.time()
    row = LibraryBlockRow(id=new_id(), created=now, updated=now, deleted=None)
    _write(row, saved)
    session.add(row)
    return row.id


def save_block(session: Session, block_id: str, saved: SavedBlock) -> bool:
    """Writes a block anew; False where there is no such block."""
    row = session.get(LibraryBlockRow, block_id)
    if row is None or row.deleted is not None:
        return False
    _write(row, saved)
    row.updated = time.time()
    return True


def _write(row: LibraryBlockRow, saved: SavedBlock) -> None:
    row.name, row.description = saved.name, saved.description
    row.definition, row.outline = saved.definition, saved.outline


def set_block_deleted(session: Session, block_id: str, *, is_deleted: bool) -> bool:
    """Puts a block away or brings it back; False where there is none."""
    row = session.get(LibraryBlockRow, block_id)
    if row is None:
        return False
    if (row.deleted is not None) != is_deleted:
        row.deleted = time.time() if is_deleted else None
    return True


def list_blocks(session: Session) -> list[LibraryBlockRow]:
    """The blocks that live, by name, without their definitions."""
    living = select(LibraryBlockRow).where(LibraryBlockRow.deleted.is_(None))
    return list(session.scalars(living.order_by(LibraryBlockRow.name, LibraryBlockRow.created, LibraryBlockRow.id)))


def get_block(session: Session, block_id: str) -> LibraryBlockRow | None:
    """A block that lives, with its definition."""
    row = session.get(LibraryBlockRow, block_id, options=[undefer(LibraryBlockRow.definition)])
    return None if row is None or row.deleted is not None else row


def purge_blocks(session: Session, deleted_before: float) -> None:
    """Removes for good what was put away before ``deleted_before`` (Unix seconds)."""
    session.execute(delete(LibraryBlockRow).where(LibraryBlockRow.deleted < deleted_before))
