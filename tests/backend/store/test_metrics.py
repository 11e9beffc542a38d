"""Chunks of points: appended, merged, cut at the step a resumed run goes on from."""

import numpy as np
from backend.store.rows import RUN, insert
from netwright.store.metrics import append_points, cut_points, metric_names, read_points
from netwright.store.points import Points
from netwright.store.store import Session, Store
from netwright.store.tables import MetricChunkRow
from sqlalchemy import func, select


def points_of(first: int, last: int) -> Points:
    steps = np.arange(first, last + 1, dtype="<i8")
    return Points(steps, np.ones(len(steps), "<i4"), steps.astype("<f8"), steps * 0.5)


def append(store: Store, first: int, last: int, *names: str) -> None:
    columns = dict.fromkeys(names or ("train/loss",), points_of(first, last))
    store.write_now(lambda session: append_points(session, RUN, columns), durability="NORMAL")


def steps(store: Store, name: str = "train/loss") -> list[int]:
    found: list[int] = store.read_now(lambda session: read_points(session, RUN, name)).steps.tolist()
    return found


def count_chunks(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MetricChunkRow)) or 0


def test_append_points_when_called_many_times_keeps_order_in_few_rows(store: Store) -> None:
    insert(store)
    for i in range(1000):
        append(store, 3 * i + 1, 3 * i + 3)
    assert steps(store) == list(range(1, 3001))
    assert store.read_now(count_chunks) <= 3 * 15 + 1


def test_append_points_when_chunks_are_full_merges_them_no_further(store: Store) -> None:
    insert(store)
    for i in range(20):
        append(store, 10_000 * i + 1, 10_000 * (i + 1))
    assert steps(store) == list(range(1, 200_001))
    assert store.read_now(count_chunks) == 20


def test_metric_names_when_several_came_gives_them_in_that_order(store: Store) -> None:
    insert(store)
    append(store, 1, 1, "train/loss", "lr")
    append(store, 2, 2, "val/Größe", "lr")
    assert store.read_now(lambda session: metric_names(session, RUN)) == ["train/loss", "lr", "val/Größe"]


def test_cut_points_when_a_run_resumes_forgets_later_steps_of_every_metric(store: Store) -> None:
    insert(store)
    for i in range(40):
        append(store, 5 * i + 1, 5 * i + 5, "train/loss", "lr")
    append(store, 201, 201, "val/loss")
    store.write_now(lambda session: cut_points(session, RUN, 52))
    assert steps(store) == list(range(1, 53))
    assert steps(store, "lr") == list(range(1, 53))
    assert steps(store, "val/loss") == []
    assert store.read_now(lambda session: metric_names(session, RUN)) == ["train/loss", "lr"]


def test_append_points_when_points_were_cut_goes_on_in_order(store: Store) -> None:
    insert(store)
    for i in range(37):
        append(store, i + 1, i + 1)
    store.write_now(lambda session: cut_points(session, RUN, 20))
    for i in range(20, 400):
        append(store, i + 1, i + 1)
    assert steps(store) == list(range(1, 401))


def test_cut_points_when_nothing_is_beyond_keeps_all(store: Store) -> None:
    insert(store)
    append(store, 1, 10)
    store.write_now(lambda session: cut_points(session, RUN, 10))
    assert steps(store) == list(range(1, 11))
