"""A run that was stopped and resumed ends with exactly the weights of one that was not.  The registries are the test lists:
what is registered is tested, at an epoch border and within an epoch."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.training.averaging import AVERAGINGS
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.ending import Outcome
from netwright.training.loop import train
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.reporting import Progress
from netwright.training.schedules import SCHEDULES
from netwright.training.setup import Job
from netwright.training.states import EndReason
from project_parts import SCHEDULE_PARAMS, optimizer_params
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any

SGD = {"type": "SGD", "params": {"lr": 0.05, "momentum": 0.9}}
CASES: dict[str, dict[str, Any]] = {
    **{
        f"optimizer {name}": {"optimizer": {"type": name, "params": optimizer_params(name)}}
        for name in OPTIMIZERS.classes
    },
    **{
        f"schedule {name}": {
            "optimizer": SGD,
            "schedule": {"type": name, "params": SCHEDULE_PARAMS.get(name, {}), "warmup_steps": 4},
        }
        for name in SCHEDULES.classes
    },
    **{f"average {name}": {"optimizer": SGD, "averaging": {"type": name, "params": {}}} for name in AVERAGINGS.classes},
    "average SWA from the first epoch, with early stopping": {
        "optimizer": SGD,
        "averaging": {"type": "SWA", "params": {"start": 0.0}},
        "early_stopping": {"patience": 2, "min_delta": 100.0},
    },
    "accumulation, two batches and a rest": {"optimizer": SGD, "accumulate_steps": 5, "batch_size": 64},
    "accumulation with a moving average": {
        "accumulate_steps": 4,
        "batch_size": 64,
        "averaging": {"type": "EMA", "params": {"decay": 0.9}},
    },
    "float16, its scale among the state": {"precision": "float16", "gradient_clip_norm": 1.0},
    "float16 with accumulation and a moving average": {
        "precision": "float16",
        "accumulate_steps": 4,
        "batch_size": 64,
        "averaging": {"type": "EMA", "params": {"decay": 0.9}},
    },
    "chain": {
        "optimizer": SGD,
        "schedule": {
            "type": "OneCycleLR",
            "warmup_steps": 3,
            "chain": [
                {"type": "ExponentialLR", "milestone": 1},
                {"type": "ConstantLR", "params": {"factor": 0.1}, "milestone": 2},
            ],
        },
    },
    "groups, penalties and clipping by value": {
        "optimizer": {"type": "AdamW", "params": {"lr": 0.01, "weight_decay": 0.1}},
        "parameter_groups": [{"nodes": ["inner.0"], "lr_factor": 0.3, "weight_decay": 0.5}],
        "no_decay_on_norms_and_biases": True,
        "l1": 1e-4,
        "l2": 1e-3,
        "gradient_clip_value": 0.01,
    },
}


class Watched(nn.Module):
    """A network that calls ``before`` at each forward pass in training."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.before: Callable[[], None] = lambda: None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.before()
        result: torch.Tensor = self.inner(x)
        return result


def build() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(36, 10)
    )


def make(make_job: MakeJob, folder: str, batch_size: int = 256, **config: Any) -> Job:
    job = make_job(folder, lambda: Watched(build()), epochs=3, **config)
    job.config = job.config.model_copy(update={"data": DataConfig(batch_size=batch_size)})
    return job


def train_in_parts(make_job: MakeJob, recorder: Recorder, stop_step: int, **config: Any) -> tuple[Job, Outcome]:
    """Stops after step ``stop_step``, and goes on in a fresh job; ``recorder`` hears the second part alone."""
    control, progress = Control(), Progress()

    def stop() -> None:
        if progress.step == stop_step - 1:
            control.stop()

    first = make(make_job, "parts", **config)
    assert isinstance(first.network, Watched)
    first.network.before = stop
    assert train(first, type(recorder)(), control, progress=progress).reason is EndReason.STOPPED_BY_USER
    second = make(make_job, "parts", **config)
    loaded = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3).load(f"last-{stop_step}.safetensors")
    torch.rand(100)  # whatever was drawn in between must not matter
    outcome = train(second, recorder, Control(), resume=loaded)
    return second, outcome


def kept(job: Job) -> dict[str, torch.Tensor]:
    """The weights of the last checkpoint."""
    folder = CheckpointFolder(job.folder / "checkpoints", "run", "hash", 3)
    last = next(record for record in folder.records() if record.kind == "last")
    return folder.load(last.weights.name).weights


@pytest.mark.parametrize("more_steps", [0, 3], ids=["border", "middle"])
@pytest.mark.parametrize("name", CASES)
def test_run_when_stopped_and_resumed_ends_with_the_weights_of_an_unbroken_one(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, name: str, more_steps: int
) -> None:
    whole = make(make_job, "whole", **CASES[name])
    expected = train(whole, recorder, Control())
    stop_step = recorder.of("hello")[0]["steps_per_epoch"] + more_steps
    resumed = make_recorder()
    second, outcome = train_in_parts(make_job, resumed, stop_step, **CASES[name])
    assert resumed.of("hello")[0]["resumed_from_step"] == stop_step
    first, last = kept(whole), kept(second)
    assert first.keys() == last.keys()
    for key, value in first.items():
        assert torch.equal(value, last[key]), key
    assert outcome.reason is expected.reason
    assert outcome.metrics == expected.metrics
    for metric in ("train/loss", "val/loss"):
        assert resumed.series(metric) == [
            point for point in recorder.series(metric) if point[0] > stop_step - (metric == "val/loss")
        ]
    rates = dict(recorder.series("lr"))
    assert all(rates.get(step, rate) == rate for step, rate in resumed.series("lr"))
