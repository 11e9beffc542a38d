"""Checkpoints that an older version wrote: ``resume_files`` holds two of a run on digits, made with commit 1f9aa00."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.training.checkpoints import CheckpointFolder, LoadedCheckpoint
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.setup import Job
from torch import nn

MakeJob = Callable[..., Job]

FILES = Path(__file__).with_name("resume_files")
SGD = {"type": "SGD", "params": {"lr": 0.05}}


def build() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 10))


def load(job: Job, step: int) -> LoadedCheckpoint:
    folder = job.folder / "checkpoints"
    shutil.copytree(FILES, folder)
    return CheckpointFolder(folder, "run", "hash", 3).load(f"last-{step}.safetensors")


@pytest.mark.parametrize("step", [13, 17], ids=["end of an epoch", "middle of an epoch"])
def test_checkpoint_of_an_older_version_goes_on_to_the_weights_of_an_unbroken_run(
    make_job: MakeJob, make_recorder: Any, step: int
) -> None:
    whole = make_job("whole", build=build, optimizer=SGD)
    outcome = train(whole, make_recorder(), Control())
    job = make_job("old", build=build, optimizer=SGD)
    resumed = train(job, make_recorder(), Control(), resume=load(job, step))
    # Another processor's sums end in other digits than those of the one that wrote the files.
    assert resumed.metrics == pytest.approx(outcome.metrics, rel=1e-5)
    for left, right in zip(whole.network.parameters(), job.network.parameters(), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-5, atol=1e-6)


def test_checkpoint_of_an_older_version_in_an_epoch_whose_metrics_it_does_not_hold_is_refused_with_a_way_out(
    make_job: MakeJob, make_recorder: Any
) -> None:
    job = make_job("old", build=build, optimizer=SGD, metrics=["Accuracy", "F1Score"])
    with pytest.raises(ValueError, match=r"Branch from it with its weights only"):
        train(job, make_recorder(), Control(), resume=load(job, 17))
