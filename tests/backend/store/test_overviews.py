"""Overviews of curves: kept when a run has ended, and never of points that are not there any more."""

import numpy as np
from backend.store.rows import RUN, make_run
from netwright.store.metrics import append_points, cut_points
from netwright.store.overviews import OVERVIEW_POINTS, keep_overviews, make_overviews, read_overviews
from netwright.store.points import Points
from netwright.store.runs import insert_run
from netwright.store.store import Store
from netwright.training.states import RunState

NAME = "train/loss"


def points_of(first: int, last: int) -> Points:
    steps = np.arange(first, last + 1, dtype="<i8")
    return Points(steps, np.ones(len(steps), "<i4"), steps.astype("<f8"), 1 / steps)


def append(store: Store, first: int, last: int, *names: str) -> None:
    columns = dict.fromkeys(names or (NAME,), points_of(first, last))
    store.write_now(lambda session: append_points(session, RUN, columns))


def keep(store: Store, state: RunState = RunState.COMPLETED) -> None:
    """The run in ``state``, with the overviews that are kept of it then."""
    store.write_now(lambda session: setattr(session.merge(make_run()), "state", state))
    made = store.read_now(lambda session: make_overviews(session, RUN))
    store.write_now(lambda session: keep_overviews(session, made))


def kept_steps(store: Store, name: str = NAME) -> list[int] | None:
    overviews = store.read_now(lambda session: read_overviews(session, [RUN, "nosuchrun0000000"], name))
    found: list[int] | None = overviews[RUN].points.steps.tolist() if overviews else None
    return found


def test_overviews_when_a_run_has_ended_are_kept_of_its_long_metrics(store: Store) -> None:
    store.write_now(lambda session: insert_run(session, make_run()))
    append(store, 1, OVERVIEW_POINTS, NAME, "short")
    append(store, OVERVIEW_POINTS + 1, 5000)
    keep(store)
    steps = kept_steps(store)
    assert steps is not None
    assert len(steps) <= OVERVIEW_POINTS
    assert (steps[0], steps[-1]) == (1, 5000)
    assert kept_steps(store, "short") is None


def test_overviews_when_the_run_trains_are_not_kept(store: Store) -> None:
    store.write_now(lambda session: insert_run(session, make_run()))
    append(store, 1, 5000)
    keep(store, RunState.RUNNING)
    assert kept_steps(store) is None


def test_overviews_when_points_were_added_or_cut_are_out_of_date_until_made_again(store: Store) -> None:
    store.write_now(lambda session: insert_run(session, make_run()))
    append(store, 1, 5000)
    keep(store)
    append(store, 5001, 5001)
    assert kept_steps(store) is None
    keep(store)
    store.write_now(lambda session: cut_points(session, RUN, 4000))
    append(store, 4001, 5001)  # as many as before, but others
    assert kept_steps(store) is None
    keep(store)
    assert (kept_steps(store) or [0])[-1] == 5001


def test_keep_overviews_when_the_run_was_deleted_meanwhile_keeps_none(store: Store) -> None:
    store.write_now(lambda session: insert_run(session, make_run()))
    append(store, 1, 5000)
    made = store.read_now(lambda session: make_overviews(session, RUN))
    store.write_now(lambda session: session.delete(session.merge(make_run())))
    store.write_now(lambda session: keep_overviews(session, made))
    assert kept_steps(store) is None
