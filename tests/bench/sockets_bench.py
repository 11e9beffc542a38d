"""From a worker's POST to browsers: 1 and 500 sockets on one run at 20 events/s, through a real server process.

Prints what was lost or came twice, the time from the event's making to each browser's receiving it, the server's share of one
core, and its memory when idle with torch loaded.  Goals: nothing lost, p95 100 ms or less for one browser and 60 ms or less for
500, under 400 MB.  The clients share the machine with the server, so the figures are upper bounds.
"""

import asyncio
import hashlib
import http.client
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.store.rows import RUN, make_run
from netwright.settings import Settings
from netwright.store.run_moves import start_attempt
from netwright.store.runs import insert_run
from netwright.store.store import Store

TOKEN = "token-of-the-bench"  # noqa: S105
EVENTS_PER_SECOND = 20
SECONDS = 10.0
SOCKETS = (1, 500)


def prepare(home: Path) -> None:
    """A run whose worker is this program."""
    store = Store(Settings(home=home).url_of_database)
    store.write_now(lambda session: insert_run(session, make_run()))
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    store.write_now(lambda session: start_attempt(session, RUN, digest, None))
    store.close()


def start_server(home: Path) -> tuple[subprocess.Popen[str], str]:
    environment = os.environ | {"NETWRIGHT_HOME": str(home), "NETWRIGHT_TOKEN": TOKEN, "PORT": "0"}
    command = [sys.executable, "-m", "netwright.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().partition("/?token=")[0]


class Worker:
    """Posts one event every 50 ms, from a process of its own: it must not wait for the browsers' turn."""

    def __init__(self, url: str) -> None:
        self.seq = 0
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def post(self, type_: str, **fields: Any) -> None:
        self.seq += 1
        envelope = {"type": type_, "run": RUN, "attempt": 1, "seq": self.seq, "time": time.time(), "elapsed": 1.0}
        body = orjson.dumps({"attempt": 1, "events": [envelope | fields]})
        headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
        self.connection.request("POST", f"/api/worker/runs/{RUN}/events", body, headers)
        response = self.connection.getresponse()
        assert response.status == 200, response.read()
        response.read()

    def train(self, seconds: float, names: Sequence[str] = ()) -> None:
        """Reports 20 steps at a time: three metrics, or those called ``names`` with a value at each step."""
        due = time.monotonic()
        end = due + seconds
        while due < end:
            steps = [20 * self.seq + i for i in range(20)]
            gaps = [None] * 19
            values = {"train/loss": [0.1] * 20, "train/Accuracy": [*gaps, 0.9], "lr": [*gaps, 0.001]}
            if names:
                values = {name: [1 / (1 + step % 1000 + at) for step in steps] for at, name in enumerate(names)}
            self.post("metrics", epoch=1, steps=steps, values=values)
            due += 1 / EVENTS_PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))


def work(url: str, seq: int, seconds: float, ended: Any) -> None:
    """The worker's process; gives its last ``seq`` (which is the cursor, as there is one attempt)."""
    worker = Worker(url)
    worker.seq = seq
    if seq == 0:
        hello = {"pid": 1, "device": "cpu", "versions": {}, "steps_per_epoch": 100, "total_steps": 10**6}
        worker.post("hello", **hello)
    worker.train(seconds)
    ended.send(worker.seq)


class Browser(asyncio.Protocol):
    """As little of a WebSocket client as can be (frames of a server are neither masked nor, here, split), so that 500 of them
    leave the machine to the server."""

    def __init__(self, path: str, host: str, after: int, latencies: list[float]) -> None:
        self.request = (
            f"GET {path}?after={after} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {TOKEN}\r\n\r\n"
        )
        self.cursor, self.latencies = after, latencies
        self.faults = 0
        self.is_open = asyncio.Event()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request.encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_open.is_set():
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            assert b" 101 " in head, head
            self.buffer = rest
            self.is_open.set()
        while (frame := self._take_frame()) is not None:
            self._take_events(frame)

    def _take_frame(self) -> bytes | None:
        if len(self.buffer) < 2:
            return None
        size, start = self.buffer[1], 2
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(self.buffer[2:start])
        if len(self.buffer) < start + size:
            return None
        opcode, frame = self.buffer[0] & 15, self.buffer[start : start + size]
        self.buffer = self.buffer[start + size :]
        return frame if opcode == 1 else b"[]"

    def _take_events(self, frame: bytes) -> None:
        now = time.time()
        for event in orjson.loads(frame):
            self.faults += event["cursor"] != self.cursor + 1
            self.cursor = event["cursor"]
            self.latencies.append(now - event["time"])


async def measure(url: str, count: int, after: int, server: psutil.Process) -> int:
    """Prints one line; gives the newest cursor."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    host, port = parts.hostname, parts.port
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    browsers = []
    for _ in range(count):
        _, browser = await loop.create_connection(
            lambda: Browser(f"/api/runs/{RUN}/events", parts.netloc, after, latencies), host, port
        )
        browsers.append(browser)
    for browser in browsers:
        await browser.is_open.wait()
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(url, after, SECONDS, theirs))
    worker.start()
    before, began = server.cpu_times(), time.monotonic()
    last = await asyncio.to_thread(ours.recv)
    wall = time.monotonic() - began
    used = server.cpu_times()
    async with asyncio.timeout(60):
        while any(browser.cursor < last for browser in browsers):  # noqa: ASYNC110  many places, one wait
            await asyncio.sleep(0.05)
    worker.join()
    for browser in browsers:
        browser.transport.close()
    latencies.sort()
    cpu = (used.user + used.system - before.user - before.system) / wall
    p50, p95 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.95)]
    print(
        f"{count:4d} sockets, {(last - after) / SECONDS:.1f} events/s: {len(latencies)} received of {count * (last - after)}, "
        f"out of order {sum(browser.faults for browser in browsers)}, p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, "
        f"max {latencies[-1] * 1000:.0f} ms, server {cpu:.2f} core, {server.memory_info().rss / 1e6:.0f} MB",
        flush=True,
    )
    return int(last)


async def run(url: str, server: psutil.Process) -> None:
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        await client.post("/api/check", json={"document": {}})
    await asyncio.sleep(3)
    print(f"idle, torch loaded for checks: {server.memory_info().rss / 1e6:.0f} MB", flush=True)
    cursor = 0
    for count in SOCKETS:
        cursor = await measure(url, count, cursor, server)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(home)
        process, url = start_server(home)
        try:
            asyncio.run(run(url, psutil.Process(process.pid)))
        finally:
            process.terminate()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


if __name__ == "__main__":
    main()
