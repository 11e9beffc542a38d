"""Between which values a metric moved: over batches, after a resume, and for runs of before there were ranges."""

from backend.store.rows import get, hello, ingest, insert, metrics, start
from netwright.store.ranges import MetricRange, parse_ranges
from netwright.store.store import Store
from netwright.store.tables import RunRow
from sqlalchemy import update


def trained(store: Store) -> None:
    insert(store)
    start(store)
    ingest(store, hello())
    ingest(store, metrics(2, [1, 2], {"val/loss": [3.0, 1.0], "system/rss_bytes": [5.0, 6.0]}))
    ingest(store, metrics(3, [3, 4], {"val/loss": ["NaN", 7.0]}, epoch=2))
    ingest(store, metrics(4, [5, 6], {"val/loss": [1.0, "Infinity"]}, epoch=3))


def test_ranges_when_points_come_in_batches_keep_the_first_of_equal_values_with_its_epoch(store: Store) -> None:
    trained(store)
    assert parse_ranges(get(store).ranges) == {
        "val/loss": MetricRange(lowest=1.0, lowest_epoch=1, highest=7.0, highest_epoch=2)
    }


def test_ranges_when_an_attempt_goes_on_from_before_forget_what_is_trained_again(store: Store) -> None:
    trained(store)
    store.write_now(lambda session: session.execute(update(RunRow).values(state="queued")))
    attempt = start(store)
    ingest(store, hello(attempt=attempt, resumed_from_step=2), attempt=attempt)
    assert parse_ranges(get(store).ranges)["val/loss"] == MetricRange(
        lowest=1.0, lowest_epoch=1, highest=3.0, highest_epoch=1
    )


def test_ranges_when_the_database_is_of_before_them_are_read_from_the_points(store: Store, url: str) -> None:
    trained(store)
    wanted = get(store).ranges
    with store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE runs DROP COLUMN ranges")
        connection.exec_driver_sql("ALTER TABLE runs DROP COLUMN archived")
        connection.exec_driver_sql("DROP TABLE firsts")
        connection.exec_driver_sql("DROP TABLE metric_overviews")
        connection.exec_driver_sql("DROP INDEX ix_events_times")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0010'")
    store.close()
    again = Store(url)
    assert get(again).ranges == wanted
    assert get(again).archived is None
    again.close()
