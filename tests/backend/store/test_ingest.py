"""What a worker says reaches the database once, whatever comes twice, late or in the wrong order."""

import json
import math
import tracemalloc
from typing import Any

import pytest
from backend.store.rows import RUN, event, get, hello, ingest, insert, metrics, start
from netwright.store.checkpoints import list_checkpoints
from netwright.store.commands import add_command
from netwright.store.events import list_events
from netwright.store.ingest import FencedError
from netwright.store.metrics import read_points
from netwright.store.run_moves import lose_attempt
from netwright.store.runs import get_run
from netwright.store.store import Store
from netwright.training.events import CheckpointCommand, PauseCommand, ResumeCommand
from netwright.training.states import EndReason, RunState


@pytest.fixture(autouse=True)
def _started(store: Store) -> None:
    insert(store)
    start(store)


def values(store: Store, name: str = "train/loss") -> list[float]:
    found: list[float] = store.read_now(lambda session: read_points(session, RUN, name)).values.tolist()
    return found


def cursors(store: Store) -> list[tuple[int, int]]:
    stored, _ = store.read_now(lambda session: list_events(session, RUN, 0, 1000, 2**20))
    return [(each.cursor, json.loads(each.payload)["seq"]) for each in stored]


def test_ingest_when_a_batch_comes_twice_stores_it_once(store: Store) -> None:
    batch = (hello(), metrics(2, [1, 2], {"train/loss": [2.0, 1.0]}))
    assert ingest(store, *batch).seq == 2
    again = ingest(store, *batch)
    assert (again.seq, again.events) == (2, [])
    assert cursors(store) == [(1, 1), (2, 2)]
    assert values(store) == [2.0, 1.0]


def test_ingest_when_batches_overlap_stores_only_what_is_new(store: Store) -> None:
    ingest(store, hello(), metrics(2, [1], {"train/loss": [1.0]}))
    reply = ingest(store, metrics(2, [1], {"train/loss": [1.0]}), metrics(3, [2], {"train/loss": [0.5]}))
    assert reply.seq == 3
    assert [each.cursor for each in reply.events] == [3]
    assert values(store) == [1.0, 0.5]


def test_ingest_when_an_event_is_missing_stops_before_the_gap_and_says_so(store: Store) -> None:
    reply = ingest(store, hello(), metrics(3, [2], {"train/loss": [0.5]}))
    assert reply.seq == 1
    assert values(store) == []
    assert ingest(store, metrics(2, [1], {"train/loss": [1.0]}), metrics(3, [2], {"train/loss": [0.5]})).seq == 3


def test_ingest_when_hello_comes_moves_to_running_and_fills_in_the_run(store: Store) -> None:
    ingest(store, hello())
    run = get(store)
    assert (run.state, run.device, run.total_steps, run.steps_per_epoch) == (RunState.RUNNING, "cpu", 50, 10)
    assert run.data_fingerprint == "f" * 64
    assert run.started is not None


def test_ingest_when_metrics_come_keeps_last_best_step_and_epoch(store: Store) -> None:
    ingest(
        store,
        hello(),
        metrics(2, [1, 2, 3], {"train/loss": [3.0, 1.0, 2.0], "lr": [None, None, 0.1]}),
        metrics(3, [10], {"val/Accuracy": [0.9], "val/loss": ["NaN"]}, epoch=2),
    )
    run = get(store)
    assert json.loads(run.last) == {"train/loss": 2.0, "lr": 0.1, "val/Accuracy": 0.9, "val/loss": "NaN"}
    assert json.loads(run.best) == {"train/loss": 1.0, "val/Accuracy": 0.9}
    assert (run.step, run.epoch) == (10, 2)
    assert math.isnan(values(store, "val/loss")[0])


def test_ingest_when_a_run_resumes_cuts_the_curve_after_that_step(store: Store) -> None:
    ingest(
        store,
        hello(),
        metrics(2, [1, 2, 3], {"train/loss": [3.0, 2.0, 0.1]}),
        metrics(3, [4], {"val/Accuracy": [0.99]}),
    )
    store.write_now(lambda session: lose_attempt(session, RUN, 1))
    assert start(store) == 2
    ingest(store, hello(attempt=2, resumed_from_step=2), attempt=2)
    assert values(store) == [3.0, 2.0]
    run = get(store)
    assert json.loads(run.best) == {"train/loss": 2.0}
    assert run.step == 2
    ingest(store, metrics(2, [3], {"train/loss": [1.5]}, attempt=2), attempt=2)
    assert values(store) == [3.0, 2.0, 1.5]


def test_ingest_when_the_attempt_was_given_up_is_fenced(store: Store) -> None:
    ingest(store, hello())
    store.write_now(lambda session: lose_attempt(session, RUN, 1))
    with pytest.raises(FencedError):
        ingest(store, metrics(2, [1], {"train/loss": [1.0]}))
    start(store)
    with pytest.raises(FencedError):
        ingest(store)
    with pytest.raises(FencedError):
        ingest(store, attempt=3)


def test_ingest_when_the_end_comes_twice_stays_ended(store: Store) -> None:
    end = event("end", 2, state="completed", reason="finished")
    ingest(store, hello(), end)
    run = get(store)
    assert (run.state, run.reason) == (RunState.COMPLETED, EndReason.FINISHED)
    assert ingest(store, end).seq == 2
    assert ingest(store, event("log", 3, message="late")).seq == 2


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("stopped", "stopped_by_user"),
        ("failed", "loss_not_finite"),
        ("failed", "bad_data"),
        ("completed", "early_stop"),
    ],
)
def test_ingest_when_it_ends_before_it_ran_ends_all_the_same(store: Store, state: str, reason: str) -> None:
    ingest(store, event("end", 1, state=state, reason=reason, message="Why."))
    run = get(store)
    assert (run.state, run.reason, run.message) == (state, reason, "Why.")


def test_ingest_when_paused_and_resumed_follows_and_forgets_the_commands(store: Store) -> None:
    ingest(store, hello())
    store.write_now(lambda session: add_command(session, RUN, PauseCommand()))
    assert [json.loads(text)["type"] for text in ingest(store).commands] == ["pause"]
    assert [json.loads(text)["type"] for text in ingest(store).commands] == ["pause"], "until the worker has acted"
    assert ingest(store, event("state", 2, state="paused")).commands == []
    assert get(store).state == RunState.PAUSED
    store.write_now(lambda session: add_command(session, RUN, ResumeCommand()))
    assert len(ingest(store).commands) == 1
    assert ingest(store, event("state", 3, state="running", phase="training")).commands == []
    assert (get(store).state, get(store).phase) == (RunState.RUNNING, "training")


def test_ingest_when_a_resume_overtook_its_pause_does_not_wait_for_ever(store: Store) -> None:
    ingest(store, hello())
    store.write_now(lambda session: add_command(session, RUN, ResumeCommand()))
    assert len(ingest(store).commands) == 1
    assert ingest(store).commands == []


def test_ingest_when_a_checkpoint_was_not_verified_keeps_the_event_and_no_row(store: Store) -> None:
    fields: dict[str, Any] = {
        "kind": "step",
        "step": 5,
        "epoch": 1,
        "bytes": 3,
        "sha256": "0" * 64,
        "metrics": {"val/loss": "NaN"},
    }
    store.write_now(lambda session: add_command(session, RUN, CheckpointCommand()))
    good = event("checkpoint", 2, file="checkpoints/a.safetensors", **fields)
    bad = event("checkpoint", 3, file="checkpoints/b.safetensors", **fields)
    reply = ingest(store, hello(), good, bad, verified=frozenset({"checkpoints/a.safetensors"}))
    assert (len(reply.events), reply.commands) == (3, [])
    rows = store.read_now(lambda session: list_checkpoints(session, RUN))
    assert [(row.file, json.loads(row.metrics)) for row in rows] == [("checkpoints/a.safetensors", {"val/loss": "NaN"})]


def test_ingest_when_a_state_cannot_follow_keeps_the_state(store: Store) -> None:
    ingest(store, hello(), event("state", 2, state="queued"), event("state", 3, state="completed"))
    ingest(store, event("state", 4, state="lost"), event("state", 5, state="starting"))
    assert get(store).state == RunState.RUNNING


def test_ingest_when_text_is_strange_keeps_it_as_it_is(store: Store) -> None:
    message = "'; DROP TABLE runs; -- \x00 \U0001f9e0 数字 \u202e"
    ingest(store, hello(), event("log", 2, message=message), event("heartbeat", 3, step=2**53, epoch=1))
    stored, _ = store.read_now(lambda session: list_events(session, RUN, 1, 1, 2**20))
    assert json.loads(stored[0].payload)["message"] == message
    record = store.read_now(lambda session: get_run(session, RUN))
    assert record is not None
    assert record.row.step == 2**53


def test_events_when_they_are_large_are_read_as_far_as_they_fit(store: Store) -> None:
    ingest(store, hello(), *[event("log", seq, message="x" * 10_000) for seq in range(2, 12)])

    def read(after: int, limit: int, max_bytes: int) -> tuple[list[int], bool]:
        found, is_cut = store.read_now(lambda session: list_events(session, RUN, after, limit, max_bytes))
        return [each.cursor for each in found], is_cut

    assert read(1, 100, 35_000) == ([2, 3, 4], True)
    assert read(1, 100, 10) == ([2], True), "one at least, or nobody would come past it"
    assert read(8, 100, 35_000) == ([9, 10, 11], False)
    assert read(1, 4, 2**20) == ([2, 3, 4, 5], True)
    assert read(11, 4, 10) == ([], False)


def test_events_when_there_are_many_large_ones_are_not_all_fetched(store: Store) -> None:
    for first in range(2, 102, 10):
        ingest(store, *([hello()] if first == 2 else []))
        ingest(store, *[event("log", seq, message="x" * 100_000) for seq in range(first, first + 10)])
    tracemalloc.start()
    found, is_cut = store.read_now(lambda session: list_events(session, RUN, 0, 500, 250_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert is_cut
    assert len(found) == 3
    assert peak < 1e6, f"{peak:,} bytes of 10 MB"
