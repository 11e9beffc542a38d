"""Moves that the server makes by itself, in every state, twice."""

import json
from functools import partial
from typing import Any

import pytest
from backend.store.rows import RUN, event, get, hello, ingest, insert, start
from netwright.store.commands import remove_commands
from netwright.store.moves import MoveError, move
from netwright.store.run_moves import (
    MAX_RETRIES,
    NotResumableError,
    fail_start,
    lose_attempt,
    pause_run,
    resume_run,
    stop_run,
)
from netwright.store.runs import get_run, list_living, list_queued, taken_slots
from netwright.store.store import Store
from netwright.training.states import FINAL, MOVES, EndReason, RunState


def waiting(store: Store) -> tuple[str, ...]:
    record = store.read_now(lambda session: get_run(session, RUN))
    assert record is not None
    return record.commands


def put(store: Store, state: RunState) -> None:
    """Brings a run into ``state`` as the product does."""
    insert(store)
    if state is RunState.QUEUED:
        return
    start(store)
    if state is RunState.STARTING:
        return
    ingest(store, hello())
    if state is RunState.PAUSED:
        ingest(store, event("state", 2, state="paused"))
    elif state in FINAL:
        ingest(store, event("end", 2, state=state, reason="finished"))


REACHABLE = [state for state in RunState if state is not RunState.LOST]


@pytest.mark.parametrize("old", list(RunState))
@pytest.mark.parametrize("new", list(RunState))
def test_move_when_asked_does_what_the_table_says(store: Store, old: RunState, new: RunState) -> None:
    insert(store, state=old)
    run = get(store)
    if new in MOVES[old]:
        move(run, new)
        assert run.state == new
        assert (run.ended is not None) == (new in FINAL)
    else:
        with pytest.raises(MoveError, match=f"is {old}.*not {new}"):
            move(run, new)


@pytest.mark.parametrize("state", REACHABLE)
def test_stop_run_when_called_twice_is_the_same_as_once(store: Store, state: RunState) -> None:
    put(store, state)
    for _ in range(2):
        assert store.write_now(lambda session: stop_run(session, RUN)) is not None
        if state in FINAL:
            assert (get(store).state, waiting(store)) == (state, ())
        elif state is RunState.QUEUED:
            assert (get(store).state, get(store).reason) == (RunState.STOPPED, EndReason.STOPPED_BY_USER)
        else:
            assert (get(store).state, waiting(store)) == (state, ("stop",))


@pytest.mark.parametrize("state", REACHABLE)
def test_pause_run_when_called_twice_is_the_same_as_once(store: Store, state: RunState) -> None:
    put(store, state)
    for _ in range(2):
        store.write_now(lambda session: pause_run(session, RUN))
        assert get(store).state == state
        assert waiting(store) == (("pause",) if state in {RunState.STARTING, RunState.RUNNING} else ())


@pytest.mark.parametrize("state", [state for state in REACHABLE if state is not RunState.COMPLETED])
def test_resume_run_when_called_twice_is_the_same_as_once(store: Store, state: RunState) -> None:
    put(store, state)
    for _ in range(2):
        store.write_now(lambda session: resume_run(session, RUN))
        assert get(store).state == (RunState.QUEUED if state in FINAL else state)
        assert waiting(store) == (("resume",) if state is RunState.PAUSED else ())


def test_resume_run_when_completed_is_refused(store: Store) -> None:
    put(store, RunState.COMPLETED)
    with pytest.raises(NotResumableError):
        store.write_now(lambda session: resume_run(session, RUN))


@pytest.mark.parametrize("steer", [stop_run, pause_run, resume_run])
def test_steer_when_there_is_no_such_run_gives_none(store: Store, steer: object) -> None:
    assert callable(steer)
    assert store.write_now(lambda session: steer(session, "nosuchrun")) is None


def test_pause_run_when_it_stops_anyway_changes_nothing(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: stop_run(session, RUN))
    store.write_now(lambda session: pause_run(session, RUN))
    assert waiting(store) == ("stop",)


def test_resume_run_when_the_pause_was_not_sent_yet_takes_it_back(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: pause_run(session, RUN))
    store.write_now(lambda session: resume_run(session, RUN))
    assert waiting(store) == ()


def test_resume_run_when_the_pause_was_sent_tells_the_worker(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: pause_run(session, RUN))
    ingest(store)
    store.write_now(lambda session: resume_run(session, RUN))
    assert waiting(store) == ("resume",)


def test_lose_attempt_when_the_worker_died_queues_again_a_few_times_then_fails(store: Store) -> None:
    insert(store)
    for attempt in range(1, MAX_RETRIES + 2):
        assert start(store) == attempt
        ingest(store, hello(attempt=attempt), attempt=attempt)
        moved = store.write_now(partial(lose_attempt, run_id=RUN, attempt=attempt))
        assert moved is not None
        types = [each.payload for each in moved.events]
        assert '"state":"lost"' in types[0]
        assert get(store).state == (RunState.QUEUED if attempt <= MAX_RETRIES else RunState.FAILED)
    assert get(store).reason == EndReason.WORKER_LOST
    assert "Resume" in (get(store).message or "")


def test_lose_attempt_when_a_checkpoint_was_made_counts_anew(store: Store) -> None:
    insert(store)
    saved: dict[str, Any] = {
        "kind": "last",
        "step": 5,
        "epoch": 1,
        "file": "c",
        "bytes": 3,
        "sha256": "0",
        "metrics": {},
    }
    for attempt in range(1, 2 * MAX_RETRIES):
        start(store)
        checkpoint = event("checkpoint", 2, attempt=attempt, **saved)
        ingest(store, hello(attempt=attempt), checkpoint, attempt=attempt, verified=frozenset({"c"}))
        store.write_now(partial(lose_attempt, run_id=RUN, attempt=attempt))
        assert get(store).state == RunState.QUEUED


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING, RunState.PAUSED])
def test_lose_attempt_when_the_worker_was_told_to_end_queues_again_however_often(store: Store, state: RunState) -> None:
    put(store, state)
    for attempt in range(1, MAX_RETRIES + 3):
        moved = store.write_now(lambda session: lose_attempt(session, RUN, get(store).attempt, was_told=True))
        assert moved is not None
        assert [json.loads(each.payload)["state"] for each in moved.events] == ["queued"]
        assert (get(store).state, get(store).retries) == (RunState.QUEUED, 0)
        assert waiting(store) == (("pause",) if state is RunState.PAUSED and attempt == 1 else ())
        start(store)
        store.write_now(lambda session: remove_commands(session, RUN, "pause"))


def test_lose_attempt_when_the_worker_was_told_to_end_while_a_stop_waited_stops(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: stop_run(session, RUN))
    store.write_now(lambda session: lose_attempt(session, RUN, 1, was_told=True))
    assert (get(store).state, get(store).reason) == (RunState.STOPPED, EndReason.STOPPED_BY_USER)


def test_lose_attempt_when_a_stop_waited_stops(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: stop_run(session, RUN))
    store.write_now(lambda session: lose_attempt(session, RUN, 1))
    assert (get(store).state, get(store).reason, waiting(store)) == (RunState.STOPPED, EndReason.STOPPED_BY_USER, ())


def test_lose_attempt_when_it_has_ended_in_the_meantime_does_nothing(store: Store) -> None:
    put(store, RunState.COMPLETED)
    assert store.write_now(lambda session: lose_attempt(session, RUN, 1)) is None
    assert get(store).state == RunState.COMPLETED


def test_fail_start_when_no_worker_came_up_says_why(store: Store) -> None:
    put(store, RunState.STARTING)
    store.write_now(lambda session: fail_start(session, RUN, 1, "No worker."))
    assert (get(store).state, get(store).message) == (RunState.FAILED, "No worker.")


def test_lists_when_runs_are_in_several_states_name_the_right_ones(store: Store) -> None:
    insert(store, "b" * 16, queued=2.0, slot="cuda:0")
    insert(store, "a" * 16, queued=3.0)
    put(store, RunState.RUNNING)
    assert store.read_now(list_queued) == [("b" * 16, "cuda:0"), ("a" * 16, "cpu")]
    assert store.read_now(taken_slots) == ["cpu"]
    store.write_now(lambda session: stop_run(session, RUN))
    (living,) = store.read_now(list_living)
    assert (living.run_id, living.attempt, living.handle, living.is_stopping) == (RUN, 1, None, True)
