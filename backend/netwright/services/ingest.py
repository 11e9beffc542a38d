"""What workers say, from the network or from their spool: into the store first, then to the browsers."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from netwright.language import said_by, say
from netwright.services.best import mode_of
from netwright.services.errors import ServiceError, not_found
from netwright.services.files import is_intact
from netwright.services.hub import Hub
from netwright.services.run_views import to_summary
from netwright.store.ingest import FencedError, Ingest, Ingested
from netwright.store.overviews import keep_overviews, make_overviews
from netwright.store.runs import get_attempt
from netwright.store.store import Store
from netwright.training.events import (
    COMMANDS,
    AlertEvent,
    ChangeEvent,
    CheckpointEvent,
    EndEvent,
    Event,
    EventBatch,
    EventReply,
    HelloEvent,
    StateEvent,
)
from netwright.worker.spool import SpoolReader, spool_path

log = logging.getLogger(__name__)

MAX_TOKENS = 1000

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def hash_token(token: str) -> str:
    """What the store keeps of an attempt's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class IngestService:
    """``heard`` is called with each run and attempt that gave a sign of life."""

    def __init__(self, store: Store, hub: Hub, runs_folder: Path, heard: Callable[[str, int], None]) -> None:
        self._store, self._hub, self._runs_folder, self._heard = store, hub, runs_folder, heard
        self._token_hashes: dict[tuple[str, int], str] = {}

    async def take_batch(self, run_id: str, token: str, batch: EventBatch) -> EventReply:
        """A worker's batch; harmless when it comes twice.

        Raises:
            ServiceError: ``not_signed_in``, the token is not that attempt's; ``fenced``, the attempt was given up;
                ``invalid_request``, an event belongs to another run or attempt; ``not_found``, there is no such run.
        """
        if not hmac.compare_digest(hash_token(token), await self._token_hash(run_id, batch.attempt)):
            raise ServiceError("not_signed_in", say("This token is not that of this attempt."))
        if any(event.run != run_id or event.attempt != batch.attempt for event in batch.events):
            raise ServiceError(
                "invalid_request", say("Every event of a batch must be of this run and of this attempt.")
            )
        try:
            ingested = await self._take(run_id, batch.attempt, batch.events)
        except FencedError as error:
            raise ServiceError("fenced", said_by(error)) from error
        self._heard(run_id, batch.attempt)
        return EventReply(seq=ingested.seq, commands=COMMANDS.validate_json(f"[{','.join(ingested.commands)}]"))

    async def _token_hash(self, run_id: str, attempt: int) -> str:
        """Of the attempt's token, which never changes; empty where there is no such attempt."""
        key = (run_id, attempt)
        if key not in self._token_hashes:
            row = await self._store.read(lambda session: get_attempt(session, run_id, attempt))
            if row is None:
                return ""
            while len(self._token_hashes) >= MAX_TOKENS:
                del self._token_hashes[next(iter(self._token_hashes))]
            self._token_hashes[key] = row.token_hash
        return self._token_hashes[key]

    async def take_spool(self, run_id: str, attempt: int) -> int:
        """Takes what an attempt has left on disk and not sent; gives how many events were new.

        A last line that is not whole was being written when the worker died, and is left out.
        """
        row = await self._store.read(lambda session: get_attempt(session, run_id, attempt))
        if row is None:
            raise not_found("attempt")
        reader = SpoolReader(spool_path(self._runs_folder / run_id, attempt))
        taken = row.last_seq
        await asyncio.to_thread(reader.go_to, taken + 1)
        while events := await asyncio.to_thread(_read_spool, reader, taken + 1):
            try:
                ingested = await self._take(run_id, attempt, events)
            except FencedError:
                break
            if ingested.seq == taken:
                break
            taken = ingested.seq
        return taken - row.last_seq

    async def _take(self, run_id: str, attempt: int, events: Sequence[Event]) -> Ingested:
        verified = await self._verify(run_id, events)
        matters = any(
            isinstance(event, (HelloEvent, StateEvent, ChangeEvent, CheckpointEvent, EndEvent)) for event in events
        )
        ingested = await self._store.write(
            Ingest(run_id, attempt, events, mode_of=mode_of, verified=verified),
            durability="FULL" if matters else "NORMAL",
        )
        # No await from here on: what is stored in order is published in order.
        if ingested.events:
            summary = to_summary(ingested.record)
            self._hub.publish(run_id, ingested.events)
            self._hub.publish_summary(summary)
            for event in ingested.fresh:
                if isinstance(event, AlertEvent):
                    self._hub.publish_alert(summary, event)
        if any(isinstance(event, EndEvent) for event in ingested.fresh):
            made = await self._store.read(lambda session: make_overviews(session, run_id))
            await self._store.write(lambda session: keep_overviews(session, made), durability="NORMAL")
        return ingested

    async def _verify(self, run_id: str, events: Sequence[Event]) -> frozenset[str]:
        """The files of checkpoint events that are in place with their size and hash."""
        folder = self._runs_folder / run_id
        verified = set()
        for event in events:
            if isinstance(event, CheckpointEvent):
                if await asyncio.to_thread(is_intact, folder, event.file, event.bytes, event.sha256):
                    verified.add(event.file)
                else:
                    # Usually it was replaced by a newer one before this was read.
                    log.info("Run %s: the checkpoint %s is not on disk as announced; left out.", run_id, event.file)
        return frozenset(verified)


def _read_spool(reader: SpoolReader, seq: int) -> list[Event]:
    """The events from ``seq`` on, as many as a worker would send at once; it has taken those before."""
    reader.go_to(seq)
    if reader.next_seq != seq:
        return []
    events: list[Event] = []
    for line in reader.peek():
        try:
            events.append(_EVENT.validate_json(line))
        except ValidationError as error:
            damaged = reader.next_seq + len(events)
            log.warning("%s, line %d is damaged; what follows is left out: %s", reader.path, damaged, error)
            break
    return events
