"""Networks: saved documents with revisions."""

import time

from netwright.graph.bundle import find_recursion
from netwright.graph.document import Document
from netwright.language import current_language, say
from netwright.services.architectures import build_example
from netwright.services.errors import ServiceError, not_found
from netwright.services.network_models import (
    DeletedNetwork,
    LinkRead,
    NetworkRead,
    NetworkSummary,
    Outline,
    RevisionRead,
)
from netwright.services.outline import build_outline
from netwright.store import networks as queries
from netwright.store.scalars import parse_scalars
from netwright.store.store import Store

UNDO_SECONDS = 30 * 24 * 3600.0
"""How long a deleted network can be brought back."""


class NetworkService:
    """One user intent a method.  All raise :class:`ServiceError` with ``not_found`` where there is no such network."""

    def __init__(self, store: Store, first_language: str | None = None) -> None:
        """``first_language`` is that of the network which a first visit finds; None where it is to find nothing."""
        self._store = store
        self._first_language = first_language

    async def start(self) -> None:
        """Removes for good what was deleted long ago, and makes the example network where it never was."""
        horizon = time.time() - UNDO_SECONDS
        await self._store.write(lambda session: queries.purge_networks(session, horizon))
        if self._first_language is not None and not await self._store.read(queries.was_example_made):
            saved = to_saved(build_example(self._first_language))
            await self._store.write(lambda session: queries.make_example(session, saved))

    async def list_all(self) -> list[NetworkSummary]:
        records = await self._store.read(queries.list_networks)
        return [_summary(record) for record in records]

    async def list_deleted(self) -> list[DeletedNetwork]:
        rows = await self._store.read(queries.list_deleted)
        return [
            DeletedNetwork(
                id=row.id,
                name=row.name,
                num_nodes=row.num_nodes,
                outline=Outline.model_validate_json(row.outline),
                deleted=row.deleted,
                ends=row.deleted + UNDO_SECONDS,
            )
            for row in rows
            if row.deleted is not None
        ]

    async def create(self, document: Document) -> NetworkRead:
        """Keeps ``document`` as a new network.

        Raises:
            ServiceError: ``invalid_request``, a block is within itself: no editor makes such a document.
        """
        recursion = find_recursion(document.blocks)
        if recursion is not None:
            raise ServiceError("invalid_request", recursion.message, [recursion.model_copy(update={"field": None})])
        saved = to_saved(document)
        network_id = await self._store.write(lambda session: queries.create_network(session, saved))
        return await self.read(network_id)

    async def example(self) -> NetworkRead:
        """The example network; where it was deleted, or there was none, it is made again."""
        saved = to_saved(build_example(current_language()))
        return await self.read(await self._store.write(lambda session: queries.give_example(session, saved)))

    async def read(self, network_id: str, revision: int | None = None) -> NetworkRead:
        record = await self._store.read(lambda session: queries.get_network(session, network_id, revision))
        if record is None or record.document is None:
            raise not_found("network" if revision is None else "revision of this network")
        summary = _summary(record)
        if revision is not None:
            summary.revision = revision
        document = Document.model_validate_json(record.document)
        return NetworkRead(**dict(summary), document=document)

    async def save(self, network_id: str, document: Document, based_on: int) -> NetworkRead:
        """Saves ``document`` as the revision after ``based_on``.

        Raises:
            ServiceError: ``stale_revision``, somebody (another tab) saved in between; ``not_found``.
        """
        saved = to_saved(document)
        try:
            is_there = await self._store.write(
                lambda session: queries.save_network(session, network_id, based_on, saved)
            )
        except queries.StaleRevisionError as error:
            raise ServiceError(
                "stale_revision",
                say(
                    "This network was saved elsewhere in the meantime: revision {newest} is the newest, this "
                    "save is based on {based_on}. Load the newest, or save a copy.",
                    newest=error.newest,
                    based_on=based_on,
                ),
            ) from error
        if not is_there:
            raise not_found("network")
        return await self.read(network_id)

    async def delete(self, network_id: str) -> None:
        """Puts the network away; :meth:`restore` brings it back within :data:`UNDO_SECONDS`."""
        if not await self._store.write(
            lambda session: queries.set_network_deleted(session, network_id, is_deleted=True)
        ):
            raise not_found("network")

    async def restore(self, network_id: str) -> NetworkRead:
        if not await self._store.write(
            lambda session: queries.set_network_deleted(session, network_id, is_deleted=False)
        ):
            raise not_found("network")
        return await self.read(network_id)

    async def revisions(self, network_id: str) -> list[RevisionRead]:
        rows = await self._store.read(lambda session: queries.list_revisions(session, network_id))
        if rows is None:
            raise not_found("network")
        return [
            RevisionRead(revision=row.revision, created=row.created, name=row.name, label=row.label) for row in rows
        ]

    async def label_revision(self, network_id: str, revision: int, label: str | None) -> None:
        """Names a revision, which autosave then never replaces; None takes the name away."""
        if not await self._store.write(lambda session: queries.label_revision(session, network_id, revision, label)):
            raise not_found("revision of this network")

    async def link(self, network_id: str, revision: int | None) -> LinkRead:
        """Where a revision (None: the newest) can be looked at and not changed.  It is kept as it is from now on."""
        label = str(say("Read-only link"))
        kept = await self._store.write(lambda session: queries.keep_revision(session, network_id, revision, label))
        if kept is None:
            raise not_found("network" if revision is None else "revision of this network")
        return LinkRead(revision=kept, path=f"/networks/{network_id}/view/{kept}")


def to_saved(document: Document) -> queries.SavedDocument:
    """A document as a network's row holds it."""
    return queries.SavedDocument(
        name=document.name,
        document=document.model_dump_json(),
        num_nodes=len(document.network.nodes),
        outline=build_outline(document).model_dump_json(),
    )


def _summary(record: queries.NetworkRecord) -> NetworkSummary:
    row = record.row
    return NetworkSummary(
        id=row.id,
        name=row.name,
        revision=row.revision,
        created=row.created,
        updated=row.updated,
        num_nodes=row.num_nodes,
        outline=Outline.model_validate_json(row.outline),
        num_runs=record.num_runs,
        best=parse_scalars(record.best),
        is_example=record.is_example,
    )
