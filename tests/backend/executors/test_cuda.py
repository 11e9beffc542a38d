"""A forked worker that trains on a real GPU.  Skipped, loudly, where PyTorch finds none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.executors.local import LocalExecutor

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU on this machine"),
]

WaitFor = Callable[..., None]


def test_worker_on_a_gpu_trains_is_killed_and_goes_on_from_its_checkpoint(
    executor: LocalExecutor, make_run: Callable[..., Any], wait_for: WaitFor
) -> None:
    """Each worker is forked from a process that has torch loaded, and only then takes the GPU."""
    run = make_run(device="cuda", epochs=6, batch_size=16)
    handle = executor.submit(run.folder, 1)
    wait_for(lambda: len([each for each in run.of("checkpoint") if each["kind"] == "last"]) >= 2)
    executor.cancel(handle, force=True)
    wait_for(lambda: executor.poll(handle) == "gone")
    assert run.of("hello")[0]["device"] == "cuda:0"
    saved = [each for each in run.of("checkpoint") if each["kind"] == "last"][-1]

    run.write_attempt(2, resume_from=saved["file"])
    handle = executor.submit(run.folder, 2)
    wait_for(lambda: bool(run.of("end", 2)), 120)
    assert run.of("end", 2)[0]["state"] == "completed", run.log()
    assert run.of("hello", 2)[0]["resumed_from_step"] == saved["step"]
    values = [event["values"] for event in run.of("system", 1) + run.of("system", 2)]
    assert any(name.startswith("gpu") for value in values for name in value), values


def test_worker_when_memory_of_the_gpu_runs_out_says_so(
    executor: LocalExecutor, make_run: Callable[..., Any], wait_for: WaitFor
) -> None:
    run = make_run(device="cuda", epochs=1, batch_size=1617)
    spec = run.folder / "spec.json"
    # 6 x 6 pictures of 2^19 channels, 1,617 of them: 113 GiB for one layer's output, more than any single GPU has free.
    spec.write_text(spec.read_text().replace('"out_channels":4', f'"out_channels":{2**19}'), encoding="utf-8")
    executor.submit(run.folder, 1)
    wait_for(lambda: bool(run.of("end")), 120)
    end = run.of("end")[0]
    assert (end["state"], end["reason"]) == ("failed", "out_of_memory"), run.log()
    last = end["message"]["values"]["last"]
    assert last["template"] == "A batch of {fits} fits: a step of that size was tried.", end
    assert 1 <= last["values"]["fits"] < 1617


def test_worker_when_cuda_graphs_are_asked_for_captures_its_step(
    executor: LocalExecutor, make_run: Callable[..., Any], wait_for: WaitFor
) -> None:
    run = make_run(device="cuda", epochs=2, cuda_graphs="on")
    executor.submit(run.folder, 1)
    wait_for(lambda: bool(run.of("end")), 120)
    assert run.of("end")[0]["state"] == "completed", run.log()
    assert "the step was captured" in json.dumps([event["message"] for event in run.of("log")])
