"""Commands that wait for a run's worker.  At most one of a type waits; of ``set`` one for each value (``set_lr``)."""

import time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.store.tables import CommandRow
from netwright.training.events import Command, command_key


def add_command(session: Session, run_id: str, command: Command) -> None:
    """Lets ``command`` wait; one of its type that waits already stays where it is, with the new values."""
    key = command_key(command)
    row = find_command(session, run_id, key)
    payload = command.model_dump_json()
    if row is None:
        session.add(CommandRow(run_id=run_id, type=key, payload=payload, created=time.time(), is_sent=False))
    elif row.payload != payload:
        row.payload, row.is_sent = payload, False


def find_command(session: Session, run_id: str, type_: str) -> CommandRow | None:
    return session.scalar(select(CommandRow).where(CommandRow.run_id == run_id, CommandRow.type == type_))


def list_commands(session: Session, run_id: str) -> list[CommandRow]:
    """What waits, oldest first."""
    return list(session.scalars(select(CommandRow).where(CommandRow.run_id == run_id).order_by(CommandRow.id)))


def remove_commands(session: Session, run_id: str, *types: str) -> None:
    """Forgets commands of ``types`` (none: of all)."""
    query = delete(CommandRow).where(CommandRow.run_id == run_id)
    session.execute(query.where(CommandRow.type.in_(types)) if types else query)
