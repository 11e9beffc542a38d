"""Steering that outlives workers: each wish twice, in every state, and after a loss."""

import json
from typing import Any

import pytest
from backend.store.rows import RUN, event, get, hello, ingest, insert, start
from backend.store.test_run_moves import REACHABLE, put, waiting
from netwright.store.checkpoints import list_checkpoints
from netwright.store.commands import list_commands
from netwright.store.metrics import read_points
from netwright.store.run_moves import (
    NotChangeableError,
    lose_attempt,
    pause_run,
    resume_run,
    save_run,
    set_values,
    stop_run,
)
from netwright.store.store import Store
from netwright.training.events import SetCommand
from netwright.training.states import FINAL, RunState

RATE = SetCommand(name="lr", value=0.01)
EPOCHS = SetCommand(name="epochs", value=9)
ACTIVE = {RunState.STARTING, RunState.RUNNING, RunState.PAUSED}


def wish(store: Store, *wishes: SetCommand) -> None:
    assert store.write_now(lambda session: set_values(session, RUN, wishes)) is not None


def change(seq: int, command: SetCommand, value: float | None = None, before: float = 0.001) -> Any:
    reached = command.value if value is None else value
    return event("change", seq, name=command.name, wanted=command.value, value=reached, before=before, step=3, epoch=1)


@pytest.mark.parametrize("state", REACHABLE)
def test_set_values_when_called_twice_is_the_same_as_once(store: Store, state: RunState) -> None:
    put(store, state)
    for _ in range(2):
        if state in FINAL:
            with pytest.raises(NotChangeableError):
                wish(store, RATE)
            assert waiting(store) == ()
        else:
            wish(store, RATE, EPOCHS)
            assert (get(store).state, waiting(store)) == (state, ("set_lr", "set_epochs"))


@pytest.mark.parametrize("state", REACHABLE)
def test_save_run_when_called_twice_is_the_same_as_once(store: Store, state: RunState) -> None:
    put(store, state)
    seen = set()
    for _ in range(2):
        store.write_now(lambda session: save_run(session, RUN))
        rows = store.read_now(lambda session: list_commands(session, RUN))
        seen.add(tuple(row.payload for row in rows))
        assert waiting(store) == (("checkpoint",) if state in ACTIVE else ())
    assert len(seen) == 1, "it is one wish, so it has one id"


def test_set_values_when_changed_again_waits_with_the_newest_value(store: Store) -> None:
    put(store, RunState.RUNNING)
    wish(store, RATE)
    assert len(ingest(store).commands) == 1
    newer = SetCommand(name="lr", value=0.5)
    wish(store, newer)
    # The worker has done the first one by now: the second must not go with it.
    reply = ingest(store, change(2, RATE))
    assert [json.loads(command)["value"] for command in reply.commands] == [0.5]
    assert ingest(store, change(3, newer, before=0.01)).commands == []


def test_set_values_when_epochs_cannot_be_so_few_takes_what_they_became(store: Store) -> None:
    put(store, RunState.RUNNING)
    wish(store, SetCommand(name="epochs", value=2))
    reply = ingest(store, change(2, SetCommand(name="epochs", value=2), value=3.0, before=5.0))
    assert reply.commands == []
    assert (get(store).epochs, get(store).total_steps) == (3, 3 * (get(store).steps_per_epoch or 0))


def test_set_values_when_past_that_epoch_is_refused(store: Store) -> None:
    put(store, RunState.RUNNING)
    ingest(store, event("heartbeat", 2, step=30, epoch=4))
    with pytest.raises(NotChangeableError, match="Epoch 4 is reached already"):
        wish(store, SetCommand(name="epochs", value=3))


def test_set_values_when_a_run_has_completed_queues_it_again_once(store: Store) -> None:
    put(store, RunState.COMPLETED)
    for _ in range(2):
        wish(store, EPOCHS)
        assert (get(store).state, waiting(store)) == (RunState.QUEUED, ("set_epochs",))
    assert start(store) == 2
    assert waiting(store) == ("set_epochs",), "the attempt takes it along"
    ingest(store, hello(attempt=2, resumed_from_step=20), change_of_second(2), attempt=2)
    assert (get(store).state, get(store).epochs, waiting(store)) == (RunState.RUNNING, 9, ())


def change_of_second(seq: int) -> Any:
    return event("change", seq, attempt=2, name="epochs", wanted=9.0, value=9.0, before=5.0, step=20, epoch=5)


def test_extended_run_when_stopped_while_it_waits_forgets_the_wish(store: Store) -> None:
    put(store, RunState.COMPLETED)
    wish(store, EPOCHS)
    store.write_now(lambda session: stop_run(session, RUN))
    assert (get(store).state, waiting(store)) == (RunState.STOPPED, ())


def test_extended_run_when_its_worker_is_lost_extends_in_the_next_attempt(store: Store) -> None:
    put(store, RunState.COMPLETED)
    wish(store, EPOCHS)
    start(store)
    store.write_now(lambda session: lose_attempt(session, RUN, 2))
    assert (get(store).state, waiting(store)) == (RunState.QUEUED, ("set_epochs",))


@pytest.mark.parametrize("resume", [False, True])
def test_lose_attempt_when_paused_pauses_the_next_one_but_for_a_resume_on_its_way(store: Store, resume: bool) -> None:
    put(store, RunState.PAUSED)
    if resume:
        store.write_now(lambda session: resume_run(session, RUN))
    store.write_now(lambda session: lose_attempt(session, RUN, 1))
    assert get(store).state == RunState.QUEUED
    assert waiting(store) == (() if resume else ("pause",))


def test_lose_attempt_when_wishes_wait_keeps_them_as_unsent(store: Store) -> None:
    put(store, RunState.RUNNING)
    wish(store, RATE)
    store.write_now(lambda session: pause_run(session, RUN))
    ingest(store)
    store.write_now(lambda session: lose_attempt(session, RUN, 1))
    rows = store.read_now(lambda session: list_commands(session, RUN))
    assert [(row.type, row.is_sent) for row in rows] == [("set_lr", False), ("pause", False)]


def checkpoint(seq: int, kind: str, sha256: str = "0" * 64) -> Any:
    fields: dict[str, Any] = {
        "step": 5,
        "epoch": 1,
        "bytes": 3,
        "metrics": {},
        "file": f"checkpoints/{kind}-5.safetensors",
    }
    return event("checkpoint", seq, kind=kind, sha256=sha256, **fields)


def test_checkpoint_when_it_is_the_workers_own_does_not_answer_the_wish_for_one(store: Store) -> None:
    put(store, RunState.RUNNING)
    store.write_now(lambda session: save_run(session, RUN))
    assert len(ingest(store, checkpoint(2, "last")).commands) == 1
    assert ingest(store, checkpoint(3, "step")).commands == []


def test_checkpoint_when_its_file_is_written_anew_has_one_row(store: Store) -> None:
    put(store, RunState.RUNNING)
    files = frozenset({"checkpoints/last-5.safetensors"})
    ingest(store, checkpoint(2, "last"), verified=files)
    ingest(store, checkpoint(3, "last", "1" * 64), verified=files)
    (row,) = store.read_now(lambda session: list_checkpoints(session, RUN))
    assert row.sha256 == "1" * 64


def test_system_when_told_is_kept_as_points(store: Store) -> None:
    insert(store)
    start(store)
    ingest(store, hello(), event("heartbeat", 2, step=7, epoch=1), event("system", 3, values={"cpu_percent": 93.5}))
    points = store.read_now(lambda session: read_points(session, RUN, "system/cpu_percent"))
    assert (points.steps.tolist(), points.elapsed.tolist(), points.values.tolist()) == ([7], [3.0], [93.5])
