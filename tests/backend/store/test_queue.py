"""The order of waiting runs: by priority, then by place; each move twice is the same as once."""

from functools import partial

import pytest
from backend.store.rows import get, insert
from netwright.store.queue import list_waiting, put_at, read_slots, set_priority, set_slots
from netwright.store.runs import list_queued
from netwright.store.store import Store
from netwright.training.states import RunState


def order(store: Store, slot: str = "cpu") -> str:
    return "".join(row.id for row in store.read_now(lambda session: list_waiting(session, slot)))


def fill(store: Store, names: str = "abcd", **changes: object) -> None:
    for number, name in enumerate(names):
        insert(store, name, queued=float(number), **changes)


@pytest.mark.parametrize(
    ("run", "place", "expected"),
    [("d", 1, "dabc"), ("a", 2, "bacd"), ("a", 4, "bcda"), ("b", 100, "acdb"), ("c", 3, "abcd"), ("d", 2, "adbc")],
)
def test_put_at_when_called_twice_gives_the_place_that_was_asked_for(
    store: Store, run: str, place: int, expected: str
) -> None:
    fill(store)
    insert(store, "x", slot="cuda:0", queued=-5.0)
    insert(store, "r", state=RunState.RUNNING, queued=-9.0)
    for _ in range(2):
        assert store.write_now(lambda session: put_at(session, run, place))
        assert order(store) == expected
    assert order(store, "cuda:0") == "x"


def test_put_at_when_repeated_many_times_never_runs_out_of_places(store: Store) -> None:
    fill(store, "abc", state=RunState.QUEUED)
    for number in range(120):  # a float between two others can be halved some fifty times
        moved, expected = ("c", "acb") if number % 2 == 0 else ("b", "abc")
        store.write_now(partial(put_at, run_id=moved, place=2))
        assert order(store) == expected


def test_priority_when_higher_goes_first_and_a_move_takes_that_of_its_neighbours(store: Store) -> None:
    fill(store)
    for _ in range(2):
        store.write_now(lambda session: set_priority(session, "c", 1))
        assert order(store) == "cabd"
    store.write_now(lambda session: set_priority(session, "a", -1))
    assert order(store) == "cbda"
    store.write_now(lambda session: put_at(session, "d", 1))
    assert order(store) == "dcba"
    assert get(store, "d").priority == 1
    insert(store, "e", queued=-50.0)
    assert order(store) == "dceba"
    assert [run for run, _ in store.read_now(list_queued)] == list("dceba"), "it is the order of the starts"


def test_put_at_when_a_run_does_not_wait_changes_nothing(store: Store) -> None:
    fill(store, state=RunState.RUNNING)
    assert not store.write_now(lambda session: put_at(session, "a", 1))
    assert not store.write_now(lambda session: set_priority(session, "a", 1))
    assert not store.write_now(lambda session: put_at(session, "nosuchrun", 1))


def test_slots_when_set_twice_hold_the_newest(store: Store) -> None:
    for number in (2, 3):
        store.write_now(partial(set_slots, device="cpu", slots=number))
    assert store.read_now(read_slots) == {"cpu": 3}
