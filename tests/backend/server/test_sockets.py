"""Live sockets, through a real server."""

import asyncio
import json
import socket
from typing import Any

import pytest
import websockets
from backend.server.helpers import TOKEN, RealServer
from backend.server.test_runs import Player, end_all, start
from backend.services.fakes import FakeExecutor
from netwright.services.hub import PAGE_BYTES, RING_BYTES

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def connect(server: RealServer, path: str) -> websockets.connect:
    return websockets.connect(server.socket_url + path, additional_headers=HEADERS)


async def read_until(line: websockets.ClientConnection, cursor: int) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(60):
        while not seen or seen[-1] < cursor:
            seen += [each["cursor"] for each in json.loads(await line.recv())]
    return seen


@pytest.fixture
def player(server: RealServer, executor: FakeExecutor) -> Player:
    end_all(server)
    return start(server, executor)


def test_events_when_watched_come_missed_ones_first_then_live(server: RealServer, player: Player) -> None:
    async def main() -> None:
        player.send(player.worker.hello(), player.worker.metrics(1))
        async with connect(server, f"/api/runs/{player.run}/events") as line:
            first = json.loads(await line.recv())
            assert [each["type"] for each in first] == ["hello", "metrics"]
            for step in range(2, 30):
                await asyncio.to_thread(player.send, player.worker.metrics(step))
            assert await read_until(line, 30) == list(range(3, 31))
        async with connect(server, f"/api/runs/{player.run}/events?after=28") as line:
            assert await read_until(line, 30) == [29, 30]

    asyncio.run(main())


def test_events_when_the_browser_is_ahead_of_the_server_do_not_block_others(server: RealServer, player: Player) -> None:
    async def main() -> None:
        player.send(player.worker.hello())
        path = f"/api/runs/{player.run}/events"
        async with connect(server, f"{path}?after=999999") as ahead, connect(server, f"{path}?after=1") as other:
            await asyncio.to_thread(player.send, player.worker.metrics(1))
            assert await read_until(other, 2) == [2]
            assert await read_until(ahead, 2) == [2]

    asyncio.run(main())


def test_events_when_there_is_no_such_run_close_with_a_code(server: RealServer) -> None:
    async def main() -> None:
        async with connect(server, "/api/runs/nosuchrun/events") as line:
            with pytest.raises(websockets.ConnectionClosed):
                await line.recv()
            assert line.close_code == 4404

    asyncio.run(main())


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999"])
def test_events_when_the_cursor_is_no_number_are_refused(server: RealServer, player: Player, query: str) -> None:
    async def main() -> None:
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with connect(server, f"/api/runs/{player.run}/events?{query}"):
                pass
        assert caught.value.response.status_code == 403

    asyncio.run(main())


def test_events_when_a_browser_talks_or_leaves_go_on_for_others(server: RealServer, player: Player) -> None:
    async def main() -> None:
        player.send(player.worker.hello())
        path = f"/api/runs/{player.run}/events?after=1"
        async with connect(server, path) as talker, connect(server, path) as other:
            await talker.send("anything")
            await talker.send(b"\x00\xff")
            await talker.close()
            await asyncio.to_thread(player.send, player.worker.metrics(1))
            assert await read_until(other, 2) == [2]

    asyncio.run(main())


def test_live_when_runs_change_gives_their_summaries(server: RealServer, player: Player) -> None:
    async def main() -> None:
        async with connect(server, "/api/runs/live") as line:
            await asyncio.to_thread(player.send, player.worker.hello(), player.worker.metrics(1, 2, 3))

            async def wait_for_step() -> dict[str, Any]:
                while True:
                    for run in json.loads(await line.recv()):
                        if run["id"] == player.run and run["step"] == 3:
                            found: dict[str, Any] = run
                            return found

            async with asyncio.timeout(60):
                run = await wait_for_step()
            assert run["state"] == "running"
            await asyncio.to_thread(server.client.post, f"/api/runs/{player.run}/stop")
            async with asyncio.timeout(60):
                while True:
                    changed = [each for each in json.loads(await line.recv()) if each["commands_waiting"]]
                    if changed:
                        break
            assert changed[0]["commands_waiting"] == ["stop"]

    asyncio.run(main())


def test_live_when_a_run_is_deleted_says_so_to_tables_that_are_open_and_that_open_later(
    server: RealServer, player: Player
) -> None:
    async def read_deleted(line: websockets.ClientConnection) -> bool:
        async with asyncio.timeout(60):
            while True:
                for run in json.loads(await line.recv()):
                    if run["id"] == player.run and run["state"] == "completed":
                        return bool(run["is_deleted"])

    async def main() -> None:
        async with connect(server, "/api/runs/live") as line:
            await asyncio.to_thread(player.send, player.worker.hello())
            await asyncio.to_thread(player.end)
            assert not await read_deleted(line)
            deleted = await asyncio.to_thread(server.client.delete, f"/api/runs/{player.run}")
            assert deleted.status_code == 204
            assert await read_deleted(line)
        async with connect(server, "/api/runs/live") as line:
            assert await read_deleted(line)

    asyncio.run(main())


def test_events_when_a_browser_stops_reading_cost_nobody_anything(server: RealServer, player: Player) -> None:
    async def main() -> None:
        player.send(player.worker.hello())
        path = f"/api/runs/{player.run}/events?after=1"
        connection = websockets.connect(
            server.socket_url + path, additional_headers=HEADERS, max_queue=1, compression=None, ping_interval=None
        )
        async with connection as sleeper, connect(server, path) as other:
            seen = asyncio.create_task(read_until(other, 1201))
            for _ in range(12):
                events = [player.worker.event("log", message="x" * 4000) for _ in range(100)]
                await asyncio.to_thread(player.send, *events)
            assert await seen == list(range(2, 1202))
            assert server.services.hub._channels[player.run]._bytes <= RING_BYTES
            assert await read_until(sleeper, 1201) == list(range(2, 1202)), "and it can still catch up"

    asyncio.run(main())


def test_events_when_a_browser_stops_reading_are_held_by_the_database_alone(server: RealServer, player: Player) -> None:
    """24 MB of events: more than the system's own buffers take, so that the server itself has to wait for the reader."""
    size, count = 200_000, 120

    async def main() -> None:
        player.send(player.worker.hello())
        path = f"/api/runs/{player.run}/events?after=1"
        async with sleeper_at(server, path) as sleeper:
            for _ in range(count // 10):
                events = [player.worker.event("log", message="x" * size) for _ in range(10)]
                await asyncio.to_thread(player.send, *events)
                # A page of as many events as fit, one too many, and what the transport holds before it says stop.
                assert server.bytes_waiting() <= PAGE_BYTES + size + 2 * 65536
                assert server.services.hub._channels[player.run]._bytes <= RING_BYTES
            assert server.bytes_waiting() > 0, "the reader did stop"
            assert await read_until(sleeper, count + 1) == list(range(2, count + 2)), "and it can still catch up"

    asyncio.run(main())


def sleeper_at(server: RealServer, path: str) -> websockets.connect:
    """A reader that takes one message and no more until it is asked, and whose system keeps little for it."""
    address = server.socket_url.split("//")[1].split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    line.connect((address[0], int(address[1])))
    return websockets.connect(
        server.socket_url + path,
        sock=line,
        additional_headers=HEADERS,
        max_queue=1,
        max_size=None,
        compression=None,
        ping_interval=None,
    )
