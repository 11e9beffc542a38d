"""The block library: a person's own blocks, kept with the workspace, for use in any network."""

import time

from netwright.graph.bundle import BlockBundle, check_bundle
from netwright.graph.document import NETWORK, Document
from netwright.language import say
from netwright.services.block_models import (
    LibraryBlockCreate,
    LibraryBlockRead,
    LibraryBlockSummary,
    LibraryBlockUpdate,
)
from netwright.services.errors import ServiceError, not_found
from netwright.services.network_models import Outline
from netwright.services.networks import UNDO_SECONDS
from netwright.services.outline import build_outline
from netwright.store import blocks as queries
from netwright.store.store import Store
from netwright.store.tables import LibraryBlockRow


class BlockService:
    """One user intent a method.  All raise :class:`ServiceError` with ``not_found`` where there is no such block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def start(self) -> None:
        """Removes for good what was deleted long ago."""
        horizon = time.time() - UNDO_SECONDS
        await self._store.write(lambda session: queries.purge_blocks(session, horizon))

    async def list_all(self) -> list[LibraryBlockSummary]:
        rows = await self._store.read(queries.list_blocks)
        return [_summary(row) for row in rows]

    async def create(self, body: LibraryBlockCreate) -> LibraryBlockRead:
        """Keeps a block.  Two of one name may be kept.

        Raises:
            ServiceError: ``invalid_request``, the block cannot stand for itself; ``problems`` says why.
        """
        saved = _saved(body.definition, body.description)
        block_id = await self._store.write(lambda session: queries.create_block(session, saved))
        return await self.read(block_id)

    async def read(self, block_id: str) -> LibraryBlockRead:
        row = await self._store.read(lambda session: queries.get_block(session, block_id))
        if row is None:
            raise not_found("block")
        return LibraryBlockRead(**dict(_summary(row)), definition=BlockBundle.model_validate_json(row.definition))

    async def update(self, block_id: str, body: LibraryBlockUpdate) -> LibraryBlockRead:
        """Renames or describes a block, or puts another definition in its place.

        Raises:
            ServiceError: ``invalid_request``, as :meth:`create`.
        """
        current = await self.read(block_id)
        definition = body.definition or current.definition
        if body.name is not None:
            definition = _renamed(definition, body.name)
        saved = _saved(definition, current.description if body.description is None else body.description)
        if not await self._store.write(lambda session: queries.save_block(session, block_id, saved)):
            raise not_found("block")
        return await self.read(block_id)

    async def delete(self, block_id: str) -> None:
        """Puts the block away; :meth:`restore` brings it back within :data:`UNDO_SECONDS`.  Networks keep what they use."""
        if not await self._store.write(lambda session: queries.set_block_deleted(session, block_id, is_deleted=True)):
            raise not_found("block")

    async def restore(self, block_id: str) -> LibraryBlockRead:
        if not await self._store.write(lambda session: queries.set_block_deleted(session, block_id, is_deleted=False)):
            raise not_found("block")
        return await self.read(block_id)


def _renamed(bundle: BlockBundle, name: str) -> BlockBundle:
    """The bundle under another name.  Nothing in it uses the block itself.

    Raises:
        ServiceError: ``invalid_request``, a block within it is called so.
    """
    if name != bundle.name and name in bundle.blocks:
        raise ServiceError(
            "invalid_request",
            say("A block within {block} is called {name}. Choose another name.", block=bundle.name, name=name),
        )

    def rename(old: str) -> str:
        return name if old == bundle.name else old

    blocks = {rename(old): block for old, block in bundle.blocks.items()}
    view = {rename(old): places for old, places in bundle.view.items()}
    return BlockBundle(name=name, blocks=blocks, view=view)


def _saved(bundle: BlockBundle, description: str) -> queries.SavedBlock:
    problems = check_bundle(bundle)
    if problems:
        raise ServiceError("invalid_request", problems[0].message, problems)
    view = {NETWORK: bundle.view.get(bundle.name, {})}
    picture = build_outline(Document(network=bundle.blocks[bundle.name], view=view))
    return queries.SavedBlock(
        name=bundle.name,
        description=description,
        definition=bundle.model_dump_json(),
        outline=picture.model_dump_json(),
    )


def _summary(row: LibraryBlockRow) -> LibraryBlockSummary:
    return LibraryBlockSummary(
        id=row.id,
        name=row.name,
        description=row.description,
        created=row.created,
        updated=row.updated,
        outline=Outline.model_validate_json(row.outline),
    )
