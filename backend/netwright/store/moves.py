"""The one place that changes a run's state, by the one table of allowed moves."""

import time

from netwright.language import dump_stored
from netwright.store.tables import RunRow
from netwright.training.states import FINAL, MOVES, EndReason, RunState, is_allowed


class MoveError(RuntimeError):
    """A move that the table does not allow; says what would have been allowed and what was asked."""

    def __init__(self, run_id: str, old: RunState, new: RunState) -> None:
        allowed = ", ".join(sorted(MOVES[old])) or "nothing"
        super().__init__(f"Run {run_id} is {old}: {allowed} may follow, not {new}.")
        self.old, self.new = old, new


def state_of(run: RunRow) -> RunState:
    return RunState(run.state)


def move(run: RunRow, new: RunState, *, reason: EndReason | None = None, message: str | None = None) -> None:
    """Puts ``run`` into ``new``, with why it ended where ``new`` is final.

    Raises:
        MoveError: the table does not allow it.
    """
    old = state_of(run)
    if not is_allowed(old, new):
        raise MoveError(run.id, old, new)
    now = time.time()
    run.state = new
    run.phase = None
    run.reason, run.message = (reason, dump_stored(message)) if new in FINAL else (None, None)
    run.ended = now if new in FINAL else None
    if new is RunState.QUEUED:
        run.queued = now
    if new is RunState.RUNNING and run.started is None:
        run.started = now
