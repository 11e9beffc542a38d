"""Every ready-made network takes its first steps on a real GPU, captured where the step can be.  Skipped, loudly,
where PyTorch finds none."""

from pathlib import Path

import pytest
import torch
from backend.architectures.test_training import CLASSIFIERS, PIXELS, job_of
from netwright.architectures.base import Architecture
from netwright.training.capturable import WARM_UP_UPDATES
from netwright.training.capturing import build_stepper
from netwright.training.setup import set_up

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU on this machine"),
]

STEPS = WARM_UP_UPDATES + 3


@pytest.mark.parametrize("architecture", [*CLASSIFIERS.values(), *PIXELS.values()], ids=[*CLASSIFIERS, *PIXELS])
def test_network_when_trained_some_steps_on_a_gpu_has_finite_losses_captured_or_not(
    architecture: Architecture, tmp_path: Path
) -> None:
    job = job_of(architecture, tmp_path, "cuda")
    job.config = job.config.model_copy(update={"cuda_graphs": "auto"})
    run = set_up(job)
    said: list[str] = []
    stepper = build_stepper(run, said.append)
    try:
        for step in range(1, STEPS + 1):
            inputs, targets = next(iter(run.sampler.epoch(step, 0)))
            value, minimised = stepper.learn(inputs, targets, 0, step)
            stepper.update(inputs, targets, minimised, 1e-4)
            assert torch.isfinite(torch.as_tensor(value)).all()
    finally:
        stepper.close()
    assert len(said) == 1
    assert "broke off" not in said[0]
