"""Browsers miss nothing and get nothing twice, whenever they come and however slow they are."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from backend.store.rows import RUN, event, hello, insert, metrics, start
from netwright.services import hub as hub_module
from netwright.services.best import mode_of
from netwright.services.hub import Hub
from netwright.services.run_views import to_summary
from netwright.store.ingest import Ingest
from netwright.store.store import Store
from netwright.training.events import AlertEvent, Event


class Feed:
    """A store with one run, and a hub that gets what is stored."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'netwright.db'}")
        insert(self.store)
        start(self.store)
        self.hub = Hub(self.store)
        self.seq = 1

    async def take(self, *events: Event) -> None:
        ingested = await self.store.write(Ingest(RUN, 1, events, mode_of=mode_of, verified=frozenset()))
        self.hub.publish(RUN, ingested.events)
        self.newest = to_summary(ingested.record)
        self.hub.publish_summary(self.newest)

    async def steps(self, count: int, size: int = 1) -> None:
        """``count`` batches of ``size`` events."""
        for _ in range(count):
            events = []
            for _ in range(size):
                self.seq += 1
                events.append(metrics(self.seq, [self.seq], {"train/loss": [1.0]}))
            await self.take(*events)

    def watch(self, after: int = 0, idle: float = 60.0) -> AsyncGenerator[str, None]:
        return self.hub.events(RUN, after, idle_seconds=idle)


async def read_until(texts: AsyncGenerator[str, None], cursor: int, pause: float = 0.0) -> list[int]:
    """Cursors as they come, up to ``cursor``."""
    seen: list[int] = []
    async with asyncio.timeout(60), aclosing(texts):
        async for text in texts:
            seen += [each["cursor"] for each in json.loads(text)]
            if pause:
                await asyncio.sleep(pause)
            if seen and seen[-1] >= cursor:
                return seen
    raise AssertionError("the stream ended")


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path)


def test_events_when_joined_at_any_time_come_once_and_without_a_gap(feed: Feed) -> None:
    async def main() -> None:
        await feed.take(hello())
        readers = []
        for _ in range(20):
            await feed.steps(3, size=4)
            readers.append(asyncio.create_task(read_until(feed.watch(), 241)))
        for seen in await asyncio.gather(*readers):
            assert seen == list(range(1, 242))

    asyncio.run(main())
    feed.store.close()


def test_events_when_resumed_by_cursor_go_on_right_there(feed: Feed) -> None:
    async def main() -> None:
        await feed.take(hello())
        await feed.steps(10)
        watching = asyncio.create_task(read_until(feed.watch(after=7), 21))
        await feed.steps(10)
        assert await watching == list(range(8, 22))

    asyncio.run(main())
    feed.store.close()


def test_events_when_a_reader_is_slow_holds_no_more_than_the_ring(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RING_BYTES", 2000)
    monkeypatch.setattr(hub_module, "PAGE_BYTES", 1500)

    async def main() -> None:
        await feed.take(hello())
        slow = asyncio.create_task(read_until(feed.watch(), 301, pause=0.01))
        await asyncio.sleep(0.05)
        await feed.steps(100, size=3)
        channel = feed.hub._channels[RUN]
        assert channel._bytes <= 2000
        assert await slow == list(range(1, 302))
        assert feed.hub._channels == {}, "a channel goes with its last listener"

    asyncio.run(main())
    feed.store.close()


def test_events_when_nothing_happens_says_that_the_line_is_alive(feed: Feed) -> None:
    async def main() -> None:
        async with aclosing(feed.watch(idle=0.01)) as texts:
            assert await anext(texts) == "[]"

    asyncio.run(main())
    feed.store.close()


def test_events_when_the_server_had_restarted_go_on(feed: Feed) -> None:
    async def main() -> None:
        await feed.take(hello())
        await feed.steps(5)
        feed.hub = Hub(feed.store)
        watching = asyncio.create_task(read_until(feed.watch(after=3), 8))
        await asyncio.sleep(0.05)
        await feed.steps(2)
        assert await watching == [4, 5, 6, 7, 8]

    asyncio.run(main())
    feed.store.close()


def test_summaries_when_a_run_changes_often_come_seldom_and_end_with_the_newest(feed: Feed) -> None:
    async def main() -> tuple[list[dict[str, object]], float]:
        await feed.take(hello())
        seen: list[dict[str, object]] = []
        begin = asyncio.get_running_loop().time()

        async def watch() -> None:
            async with aclosing(feed.hub.summaries(every_seconds=0.05, idle_seconds=60)) as texts:
                async for text in texts:
                    seen.extend(json.loads(text))
                    if seen[-1]["state"] == "completed":
                        return

        watching = asyncio.create_task(watch())
        await feed.steps(100)
        feed.seq += 1
        await feed.take(event("end", feed.seq, state="completed", reason="finished"))
        async with asyncio.timeout(60):
            await watching
        return seen, asyncio.get_running_loop().time() - begin

    seen, seconds = asyncio.run(main())
    assert seen[-1]["step"] == 101
    assert len(seen) <= seconds / 0.05 + 2, (
        "of the one run there is a summary each 0.05 s, however many changes there were"
    )
    feed.store.close()


def test_summaries_when_a_run_warns_say_so_until_it_ends(feed: Feed) -> None:
    async def main() -> None:
        await feed.take(hello())
        async with asyncio.timeout(60), aclosing(feed.hub.summaries(every_seconds=0, idle_seconds=60)) as texts:

            async def newest() -> tuple[str, str | None]:
                [row] = json.loads(await anext(texts))
                return row["state"], row["warning"]

            assert await newest() == ("running", None)
            warning = event("alert", 2, level="warning", code="stalled", message="No step has ended.")
            assert isinstance(warning, AlertEvent)
            await feed.take(warning)
            feed.hub.publish_alert(feed.newest, warning)
            assert await newest() == ("running", "No step has ended.")
            await feed.take(metrics(3, [1], {"train/loss": [1.0]}))
            assert await newest() == ("running", "No step has ended.")
            await feed.take(event("end", 4, state="completed", reason="finished"))
            assert await newest() == ("completed", None)

    asyncio.run(main())
    feed.store.close()
