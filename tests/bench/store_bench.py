"""A run of 1,000,000 points: taking it in, and opening it (goal: under a second).

Points come as a worker sends them, 50 steps a batch; then the page's first request is answered: the newest state of the run and
all its curves thinned to 2,000 points, from a database that was just opened, down to the bytes of the answer.
"""

import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.store.rows import RUN, make_run
from netwright.services.metrics import read_metrics
from netwright.store.metrics import append_points
from netwright.store.points import Points
from netwright.store.runs import insert_run
from netwright.store.store import Store

BATCH = 50
ROUNDS = 5


def fill(store: Store, num_metrics: int, num_steps: int) -> float:
    """Writes the points; gives the milliseconds of a batch (median)."""
    times = []
    for first in range(1, num_steps + 1, BATCH):
        steps = np.arange(first, min(first + BATCH, num_steps + 1), dtype="<i8")
        points = Points(
            steps, np.ones(len(steps), "<i4"), steps * 0.001, np.random.default_rng(first).random(len(steps))
        )
        columns = {f"train/metric{i}": points for i in range(num_metrics)}
        began = time.perf_counter()
        store.write_now(partial(append_points, run_id=RUN, columns=columns), durability="NORMAL")
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def open_run(url: str) -> tuple[float, int]:
    """Seconds from opening the database to the answer's bytes, and how many they are."""
    began = time.perf_counter()
    store = Store(url)
    found = store.read_now(lambda session: read_metrics(session, RUN, None, 2000))
    assert found is not None
    body = found.model_dump_json()
    seconds = time.perf_counter() - began
    store.close()
    return seconds, len(body)


def main() -> None:
    for num_metrics, num_steps in ((1, 1_000_000), (10, 100_000)):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'netwright.db'}"
            store = Store(url)
            store.write_now(lambda session: insert_run(session, make_run()))
            batch_ms = fill(store, num_metrics, num_steps)
            store.close()
            opened = [open_run(url) for _ in range(ROUNDS)]
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
            seconds = sorted(each[0] for each in opened)
            print(
                f"{num_metrics:2d} metrics x {num_steps:9,d} points: opened in {statistics.median(seconds):.3f} s "
                f"(worst {seconds[-1]:.3f}), answer {opened[0][1] / 1024:.0f} KiB, "
                f"database {size / 2**20:.0f} MiB, {batch_ms:.2f} ms a batch of {BATCH} steps",
                flush=True,
            )


if __name__ == "__main__":
    main()
