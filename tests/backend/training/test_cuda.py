"""The loop on a real GPU.  Skipped, loudly, where PyTorch finds none."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.data.base import SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.metrics import METRICS
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.training.states import EndReason, RunState
from torch import nn

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no GPU on this machine"),
]

MakeJob = Callable[..., Job]
Recorder = Any
"""The fixtures of conftest: a job on real digits, and a keeper of events."""

NOISE = 2e-4
"""Sums on a GPU come in no fixed order.  What is compared is trained with SGD: Adam divides by the gradient's size, so that
where it is nothing but noise (a bias before a BatchNorm) the noise alone moves the weight by a whole step."""

SGD = {"type": "SGD", "params": {"lr": 0.05}}


@torch.no_grad()
def largest_difference(left: nn.Module, right: nn.Module) -> float:
    pairs = zip(left.parameters(), right.parameters(), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs)


class Watched(nn.Module):
    """A network that calls ``before`` at each forward pass in training."""

    def __init__(self, inner: nn.Module, before: Callable[[], None]) -> None:
        super().__init__()
        self.inner, self.before = inner, before

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.before()
        result: torch.Tensor = self.inner(x)
        return result


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_train_on_a_gpu_learns_and_says_what_it_chose(make_job: MakeJob, recorder: Recorder, precision: str) -> None:
    job = make_job(device="cuda", precision=precision, epochs=8, optimizer={"type": "AdamW", "params": {"lr": 0.003}})
    outcome = train(job, recorder, Control())
    assert outcome.state is RunState.COMPLETED
    assert outcome.metrics["val/Accuracy"] > 0.9
    hello = recorder.of("hello")[0]
    assert hello["device"] == "cuda:0"
    assert any("samples held on cuda:0, preprocessed once" in note for note in hello["notes"])
    # Tensor cores read pictures with the channels last; in float32 there is nothing to gain from it.
    assert any("channels_last" in note for note in hello["notes"]) == (precision == "bfloat16")
    is_last = job.network.state_dict()["0.weight"].is_contiguous(memory_format=torch.channels_last)
    assert is_last or precision == "float32"
    assert all(weight.dtype == torch.float32 for weight in job.network.parameters())
    assert [step for step, _ in recorder.series("train/loss")] == list(range(1, hello["total_steps"] + 1))


def test_train_on_a_gpu_and_on_the_cpu_begin_with_the_same_losses(make_job: MakeJob, make_recorder: Any) -> None:
    losses = []
    for device in ("cpu", "cuda"):
        recorder = make_recorder()
        build = lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))  # noqa: E731
        train(make_job(device, build=build, device=device, epochs=1), recorder, Control())
        losses.append([value for _, value in recorder.series("train/loss")])
    assert losses[0] == pytest.approx(losses[1], abs=5e-3)


@pytest.mark.parametrize("stop_step", [13, 20], ids=["border", "middle"])
def test_resume_on_a_gpu_goes_on_with_the_same_dropout(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, stop_step: int
) -> None:
    whole = make_job("whole", device="cuda", optimizer=SGD)
    train(whole, recorder, Control())

    control, progress = Control(), Progress()
    first = make_job("parts", device="cuda", optimizer=SGD)
    first.network = Watched(first.network, lambda: control.stop() if progress.step == stop_step - 1 else None)
    train(first, make_recorder(), control, progress=progress)

    second = make_job("parts", device="cuda", optimizer=SGD)
    second.network = Watched(second.network, lambda: None)
    loaded = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3).load(f"last-{stop_step}.safetensors")
    torch.rand(1000, device="cuda")  # whatever was drawn in between must not matter
    resumed = make_recorder()
    train(second, resumed, Control(), resume=loaded)
    assert [step for step, _ in resumed.series("train/loss")] == list(range(stop_step + 1, 40))
    assert largest_difference(whole.network, second.network) < NOISE


def test_loss_not_finite_on_a_gpu_stops_before_a_weight_moves_and_names_the_node(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    class Explode(nn.Module):
        """Gives infinity from call ``at`` on, in training."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at, self.calls = at, 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += self.training
            return x * math.inf if self.calls >= self.at else x

    def build(at: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), Explode(at), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 10)
        )

    control, progress = Control(), Progress()
    reference = make_job("reference", device="cuda", optimizer=SGD, build=lambda: build(10**9))
    reference.network = Watched(reference.network, lambda: control.stop() if progress.step == 15 else None)
    train(reference, make_recorder(), control, progress=progress)  # ends after step 16

    job = make_job("bad", device="cuda", optimizer=SGD, epochs=50, build=lambda: build(17))
    outcome = train(job, recorder, Control())
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.LOSS_NOT_FINITE)
    alert = recorder.of("alert")[0]
    assert (alert["node"], alert["values"]["step"]) == ("2", 17)
    assert largest_difference(job.network, reference.network) < NOISE
    assert recorder.of("checkpoint")[-1]["step"] == 16


EVERY = [name for name, metric in METRICS.classes.items() if "classification" in metric.tasks]


@pytest.fixture
def synchronisations(
    make_job: MakeJob, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, int]]:
    """``synchronisations(batch_size, **job)``: steps of an epoch, and how often it waits for the GPU."""
    monkeypatch.setattr("netwright.training.reporting.REPORT_SECONDS", 3600.0)

    def count(batch_size: int, **job: Any) -> tuple[int, int]:
        recorder = make_recorder()
        made = make_job(f"b{batch_size}", device="cuda", epochs=1, **job)
        made.config = made.config.model_copy(update={"data": DataConfig(batch_size=batch_size)})
        torch.cuda.set_sync_debug_mode("warn")
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                train(made, recorder, Control())
        finally:
            torch.cuda.set_sync_debug_mode("default")
        return len(recorder.series("train/loss")), sum("synchroniz" in str(each.message) for each in caught)

    return count


def assert_no_step_waits(synchronisations: Callable[..., tuple[int, int]], **job: Any) -> None:
    """More steps in an epoch make no more synchronisations: only reports and validation have them."""
    synchronisations(128, **job)  # what cuDNN tries out the first time does not count
    (few_steps, few), (many_steps, many) = synchronisations(256, **job), synchronisations(32, **job)
    assert many_steps > 5 * few_steps
    validation_batches = math.ceil(180 / 64) - 1
    assert many <= few + validation_batches


@pytest.mark.parametrize("metrics", [["Accuracy"], EVERY], ids=["accuracy", "every metric of classes"])
def test_a_step_on_a_gpu_waits_for_nothing(
    synchronisations: Callable[..., tuple[int, int]], metrics: list[str]
) -> None:
    assert_no_step_waits(synchronisations, metrics=metrics)


AUGMENTED = [
    {"type": "RandomCrop", "params": {"padding": 1, "padding_mode": "reflect"}},
    {"type": "RandomHorizontalFlip"},
    {"type": "RandomErasing"},
    {"type": "MixUp"},
]


def test_a_step_on_a_gpu_that_augments_waits_for_nothing(synchronisations: Callable[..., tuple[int, int]]) -> None:
    data = prepare(open_source(SourceSpec(type="digits")).load(), DataConfig.model_validate({"augment": AUGMENTED}))
    assert_no_step_waits(synchronisations, data=data)


def test_a_step_on_a_gpu_whose_samples_lie_beside_it_waits_for_nothing(
    synchronisations: Callable[..., tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwright.training.batches.free_bytes", lambda _: 0)
    assert_no_step_waits(synchronisations)


# --- the captured step -----------------------------------------------------------------------------------------------

CAPTURED: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": SGD},
    "scheduled": {"optimizer": SGD, "schedule": {"type": "CosineAnnealingLR", "warmup_steps": 5}},
    "all at once": {
        "optimizer": SGD,
        "accumulate_steps": 3,
        "averaging": {"type": "EMA", "params": {"decay": 0.5}},
        "gradient_clip_norm": 1.0,
        "l2": 0.001,
    },
}


def no_dropout() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


def captured_lines(recorder: Recorder) -> list[str]:
    return [line["message"] for line in recorder.of("log") if "the step was captured" in line["message"]]


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_run_on_a_gpu_has_the_weights_of_one_that_is_not(
    make_job: MakeJob, make_recorder: Any, name: str
) -> None:
    plain, captured = make_recorder(), make_recorder()
    first = make_job("plain", build=no_dropout, device="cuda", **CAPTURED[name])
    train(first, plain, Control())
    second = make_job("captured", build=no_dropout, device="cuda", cuda_graphs="on", **CAPTURED[name])
    train(second, captured, Control())
    assert captured_lines(captured)
    assert not captured_lines(plain)
    assert largest_difference(first.network, second.network) < NOISE
    losses = [[value for _, value in recorder.series("train/loss")] for recorder in (plain, captured)]
    assert losses[0] == pytest.approx(losses[1], abs=5e-3)


@pytest.mark.parametrize(
    "config",
    [
        {"optimizer": {"type": "AdamW", "params": {"lr": 0.003}}},
        {"optimizer": {"type": "AdamW", "params": {"lr": 0.003}}, "precision": "bfloat16", "accumulate_steps": 2},
        {"optimizer": {"type": "AdamW", "params": {"lr": 0.003}}, "precision": "float16", "gradient_clip_norm": 1.0},
        {"optimizer": {"type": "RMSprop", "params": {"lr": 0.001}}},
        {"optimizer": {"type": "NAdam", "params": {"lr": 0.003}}},
        {"optimizer": {"type": "RAdam", "params": {"lr": 0.01}}},
        {"optimizer": {"type": "Adadelta"}},
    ],
    ids=["adamw", "bf16", "float16", "rmsprop", "nadam", "radam", "adadelta"],
)
def test_captured_run_on_a_gpu_learns(make_job: MakeJob, recorder: Recorder, config: dict[str, Any]) -> None:
    job = make_job(device="cuda", cuda_graphs="on", epochs=10, **config)
    outcome = train(job, recorder, Control())
    assert outcome.state is RunState.COMPLETED
    assert captured_lines(recorder)
    assert outcome.metrics["val/Accuracy"] > 0.85


def test_captured_run_on_a_gpu_draws_new_dropout_at_each_step_and_resumes(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    whole = make_job("whole", device="cuda", cuda_graphs="on", optimizer=SGD)
    train(whole, recorder, Control())
    plain = make_job("plain", device="cuda", optimizer=SGD)
    train(plain, make_recorder(), Control())
    # The same generator, the same draws: captured or not, dropout drops the same.
    assert largest_difference(whole.network, plain.network) < NOISE

    control, progress = Control(), Progress()
    first = make_job("parts", device="cuda", cuda_graphs="on", optimizer=SGD)
    stopper = make_recorder()
    stopper.then = lambda _: control.stop() if progress.step >= 15 else None
    train(first, stopper, control, progress=progress)
    assert 15 <= progress.step < 39
    second = make_job("parts", device="cuda", cuda_graphs="on", optimizer=SGD)
    folder = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3)
    train(second, make_recorder(), Control(), resume=folder.load(f"last-{progress.step}.safetensors"))
    assert largest_difference(whole.network, second.network) < NOISE


class Waits(nn.Module):
    """Reads from the device in its forward pass."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (1.0 if x.sum().item() > -math.inf else 0.0)


def test_network_that_waits_for_the_gpu_is_refused_by_on_and_trained_without_by_auto(
    make_job: MakeJob, recorder: Recorder
) -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Flatten(), Waits(), nn.Linear(64, 10))

    with pytest.raises(ValueError, match=r"waits for the GPU \(test_cuda.py:\d+\)"):
        train(make_job("on", build=build, device="cuda", cuda_graphs="on"), recorder, Control())
    outcome = train(make_job("auto", build=build, device="cuda", cuda_graphs="auto"), recorder, Control())
    assert outcome.state is RunState.COMPLETED
    assert not captured_lines(recorder)


class BreaksCapture(nn.Module):
    """Does in a capture, and only there, what ends it."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.cuda.is_current_stream_capturing():
            if self.why == "memory":
                torch.empty(2**46, device=x.device)
            x.sum().item()
        return x


@pytest.mark.parametrize("why", ["waits", "memory"])
def test_auto_goes_on_where_the_capture_breaks_off_on_a_gpu(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, why: str
) -> None:
    def build(why: str) -> nn.Module:
        inner: nn.Module = BreaksCapture(why) if why else nn.Identity()
        return nn.Sequential(
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 32), inner, nn.Dropout(0.2), nn.Linear(32, 10)
        )

    plain = make_job("plain", build=lambda: build(""), device="cuda", optimizer=SGD)
    train(plain, make_recorder(), Control())
    job = make_job("auto", build=lambda: build(why), device="cuda", cuda_graphs="auto", optimizer=SGD)
    assert train(job, recorder, Control()).state is RunState.COMPLETED
    assert [line for line in recorder.of("log") if "The capture broke off" in line["message"]]
    # Dropout goes on where it was, as if nothing had been tried.
    assert largest_difference(plain.network, job.network) < NOISE


class Bomb(nn.Module):
    """Gives infinity from call ``at`` on, in training; counted on the device, so that a replay counts too."""

    calls: torch.Tensor

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.calls += 1
        return x + torch.where(self.calls >= self.at, math.inf, 0.0)


def test_captured_run_on_a_gpu_whose_loss_is_not_finite_stops_before_a_weight_moves(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    def build(at: int) -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), Bomb(at), nn.ReLU(), nn.Linear(16, 10))

    control, progress = Control(), Progress()
    reference = make_job("reference", device="cuda", optimizer=SGD, build=lambda: build(10**9))
    reference.network = Watched(reference.network, lambda: control.stop() if progress.step == 15 else None)
    train(reference, make_recorder(), control, progress=progress)  # ends after step 16

    job = make_job("bad", build=lambda: build(17), device="cuda", cuda_graphs="on", optimizer=SGD, epochs=50)
    outcome = train(job, recorder, Control())
    assert captured_lines(recorder)
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.LOSS_NOT_FINITE)
    assert (recorder.of("alert")[0]["node"], recorder.of("alert")[0]["values"]["step"]) == ("2", 17)
    assert largest_difference(job.network, reference.network) < NOISE


def test_compiled_network_is_captured_on_a_gpu(make_job: MakeJob, recorder: Recorder) -> None:
    pytest.importorskip("triton")
    job = make_job(build=no_dropout, device="cuda", cuda_graphs="on", compile=True, optimizer=SGD)
    assert train(job, recorder, Control()).state is RunState.COMPLETED
    assert captured_lines(recorder)
