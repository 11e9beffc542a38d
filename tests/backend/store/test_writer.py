"""One thread writes: in order, whole or not at all, and everything that was accepted before the end."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from functools import partial

import pytest
from netwright.store.store import Session, Store
from netwright.store.writer import StoreBlockedError, StoreClosedError
from sqlalchemy import text


def _insert(session: Session, number: int) -> int:
    session.execute(text("INSERT INTO datasets VALUES (:id, 't', 't', NULL, '{}', '{}', 0.0)"), {"id": str(number)})
    return number


def _count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM datasets")).scalar_one())


def test_write_when_many_callers_wait_gives_each_its_own_result(store: Store) -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*(store.write(partial(_insert, number=i), durability="NORMAL") for i in range(100)))

    assert asyncio.run(main()) == list(range(100))
    assert store.read_now(_count) == 100


def test_write_when_the_function_raises_leaves_nothing_and_later_writes_work(store: Store) -> None:
    def fail(session: Session) -> None:
        _insert(session, 1)
        raise KeyError("no")

    with pytest.raises(KeyError, match="no"):
        store.write_now(fail)
    assert store.read_now(_count) == 0
    assert store.write_now(lambda session: _insert(session, 2)) == 2


def test_write_when_the_caller_is_cancelled_still_happens(store: Store) -> None:
    async def main() -> None:
        task = asyncio.create_task(store.write(lambda session: _insert(session, 1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.write(lambda _session: None)

    asyncio.run(main())
    assert store.read_now(_count) == 1


def test_close_when_writes_are_queued_drains_them(url: str) -> None:
    store = Store(url)
    futures = [store._writer.submit(partial(_insert, number=i), "NORMAL") for i in range(200)]
    store.close()
    assert [future.result() for future in futures] == list(range(200))
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT count(*) FROM datasets").fetchone() == (200,)
    with pytest.raises(StoreClosedError):
        store.write_now(_count)


@pytest.mark.parametrize(("durability", "level"), [("FULL", 2), ("NORMAL", 1)])
def test_write_when_a_durability_is_asked_sets_sqlites_own(store: Store, durability: str, level: int) -> None:
    def ask(session: Session) -> int:
        return int(session.execute(text("PRAGMA synchronous")).scalar_one())

    assert store.write_now(ask, durability=durability) == level  # type: ignore[arg-type]  # parametrised text
    assert store.read_now(lambda session: session.execute(text("PRAGMA journal_mode")).scalar_one()) == "wal"


def test_read_when_a_write_is_open_sees_the_state_before(store: Store) -> None:
    def read_inside(session: Session) -> int:
        _insert(session, 1)
        session.flush()
        return store.read_now(_count)

    assert store.write_now(read_inside) == 0
    assert store.read_now(_count) == 1


def _count_and_insert(session: Session) -> int:
    """As most writes: it looks first."""
    return _insert(session, _count(session))


def test_write_when_another_program_holds_the_database_waits_for_it(store: Store) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, lambda: holder.execute("ROLLBACK")).start()
        assert store.write_now(_count_and_insert) == 0
    assert store.read_now(_count) == 1


def test_write_when_another_program_does_not_let_go_says_so_and_later_writes_work(
    store: Store,
) -> None:
    store.write_now(lambda session: session.connection().exec_driver_sql("PRAGMA busy_timeout = 50").close())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBlockedError, match="locked") as caught:
            store.write_now(_count_and_insert)
        assert not caught.value.is_full
        assert store.read_now(_count) == 0, "readers are not held up"
        holder.execute("ROLLBACK")
    assert store.write_now(_count_and_insert) == 0


def test_write_when_the_disk_is_full_changes_nothing_and_works_again_when_there_is_room(store: Store) -> None:
    def limit(session: Session, pages: int) -> None:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()

    def fill(session: Session) -> None:
        _insert(session, 1)
        session.execute(text("UPDATE datasets SET title = :name"), {"name": "x" * 10**6})

    store.write_now(lambda session: limit(session, 1))  # no fewer than it has
    with pytest.raises(StoreBlockedError, match="full") as caught:
        store.write_now(fill)
    assert caught.value.is_full
    assert store.read_now(_count) == 0
    store.write_now(lambda session: limit(session, 10**6))
    store.write_now(fill)
    assert store.read_now(_count) == 1
