"""Rows and events as tests need them."""

import json
from typing import Any

from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.services.best import mode_of
from netwright.store.ingest import Ingest, Ingested
from netwright.store.run_moves import start_attempt
from netwright.store.runs import insert_run
from netwright.store.store import Session, Store
from netwright.store.tables import RunRow
from netwright.training.config import TrainingConfig
from netwright.training.events import EVENTS, Event
from netwright.training.spec import RunSpec
from netwright.training.states import RunState

RUN = "run0000000000000"


def make_spec(run_id: str = RUN) -> RunSpec:
    return RunSpec(
        run=run_id,
        document=Document(name="Small"),
        training=TrainingConfig(),
        source=SourceSpec(type="digits"),
        versions={},
        created=1.0,
    )


def make_run(run_id: str = RUN, **changes: Any) -> RunRow:
    fields: dict[str, Any] = {
        "id": run_id,
        "name": "Small",
        "notes": "",
        "tags": "[]",
        "network_id": None,
        "network_name": "Small",
        "spec": make_spec(run_id).model_dump_json(),
        "totals": "{}",
        "parameters": 10,
        "data_source": "digits",
        "slot": "cpu",
        "state": RunState.QUEUED,
        "created": 1.0,
        "queued": 1.0,
        "elapsed": 0.0,
        "attempt": 0,
        "retries": 0,
        "step": 0,
        "epoch": 0,
        "epochs": 5,
        "versions": "{}",
        "last": "{}",
        "best": "{}",
        "cursor": 0,
    }
    return RunRow(**fields | changes)


def insert(store: Store, run_id: str = RUN, **changes: Any) -> None:
    store.write_now(lambda session: insert_run(session, make_run(run_id, **changes)))


def start(store: Store, run_id: str = RUN) -> int:
    attempt = store.write_now(lambda session: start_attempt(session, run_id, "hash", None))
    assert attempt is not None
    return attempt


def event(type_: str, seq: int, *, attempt: int = 1, run: str = RUN, **fields: Any) -> Event:
    """An event as a worker sends it."""
    envelope = {"type": type_, "run": run, "attempt": attempt, "seq": seq, "time": 100.0 + seq, "elapsed": float(seq)}
    return EVENTS.validate_json(json.dumps([envelope | fields]))[0]


def hello(seq: int = 1, **fields: Any) -> Event:
    defaults: dict[str, Any] = {
        "pid": 1,
        "device": "cpu",
        "versions": {"torch": "2"},
        "steps_per_epoch": 10,
        "total_steps": 50,
        "data_fingerprint": "f" * 64,
    }
    return event("hello", seq, **defaults | fields)


def metrics(seq: int, steps: list[int], values: dict[str, list[Any]], *, epoch: int = 1, attempt: int = 1) -> Event:
    return event("metrics", seq, attempt=attempt, epoch=epoch, steps=steps, values=values)


def ingest(
    store: Store, *events: Event, attempt: int = 1, run: str = RUN, verified: frozenset[str] = frozenset()
) -> Ingested:
    return store.write_now(Ingest(run, attempt, events, mode_of=mode_of, verified=verified))


def get(store: Store, run_id: str = RUN) -> RunRow:
    def read(session: Session) -> RunRow:
        row = session.get(RunRow, run_id)
        assert row is not None
        return row

    return store.read_now(read)
