"""What was changed while a run trained, and before it in the runs that it goes on from."""

import json

from netwright.store.events import list_events
from netwright.store.runs import get_run
from netwright.store.store import Session
from netwright.store.tables import CheckpointRow
from netwright.training.spec import Change, RunSpec

MAX_EVENTS = 10_000
MAX_BYTES = 8 * 2**20


def read_changes(session: Session, spec: RunSpec) -> tuple[list[Change], bool]:
    """All that hold, oldest first; whether those of the runs that it goes on from are known."""
    changes = [change for change, _ in _own_changes(session, spec.run)]
    while spec.origin is not None and spec.origin.mode == "everything":
        if spec.origin.changes is not None:
            return [*spec.origin.changes, *changes], True
        record = get_run(session, spec.origin.run)  # branched before the changes were kept with the origin
        if record is None:
            return changes, False
        before = [change for change, _ in _own_changes(session, spec.origin.run) if change.step < spec.origin.step]
        changes = before + changes
        spec = RunSpec.model_validate_json(record.row.spec)
    return changes, True


def read_changes_before(session: Session, spec: RunSpec, checkpoint: CheckpointRow) -> tuple[Change, ...] | None:
    """Those that the checkpoint of the run holds; None where a run before it is gone."""
    known, is_known = read_changes(session, spec)
    own = _own_changes(session, spec.run)
    inherited = known[: len(known) - len(own)]
    # In a pause a value may be changed at the step of a checkpoint, before it or after it.
    held = [
        change
        for change, time in own
        if change.step < checkpoint.step or (change.step == checkpoint.step and time <= checkpoint.created)
    ]
    return (*inherited, *held) if is_known else None


def _own_changes(session: Session, run_id: str) -> list[tuple[Change, float]]:
    """With the Unix time of each; without those that an attempt after them did not know of."""
    stored, _ = list_events(session, run_id, 0, MAX_EVENTS, MAX_BYTES, ["change", "hello"])
    changes: list[tuple[Change, float]] = []
    for event in (json.loads(each.payload) for each in stored):
        if event["type"] == "hello":
            changes = [each for each in changes if each[0].step <= event["resumed_from_step"]]
        elif event["before"] != event["value"]:
            changes.append((Change(**{name: event[name] for name in Change.model_fields}), event["time"]))
    return changes
