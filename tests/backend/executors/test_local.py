"""Real workers, really killed."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.data.base import SourceSpec
from netwright.executors.local import LocalExecutor
from netwright.executors.processes import ProcessHandle
from netwright.training.events import EVENTS
from safetensors.torch import load_file

Run = Any
MakeRun = Callable[..., Run]
WaitFor = Callable[..., None]
"""The fixtures of conftest."""


@pytest.fixture
def submit(executor: LocalExecutor) -> Iterator[Callable[..., str]]:
    """Starts an attempt; whatever a failed test leaves behind is killed."""
    handles: list[str] = []

    def start(run: Run, attempt: int = 1) -> str:
        handles.append(executor.submit(run.folder, attempt))
        return handles[-1]

    yield start
    for handle in handles:
        executor.cancel(handle, force=True)


def weights(run: Run, name: str) -> dict[str, torch.Tensor]:
    return load_file(run.folder / "checkpoints" / name)


def test_worker_when_run_to_the_end_leaves_everything_a_run_folder_promises(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor
) -> None:
    run = make_run(batch_size=64)
    handle = submit(run)
    wait_for(lambda: executor.poll(handle) == "gone")
    events = run.events()
    EVENTS.validate_json(json.dumps(events))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [events[0]["type"], events[-1]["type"]] == ["hello", "end"]
    assert (events[-1]["state"], events[-1]["reason"]) == ("completed", "finished")
    assert events[0]["pid"] == ProcessHandle.from_text(handle).pid
    last = run.of("checkpoint")[-1]
    assert (run.folder / last["file"]).stat().st_size == last["bytes"]
    source = (run.folder / "model.py").read_text(encoding="utf-8")
    assert "class Network(nn.Module)" in source
    assert "def preprocess" in source
    assert "Attempt 1 of run r1 begins" in run.log()


def test_worker_when_killed_in_the_middle_is_resumed_to_the_weights_of_an_uninterrupted_run(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor
) -> None:
    whole = make_run("whole")
    handle = submit(whole)
    wait_for(lambda: executor.poll(handle) == "gone")

    broken = make_run("broken")
    handle = submit(broken)
    wait_for(lambda: broken.last_step() > 1700)
    executor.cancel(handle, force=True)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert broken.of("end") == []

    broken.write_attempt(2, resume_from="checkpoints/last-1617.safetensors")
    handle = submit(broken, 2)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert broken.of("hello", 2)[0]["resumed_from_step"] == 1617
    assert broken.of("metrics", 2)[0]["steps"][0] == 1618
    assert broken.of("end", 2)[0]["state"] == "completed"
    expected = weights(whole, "last-3234.safetensors")
    found = weights(broken, "last-3234.safetensors")
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert broken.of("hello", 2)[0]["elapsed"] > 0.1  # it counts on from the first attempt


def test_worker_when_its_checkpoint_is_damaged_falls_back_to_an_older_one(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor
) -> None:
    run = make_run(batch_size=64, epochs=3)
    handle = submit(run)
    wait_for(lambda: executor.poll(handle) == "gone")
    folder = run.folder / "checkpoints"
    assert (folder / "last-78.json").exists()  # a newer one that is whole, which must not be taken
    (folder / "best-52.json").unlink(missing_ok=True)
    (folder / "last-52.resume.pt").unlink()
    run.write_attempt(2, resume_from="checkpoints/last-52.safetensors")
    handle = submit(run, 2)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("hello", 2)[0]["resumed_from_step"] == 26
    assert run.of("metrics", 2)[0]["steps"][0] == 27
    assert "last-52" in run.log()


@pytest.mark.parametrize("milliseconds", [0, 11, 23, 47, 71])
def test_worker_when_killed_at_any_moment_has_the_newest_checkpoint_that_it_told_of(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor, milliseconds: int
) -> None:
    """Epochs of one step, each with a checkpoint of which one is kept: far more than one in the 50 ms between reports."""
    run = make_run(batch_size=2000, epochs=10_000, checkpoint={"keep": 1})
    handle = submit(run)
    wait_for(lambda: run.last_step() > 5)
    time.sleep(milliseconds / 1000)
    executor.cancel(handle, force=True)
    wait_for(lambda: executor.poll(handle) == "gone")
    told = run.of("checkpoint")[-1]
    assert sha256((run.folder / told["file"]).read_bytes()).hexdigest() == told["sha256"]
    assert (run.folder / told["file"]).with_suffix(".json").exists()
    assert run.last_step() >= told["step"]  # so all points up to it were told as well


@pytest.mark.parametrize("when", ["starting", "training", "twice"])
def test_worker_when_terminated_stops_with_a_checkpoint(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor, when: str
) -> None:
    run = make_run(epochs=1000)
    handle = submit(run)
    if when != "starting":
        wait_for(lambda: run.last_step() > 50)
    executor.cancel(handle)
    if when == "twice":
        executor.cancel(handle)
    wait_for(lambda: executor.poll(handle) == "gone")
    end = run.of("end")[0]
    assert (end["state"], end["reason"]) == ("stopped", "stopped_by_user")
    if when == "starting":
        return
    last = run.of("checkpoint")[-1]
    assert last["step"] == run.last_step()
    assert weights(run, Path(last["file"]).name)["head.weight"].shape == (10, 144)


def test_worker_when_the_fork_server_ends_trains_on_and_can_be_found_again(
    make_run: MakeRun, wait_for: WaitFor, tmp_path: Path
) -> None:
    first = LocalExecutor(tmp_path / "home")
    first.start()
    run = make_run()
    handle = first.submit(run.folder, 1)
    wait_for(lambda: run.last_step() > 10)
    first.close()
    step = run.last_step()
    second = LocalExecutor(tmp_path / "home")
    assert second.poll(handle) == "alive"
    wait_for(lambda: run.last_step() > step + 50)
    wait_for(lambda: second.poll(handle) == "gone")
    assert run.of("end")[0]["state"] == "completed"


def test_submit_when_the_fork_server_is_dead_falls_back_to_a_plain_process(
    make_run: MakeRun, wait_for: WaitFor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    executor = LocalExecutor(tmp_path / "home")
    executor.start()
    assert executor._server is not None
    executor._server.kill()
    executor._server.wait()
    run = make_run(batch_size=64)
    handle = executor.submit(run.folder, 1)
    assert "starts in a plain process" in caplog.text
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("end")[0]["state"] == "completed"
    executor.close()


def test_worker_when_the_data_is_not_there_says_so(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor, tmp_path: Path
) -> None:
    run = make_run(source=SourceSpec(type="mnist", path=str(tmp_path / "nowhere")))
    handle = submit(run)
    wait_for(lambda: executor.poll(handle) == "gone")
    end = run.events()[-1]
    assert (end["state"], end["reason"]) == ("failed", "bad_data")
    assert end["message"]


def test_worker_when_started_twice_for_one_attempt_refuses(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor
) -> None:
    run = make_run(batch_size=64)
    first = submit(run)
    wait_for(lambda: len(run.events()) > 0)
    second = submit(run)
    wait_for(lambda: executor.poll(second) == "gone" and executor.poll(first) == "gone")
    assert len(run.of("hello")) == 1
    assert "has been started before" in run.log()


def test_worker_when_a_newer_attempt_is_written_down_ends_without_touching_checkpoints(
    executor: LocalExecutor, make_run: MakeRun, submit: Callable[..., str], wait_for: WaitFor
) -> None:
    run = make_run()
    handle = submit(run)
    wait_for(lambda: run.last_step() > 10)
    run.write_attempt(2)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert list((run.folder / "checkpoints").glob("*.safetensors")) == []
    assert run.of("end") == []


def test_handle_when_the_number_belongs_to_another_process_is_gone() -> None:
    mine = ProcessHandle.of(os.getpid())
    assert mine.is_alive()
    assert ProcessHandle.from_text(str(mine)) == mine
    reused = ProcessHandle(mine.pid, "1.another-boot")
    assert not reused.is_alive()
    reused.signal_group(signal.SIGKILL)  # must not reach this process
    with pytest.raises(ValueError, match="no handle"):
        ProcessHandle.from_text("123")
