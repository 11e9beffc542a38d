"""The runs that wait for a device, and how many a device trains at once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.tables import RunRow, SlotsRow
from netwright.training.states import RunState

_ORDER = (RunRow.priority.desc(), RunRow.queued, RunRow.id)


def list_waiting(session: Session, slot: str | None = None) -> list[RunRow]:
    """Queued runs (of one slot), the next one first."""
    query = select(RunRow).where(RunRow.state == RunState.QUEUED).order_by(*_ORDER)
    return list(session.scalars(query if slot is None else query.where(RunRow.slot == slot)))


def put_at(session: Session, run_id: str, place: int) -> bool:
    """Puts a waiting run at ``place`` (from 1) of its device's queue, with the priority of who stands there.  Past the end is
    the end.  False where it does not wait."""
    run = session.get(RunRow, run_id)
    if run is None or run.state != RunState.QUEUED:
        return False
    others = [each for each in list_waiting(session, run.slot) if each.id != run_id]
    index = min(place - 1, len(others))
    before = others[index - 1] if index > 0 else None
    after = others[index] if index < len(others) else None
    if before is not None and after is not None and before.priority == after.priority:
        run.priority, middle = before.priority, (before.queued + after.queued) / 2
        if not before.queued < middle < after.queued:  # no number is left between them
            for number, each in enumerate(others):
                each.queued = float(number)
            middle = index - 0.5
        run.queued = middle
    elif before is not None:
        run.priority, run.queued = before.priority, before.queued + 1.0
    elif after is not None:
        run.priority, run.queued = after.priority, after.queued - 1.0
    session.flush()
    return True


def set_priority(session: Session, run_id: str, priority: int) -> bool:
    """Changes the priority of a waiting run; it comes last of those that have it.  False where it does not wait."""
    run = session.get(RunRow, run_id)
    if run is None or run.state != RunState.QUEUED:
        return False
    if run.priority != priority:
        same = [each.queued for each in list_waiting(session, run.slot) if each.priority == priority]
        run.priority = priority
        run.queued = max([run.queued, *(queued + 1.0 for queued in same)])
    session.flush()
    return True


def read_slots(session: Session) -> dict[str, int]:
    """Runs at once by device, where a person has chosen a number."""
    return {row.device: row.slots for row in session.scalars(select(SlotsRow))}


def set_slots(session: Session, device: str, slots: int) -> None:
    row = session.get(SlotsRow, device)
    if row is None:
        session.add(SlotsRow(device=device, slots=slots))
    else:
        row.slots = slots
    session.flush()
