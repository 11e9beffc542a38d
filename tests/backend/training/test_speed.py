"""Precision, deterministic kernels and torch.compile: each does what it says, is resumed, and is refused by a sentence."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job, set_up
from netwright.training.states import EndReason, RunState
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any
SGD = {"type": "SGD", "params": {"lr": 0.05, "momentum": 0.9}}
EMA = {"type": "EMA", "params": {"decay": 0.5}}


@pytest.fixture(autouse=True)
def _kernels_as_before() -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


def weights_of(job: Job) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in job.network.parameters()]


def are_same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def test_float16_when_chosen_learns_and_keeps_float32_weights(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(precision="float16", epochs=4, optimizer={"type": "AdamW", "params": {"lr": 0.005}})
    outcome = train(job, recorder, Control())
    assert outcome.state is RunState.COMPLETED
    assert outcome.metrics["val/Accuracy"] > 0.85
    assert all(weight.dtype == torch.float32 for weight in job.network.parameters())
    assert any(note.startswith("float16: the network runs under autocast") for note in recorder.of("hello")[0]["notes"])


@pytest.mark.parametrize("optimizer", [SGD, {"type": "RMSprop", "params": {"lr": 0.01}}], ids=["fused", "not fused"])
@pytest.mark.parametrize("guard_on_device", [False, True])
def test_float16_when_gradients_overflow_skips_the_step_counts_it_and_leaves_the_average_alone(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, optimizer: dict[str, Any], guard_on_device: bool
) -> None:
    monkeypatch.setattr("netwright.training.precision.INITIAL_SCALE", 2.0**100)
    job = make_job(precision="float16", optimizer=optimizer, averaging=EMA, accumulate_steps=2)
    run = set_up(job, guard_on_device=guard_on_device)
    assert run.scaling is not None
    assert run.average is not None
    before = weights_of(job)
    moved = []
    for number, (inputs, targets) in enumerate(run.sampler.epoch(1)):
        run.backward(loss := run.compute_loss(run.forward(inputs), targets), number)
        run.guard.check(loss, 1)
        if number % 2 == 0:
            continue
        run.update(inputs, targets, loss)
        is_skipped = bool(run.scaling.found)
        moved.append(not is_skipped)
        assert are_same(before, weights_of(job)) == is_skipped
        average = [weight.detach().clone() for weight in run.average.network.parameters()]
        if is_skipped:
            assert are_same(average, before)
        before = weights_of(job) if not any(moved) else before
        if any(moved):
            # The first update that was made goes into the average whole.
            assert are_same(average, weights_of(job))
            break
    skipped = moved.count(False)
    assert int(run.scaling.skipped) == skipped >= 1
    news = run.scaling.news()
    assert news is not None
    assert f"{skipped} steps were skipped" in news
    assert run.scaling.news() is None


def test_float16_when_steps_are_skipped_says_so_in_the_log(
    make_job: MakeJob, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwright.training.precision.INITIAL_SCALE", 2.0**30)
    train(make_job(precision="float16", epochs=2), recorder, Control())
    assert [line["message"] for line in recorder.of("log") if "were skipped" in line["message"]]


def test_float16_clips_the_gradients_of_the_loss_itself(make_job: MakeJob, make_recorder: Any) -> None:
    """Scaled by 65536 all gradients would be longer than 1; in their own size none here is longer than 100."""
    free = make_job("free", precision="float16", optimizer=SGD, epochs=1)
    train(free, make_recorder(), Control())
    clipped = make_job("clipped", precision="float16", optimizer=SGD, epochs=1, gradient_clip_norm=100.0)
    train(clipped, make_recorder(), Control())
    assert are_same(weights_of(free), weights_of(clipped))


def test_tf32_without_a_gpu_is_refused(make_job: MakeJob) -> None:
    with pytest.raises(ValueError, match="TF32 is for NVIDIA GPUs"):
        set_up(make_job(precision="tf32"))


class Unpool(nn.Module):
    """PyTorch has no deterministic kernel for it, on a CPU neither."""

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.unpool(*self.pool(x))
        return result


class Backwards(torch.autograd.Function):
    """Breaks off as PyTorch's own kernels do, in the backward pass."""

    @staticmethod
    def forward(_: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(_: Any, *__: torch.Tensor) -> torch.Tensor:
        if torch.are_deterministic_algorithms_enabled():
            raise RuntimeError("some_backward_cuda does not have a deterministic implementation, but you set ...")
        return __[0]


class Late(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = Backwards.apply(x)  # type: ignore[no-untyped-call]
        return result


@pytest.mark.parametrize(("layer", "node"), [(Unpool, "1.unpool"), (Late, "1")], ids=["forward", "backward"])
def test_deterministic_when_a_layer_has_no_such_kernel_names_the_node(
    make_job: MakeJob, recorder: Recorder, layer: type[nn.Module], node: str
) -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), layer(), nn.Flatten(), nn.Linear(256, 10))

    outcome = train(make_job(build=build, deterministic=True, epochs=1), recorder, Control())
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.ERROR)
    assert f"`{node}`" in (outcome.message or "")
    assert "no deterministic kernel" in (outcome.message or "")
    assert recorder.of("alert")[0]["node"] == node
    assert train(make_job("free", build=build, epochs=1), recorder, Control()).state is RunState.COMPLETED


@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script_method` is deprecated:DeprecationWarning"
)  # inductor's own import
def test_compile_says_what_it_cost_and_resumes_to_the_bit(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 10))

    whole = make_job("whole", build=build, compile=True, epochs=2)
    assert train(whole, recorder, Control()).state is RunState.COMPLETED
    costs = [line["message"] for line in recorder.of("log") if line["message"].startswith("torch.compile: ")]
    assert len(costs) == 2  # whole batches, and the smaller last one
    assert list(whole.network.state_dict()) == list(build().state_dict())

    control, progress, stopper = Control(), Progress(), make_recorder()
    stopper.then = lambda _: control.stop() if progress.step >= 3 else None
    first = make_job("parts", build=build, compile=True, epochs=2)
    train(first, stopper, control, progress=progress)
    assert 0 < progress.step < 26
    torch._dynamo.reset()  # as in a new process
    second = make_job("parts", build=build, compile=True, epochs=2)
    folder = CheckpointFolder(second.folder / "checkpoints", "run", "hash", 3)
    loaded = folder.load(f"last-{progress.step}.safetensors")
    train(second, make_recorder(), Control(), resume=loaded)
    assert are_same(weights_of(whole), weights_of(second))


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_compile_without_a_compiler_is_refused_before_the_first_step(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torch._inductor import cpp_builder, exc

    def missing() -> str:
        raise exc.InvalidCxxCompiler

    monkeypatch.setattr(cpp_builder, "get_cpp_compiler", missing)
    with pytest.raises(ValueError, match=r"Install g\+\+, or switch torch.compile off"):
        set_up(make_job(compile=True))


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_deterministic_when_compiled_repeats_itself_and_still_names_the_node(
    make_job: MakeJob, make_recorder: Any
) -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 10))

    jobs = [make_job(folder, build=build, compile=True, deterministic=True, epochs=2) for folder in ("one", "two")]
    for job in jobs:
        job.config = job.config.model_copy(update={"data": DataConfig(batch_size=2000)})  # one size to compile
        torch.manual_seed(5)
        assert train(job, make_recorder(), Control()).state is RunState.COMPLETED
    assert are_same(weights_of(jobs[0]), weights_of(jobs[1]))

    def unpooled() -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), Unpool(), nn.Flatten(), nn.Linear(256, 10))

    recorder = make_recorder()
    outcome = train(make_job("none", build=unpooled, compile=True, deterministic=True), recorder, Control())
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.ERROR)
    assert "no deterministic kernel" in (outcome.message or "")
    assert recorder.of("alert")[0]["node"] == "1.unpool"
