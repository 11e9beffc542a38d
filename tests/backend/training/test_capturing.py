"""The captured step on a CPU: all of it but the capture itself, which a recorder stands in for that does the work again.

``test_cuda.py`` has the same with real graphs.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from netwright.data.base import Kind
from netwright.training import capturing
from netwright.training.capturable import WARM_UP_UPDATES, why_not_captured
from netwright.training.capturing import Watched, Work, make_capturable, make_plain, to_plain_state
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import TrainingConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job, build_optimizer, set_up
from netwright.training.states import EndReason, RunState
from netwright.training.stepping import EagerStepper
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any

# Learning rates that float32 holds exactly: a captured one is a float32 on the device.
SGD = {"type": "SGD", "params": {"lr": 0.0625, "momentum": 0.9}}
ADAMW = {"type": "AdamW", "params": {"lr": 2.0**-8}}
EMA = {"type": "EMA", "params": {"decay": 0.5}}
ALL_AT_ONCE = {"accumulate_steps": 3, "averaging": EMA, "gradient_clip_norm": 1.0, "l2": 0.001}


class FakeRecording:
    """As a graph: gives the same tensors each time, and works on those that were there when it was captured."""

    def __init__(self, work: Work, seen: Callable[[], list[int]]) -> None:
        self._work, self._seen, self._captured = work, seen, seen()
        self.results: Sequence[torch.Tensor] = ()
        self.count = 0

    def replay(self) -> None:
        assert self._seen() == self._captured, "a graph would write to where nobody looks"
        results = self._work()
        if self.count == 0:
            self.results = [each.clone() for each in results]
        for kept, new in zip(self.results, results, strict=True):
            kept.copy_(new)
        self.count += 1


class FakeRecorder:
    """Captures by keeping the function."""

    def __init__(self, network: nn.Module, *, waits: str | None = None, seconds: float = 1.0) -> None:
        self.network, self.waits, self.seconds = network, waits, seconds
        self.recordings: list[FakeRecording] = []
        self.num_warm, self.num_closed = 0, 0

    def warm_up(self, work: Work) -> Sequence[torch.Tensor]:
        self.num_warm += 1
        return work()

    def watch(self, work: Work) -> Watched:
        return Watched(self.warm_up(work), self.waits, 1.0, self.seconds)

    def record(self, work: Work) -> FakeRecording:
        def seen() -> list[int]:
            gradients = [weight.grad for weight in self.network.parameters()]
            return [0 if each is None else each.data_ptr() for each in gradients]

        self.recordings.append(FakeRecording(work, seen))
        return self.recordings[-1]

    def cost(self) -> str:
        return "captured"

    def close(self) -> None:
        self.num_closed += 1


def weights_of(job: Job) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in job.network.parameters()]


def are_same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


CASES: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": SGD},
    "adamw": {"optimizer": ADAMW},
    "loss read at each step": {"optimizer": {"type": "RMSprop", "params": {"lr": 2.0**-9}}},
    "all at once": {"optimizer": ADAMW, **ALL_AT_ONCE},
    "bfloat16": {"optimizer": SGD, "precision": "bfloat16", **ALL_AT_ONCE},
    "float16": {"optimizer": ADAMW, "precision": "float16", **ALL_AT_ONCE},
    "averaged by epoch": {"optimizer": SGD, "averaging": {"type": "SWA", "params": {"start": 0.4}}},
    "groups": {"optimizer": SGD, "parameter_groups": [{"nodes": ["5"], "lr_factor": 0.5}], "frozen": ["1"]},
}


@pytest.mark.parametrize("name", CASES)
def test_captured_run_has_the_weights_losses_and_metrics_of_one_that_is_not(
    make_job: MakeJob, make_recorder: Any, name: str
) -> None:
    plain, captured = make_recorder(), make_recorder()
    first = make_job("plain", **CASES[name])
    is_late = name != "loss read at each step"
    outcome = train(first, plain, Control(), guard_on_device=is_late)
    second = make_job("captured", **CASES[name])
    recorder = FakeRecorder(second.network)
    again = train(second, captured, Control(), guard_on_device=is_late, recorder=recorder)

    assert are_same(weights_of(first), weights_of(second))
    assert outcome.metrics == again.metrics
    assert plain.series("train/loss") == captured.series("train/loss")
    of_batch, of_update = recorder.recordings
    updates_an_epoch = 5 if "accumulate_steps" in CASES[name] else 13
    assert of_update.count == 3 * updates_an_epoch - WARM_UP_UPDATES
    assert 0 < of_batch.count <= 3 * 12  # an epoch's last batch is smaller, and of no recording
    assert "captured" in [line["message"] for line in captured.of("log")]
    assert recorder.num_closed


def test_captured_run_follows_the_schedule_and_a_rate_that_is_changed_while_it_trains(
    make_job: MakeJob, make_recorder: Any
) -> None:
    config = {
        "optimizer": {"type": "SGD", "params": {"lr": 0.05}},
        "schedule": {"type": "CosineAnnealingLR", "warmup_steps": 5},
    }
    results = []
    for is_captured in (False, True):
        control, recorder, progress = Control(), make_recorder(), Progress()
        job = make_job(f"run{is_captured}", **config)

        def wish(_: Any, control: Control = control, progress: Progress = progress) -> None:
            if progress.step >= 13 and not control.values:
                control.values["lr"] = 0.01
                control.has_wish = True

        recorder.then = wish
        fake = FakeRecorder(job.network) if is_captured else None
        train(job, recorder, control, progress=progress, guard_on_device=True, recorder=fake)
        results.append((weights_of(job), recorder.of("change")[0]["step"]))
    (plain, at), (captured, again) = results
    assert at == again
    for left, right in zip(plain, captured, strict=True):
        torch.testing.assert_close(left, right, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("stop_at", [7, 14])
def test_captured_run_that_was_stopped_goes_on_captured_or_not_to_the_bit(
    make_job: MakeJob, make_recorder: Any, stop_at: int
) -> None:
    config = {"optimizer": ADAMW, "averaging": EMA, "gradient_clip_norm": 1.0}
    whole = make_job("whole", **config)
    train(whole, make_recorder(), Control(), guard_on_device=True)

    control, progress = Control(), Progress()
    first = make_job("parts", **config)

    def stop(module: nn.Module, _: Any) -> None:
        if module.training and progress.step == stop_at - 1:
            control.stop()

    first.network.register_forward_pre_hook(stop)
    train(
        first, make_recorder(), control, progress=progress, guard_on_device=True, recorder=FakeRecorder(first.network)
    )
    assert progress.step == stop_at
    for is_captured in (True, False):
        second = make_job("parts", **config)
        loaded = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3).load(f"last-{stop_at}.safetensors")
        groups = loaded.resume["optimizer"]["param_groups"]
        assert all(isinstance(group["lr"], float) for group in groups)  # any run goes on from it
        second.folder = second.folder.with_name(f"again{is_captured}")
        fake = FakeRecorder(second.network) if is_captured else None
        train(second, make_recorder(), Control(), resume=loaded, guard_on_device=True, recorder=fake)
        assert are_same(weights_of(whole), weights_of(second))


def test_captured_run_whose_loss_is_not_finite_stops_before_a_weight_moves(
    make_job: MakeJob, make_recorder: Any
) -> None:
    class Explode(nn.Module):
        """Gives infinity from call ``at`` on, in training."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at, self.calls = at, 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += self.training
            return x * float("inf") if self.calls >= self.at else x

    def build(at: int) -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), Explode(at), nn.ReLU(), nn.Linear(16, 10))

    control, progress = Control(), Progress()
    good = make_job("good", build=lambda: build(10**9), optimizer=SGD)
    good.network.register_forward_pre_hook(lambda *_: control.stop() if progress.step == 8 else None)
    train(good, make_recorder(), control, progress=progress)
    assert progress.step == 9
    bad = make_job("bad", build=lambda: build(10), optimizer=SGD)
    recorder = make_recorder()
    outcome = train(bad, recorder, Control(), guard_on_device=True, recorder=FakeRecorder(bad.network))
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.LOSS_NOT_FINITE)
    alert = recorder.of("alert")[0]
    assert (alert["node"], alert["values"]["step"]) == ("2", 10)
    assert are_same(weights_of(good), weights_of(bad))


@pytest.mark.parametrize(
    ("seen", "why"),
    [({"waits": "model.py:12"}, "waits for the GPU (model.py:12)"), ({"seconds": 3.0}, "nothing would be gained")],
)
def test_auto_goes_on_without_a_capture_where_there_can_be_none_and_says_why(
    make_job: MakeJob, make_recorder: Any, seen: dict[str, Any], why: str
) -> None:
    plain = make_job("plain", optimizer=ADAMW, accumulate_steps=2, averaging=EMA)
    train(plain, make_recorder(), Control(), guard_on_device=True)
    job = make_job("auto", optimizer=ADAMW, accumulate_steps=2, averaging=EMA)
    job.config = job.config.model_copy(update={"cuda_graphs": "auto"})
    recorder, fake = make_recorder(), FakeRecorder(job.network, **seen)
    train(job, recorder, Control(), guard_on_device=True, recorder=fake)
    assert not fake.recordings
    assert [line["message"] for line in recorder.of("log") if why in line["message"]]
    assert are_same(weights_of(plain), weights_of(job))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("operation not permitted when stream is capturing\nand more"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB."),
    ],
    ids=["refused", "memory"],
)
def test_auto_goes_on_to_the_bit_where_the_capture_breaks_off(
    make_job: MakeJob, make_recorder: Any, error: RuntimeError
) -> None:
    class Refusing(FakeRecorder):
        def record(self, work: Work) -> FakeRecording:
            raise error

    plain = make_job("plain", optimizer=ADAMW)
    train(plain, make_recorder(), Control(), guard_on_device=True)
    job, recorder = make_job("auto", optimizer=ADAMW, cuda_graphs="auto"), make_recorder()
    outcome = train(job, recorder, Control(), guard_on_device=True, recorder=Refusing(job.network))
    assert outcome.state is RunState.COMPLETED
    assert [line for line in recorder.of("log") if line["message"].startswith("CUDA graphs are not used. The capture")]
    assert are_same(weights_of(plain), weights_of(job))


def test_on_ends_with_a_sentence_where_a_part_waits_or_the_capture_breaks_off(
    make_job: MakeJob, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    job.config = job.config.model_copy(update={"cuda_graphs": "on"})
    monkeypatch.setattr("netwright.training.setup.why_not_captured", lambda *_: None)
    fake = FakeRecorder(job.network, waits="model.py:12")
    with pytest.raises(ValueError, match=r"waits for the GPU \(model.py:12\)"):
        train(job, make_recorder(), Control(), recorder=fake)
    assert fake.num_closed

    class Refusing(FakeRecorder):
        def record(self, work: Work) -> FakeRecording:
            raise RuntimeError("operation not permitted when stream is capturing\nand more")

    job = make_job("again")
    job.config = job.config.model_copy(update={"cuda_graphs": "on"})
    with pytest.raises(ValueError, match=r"operation not permitted when stream is capturing Switch CUDA graphs off\."):
        train(job, make_recorder(), Control(), recorder=Refusing(job.network))


def test_memory_that_runs_out_in_a_captured_run_is_named_with_the_batch_that_fits(
    make_job: MakeJob, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Greedy(FakeRecorder):
        def record(self, work: Work) -> FakeRecording:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB.")

    job, recorder = make_job(), make_recorder()
    job.config = job.config.model_copy(update={"cuda_graphs": "on"})
    monkeypatch.setattr("netwright.training.setup.why_not_captured", lambda *_: None)
    fake = Greedy(job.network)
    outcome = train(job, recorder, Control(), recorder=fake)
    assert outcome.reason is EndReason.OUT_OF_MEMORY
    assert recorder.of("alert")[0]["values"]["fits"] == 64
    assert fake.num_closed


@pytest.mark.parametrize(
    ("config", "kind", "device", "why"),
    [
        ({}, "image", "cpu", "trains on the CPU"),
        ({}, "graph", "cuda", "sizes of its own"),
        ({"optimizer": {"type": "LBFGS"}}, "image", "cuda", "several times a step"),
        ({"optimizer": {"type": "Muon"}}, "image", "cuda", "PyTorch's Muon keeps its learning rate"),
        ({"optimizer": {"type": "Adagrad"}}, "image", "cuda", "PyTorch's Adagrad keeps its learning rate"),
        ({"optimizer": {"type": "RMSprop"}, "precision": "float16"}, "table", "cuda", "whether the gradients are"),
        ({"optimizer": {"type": "RMSprop"}}, "table", "cuda", None),
        ({"precision": "float16"}, "image", "cuda", None),
        ({"compile": True, "accumulate_steps": 4}, "image", "cuda", None),
    ],
)
def test_what_cannot_be_captured_is_said(config: dict[str, Any], kind: Kind, device: str, why: str | None) -> None:
    found = why_not_captured(TrainingConfig.model_validate(config), kind, device)
    assert found is None if why is None else why in (found or "")


def test_on_a_cpu_on_is_refused_auto_says_why_not_and_off_says_nothing(make_job: MakeJob) -> None:
    with pytest.raises(ValueError, match=r"trains on the CPU\. Switch CUDA graphs off\."):
        set_up(make_job(cuda_graphs="on"))
    auto, off = set_up(make_job(cuda_graphs="auto")), set_up(make_job(cuda_graphs="off"))
    assert [note for note in auto.notes if note.startswith("CUDA graphs are not used")]
    assert not [note for note in off.notes if "CUDA graphs" in note]
    for run in (auto, off):
        assert isinstance(capturing.build_stepper(run, print), EagerStepper)


@pytest.mark.parametrize("name", ["RMSprop", "NAdam", "AdamW", "SGD"])
def test_optimizer_that_was_made_capturable_is_plain_again(name: str) -> None:
    network = nn.Linear(2, 1)
    config = TrainingConfig.model_validate({"optimizer": {"type": name, "params": {"lr": 0.5}}})
    _, optimizer = build_optimizer(config, network)
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    before = to_plain_state(optimizer.state_dict())
    (rate,) = make_capturable(optimizer, torch.device("cpu"))
    assert optimizer.param_groups[0]["lr"] is rate
    assert to_plain_state(optimizer.state_dict())["param_groups"] == before["param_groups"]
    make_plain(optimizer)
    assert optimizer.param_groups[0]["lr"] == 0.5
    optimizer.step()
