"""Memory that runs out in a layer: a fake one, which fails above a batch as a device would."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.setup import Job
from netwright.training.spec import RunSpec
from netwright.training.states import EndReason, RunState
from netwright.worker.preflight import look
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any


class Hungry(nn.Module):
    """Takes no more than ``limit`` samples from step ``since`` on."""

    def __init__(self, error: Callable[[], BaseException], limit: int, since: int = 1) -> None:
        super().__init__()
        self.error, self.limit, self.since, self.calls = error, limit, since, 0
        self.inner = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.calls >= self.since and len(x) > self.limit:
            raise self.error()
        out: torch.Tensor = self.inner(x)
        return out


class HungryBackward(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(_ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        if len(gradients[0]) > 16:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.50 MiB.")
        return gradients[0]


class InBackward(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = HungryBackward.apply(x)  # type: ignore[no-untyped-call]  # torch's own is untyped
        return out


def cuda_error() -> BaseException:
    return torch.OutOfMemoryError(
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79 GiB."
    )


def cpu_error() -> BaseException:
    return RuntimeError(
        "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to allocate 40960 bytes."
    )


@pytest.mark.parametrize(
    ("error", "asked"),
    [(cuda_error, "2 GiB more were asked for. "), (cpu_error, "40 KiB more were asked for. "), (MemoryError, "")],
)
def test_memory_when_it_runs_out_in_a_layer_names_it_with_its_sizes_and_the_batch_that_fits(
    make_job: MakeJob, recorder: Recorder, error: Callable[[], BaseException], asked: str
) -> None:
    hungry = Hungry(error, limit=40, since=4)
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), hungry), epochs=2)
    outcome = train(job, recorder, Control())
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.OUT_OF_MEMORY)
    assert outcome.message == (
        f"Memory ran out in step 4, at a batch of 128. It was in `1` (Hungry), which got 128 x 64. {asked}"
        "A batch of 32 fits: a step of that size was tried."
    )
    (alert,) = recorder.of("alert")
    assert (alert["code"], alert["node"], alert["message"]) == ("out_of_memory", "1", outcome.message)
    assert (alert["values"]["batch_size"], alert["values"]["fits"]) == (128, 32)


def test_memory_when_it_runs_out_in_the_backward_pass_says_so(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10), InBackward()), epochs=1)
    outcome = train(job, recorder, Control())
    assert outcome.reason is EndReason.OUT_OF_MEMORY
    assert outcome.message is not None
    assert "before the first step ended" in outcome.message
    assert "It was in the backward pass or in the optimizer" in outcome.message
    assert "A batch of 16 fits" in outcome.message


def test_memory_when_not_even_one_sample_fits_says_so(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), Hungry(cuda_error, limit=0)), epochs=1)
    outcome = train(job, recorder, Control())
    assert outcome.message is not None
    assert outcome.message.endswith("Not even one sample fits. Make the network narrower or the input smaller.")
    assert recorder.of("alert")[0]["values"]["fits"] is None


def test_look_before_a_run_when_memory_does_not_suffice_names_the_node_and_the_batch(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), Hungry(cuda_error, limit=40)), epochs=1)
    monkeypatch.setattr("netwright.training.jobs.build_job", lambda *_: job)
    spec = RunSpec(
        run="look",
        document=Document(),
        training=job.config,
        source=SourceSpec(type="digits"),
        versions={},
        created=0.0,
    )
    found = look(spec, tmp_path, time.monotonic())
    assert (found.node, found.largest_batch, found.is_tried) == ("1", 32, True)
    assert found.sentence is not None
    assert found.sentence.startswith("Memory ran out before the first step ended, at a batch of 128. It was in `1`")


def test_other_errors_when_they_come_from_a_layer_are_not_taken_for_memory(
    make_job: MakeJob, recorder: Recorder
) -> None:
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), Hungry(lambda: RuntimeError("odd"), limit=1)), epochs=1)
    with pytest.raises(RuntimeError, match="odd"):
        train(job, recorder, Control())
