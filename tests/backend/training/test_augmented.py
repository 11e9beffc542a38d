"""Training on augmented samples: resumed to the bit, validated on plain ones, refused where a loss takes no mixed targets."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from backend.training.conftest import MakeJob, Recorder
from netwright.compiler.check import check
from netwright.data.base import Part, Prepared, SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.training.batches import Batches, Sampler
from netwright.training.checking import check_training
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import DataConfig, TrainingConfig
from netwright.training.control import Control
from netwright.training.facts import DataFacts
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.training.states import EndReason
from project_networks import mlp
from torch import nn

CPU = torch.device("cpu")
STEPS = [
    {"type": "RandomCrop", "params": {"padding": 1}},
    {"type": "TrivialAugmentWide"},
    {"type": "RandomErasing", "params": {"value": "random"}},
    {"type": "MixUp", "params": {"p": 0.5}},
    {"type": "CutMix", "params": {"p": 0.5}},
]
DATA: dict[str, Any] = {"batch_size": 128, "augment": STEPS, "sampler": "balanced"}


@pytest.fixture(scope="module")
def augmented() -> Prepared:
    return prepare(open_source(SourceSpec(type="digits")).load(), DataConfig.model_validate(DATA))


class Watched(nn.Module):
    """Calls ``on_step`` before each pass while training."""

    def __init__(self, inner: nn.Module, on_step: Callable[[], None]) -> None:
        super().__init__()
        self.inner, self.on_step = inner, on_step

    def forward(self, x: torch.Tensor) -> Any:
        if self.training:
            self.on_step()
        return self.inner(x)


def train_part(data: Prepared) -> Part:
    assert isinstance(data.train, Part)
    return data.train


def weights_of(network: nn.Module) -> list[torch.Tensor]:
    return [weight.detach() for weight in network.parameters()]


@pytest.mark.parametrize("stop_step", [13, 20], ids=["border", "middle"])
def test_resume_when_samples_are_augmented_gives_the_weights_of_an_uninterrupted_run(
    make_job: MakeJob, make_recorder: type[Recorder], augmented: Prepared, stop_step: int
) -> None:
    def job(folder: str) -> Job:
        made = make_job(folder, data=augmented)
        made.config = made.config.model_copy(update={"data": DataConfig.model_validate(DATA)})
        return made

    whole, recorder = job("whole"), make_recorder()
    train(whole, recorder, Control())

    control, progress = Control(), Progress()
    first = job("parts")
    first.network = Watched(first.network, lambda: control.stop() if progress.step == stop_step - 1 else None)
    assert train(first, make_recorder(), control, progress=progress).reason is EndReason.STOPPED_BY_USER

    second = job("parts")
    second.network = Watched(second.network, lambda: None)
    loaded = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3).load(f"last-{stop_step}.safetensors")
    resumed = make_recorder()
    train(second, resumed, Control(), resume=loaded)
    both = zip(weights_of(whole.network), weights_of(second.network), strict=True)
    assert all(torch.equal(a, b) for a, b in both)
    left = [point for point in recorder.series("train/loss") if point[0] > stop_step]
    assert resumed.series("train/loss") == left


def test_epochs_when_augmented_differ_and_the_same_one_repeats(augmented: Prepared, make_job: MakeJob) -> None:
    job = make_job(data=augmented)
    sampler = Sampler(Batches(train_part(augmented), job.preprocess, CPU, augment=augmented.augment), 64, seed=5)
    first, again = next(sampler.epoch(1)), sampler.batch(1, 0)
    assert torch.equal(first[0], again[0])  # type: ignore[arg-type]  # digits are no graph
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], next(sampler.epoch(2))[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("channels_last", [False, True])
def test_batches_when_validated_are_plain(augmented: Prepared, make_job: MakeJob, channels_last: bool) -> None:
    job = make_job(data=augmented)
    batches = Batches(
        train_part(augmented), job.preprocess, CPU, channels_last=channels_last, augment=augmented.augment
    )
    inputs, targets = next(batches.in_order(32))
    assert torch.equal(inputs, job.preprocess(train_part(augmented).inputs[:32]))
    assert torch.equal(targets, augmented.train.targets[:32])


def test_sampler_when_balanced_draws_a_rare_class_as_often() -> None:
    raw = open_source(SourceSpec(type="breast_cancer")).load()
    keep = (raw.targets == 1) | (torch.arange(len(raw.targets)) % 10 == 0)
    targets = raw.targets[keep]
    part = Part(raw.inputs[keep], targets)
    assert targets.double().mean() > 0.9
    sampler = Sampler(Batches(part, lambda batch: batch, CPU), 32, seed=0, is_balanced=True)
    drawn = torch.cat([batch[1] for epoch in range(1, 11) for batch in sampler.epoch(epoch)])
    assert float(drawn.double().mean()) == pytest.approx(0.5, abs=0.03)


def problems_of(data: dict[str, Any], loss: str, num_scores: int, classes: int = 2) -> list[str]:
    document = mlp([30], num_scores)
    facts = DataFacts("Breast cancer", "table", "classification", 569, (30,), classes)
    config = TrainingConfig.model_validate({"data": data, "objectives": [{"loss": {"type": loss}}]})
    found = check_training(config, document, check(document), facts)
    return [f"{problem.code} {problem.field}" for problem in found if problem.severity == "error"]


MIXED = {"augment": [{"type": "MixUp"}]}


def test_loss_when_it_takes_one_class_a_sample_refuses_mixed_ones() -> None:
    assert problems_of(MIXED, "HingeLoss", 1) == ["loss_takes_no_shares objectives.0.loss.type"]
    assert problems_of(MIXED, "BCEWithLogitsLoss", 1) == ["mixing_needs_scores data.augment"]
    assert problems_of(MIXED, "CrossEntropyLoss", 2) == []
    assert problems_of(MIXED, "BCEWithLogitsLoss", 2) == []


def test_sampler_when_there_are_no_classes_is_refused() -> None:
    document = mlp([10], 1)
    facts = DataFacts("Diabetes", "table", "regression", 442, (10,), 1)
    config = TrainingConfig.model_validate(
        {"data": {"sampler": "balanced"}, "objectives": [{"loss": {"type": "MSELoss"}}], "metrics": []}
    )
    codes = [problem.code for problem in check_training(config, document, check(document), facts)]
    assert codes == ["sampler_needs_classes"]
