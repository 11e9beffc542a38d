"""The block library's rows."""

from netwright.store import blocks
from netwright.store.blocks import SavedBlock
from netwright.store.store import Store


def saved(name: str = "A") -> SavedBlock:
    return SavedBlock(name=name, description="", definition=f'{{"name":"{name}"}}', outline="{}")


def test_delete_when_undone_brings_the_block_back_and_purging_ends_that(store: Store) -> None:
    block_id = store.write_now(lambda session: blocks.create_block(session, saved()))
    assert store.write_now(lambda session: blocks.set_block_deleted(session, block_id, is_deleted=True))
    assert store.read_now(blocks.list_blocks) == []
    assert store.read_now(lambda session: blocks.get_block(session, block_id)) is None
    assert not store.write_now(lambda session: blocks.save_block(session, block_id, saved("B")))
    assert store.write_now(lambda session: blocks.set_block_deleted(session, block_id, is_deleted=False))
    assert [row.name for row in store.read_now(blocks.list_blocks)] == ["A"]
    store.write_now(lambda session: blocks.set_block_deleted(session, block_id, is_deleted=True))
    store.write_now(lambda session: blocks.purge_blocks(session, 1e12))
    assert not store.write_now(lambda session: blocks.set_block_deleted(session, block_id, is_deleted=False))


def test_save_block_when_there_replaces_what_is_kept(store: Store) -> None:
    block_id = store.write_now(lambda session: blocks.create_block(session, saved()))
    assert store.write_now(lambda session: blocks.save_block(session, block_id, saved("B")))
    row = store.read_now(lambda session: blocks.get_block(session, block_id))
    assert row is not None
    assert (row.name, row.definition) == ("B", '{"name":"B"}')
