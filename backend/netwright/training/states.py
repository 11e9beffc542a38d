"""The states of a run and the one table of allowed moves, for worker, store and page."""

from enum import StrEnum


class RunState(StrEnum):
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"


class EndReason(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    EARLY_STOP = "early_stop"
    STOPPED_BY_USER = "stopped_by_user"
    LOSS_NOT_FINITE = "loss_not_finite"
    OUT_OF_MEMORY = "out_of_memory"
    WORKER_LOST = "worker_lost"
    BAD_DATA = "bad_data"
    ERROR = "error"
    IMPORTED = "imported"
    """It was never trained here: its curves were read from a file, and nothing else is known of it."""


_S = RunState

MOVES: dict[RunState, frozenset[RunState]] = {
    _S.QUEUED: frozenset({_S.STARTING, _S.STOPPED, _S.FAILED}),
    _S.STARTING: frozenset({_S.RUNNING, _S.STOPPED, _S.FAILED, _S.LOST, _S.QUEUED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.COMPLETED, _S.STOPPED, _S.FAILED, _S.LOST, _S.QUEUED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.STOPPED, _S.FAILED, _S.LOST, _S.QUEUED}),
    _S.LOST: frozenset({_S.QUEUED, _S.STOPPED, _S.FAILED}),
    _S.STOPPED: frozenset({_S.QUEUED}),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.COMPLETED: frozenset({_S.QUEUED}),
}
"""``MOVES[a]`` holds every state that may follow ``a``.  A run whose worker ends with the server waits again; a stopped
or failed one may be resumed from its last checkpoint, a completed one be extended by more epochs."""

FINAL = frozenset({_S.COMPLETED, _S.STOPPED, _S.FAILED})
"""States in which no worker is expected to be alive."""

RESTING = FINAL | {_S.LOST}
"""States that a run stays in until a person asks for more of it."""


def is_allowed(old: RunState, new: RunState) -> bool:
    """Whether ``new`` may follow ``old``."""
    return new in MOVES[old]
