"""Networks and their revisions."""

from functools import partial

import pytest
from backend.store.rows import insert
from netwright.store import networks
from netwright.store.networks import SavedDocument, StaleRevisionError
from netwright.store.store import Store


def saved(name: str = "A") -> SavedDocument:
    return SavedDocument(name=name, document=f'{{"name":"{name}"}}', num_nodes=0, outline="{}")


def revisions(store: Store, network_id: str) -> list[int]:
    rows = store.read_now(lambda session: networks.list_revisions(session, network_id))
    assert rows is not None
    return [row.revision for row in rows]


def test_save_network_when_saved_within_a_minute_keeps_the_last_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [6000.0]
    monkeypatch.setattr("netwright.store.networks.time.time", lambda: clock[0])
    network_id = store.write_now(lambda session: networks.create_network(session, saved()))
    for revision in range(1, 10):
        clock[0] += 2
        store.write_now(
            partial(networks.save_network, network_id=network_id, based_on=revision, saved=saved(f"A{revision}"))
        )
    assert revisions(store, network_id) == [10]
    clock[0] += 60
    store.write_now(lambda session: networks.save_network(session, network_id, 10, saved("B")))
    assert revisions(store, network_id) == [11, 10]
    old = store.read_now(lambda session: networks.get_network(session, network_id, 10))
    assert old is not None
    assert old.document == '{"name":"A9"}'


def test_save_network_when_another_saved_before_is_refused(store: Store) -> None:
    network_id = store.write_now(lambda session: networks.create_network(session, saved()))
    store.write_now(lambda session: networks.save_network(session, network_id, 1, saved("B")))
    with pytest.raises(StaleRevisionError) as caught:
        store.write_now(lambda session: networks.save_network(session, network_id, 1, saved("C")))
    assert caught.value.newest == 2
    record = store.read_now(lambda session: networks.get_network(session, network_id))
    assert record is not None
    assert record.row.name == "B"


def test_delete_when_undone_brings_the_network_back_and_purging_ends_that(store: Store) -> None:
    network_id = store.write_now(lambda session: networks.create_network(session, saved()))
    assert store.write_now(lambda session: networks.set_network_deleted(session, network_id, is_deleted=True))
    assert store.read_now(networks.list_networks) == []
    assert store.read_now(lambda session: networks.get_network(session, network_id)) is None
    assert store.write_now(lambda session: networks.set_network_deleted(session, network_id, is_deleted=False))
    assert len(store.read_now(networks.list_networks)) == 1
    store.write_now(lambda session: networks.set_network_deleted(session, network_id, is_deleted=True))
    store.write_now(lambda session: networks.purge_networks(session, 1e12))
    assert not store.write_now(lambda session: networks.set_network_deleted(session, network_id, is_deleted=False))


def test_list_networks_when_there_are_runs_counts_them_and_gives_the_newest_best(store: Store) -> None:
    network_id = store.write_now(lambda session: networks.create_network(session, saved()))
    insert(store, "a" * 16, network_id=network_id, created=1.0, best='{"val/Accuracy":0.5}')
    insert(store, "b" * 16, network_id=network_id, created=2.0, best='{"val/Accuracy":0.75}')
    insert(store, "c" * 16, network_id=network_id, created=3.0)
    (record,) = store.read_now(networks.list_networks)
    assert (record.num_runs, record.best) == (3, '{"val/Accuracy":0.75}')
    one = store.read_now(lambda session: networks.get_network(session, network_id))
    assert one is not None
    assert (one.num_runs, one.best) == (3, '{"val/Accuracy":0.75}')


@pytest.mark.parametrize("network_id", ["", "nosuch", "' OR 1=1 --", "a\x00b", "数字"])
def test_get_network_when_the_id_is_strange_gives_none(store: Store, network_id: str) -> None:
    store.write_now(lambda session: networks.create_network(session, saved()))
    assert store.read_now(lambda session: networks.get_network(session, network_id)) is None
    assert store.read_now(lambda session: networks.list_revisions(session, network_id)) is None
