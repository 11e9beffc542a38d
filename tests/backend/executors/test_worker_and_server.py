"""Real workers that talk to a server: commands, fencing, a server that is away when training ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from netwright.executors.local import LocalExecutor

Run = Any
Server = Any
MakeRun = Callable[..., Run]
WaitFor = Callable[..., None]
"""The fixtures of conftest."""


@pytest.fixture
def start(executor: LocalExecutor, make_run: MakeRun, server: Server) -> Iterator[Callable[..., tuple[Run, str]]]:
    """Starts a run that reports to ``server``."""
    handles: list[str] = []

    def begin(**config: Any) -> tuple[Run, str]:
        run = make_run(**config)
        run.write_attempt(1, server_file=str(server.server_file))
        handles.append(executor.submit(run.folder, 1))
        return run, handles[-1]

    yield begin
    for handle in handles:
        executor.cancel(handle, force=True)


def states(server: Server) -> list[str]:
    return [event["state"] for _, event in sorted(server.events.items()) if event["type"] == "state"]


def test_worker_when_paused_resumed_and_stopped_by_the_server_obeys(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor
) -> None:
    run, handle = start(epochs=1000)
    wait_for(lambda: run.last_step() > 10)
    server.commands = [{"type": "pause"}]
    wait_for(lambda: "paused" in states(server))
    step = run.last_step()
    time.sleep(0.5)
    assert run.last_step() == step
    server.commands = [{"type": "resume"}, {"type": "set", "name": "lr", "value": 0.25}]
    wait_for(lambda: run.last_step() > step + 10)
    server.commands = [{"type": "stop"}]
    wait_for(lambda: executor.poll(handle) == "gone")
    assert len(run.events()) == server.seq  # the last event is there before the process ends
    assert server.events[server.seq]["reason"] == "stopped_by_user"
    rates = [rate for event in run.of("metrics") for rate in event["values"].get("lr", []) if rate is not None]
    assert (rates[0], rates[-1]) == (0.001, 0.25)


def test_worker_when_stopped_while_paused_ends(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor
) -> None:
    run, handle = start(epochs=1000)
    wait_for(lambda: run.last_step() > 10)
    server.commands = [{"type": "pause"}]
    wait_for(lambda: "paused" in states(server))
    server.commands = [{"type": "stop"}]
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("end")[0]["state"] == "stopped"
    assert run.of("checkpoint")[-1]["step"] == run.last_step()


@pytest.mark.parametrize("when", ["starting", "training", "paused"])
def test_worker_when_the_system_ends_it_saves_and_leaves_its_run_open(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor, when: str
) -> None:
    """The next attempt goes on: nobody has stopped the run."""
    run, handle = start(epochs=1000)
    if when != "starting":
        wait_for(lambda: run.last_step() > 10)
    if when == "paused":
        server.commands = [{"type": "pause"}]
        wait_for(lambda: "paused" in states(server))
    executor.cancel(handle)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("end") == []
    assert len(run.events()) == server.seq
    assert "(SIGTERM)" in run.of("log")[-1]["message"]["template"]
    if when != "starting":
        assert run.of("checkpoint")[-1]["step"] == run.last_step()


def test_worker_when_fenced_ends_at_once_and_writes_no_checkpoint(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor
) -> None:
    run, handle = start(epochs=1000)
    wait_for(lambda: run.last_step() > 10)
    server.faults = [409]
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("end") == []
    assert not list((run.folder / "checkpoints").iterdir())
    assert "A newer attempt has taken over" in run.log()


def test_worker_when_alive_sends_heartbeats_and_its_use_of_the_machine(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor
) -> None:
    _, handle = start(epochs=1000)
    wait_for(lambda: sum(event["type"] == "system" for event in list(server.events.values())) >= 2)
    executor.cancel(handle)
    wait_for(lambda: executor.poll(handle) == "gone")
    values = [event["values"] for event in server.events.values() if event["type"] == "system"][-1]
    assert values["samples_per_second"] > 0
    assert values["rss_bytes"] > 10e6
    assert any(event["type"] == "heartbeat" for event in server.events.values())


def test_worker_when_the_server_is_away_at_the_end_stays_small_until_it_is_back(
    executor: LocalExecutor, start: Callable[..., tuple[Run, str]], server: Server, wait_for: WaitFor
) -> None:
    run, handle = start(batch_size=64)
    server.stop()
    wait_for(lambda: bool(run.of("end")))
    wait_for(lambda: b"netwright.worker.drain" in _command_line(handle))
    assert executor.poll(handle) == "alive"  # the same process, turned into a small one
    server.start()
    wait_for(lambda: server.seq == len(run.events()))
    wait_for(lambda: executor.poll(handle) == "gone")
    assert server.events[server.seq]["state"] == "completed"


def _command_line(handle: str) -> bytes:
    return Path(f"/proc/{handle.partition('@')[0]}/cmdline").read_bytes()
