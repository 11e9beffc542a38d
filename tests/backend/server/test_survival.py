"""Runs outlive everything: real server processes, real workers, real kills."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import torch
import websockets
from backend.server.helpers import TOKEN
from backend.server.test_runs import digits
from safetensors.torch import load

SECONDS = 120.0


class Process:
    """``netwright serve`` as a person starts it."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self._environment = os.environ | {
            "NETWRIGHT_HOME": str(home),
            "NETWRIGHT_TOKEN": TOKEN,
            "OMP_NUM_THREADS": "1",
            "PORT": "0",
            **settings,
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "netwright.cli", "serve"],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], SECONDS)[0], "the server says nothing"
        self.url = self.process.stdout.readline().partition("/?token=")[0]
        assert self.url.startswith("http://127.0.0.1:")
        self.client = httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)

    def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer does."""
        self.process.kill()
        self._forget()

    def stop(self) -> None:
        self.process.terminate()
        self._forget()

    def _forget(self) -> None:
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.client.close()

    def create(self) -> str:
        """A run of minutes, with epochs of some tenths of a second."""
        body = {"document": digits(), "training": {"epochs": 1000, "data": {"batch_size": 2}}}
        response = self.client.post("/api/runs", json=body)
        assert response.status_code == 201, response.text
        run: str = response.json()["id"]
        return run

    def read(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/runs/{run}").json()
        return found

    def wait(self, run: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Until ``condition`` holds of the run."""
        deadline = time.monotonic() + SECONDS
        while not condition(found := self.read(run)):
            if time.monotonic() > deadline:
                log = self.client.get(f"/api/runs/{run}/log").text
                raise AssertionError(f"{found['state']} {found['message']} at step {found['step']}\n{log}")
            time.sleep(0.05)
        return found

    def events(self, run: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = 0
        while page := self.client.get(f"/api/runs/{run}/events?after={cursor}&limit=10000").json()["events"]:
            found += page
            cursor = page[-1]["cursor"]
        return found

    def steps(self, run: str) -> list[int]:
        """Of every point of the loss that is kept."""
        (series,) = self.client.get(f"/api/runs/{run}/metrics?names=train/loss&max_points=1000000").json()["series"]
        steps: list[int] = series["steps"]
        return steps

    def worker(self, run: str) -> psutil.Process:
        """The process of the newest attempt."""
        hello = [event for event in self.events(run) if event["type"] == "hello"][-1]
        return psutil.Process(hello["pid"])


def begin(server: Process, **training: Any) -> str:
    response = server.client.post("/api/runs", json={"document": digits(), "training": {"device": "cpu", **training}})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def is_over(run: dict[str, Any]) -> bool:
    return run["state"] in {"completed", "stopped", "failed"}


def assert_told_once(events: list[dict[str, Any]]) -> None:
    """Cursors without a gap, and each attempt's events in order, each once."""
    assert [event["cursor"] for event in events] == list(range(1, len(events) + 1))
    for attempt in {event["attempt"] for event in events}:
        seqs = [event["seq"] for event in events if event["attempt"] == attempt]
        assert seqs == list(range(1, len(seqs) + 1))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    server = Process(tmp_path)
    yield server
    try:
        for run in server.client.get("/api/runs").json():
            server.client.post(f"/api/runs/{run['id']}/stop")
        for run in server.client.get("/api/runs").json():
            server.wait(run["id"], is_over)
    finally:
        server.stop()


def test_server_when_killed_mid_run_misses_nothing_and_the_browser_catches_up(server: Process) -> None:
    run = server.create()
    server.wait(run, lambda found: found["epoch"] >= 2)
    seen: list[dict[str, Any]] = []

    async def watch(until: Callable[[], bool]) -> None:
        """A browser: comes with the last cursor it has, again and again."""
        cursor = seen[-1]["cursor"] if seen else 0
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{server.url.replace('http', 'ws', 1)}/api/runs/{run}/events?after={cursor}"
        async with websockets.connect(url, additional_headers=headers, max_size=None) as socket:
            async with asyncio.timeout(SECONDS):
                while not until():
                    seen.extend(json.loads(await socket.recv()))

    asyncio.run(watch(lambda: len(seen) > 20))
    worker = server.worker(run)
    before = server.read(run)["step"]
    server.kill()
    spool = server.home / "runs" / run / "attempts" / "1.spool.jsonl"
    size = spool.stat().st_size
    time.sleep(1.5)
    assert worker.is_running()
    assert spool.stat().st_size > size, "training goes on without a server"
    server.start()
    found = server.wait(run, lambda found: found["step"] > before + 100)
    assert (found["state"], found["attempt"]) == ("running", 1)
    asyncio.run(watch(lambda: seen[-1]["cursor"] >= found["cursor"]))
    server.client.post(f"/api/runs/{run}/stop")
    over = server.wait(run, is_over)
    assert (over["state"], over["reason"]) == ("stopped", "stopped_by_user")
    asyncio.run(watch(lambda: seen[-1]["type"] == "end"))
    assert_told_once(seen)
    assert seen == server.events(run)
    steps = server.steps(run)
    assert steps == list(range(1, steps[-1] + 1))


def test_worker_when_killed_is_lost_and_goes_on_from_its_last_checkpoint(server: Process) -> None:
    run = server.create()
    server.wait(run, lambda found: found["epoch"] >= 3)
    server.worker(run).send_signal(signal.SIGKILL)
    server.wait(run, lambda found: found["attempt"] == 2 and found["state"] == "running" and found["epoch"] >= 4)
    server.client.post(f"/api/runs/{run}/stop")
    server.wait(run, is_over)
    events = server.events(run)
    assert_told_once(events)
    assert [each["state"] for each in events if each["type"] == "state" and each["attempt"] == 1][-2:] == [
        "lost",
        "queued",
    ]
    first, second = [each for each in events if each["type"] == "hello"]
    checkpoints = {each["step"] for each in events if each["type"] == "checkpoint" and each["attempt"] == 1}
    assert first["resumed_from_step"] == 0
    assert second["resumed_from_step"] == max(checkpoints)
    steps = server.steps(run)
    assert steps == list(range(1, steps[-1] + 1)), "the curve has no gap and nothing twice"


def test_worker_when_killed_while_the_server_is_away_is_lost_too(server: Process) -> None:
    run = server.create()
    server.wait(run, lambda found: found["epoch"] >= 2)
    worker = server.worker(run)
    server.kill()
    time.sleep(0.5)
    worker.kill()
    server.start()
    server.wait(run, lambda found: found["attempt"] == 2 and found["state"] == "running")
    steps = server.steps(run)
    assert all(later == earlier + 1 for earlier, later in pairwise(steps))
    assert_told_once(server.events(run))


def test_container_when_stopped_mid_epoch_saves_and_the_next_one_ends_with_equal_weights(tmp_path: Path) -> None:
    server = Process(tmp_path, NETWRIGHT_STOP_SECONDS="30")
    try:
        training: dict[str, Any] = {"epochs": 1, "data": {"batch_size": 1}}  # 1,437 steps
        whole = begin(server, **training)
        server.wait(whole, is_over)
        run = begin(server, **training)
        server.wait(run, lambda found: found["step"] > 100)
        worker = server.worker(run)
        server.stop()
        assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE  # nobody here takes leave of orphans
        server.start()
        assert server.wait(run, is_over)["state"] == "completed"
        hellos = [each for each in server.events(run) if each["type"] == "hello"]
        assert 100 < hellos[1]["resumed_from_step"] < hellos[0]["steps_per_epoch"]
        assert "lost" not in {each.get("state") for each in server.events(run)}
        assert_told_once(server.events(run))
        assert server.steps(run) == server.steps(whole)
        assert final_weights(server, run).keys() == final_weights(server, whole).keys()
        for name, weights in final_weights(server, whole).items():
            assert torch.equal(final_weights(server, run)[name], weights), name
    finally:
        server.stop()


def final_weights(server: Process, run: str) -> dict[str, torch.Tensor]:
    (last,) = [
        each
        for each in server.client.get(f"/api/runs/{run}/checkpoints").json()
        if each["kind"] == "last" and each["step"] == server.read(run)["step"]
    ]
    return load(server.client.get(f"/api/checkpoints/{last['id']}/download").content)


def test_stop_when_queued_starting_or_training_ends_each_once(server: Process) -> None:
    training, queued = server.create(), server.create()
    assert server.read(queued)["state"] == "queued"
    for _ in range(2):
        assert server.client.post(f"/api/runs/{queued}/stop").json()["state"] == "stopped"
    for _ in range(2):  # it is starting, or trains already
        server.client.post(f"/api/runs/{training}/stop")
    assert server.wait(training, is_over)["reason"] == "stopped_by_user"
    third = server.create()
    server.wait(third, lambda found: found["step"] > 0)
    for _ in range(2):
        assert server.client.post(f"/api/runs/{third}/stop").status_code == 200
    over = server.wait(third, is_over)
    assert (over["state"], over["reason"], over["commands_waiting"]) == ("stopped", "stopped_by_user", [])
    available = [each for each in server.client.get(f"/api/runs/{third}/checkpoints").json() if each["is_available"]]
    assert available[0]["step"] == over["step"], "a stop leaves a checkpoint of where it stood"
    server.client.post(f"/api/runs/{third}/resume")
    going = server.wait(third, lambda found: found["attempt"] == 2 and found["step"] > over["step"])
    assert going["state"] == "running"


def test_pause_when_resumed_goes_on_where_it_was(server: Process) -> None:
    run = server.create()
    server.wait(run, lambda found: found["step"] > 0)
    server.client.post(f"/api/runs/{run}/pause")
    paused = server.wait(run, lambda found: found["state"] == "paused")
    assert paused["commands_waiting"] == []
    time.sleep(0.5)
    still = server.read(run)
    assert still["state"] == "paused"
    server.client.post(f"/api/runs/{run}/resume")
    server.wait(run, lambda found: found["state"] == "running" and found["step"] > still["step"])
    assert server.read(run)["commands_waiting"] == []


def test_serve_when_a_second_one_comes_is_told_why_it_cannot(server: Process) -> None:
    environment = server._environment | {"PORT": server.url.rpartition(":")[2]}
    command = [sys.executable, "-m", "netwright.cli", "serve"]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert "is in use" in second.stderr
    assert "Traceback" not in second.stderr
    third = subprocess.run(
        command, env=environment | {"PORT": "0"}, capture_output=True, text=True, timeout=60, check=False
    )
    assert third.returncode == 1
    assert "Another Netwright uses the data folder" in third.stderr
