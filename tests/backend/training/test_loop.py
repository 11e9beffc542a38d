"""The loop on real data: it learns, repeats itself to the bit, obeys, and leaves what it promised."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from netwright.data.base import Part, Prepared, SourceSpec
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.events import (
    CheckpointCommand,
    PauseCommand,
    ResumeCommand,
    SetCommand,
)
from netwright.training.loop import train
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.reporting import Progress
from netwright.training.setup import DeviceMissingError, Job
from netwright.training.states import EndReason, RunState
from project_parts import optimizer_params
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any
"""The fixtures of conftest: a job on real digits, and a keeper of events."""


def weights_of(job: Job) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in job.network.state_dict().items()}


def assert_same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    for name, value in left.items():
        assert torch.equal(value, right[name]), name


class Watched(nn.Module):
    """A network that calls ``before`` at each forward pass in training."""

    def __init__(self, inner: nn.Module, before: Any) -> None:
        super().__init__()
        self.inner, self.before = inner, before

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.before(self)
        result: torch.Tensor = self.inner(x)
        return result


def test_train_when_run_to_the_end_learns_and_reports_every_step(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(epochs=8, optimizer={"type": "AdamW", "params": {"lr": 0.003}})
    outcome = train(job, recorder, Control())
    assert (outcome.state, outcome.reason) == (RunState.COMPLETED, EndReason.FINISHED)
    assert outcome.metrics["val/Accuracy"] > 0.9
    hello = recorder.of("hello")[0]
    assert recorder.events[0][0] == "hello"
    assert hello["steps_per_epoch"] == 13
    assert len(hello["data_fingerprint"]) == 64
    assert [step for step, _ in recorder.series("train/loss")] == list(range(1, hello["total_steps"] + 1))
    assert [step for step, _ in recorder.series("val/loss")] == list(range(13, 8 * 13 + 1, 13))
    phases = [fields["phase"] for fields in recorder.of("state")]
    assert phases[:4] == ["training", "validating", "saving", "training"]


def test_train_when_run_twice_with_one_seed_gives_equal_weights(make_job: MakeJob, recorder: Recorder) -> None:
    first = make_job("a")
    train(first, recorder, Control())
    second = make_job("b")
    train(second, recorder, Control())
    other = make_job("c", seed=1)
    train(other, recorder, Control())
    assert_same(weights_of(first), weights_of(second))
    assert not torch.equal(first.network.state_dict()["5.weight"], other.network.state_dict()["5.weight"])


@pytest.mark.parametrize("guard_on_device", [False, True])
def test_first_losses_when_compared_with_a_plain_loop_are_equal(
    make_job: MakeJob, recorder: Recorder, guard_on_device: bool
) -> None:
    """Only what is written here happens: no hidden change of objective, optimizer or order of steps."""
    job = make_job(epochs=1, build=lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10)))
    plain = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    plain.load_state_dict(job.network.state_dict())
    train(job, recorder, Control(), guard_on_device=guard_on_device)
    optimizer = torch.optim.AdamW(plain.parameters(), lr=0.001, fused=True)
    order = torch.randperm(len(job.data.train), generator=torch.Generator().manual_seed(1))
    expected = []
    for indices in torch.split(order, 128):
        loss = nn.functional.cross_entropy(
            plain(job.preprocess(job.data.train.inputs[indices])), job.data.train.targets[indices]
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        expected.append(loss.item())
    assert [value for _, value in recorder.series("train/loss")] == expected


class Step(nn.Module):
    """As the catalogue's: 0 or 1, the gradient passes straight through."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x >= 0).to(x.dtype) + (x - x.detach())


def load_points(name: str) -> Prepared:
    return prepare(open_source(SourceSpec(type=name)).load(), DataConfig())


RULE: dict[str, Any] = {
    "objectives": [{"loss": {"type": "PerceptronLoss"}}],
    "optimizer": {"type": "SGD", "params": {"lr": 1.0}},
}


def test_perceptron_when_trained_follows_rosenblatts_rule_to_the_bit(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(data=load_points("xor"), build=lambda: nn.Sequential(nn.Linear(2, 1), Step()), epochs=1, **RULE)
    job.config = job.config.model_copy(update={"data": DataConfig(batch_size=1)})
    weight, bias = (parameter.detach().clone() for parameter in job.network.parameters())
    train(job, recorder, Control())
    inputs = job.preprocess(job.data.train.inputs)
    for i in torch.randperm(len(inputs), generator=torch.Generator().manual_seed(1)).tolist():
        answer = (weight @ inputs[i] + bias >= 0).float()
        error = job.data.train.targets[i] - answer
        weight, bias = weight + error * inputs[i], bias + error
    assert torch.equal(job.network.state_dict()["0.weight"], weight)
    assert torch.equal(job.network.state_dict()["0.bias"], bias)


def test_perceptron_when_a_line_separates_the_classes_gets_all_right_and_on_xor_does_not(
    make_job: MakeJob, make_recorder: Any
) -> None:
    for name, is_separable in (("two_clusters", True), ("xor", False)):
        build = lambda: nn.Sequential(nn.Linear(2, 1), Step())  # noqa: E731
        job = make_job(name, data=load_points(name), build=build, epochs=10, **RULE)
        job.config = job.config.model_copy(update={"data": DataConfig(batch_size=1)})
        recorder = make_recorder()
        outcome = train(job, recorder, Control())
        assert (outcome.metrics["val/Accuracy"] == 1.0) == is_separable, name
        assert (outcome.metrics["train/Accuracy"] == 1.0) == is_separable, name
        alerts = recorder.of("alert")
        assert [alert["code"] for alert in alerts] == ([] if is_separable else ["classes_not_separated"])
        if alerts:
            wrong, total = alerts[0]["values"]["wrong"], alerts[0]["values"]["total"]
            # The best line leaves one of the four squares, a quarter of the points, on the wrong side.
            assert total == len(job.data.train)
            assert wrong > total / 8
            assert (
                f"No straight line separates the two classes as far as this run saw: {wrong} of {total}"
                in (alerts[0]["message"])
            )


def test_network_with_a_hidden_layer_when_xor_is_learned_by_the_perceptrons_rule_hears_nothing_of_lines(
    make_job: MakeJob, recorder: Recorder
) -> None:
    """What the perceptron's alert advises is true."""

    def build() -> nn.Module:
        return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1), Step())

    rule = RULE | {"optimizer": {"type": "AdamW", "params": {"lr": 0.01}}}
    outcome = train(make_job(data=load_points("xor"), build=build, epochs=30, **rule), recorder, Control())
    assert outcome.metrics["train/Accuracy"] == 1.0
    assert recorder.of("alert") == []


def test_objectives_when_several_add_up_by_their_weights(make_job: MakeJob, recorder: Recorder) -> None:
    """Two heads: the loss of each step is what the two losses give, and both heads learn."""

    class TwoHeads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scores, self.early = nn.Linear(64, 10), nn.Linear(64, 10)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            x = x.flatten(1)
            return {"early": self.early(x), "scores": self.scores(x), "unused": x}

    objectives = [{"output": "scores"}, {"output": "early", "weight": 0.3}]
    job = make_job(build=TwoHeads, epochs=1, objectives=objectives)
    job.outputs = ("scores", "early")
    before = weights_of(job)
    order = torch.randperm(len(job.data.train), generator=torch.Generator().manual_seed(1))[:128]
    inputs, targets = job.preprocess(job.data.train.inputs[order]), job.data.train.targets[order]
    outputs = job.network(inputs)
    cross_entropy = nn.functional.cross_entropy
    expected = cross_entropy(outputs["scores"], targets) + 0.3 * cross_entropy(outputs["early"], targets)
    outcome = train(job, recorder, Control())
    assert recorder.series("train/loss")[0][1] == pytest.approx(expected.item(), rel=1e-6)
    for name, value in weights_of(job).items():
        assert not torch.equal(value, before[name]), name
    with torch.inference_mode():
        job.network.eval()
        scores = job.network(job.preprocess(job.data.validation.inputs))["scores"]
    accuracy = (scores.argmax(1) == job.data.validation.targets).double().mean().item()
    assert outcome.metrics["val/Accuracy"] == accuracy


def test_stop_when_validating_leaves_a_checkpoint_that_goes_on_with_the_validation(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    whole = make_job("whole", epochs=2)
    train(whole, recorder, Control())
    control = Control()
    job = make_job("parts", epochs=2)
    stopping = make_recorder()
    stopping.then = lambda fields: control.stop() if fields.get("phase") == "validating" else None
    outcome = train(job, stopping, control)
    assert outcome.state is RunState.STOPPED
    again = make_job("parts", epochs=2)
    loaded = CheckpointFolder(again.folder / "checkpoints", "run", "hash", 3).load("last-13.safetensors")
    resumed = make_recorder()
    train(again, resumed, Control(), resume=loaded)
    assert resumed.series("val/loss") == recorder.series("val/loss")
    assert_same(weights_of(whole), weights_of(again))


def test_stop_when_saving_or_twice_or_before_the_first_step_ends_as_stopped(
    make_job: MakeJob, make_recorder: Any
) -> None:
    def stop_twice_while_saving(fields: dict[str, Any]) -> None:
        if fields.get("phase") == "saving":
            control.stop()
            control.stop()

    control, recorder = Control(), make_recorder()
    recorder.then = stop_twice_while_saving
    outcome = train(make_job("a"), recorder, control)
    assert outcome.state is RunState.STOPPED
    assert [each["step"] for each in recorder.of("checkpoint") if each["kind"] == "last"] == [13]

    control = Control()
    control.stop()
    recorder = make_recorder()
    outcome = train(make_job("b"), recorder, control)
    assert outcome.state is RunState.STOPPED
    assert recorder.series("train/loss") == []


def test_commands_when_given_in_the_middle_are_worked_at_the_next_border(make_job: MakeJob, recorder: Recorder) -> None:
    control, progress = Control(), Progress()

    def resume_when_paused(fields: dict[str, Any]) -> None:
        if fields.get("state") is RunState.PAUSED:
            control.act(ResumeCommand())

    def command(_: Watched) -> None:
        if progress.step == 4:
            for each in (CheckpointCommand(), SetCommand(name="lr", value=0.5), SetCommand(name="epochs", value=1.0)):
                control.act(each)
            control.act(PauseCommand())

    recorder.then = resume_when_paused
    job = make_job(epochs=3)
    job.network = Watched(job.network, command)
    outcome = train(job, recorder, control, progress=progress)
    assert outcome.state is RunState.COMPLETED
    assert [each["step"] for each in recorder.of("checkpoint") if each["kind"] == "step"] == [5]
    assert RunState.PAUSED in [each["state"] for each in recorder.of("state")]
    assert recorder.series("lr")[-1] == (13, 0.5)


class Explode(nn.Module):
    """Gives infinity from call ``at`` on, in training."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.calls = at, 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += self.training
        return x * math.inf if self.calls >= self.at else x


@pytest.mark.parametrize("guard_on_device", [False, True], ids=["read each step", "switched off on the device"])
def test_loss_not_finite_when_it_happens_stops_before_the_optimizer_moves_and_names_the_node(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, guard_on_device: bool
) -> None:
    def build(at: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), Explode(at), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 10)
        )

    reference = make_job("reference", build=lambda: build(10**9))
    control, progress = Control(), Progress()
    reference.network = Watched(reference.network, lambda _: control.stop() if progress.step == 15 else None)
    train(reference, make_recorder(), control, progress=progress)  # ends after step 16

    job = make_job("bad", build=lambda: build(17))
    outcome = train(job, recorder, Control(), guard_on_device=guard_on_device)
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.LOSS_NOT_FINITE)
    alert = recorder.of("alert")[0]
    assert alert["node"] == "2"
    assert alert["values"]["step"] == 17
    assert "step 17 (epoch 2)" in alert["message"]
    assert "`2` (Explode)" in alert["message"]
    for name, value in weights_of(reference).items():
        mine = job.network.state_dict()[name.removeprefix("inner.")]
        assert bool(torch.isfinite(mine.double()).all()), name
        if "running" not in name and "num_batches" not in name:
            assert torch.equal(value, mine), name
    assert [step for step, _ in recorder.series("train/loss")] == list(range(1, 17))
    assert recorder.of("checkpoint")[-1]["step"] == 16


@pytest.mark.parametrize("name", OPTIMIZERS.classes)
def test_loss_not_finite_when_it_happens_is_said_with_each_optimizer(
    make_job: MakeJob, recorder: Recorder, name: str
) -> None:
    progress = Progress()

    class Late(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * math.inf if progress.step == 3 else x

    job = make_job(
        build=lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 16), Late(), nn.Linear(16, 10)),
        optimizer={"type": name, "params": optimizer_params(name)},
    )
    outcome = train(job, recorder, Control(), progress=progress)
    assert (outcome.state, outcome.reason) == (RunState.FAILED, EndReason.LOSS_NOT_FINITE)
    assert recorder.of("alert")[0]["node"] == "2"
    assert recorder.of("checkpoint")[-1]["step"] == 3
    assert all(bool(torch.isfinite(weight).all()) for weight in job.network.parameters())


def test_loss_not_finite_when_the_data_is_says_so(make_job: MakeJob, digits: Prepared, recorder: Recorder) -> None:
    inputs = digits.train.inputs.float()
    inputs[:] = math.nan
    data = replace(digits, train=Part(inputs, digits.train.targets))
    outcome = train(make_job(data=data), recorder, Control())
    assert outcome.reason is EndReason.LOSS_NOT_FINITE
    assert "batch itself" in recorder.of("alert")[0]["message"]


def test_loss_not_finite_when_weights_blew_up_keeps_the_last_good_checkpoint(
    make_job: MakeJob, recorder: Recorder
) -> None:
    """A finite loss with gradients that are not: the weights are gone, and must not overwrite a checkpoint."""

    class BadGradient(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: torch.Tensor) -> torch.Tensor:
            return x.clone()

        @staticmethod
        def backward(_: Any, *grads: torch.Tensor) -> torch.Tensor:
            return grads[0] * (math.nan if progress.step == 15 else 1)

    class Bad(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = BadGradient.apply(x)  # type: ignore[no-untyped-call]
            return result

    progress = Progress()
    job = make_job(build=lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10), Bad()))
    outcome = train(job, recorder, Control(), progress=progress)
    assert outcome.reason is EndReason.LOSS_NOT_FINITE
    assert "`1.weight` holds weights that are not finite" in str(outcome.message)
    assert {each["step"] for each in recorder.of("checkpoint")} == {13}


def test_early_stopping_when_nothing_improves_counts_as_keras_and_restores_the_best(
    make_job: MakeJob, recorder: Recorder
) -> None:
    stopping = {"monitor": "val/loss", "mode": "min", "patience": 2, "min_delta": 100.0, "restore_best_weights": True}
    job = make_job(epochs=50, early_stopping=stopping)
    outcome = train(job, recorder, Control())
    assert outcome.reason is EndReason.EARLY_STOP
    assert len(recorder.series("val/loss")) == 3  # the first is the best, two more are waited for
    assert outcome.message is not None
    assert outcome.message.startswith("val/loss did not improve for 2 epochs (best ")
    assert outcome.message.endswith(" The last checkpoint holds the weights of epoch 1 again.")
    first = CheckpointFolder(job.folder / "checkpoints", "run", "hash", 3).load(
        recorder.of("checkpoint")[-1]["file"].removeprefix("checkpoints/")
    )
    assert first.record.step == 39
    assert_same(weights_of(job), first.weights)


def test_test_part_when_there_is_one_is_measured_with_the_best_weights(
    make_job: MakeJob, digits: Prepared, recorder: Recorder
) -> None:
    job = make_job(
        data=replace(digits, test=digits.validation), epochs=4, checkpoint={"monitor": "val/Accuracy", "mode": "max"}
    )
    outcome = train(job, recorder, Control())
    best = max(value for _, value in recorder.series("val/Accuracy"))
    assert outcome.metrics["test/Accuracy"] == best
    assert recorder.of("state")[-1]["phase"] == "testing"


def test_test_part_when_the_last_weights_are_tested_is_measured_with_them(
    make_job: MakeJob, digits: Prepared, recorder: Recorder
) -> None:
    # No epoch is better than the first by so much, so it ends at the third; by the checkpoint's monitor the first is best.
    stopping = {"monitor": "val/loss", "patience": 2, "min_delta": 100.0, "restore_best_weights": False}
    job = make_job(
        data=replace(digits, test=digits.validation),
        epochs=50,
        early_stopping=stopping,
        checkpoint={"monitor": "val/loss", "mode": "max", "tested": "last"},
    )
    outcome = train(job, recorder, Control())
    losses = [value for _, value in recorder.series("val/loss")]
    assert len(losses) == 3
    assert outcome.metrics["test/loss"] == losses[-1] != max(losses)
    # The page shows the answers of the best epoch and of the one that it ended with.
    assert [(each["epoch"], each["is_best"]) for each in recorder.of("classes")] == [(1, True), (3, False)]


def test_bfloat16_when_chosen_trains_and_keeps_float32_weights(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(precision="bfloat16", epochs=2)
    outcome = train(job, recorder, Control())
    assert any("bfloat16: this CPU has " in note for note in recorder.of("hello")[0]["notes"])
    assert outcome.state is RunState.COMPLETED
    assert all(value.dtype == torch.float32 for value in job.network.parameters())
    losses = [value for _, value in recorder.series("train/loss")]
    assert losses[-1] < losses[0]


def test_channels_last_when_there_are_convolutions_is_chosen_and_said(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(epochs=1)
    train(job, recorder, Control())
    assert any("channels_last" in note for note in recorder.of("hello")[0]["notes"])
    weight = job.network.state_dict()["0.weight"]
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_gradient_clip_when_set_bounds_the_step(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(epochs=1, gradient_clip_norm=1e-9, optimizer={"type": "SGD", "params": {"lr": 1.0}})
    before = {name: value.clone() for name, value in job.network.named_parameters()}
    train(job, recorder, Control())
    for name, value in job.network.named_parameters():
        assert torch.allclose(value, before[name], atol=1e-6), name


def test_device_when_not_there_is_refused_with_what_there_is(make_job: MakeJob, recorder: Recorder) -> None:
    with pytest.raises(DeviceMissingError, match="cuda:63"):
        train(make_job(device="cuda:63"), recorder, Control())


def test_data_when_changed_since_the_checkpoint_is_refused(
    make_job: MakeJob, digits: Prepared, recorder: Recorder
) -> None:
    job = make_job(epochs=1)
    train(job, recorder, Control())
    loaded = CheckpointFolder(job.folder / "checkpoints", "run", "hash", 3).load("last-13.safetensors")
    other = make_job(data=replace(digits, fingerprint="other"), epochs=2)
    with pytest.raises(ValueError, match="data has changed"):
        train(other, recorder, Control(), resume=loaded)


def test_raw_data_when_too_large_as_floats_gives_the_same_weights(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = make_job("ready", epochs=1)
    train(ready, recorder, Control())
    raw = make_job("raw", epochs=1)
    monkeypatch.setattr("netwright.training.batches.MAX_READY_BYTES", 0)
    other = make_recorder()
    train(raw, other, Control())
    assert any("a batch at a time" in note for note in other.of("hello")[0]["notes"])
    assert_same(weights_of(ready), weights_of(raw))


def test_progress_when_a_checkpoint_is_written_or_the_run_is_over_shows_no_epoch_beyond_the_last(
    make_job: MakeJob, recorder: Recorder
) -> None:
    progress, seen = Progress(), set[int]()
    recorder.then = lambda _: seen.add(progress.shown_epoch)
    train(make_job(epochs=2), recorder, Control(), progress=progress)
    assert seen == {1, 2}
    assert progress.shown_epoch == 2
