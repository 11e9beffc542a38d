"""Spool, emitter and shipper against a server that drops, fails, forgets and stays away."""

import gc
import math
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from netwright.training.events import EVENTS, Command, Event, StopCommand
from netwright.training.reporting import Progress
from netwright.training.spec import AttemptSpec
from netwright.worker.emitter import MAX_PENDING_BYTES, MAX_TEXT, Emitter
from netwright.worker.shipper import Shipper
from netwright.worker.spool import MAX_LINE_BYTES, AttemptStartedError, SpoolReader, SpoolWriter

Server = Any
"""The fixture of conftest."""


class Line:
    """Emitter, spool and shipper of one attempt, in this process."""

    def __init__(self, attempt: AttemptSpec, path: Path) -> None:
        self.path = path
        self.acted: list[Command] = []
        self.fenced = threading.Event()
        self.shipper = Shipper(attempt, path, self.acted.append, self.fenced.set)
        self.emit = Emitter(SpoolWriter(path), attempt.run, attempt.attempt, Progress(), self.shipper.wake)

    def emit_many(self, count: int) -> None:
        for i in range(count):
            self.emit("log", message=f"line {i}")


@pytest.fixture
def line(attempt: AttemptSpec, tmp_path: Path) -> Iterator[Line]:
    made = Line(attempt, tmp_path / "spool.jsonl")
    yield made
    made.emit.close()
    if made.shipper._thread.is_alive():
        made.shipper.close()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_events_when_emitted_from_many_threads_have_no_gap_and_are_valid(line: Line) -> None:
    threads = [threading.Thread(target=line.emit_many, args=(200,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.emit("metrics", epoch=1, steps=[1, 2], values={"train/loss": [math.nan, 0.5], "lr": [None, math.inf]})
    line.emit.close()
    events = EVENTS.validate_json(b"[" + b",".join(line.path.read_bytes().splitlines()) + b"]")
    assert [event.seq for event in events] == list(range(1, 802))
    last = events[-1]
    assert last.type == "metrics"
    assert last.values == {"train/loss": ["NaN", 0.5], "lr": [None, "Infinity"]}


def test_spool_when_the_attempt_was_started_before_is_refused(tmp_path: Path) -> None:
    SpoolWriter(tmp_path / "1.spool.jsonl").close()
    with pytest.raises(AttemptStartedError):
        SpoolWriter(tmp_path / "1.spool.jsonl")


def test_spool_when_a_line_is_half_written_gives_only_whole_ones(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_bytes(b'{"seq":1}\n{"seq":2}\n{"se')
    reader = SpoolReader(path)
    assert reader.peek() == [b'{"seq":1}', b'{"seq":2}']
    reader.advance(reader.peek())
    assert reader.peek() == []
    reader.go_to(2)
    assert reader.peek() == [b'{"seq":2}']


def test_shipper_when_the_server_answers_delivers_each_event_once(line: Line, server: Server) -> None:
    line.shipper.start()
    line.emit_many(2500)
    wait_for(lambda: server.seq == 2500)
    assert server.num_received == 2500


def test_shipper_when_the_server_drops_and_fails_delivers_everything(line: Line, server: Server) -> None:
    server.faults = ["drop", 500, 200, "drop", 503, 200, 429]
    line.shipper.start()
    for _ in range(5):
        line.emit_many(300)
        time.sleep(0.1)
    wait_for(lambda: server.seq == 1500)
    assert [server.events[seq]["seq"] for seq in range(1, 1501)] == list(range(1, 1501))


def test_shipper_when_the_server_has_lost_events_sends_them_again(line: Line, server: Server) -> None:
    line.shipper.start()
    line.emit_many(50)
    wait_for(lambda: server.seq == 50)
    for seq in range(20, 51):
        del server.events[seq]
    wait_for(lambda: server.seq == 50)


def test_shipper_when_fenced_says_so_once_and_sends_no_more(line: Line, server: Server) -> None:
    server.faults = [409]
    line.shipper.start()
    line.emit_many(1)
    assert line.fenced.wait(60)
    requests = server.num_requests
    line.emit_many(5)
    time.sleep(0.6)
    assert server.num_requests == requests


def test_shipper_when_nothing_happens_still_brings_commands(line: Line, server: Server) -> None:
    line.shipper.start()
    server.commands = [{"type": "stop"}]
    wait_for(lambda: bool(line.acted))
    assert isinstance(line.acted[0], StopCommand)


def test_shipper_when_the_token_is_refused_keeps_the_events(
    attempt: AttemptSpec, server: Server, tmp_path: Path
) -> None:
    line = Line(attempt.model_copy(update={"token": "wrong"}), tmp_path / "spool.jsonl")
    line.shipper.start()
    line.emit_many(3)
    wait_for(lambda: server.num_requests > 0)
    assert not line.shipper.drain(3, 0.3)
    assert server.events == {}
    line.emit.close()
    line.shipper.close()
    assert len(line.path.read_bytes().splitlines()) == 3


def test_memory_when_the_server_is_away_stays_bounded_and_everything_arrives_at_its_new_port(
    line: Line, server: Server
) -> None:
    """20 MB of events, a minute of a fast run and more, while nobody listens."""
    server.stop()
    line.shipper.start()
    gc.collect()
    tracemalloc.start()
    message = "x" * 1000
    for _ in range(20):
        for _ in range(1000):
            line.emit("log", message=message)
        line.emit.flush()  # returns when no lines are being written
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    largest = [str(place) for place in tracemalloc.take_snapshot().statistics("lineno")[:5]]
    tracemalloc.stop()
    assert line.path.stat().st_size > 20e6
    assert held < 2e6, f"{held:,.0f} bytes are held: {largest}"
    server.start()
    wait_for(lambda: server.seq == 20_000, 60)


class StuckSpool(SpoolWriter):
    """A disk that takes nothing until it is let go."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.let_go = threading.Event()

    def append(self, lines: list[bytes]) -> None:
        assert self.let_go.wait(60)
        super().append(lines)


def test_memory_when_the_disk_stands_still_stays_bounded_and_nothing_is_lost(tmp_path: Path) -> None:
    """More than twice as many metrics as may wait: who emits waits with the disk."""
    spool = StuckSpool(tmp_path / "spool.jsonl")
    emitter = Emitter(spool, "r", 1, Progress())
    emitted = 0

    def train() -> None:
        nonlocal emitted
        for report in range(1200):
            steps = list(range(report * 512 + 1000, report * 512 + 1512))
            emitter("metrics", epoch=1, steps=steps, values={"train/loss": [step / 3 for step in steps]})
            emitted += 1

    tracemalloc.start()
    thread = threading.Thread(target=train)
    thread.start()
    wait_for(lambda: emitter._pending_bytes > MAX_PENDING_BYTES)
    before = emitted
    time.sleep(0.3)
    held, stood = tracemalloc.get_traced_memory()[0], emitted
    tracemalloc.stop()
    spool.let_go.set()
    thread.join()
    emitter.close()
    assert stood == before < 1200, "who emits waits"
    assert held < 3 * MAX_PENDING_BYTES, f"{held:,} bytes are held"
    lines = spool_lines(tmp_path / "spool.jsonl")
    assert [event.seq for event in lines] == list(range(1, 1201))


def test_event_when_it_is_longer_than_a_server_takes_is_said_and_later_ones_go_on(line: Line, server: Server) -> None:
    line.shipper.start()
    line.emit("log", message="before")
    line.emit("log", message="x" * MAX_LINE_BYTES)
    line.emit("end", state="failed", reason="error", message="y" * MAX_LINE_BYTES)
    wait_for(lambda: server.seq == 3)
    _, said, end = spool_lines(line.path)
    assert said.type == "log"
    assert said.message == "An event (log) of 9 MiB was left out: at most 8 MiB are sent."
    assert end.type == "end"
    assert end.message == "y" * MAX_TEXT


def spool_lines(path: Path) -> list[Event]:
    return EVENTS.validate_json(b"[" + b",".join(path.read_bytes().splitlines()) + b"]")
