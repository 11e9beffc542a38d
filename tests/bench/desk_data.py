"""What the benchmark of the run desk looks at: runs in a real SQLite file, their points in chunks as workers leave them."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
from backend.store.rows import RUN, make_run
from netwright.services.best import mode_of
from netwright.settings import Settings
from netwright.store.ingest import recount
from netwright.store.metrics import append_points
from netwright.store.overviews import keep_overviews, make_overviews
from netwright.store.points import Points
from netwright.store.run_moves import start_attempt
from netwright.store.runs import get_run, insert_run
from netwright.store.store import Session, Store
from netwright.store.tables import MetricChunkRow, RunRow
from netwright.training.states import EndReason, RunState
from sqlalchemy import select

NUM_RUNS = 100
METRICS = ("train/loss", "val/loss", "val/Accuracy", "lr", *(f"val/metric{number}" for number in range(1, 7)))
NUM_STEPS = 10_000
BATCH = 50
"""Steps in a worker's report."""

LONG = "longrun000000000"
LONG_STEPS = 1_000_000

Shape = list[tuple[int, int, int]]
"""Position, level and number of points of each chunk of a metric."""


def fill(home: Path, token: str) -> None:
    """The runs to compare, one of ``LONG_STEPS`` points, and ``RUN``, whose worker is whoever knows ``token``."""
    store = Store(Settings(home=home).url_of_database)
    shapes = {num: reported(store, f"shape{num:011d}", num) for num in (NUM_STEPS, LONG_STEPS)}
    for number in range(NUM_RUNS):
        store.write_now(partial(add_run, run_id=f"run{number + 1:013d}", number=number, shape=shapes[NUM_STEPS]))
    store.write_now(partial(add_run, run_id=LONG, number=0, shape=shapes[LONG_STEPS], names=METRICS[:1]))
    store.write_now(lambda session: insert_run(session, make_run(name="training")))
    store.write_now(lambda session: start_attempt(session, RUN, hashlib.sha256(token.encode()).hexdigest(), None))
    store.close()


def reported(store: Store, run_id: str, num_steps: int) -> Shape:
    """How the chunks of a metric lie after a worker reported ``num_steps`` steps; the run it was found with goes again."""

    def report(session: Session) -> Shape:
        insert_run(session, make_run(run_id))
        for first in range(1, num_steps + 1, BATCH):
            append_points(session, run_id, {"train/loss": curve(first, first + BATCH - 1, 0)})
        rows = select(MetricChunkRow).where(MetricChunkRow.run_id == run_id).order_by(MetricChunkRow.position)
        shape = [(row.position, row.level, row.points) for row in session.scalars(rows)]
        session.delete(session.get_one(RunRow, run_id))
        return shape

    return store.write_now(report)


def curve(first: int, last: int, number: int) -> Points:
    """The steps ``first`` to ``last`` of a curve that falls, with noise; another one for each ``number``."""
    steps = np.arange(first, last + 1, dtype="<i8")
    noise = np.random.default_rng(number * 7919 + first).normal(0, 0.02, len(steps))
    values = (1 + number % 7) * np.exp(-steps / 2500) + 0.1 + noise
    return Points(steps, (1 + steps // 500).astype("<i4"), steps * 0.01, values)


def add_run(session: Session, run_id: str, number: int, shape: Shape, names: tuple[str, ...] = METRICS) -> None:
    """A run that has ended, with the same chunks of each metric."""
    num_steps = sum(points for _, _, points in shape)
    ended = {"state": RunState.COMPLETED, "reason": EndReason.FINISHED, "started": 1.0, "ended": 100.0}
    progress = {"step": num_steps, "epoch": 20, "epochs": 20, "steps_per_epoch": 500, "total_steps": num_steps}
    name = f"run {number + 1}" if run_id != LONG else "long"
    insert_run(session, make_run(run_id, name=name, elapsed=99.0, **ended, **progress))
    for at, name in enumerate(names):
        first = 1
        for position, level, num in shape:
            points = curve(first, first + num - 1, number * len(METRICS) + at)
            row = MetricChunkRow(run_id=run_id, name=name, position=position, level=level, points=num)
            row.last_step, row.data = first + num - 1, points.to_bytes()
            session.add(row)
            first += num
    session.flush()
    record = get_run(session, run_id)
    assert record is not None
    recount(session, record.row, mode_of)
    keep_overviews(session, make_overviews(session, run_id))  # as when a worker says that it has ended
