"""From stored events to browsers.

Every run has a channel with its newest events in a ring that all its sockets share.  A socket is only a cursor into it: what
lies before the ring is read from the database.  So joining late, reconnecting and being slow are one and the same thing, a
slow socket costs no memory, and nobody waits for it.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from itertools import islice

from netwright.language import DEFAULT, use_language
from netwright.services.run_models import RunSummary
from netwright.services.webhook import Webhook
from netwright.store.events import StoredEvent, list_events
from netwright.store.store import Store
from netwright.training.events import AlertEvent
from netwright.training.states import RESTING

RING_BYTES = 2 * 2**20
PAGE_EVENTS = 500
"""Most events of one message."""
PAGE_BYTES = 256 * 1024
MAX_CHANGED = 500
"""Runs whose newest summary is kept for the table of runs."""


class Channel:
    """The newest events of one run, and a way to wait for the next.

    Who waits is woken after ``idle_seconds`` of nothing as well: one timer for all sockets, not one for each wait.
    """

    def __init__(self, idle_seconds: float) -> None:
        self.cursor = 0
        self._idle_seconds = idle_seconds
        self._timer = asyncio.get_running_loop().call_later(idle_seconds, self._wake)
        self._ring: deque[StoredEvent] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._texts: dict[str, tuple[int, int, str]] = {}

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Appends ``events``, which are stored; wakes who waits."""
        for event in events:
            if event.cursor <= self.cursor:
                continue  # read from the database in the meantime
            if event.cursor != self.cursor + 1:
                self._clear()
            self._ring.append(event)
            self._bytes += len(event.payload)
            self.cursor = event.cursor
        while self._bytes > RING_BYTES:
            self._bytes -= len(self._ring.popleft().payload)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._wake)

    def close(self) -> None:
        """Nobody listens any more."""
        self._timer.cancel()

    def _clear(self) -> None:
        self._ring.clear()
        self._bytes = 0

    def wake(self) -> asyncio.Event:
        """Set at the next :meth:`publish`, or when nothing has come for a while."""
        return self._changed

    def page(self, after: int, language: str) -> tuple[int, str] | None:
        """Events after the cursor ``after`` as ``(newest cursor, JSON array)``; None where the ring does not hold them all.

        Sockets mostly stand at the same place, so the text is made once for all of them that speak a language.
        """
        known = self._texts.get(language)
        if known is not None and known[0] == after and known[1] == self.cursor:
            return known[1], known[2]
        if not self._ring or self._ring[0].cursor > after + 1:
            return None
        start = bisect_right(self._ring, after, key=lambda event: event.cursor)
        newest, text = _to_page(islice(self._ring, start, None), language)
        if newest == self.cursor:
            self._texts[language] = (after, newest, text)
        return newest, text


def _to_page(events: "Sequence[StoredEvent] | islice[StoredEvent]", language: str) -> tuple[int, str]:
    """As many of ``events`` (one or more) as one message may hold."""
    payloads: list[str] = []
    size = newest = 0
    for event in events:
        if payloads and (len(payloads) == PAGE_EVENTS or size + len(event.payload) > PAGE_BYTES):
            break
        payloads.append(event.spoken(language))
        size += len(event.payload)
        newest = event.cursor
    return newest, f"[{','.join(payloads)}]"


class Hub:
    """All channels, and the table of runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}
        self._listeners: dict[str, int] = {}
        self._summaries: dict[str, tuple[int, RunSummary, dict[str, str]]] = {}
        self._warnings: dict[str, str] = {}
        self._version = 0
        self._changed = asyncio.Event()
        self.webhook: Webhook | None = None

    def publish(self, run_id: str, events: Sequence[StoredEvent]) -> None:
        """Gives stored events to those who listen.  Never waits."""
        channel = self._channels.get(run_id)
        if channel is not None and events:
            channel.publish(events)

    def publish_summary(self, summary: RunSummary) -> None:
        """Gives a run's newest summary to the tables of runs."""
        if summary.state in RESTING:
            self._warnings.pop(summary.id, None)
        elif summary.id in self._warnings:
            summary = summary.model_copy(update={"warning": self._warnings[summary.id]})
        self._version += 1
        self._summaries.pop(summary.id, None)  # the newest stand last
        self._summaries[summary.id] = (self._version, summary, {})
        while len(self._summaries) > MAX_CHANGED:
            del self._summaries[next(iter(self._summaries))]
        self._changed.set()
        self._changed = asyncio.Event()
        if self.webhook is not None and not summary.is_deleted:
            self.webhook.see(summary)

    def publish_alert(self, summary: RunSummary, alert: AlertEvent) -> None:
        """Tells of an alert of a run, which is stored: a warning stands in the run's summaries from now on."""
        if alert.level == "warning":
            self._warnings[summary.id] = alert.message
            self.publish_summary(summary)
        if self.webhook is not None:
            self.webhook.see_alert(summary, alert)

    async def events(
        self, run_id: str, after: int, *, idle_seconds: float, language: str = DEFAULT
    ) -> AsyncGenerator[str, None]:
        """JSON arrays of the events after the cursor ``after``, for ever: without a gap, without one twice.

        An empty array comes after ``idle_seconds`` of nothing, so that the other side knows that the line is alive.
        """
        channel = self._channels.get(run_id)
        if channel is None:
            channel = self._channels[run_id] = Channel(idle_seconds)
        self._listeners[run_id] = self._listeners.get(run_id, 0) + 1
        try:
            # Whatever was published before this socket came is in the database.
            while (page := await self._stored(run_id, after, language)) is not None:
                after = page[0]
                yield page[1]
            while True:
                wake = channel.wake()
                live = channel.page(after, language) if channel.cursor > after else None
                if channel.cursor > after and live is None:
                    live = await self._stored(run_id, after, language)
                if live is not None:
                    after = live[0]
                    yield live[1]
                    continue
                await wake.wait()
                if channel.cursor <= after:
                    yield "[]"
        finally:
            self._listeners[run_id] -= 1
            if not self._listeners[run_id]:
                channel.close()
                del self._listeners[run_id], self._channels[run_id]

    async def _stored(self, run_id: str, after: int, language: str) -> tuple[int, str] | None:
        events, _ = await self._store.read(lambda session: list_events(session, run_id, after, PAGE_EVENTS, PAGE_BYTES))
        return _to_page(events, language) if events else None

    async def summaries(
        self, *, every_seconds: float, idle_seconds: float, language: str = DEFAULT
    ) -> AsyncGenerator[str, None]:
        """JSON arrays of the summaries of runs that changed, at most one each ``every_seconds``; first of all those that
        changed lately."""
        seen = 0
        while True:
            wake = self._changed
            changed = [
                _summary_text(summary, texts, language)
                for version, summary, texts in self._summaries.values()
                if version > seen
            ]
            if changed:
                seen = self._version
                yield f"[{','.join(changed)}]"
                await asyncio.sleep(every_seconds)
            elif not await _is_set(wake, idle_seconds):
                yield "[]"


def _summary_text(summary: RunSummary, texts: dict[str, str], language: str) -> str:
    """``texts`` keeps it for the other sockets of this language."""
    if language not in texts:
        with use_language(language):
            texts[language] = summary.model_dump_json()
    return texts[language]


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
