"""A small real job: scikit-learn's digits, a convolution with everything that has state."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from netwright.data.base import Prepared, SourceSpec
from netwright.data.prepare import load_preprocess, prepare
from netwright.data.registry import open_source
from netwright.training.checkpoints import seed_everything
from netwright.training.config import DataConfig, TrainingConfig
from netwright.training.setup import Job
from torch import nn

torch.set_num_threads(1)


class Recorder:
    """Keeps what the loop emits, in order; ``then`` is called after each."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.then: Callable[[dict[str, Any]], None] = lambda _: None

    def __call__(self, kind: str, /, **fields: Any) -> None:
        self.events.append((kind, fields))
        self.then(fields)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for each, fields in self.events if each == kind]

    def series(self, name: str) -> list[tuple[int, float]]:
        """``(step, value)`` of a metric."""
        return [
            (step, value)
            for fields in self.of("metrics")
            for step, value in zip(fields["steps"], fields["values"].get(name, []), strict=False)
            if value is not None
        ]


@pytest.fixture(scope="session")
def digits() -> Prepared:
    return prepare(open_source(SourceSpec(type="digits")).load(), DataConfig())


@pytest.fixture
def make_recorder() -> type[Recorder]:
    return Recorder


@pytest.fixture
def recorder(make_recorder: type[Recorder]) -> Recorder:
    return make_recorder()


def small_network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(256, 10)
    )


def config_of(**changes: Any) -> TrainingConfig:
    """On the CPU unless a test asks for a GPU: what is promised to the bit is promised there."""
    changes.setdefault("device", "cpu")
    changes.setdefault("data", {"batch_size": 128})
    return TrainingConfig.model_validate({"epochs": 3, **changes})


MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(digits: Prepared, tmp_path: Path) -> MakeJob:
    """``make_job(folder="a", build=small_network, **config)``; each job has fresh, seeded weights."""

    def make(
        folder: str = "run", build: Callable[[], nn.Module] = small_network, data: Prepared | None = None, **config: Any
    ) -> Job:
        chosen = config_of(**config)
        seed_everything(chosen.seed)
        used = data or digits
        return Job(build(), load_preprocess(used.preprocess_source), used, chosen, tmp_path / folder, "run", "hash")

    return make
