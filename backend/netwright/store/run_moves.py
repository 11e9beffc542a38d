"""Moves of runs that the server makes by itself, each one transaction: created, started, lost, stopped, resumed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from netwright.language import say
from netwright.store.commands import add_command, find_command, list_commands, remove_commands
from netwright.store.events import StoredEvent, add_events
from netwright.store.moves import move, state_of
from netwright.store.runs import ACTIVE, RunRecord, get_attempt, record_of
from netwright.store.tables import AttemptRow, RunRow, new_id
from netwright.training.events import (
    CheckpointCommand,
    EndEvent,
    Event,
    PauseCommand,
    ResumeCommand,
    SetCommand,
    StateEvent,
    StopCommand,
)
from netwright.training.states import FINAL, EndReason, RunState

MAX_RETRIES = 3
"""Workers that may be lost one after another without a checkpoint in between."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A run after a move, and the events that tell of it."""

    record: RunRecord
    events: list[StoredEvent]


class NotResumableError(RuntimeError):
    """A completed run has nothing left to train."""


class NotChangeableError(RuntimeError):
    """A live value cannot be changed so; the message is a sentence."""


def _tell(session: Session, run: RunRow, make: Callable[..., Event], **fields: object) -> list[StoredEvent]:
    """Stores an event of our own after the worker's last; none where there was no attempt yet.

    It takes the attempt's next number: the attempt has ended or was given up, so its worker never uses that one.
    """
    attempt = get_attempt(session, run.id, run.attempt)
    if attempt is None:
        return []
    attempt.last_seq += 1
    event = make(run=run.id, attempt=run.attempt, seq=attempt.last_seq, time=time.time(), elapsed=run.elapsed, **fields)
    return add_events(session, run, [event])


def start_attempt(session: Session, run_id: str, token_hash: str, resume_from: str | None) -> int | None:
    """Moves a queued run to ``starting`` under a new attempt; None where it is no longer queued."""
    run = session.get(RunRow, run_id)
    if run is None or state_of(run) is not RunState.QUEUED:
        return None
    move(run, RunState.STARTING)
    run.attempt += 1
    session.add(
        AttemptRow(
            run_id=run_id,
            attempt=run.attempt,
            token_hash=token_hash,
            handle=None,
            resume_from=resume_from,
            started=time.time(),
            ended=None,
            is_fenced=False,
            last_seq=0,
        )
    )
    return run.attempt


def set_handle(session: Session, run_id: str, attempt: int, handle: str) -> None:
    row = get_attempt(session, run_id, attempt)
    if row is not None:
        row.handle = handle


def fail_start(session: Session, run_id: str, attempt: int, message: str) -> Moved | None:
    """Ends a run whose worker could not be started."""
    run = session.get(RunRow, run_id)
    if run is None or run.attempt != attempt or state_of(run) is not RunState.STARTING:
        return None
    _give_up(session, run)
    return _end(session, run, RunState.FAILED, EndReason.ERROR, message)


def lose_attempt(session: Session, run_id: str, attempt: int, *, was_told: bool = False) -> Moved | None:
    """Gives up an attempt whose worker is gone: stopped where that was wished, else queued again, a few times.

    What was wished and not done yet waits for the next attempt, and one that was paused will be.  A worker that the server
    told to end with it (``was_told``) is not lost, and its run is queued again however often that happens.

    None where the attempt has ended in the meantime.
    """
    run = session.get(RunRow, run_id)
    if run is None or run.attempt != attempt or state_of(run) not in ACTIVE:
        return None
    is_stopping = find_command(session, run_id, "stop") is not None
    is_paused = state_of(run) is RunState.PAUSED and find_command(session, run_id, "resume") is None
    _give_up(session, run)
    remove_commands(session, run_id, "stop", "resume")
    for command in list_commands(session, run_id):
        command.is_sent = False
    events: list[StoredEvent] = []
    if not was_told:
        move(run, RunState.LOST)
        events = _tell(session, run, StateEvent, state=RunState.LOST)
    if is_stopping:
        message = say("The worker was ended while it stopped.")
        moved = _end(session, run, RunState.STOPPED, EndReason.STOPPED_BY_USER, message)
    elif run.retries >= MAX_RETRIES and not was_told:
        message = say(
            "The worker died {count} times without a checkpoint in between. The log may say why; memory "
            "is the commonest reason. Resume to try again.",
            count=run.retries + 1,
        )
        moved = _end(session, run, RunState.FAILED, EndReason.WORKER_LOST, message)
    else:
        run.retries += not was_told
        if is_paused:
            add_command(session, run_id, PauseCommand())
        moved = _queue(session, run)
    return Moved(moved.record, events + moved.events)


def _give_up(session: Session, run: RunRow) -> None:
    attempt = get_attempt(session, run.id, run.attempt)
    assert attempt is not None, f"run {run.id} is {run.state} without an attempt"
    attempt.is_fenced = True
    attempt.ended = time.time()


def _end(session: Session, run: RunRow, state: RunState, reason: EndReason, message: str | None) -> Moved:
    move(run, state, reason=reason, message=message)
    remove_commands(session, run.id)
    events = _tell(session, run, EndEvent, state=state, reason=reason, message=message)
    session.flush()
    return Moved(record_of(session, run), events)


def _queue(session: Session, run: RunRow) -> Moved:
    move(run, RunState.QUEUED)
    events = _tell(session, run, StateEvent, state=RunState.QUEUED)
    session.flush()
    return Moved(record_of(session, run), events)


def stop_run(session: Session, run_id: str) -> Moved | None:
    """Stops a run: at once where no worker has it, else by a command.  Nothing happens where it is over."""
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    state = state_of(run)
    if state in ACTIVE:
        remove_commands(session, run_id, "pause", "resume")
        add_command(session, run_id, StopCommand())
    elif state not in FINAL:
        return _end(session, run, RunState.STOPPED, EndReason.STOPPED_BY_USER, None)
    session.flush()
    return Moved(record_of(session, run), [])


def pause_run(session: Session, run_id: str) -> Moved | None:
    """Asks the worker to pause.  Nothing happens where none trains, or where it stops anyway."""
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    if state_of(run) in ACTIVE and find_command(session, run_id, "stop") is None:
        remove_commands(session, run_id, "resume")
        if state_of(run) is not RunState.PAUSED:
            add_command(session, run_id, PauseCommand())
    session.flush()
    return Moved(record_of(session, run), [])


def resume_run(session: Session, run_id: str) -> Moved | None:
    """Lets a paused run go on, and queues a stopped or failed one again from its last checkpoint.

    Raises:
        NotResumableError: it has completed.
    """
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    state = state_of(run)
    if state is RunState.COMPLETED:
        raise NotResumableError
    if state in FINAL:
        run.retries = 0
        return _queue(session, run)
    pause = find_command(session, run_id, "pause")
    was_told = pause is not None and pause.is_sent
    remove_commands(session, run_id, "pause")
    if (state is RunState.PAUSED or was_told) and find_command(session, run_id, "stop") is None:
        add_command(session, run_id, ResumeCommand())
    session.flush()
    return Moved(record_of(session, run), [])


def save_run(session: Session, run_id: str) -> Moved | None:
    """Asks the worker for a checkpoint now.  Nothing happens where one is asked for already, or none trains."""
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    is_asked = find_command(session, run_id, "checkpoint") is not None
    if state_of(run) in ACTIVE and not is_asked and find_command(session, run_id, "stop") is None:
        add_command(session, run_id, CheckpointCommand(id=new_id()))
    session.flush()
    return Moved(record_of(session, run), [])


def set_values(session: Session, run_id: str, wishes: Sequence[SetCommand]) -> Moved | None:
    """Changes the learning rate or the number of epochs of a run that is not over; a completed one with more epochs is queued
    again and goes on.  Asking twice for one value is the same as once.

    Raises:
        NotChangeableError: the run is over, or is past that epoch.
    """
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    events: list[StoredEvent] = []
    epochs = next((wish.value for wish in wishes if wish.name == "epochs"), None)
    if epochs is not None and epochs < run.epoch:
        raise NotChangeableError(
            say("Epoch {epoch} is reached already. Choose {epoch} epochs or more.", epoch=run.epoch)
        )
    if state_of(run) is RunState.COMPLETED and epochs is not None and epochs > run.epoch:
        run.retries = 0
        events = _queue(session, run).events
    if state_of(run) in FINAL and not (state_of(run) is RunState.COMPLETED and epochs == run.epoch):
        raise NotChangeableError(
            say("This run is over: its values cannot be changed. Resume it first.")
            if state_of(run) is not RunState.COMPLETED
            else say("This run has completed. Train more epochs first, then change its learning rate.")
        )
    if state_of(run) not in FINAL and find_command(session, run_id, "stop") is None:
        for wish in wishes:
            add_command(session, run_id, wish)
    session.flush()
    return Moved(record_of(session, run), events)
