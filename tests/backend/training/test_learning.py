"""What the settings of learning promise, on the real loop."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.data.base import Prepared
from netwright.training.config import DataConfig
from netwright.training.control import Control
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.training.states import EndReason
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any
PLAIN_SGD = {"type": "SGD", "params": {"lr": 0.1}}


def linear() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10))


def normalised() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 10)
    )


def with_batches(job: Job, size: int) -> Job:
    job.config = job.config.model_copy(update={"data": DataConfig(batch_size=size)})
    return job


def test_accumulation_when_batches_fit_learns_as_one_large_batch(make_job: MakeJob, make_recorder: Any) -> None:
    """1617 training samples: 400 a batch and 4 x 100 an update see the same samples, but for the rest."""
    large, small = make_recorder(), make_recorder()
    one = with_batches(make_job("one", linear, epochs=1, optimizer=PLAIN_SGD), 400)
    train(one, large, Control())
    four = with_batches(make_job("four", linear, epochs=1, optimizer=PLAIN_SGD, accumulate_steps=4), 100)
    train(four, small, Control())
    assert small.of("hello")[0]["steps_per_epoch"] == large.of("hello")[0]["steps_per_epoch"] == 5
    expected = [loss for _, loss in large.series("train/loss")]
    found = [loss for _, loss in small.series("train/loss")]
    assert found == pytest.approx(expected, rel=1e-5)
    accuracy = [dict(each.series("train/Accuracy"))[5] for each in (large, small)]
    assert accuracy[0] == accuracy[1]
    for key, value in one.network.state_dict().items():
        assert torch.allclose(four.network.state_dict()[key], value, atol=1e-6), key


def test_moving_average_when_validated_is_the_average_of_the_weights(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job("ema", linear, epochs=2, averaging={"type": "EMA", "params": {"decay": 0.9}}, optimizer=PLAIN_SGD)
    states: list[torch.Tensor] = []
    inner = job.network

    def remember(module: nn.Module, _: Any) -> None:
        if module.training:  # the average, a copy, never does
            states.append(inner[1].weight.detach().clone())  # type: ignore[index]

    inner.register_forward_pre_hook(remember)
    train(job, recorder, Control())
    states.append(inner[1].weight.detach().clone())  # type: ignore[index]
    expected = states[1].clone()
    for state in states[2:]:
        expected = expected * 0.9 + state * 0.1
    kept = torch_load(job, "last")["1.weight"]
    assert torch.allclose(kept, expected, atol=1e-6)
    assert not torch.allclose(kept, states[-1], atol=1e-6)


def torch_load(job: Job, kind: str) -> dict[str, torch.Tensor]:
    from netwright.training.checkpoints import CheckpointFolder

    folder = CheckpointFolder(job.folder / "checkpoints", "run", "hash", 3)
    record = next(each for each in folder.records() if each.kind == kind)
    return folder.load(record.weights.name).weights


def test_weight_averaging_when_begun_keeps_the_mean_with_statistics_of_its_own(
    make_job: MakeJob, recorder: Recorder, digits: Prepared
) -> None:
    job = make_job(
        "swa", normalised, epochs=4, averaging={"type": "SWA", "params": {"start": 0.5}}, optimizer=PLAIN_SGD
    )
    ends: list[torch.Tensor] = []

    def remember(fields: dict[str, Any]) -> None:
        if fields.get("phase") == "validating":
            ends.append(job.network[1].weight.detach().clone())  # type: ignore[index]

    recorder.then = remember
    train(job, recorder, Control())
    kept = torch_load(job, "last")
    assert torch.allclose(kept["1.weight"], (ends[2] + ends[3]) / 2, atol=1e-6)
    # What reaches batch norm under the averaged weights, over the training part: its own mean.
    values = nn.functional.linear(job.preprocess(digits.train.inputs).flatten(1), kept["1.weight"], kept["1.bias"])
    assert torch.allclose(kept["2.running_mean"], values.mean(0), atol=0.02)
    assert recorder.series("val/loss")[-1][1] < recorder.series("val/loss")[0][1]


@pytest.mark.parametrize(("penalty", "power"), [("l1", 1), ("l2", 2)])
def test_penalty_when_taken_is_in_the_gradient_and_not_in_the_reported_loss(
    make_job: MakeJob, make_recorder: Any, penalty: str, power: int
) -> None:
    with_it, without = make_recorder(), make_recorder()
    plain = make_job("plain", linear, epochs=1, optimizer=PLAIN_SGD)
    first = plain.network[1].weight.detach().clone()  # type: ignore[index]
    control, progress = Control(), Progress()
    # One step of each.
    without.then = with_it.then = lambda _: None
    held = make_job("held", linear, epochs=1, optimizer=PLAIN_SGD, **{penalty: 0.01})
    for job, recorder in ((plain, without), (held, with_it)):
        with_batches(job, 2000)
        train(job, recorder, control, progress=progress)
        progress = Progress()
    assert with_it.series("train/loss") == without.series("train/loss")
    moved = held.network[1].weight - plain.network[1].weight  # type: ignore[index]
    expected = -0.1 * 0.01 * (first.sign() if power == 1 else first)
    assert torch.allclose(moved, expected, atol=1e-6)


def test_clip_by_value_when_set_bounds_each_number(make_job: MakeJob, recorder: Recorder) -> None:
    job = with_batches(
        make_job(build=linear, epochs=1, optimizer={"type": "SGD", "params": {"lr": 1.0}}, gradient_clip_value=1e-3),
        2000,
    )
    before = {name: value.detach().clone() for name, value in job.network.named_parameters()}
    train(job, recorder, Control())
    moved = torch.cat([(value - before[name]).flatten().abs() for name, value in job.network.named_parameters()])
    assert moved.max().item() == pytest.approx(1e-3, rel=1e-3)


def test_groups_when_they_have_factors_move_by_them(make_job: MakeJob, recorder: Recorder) -> None:
    groups = [{"nodes": ["1"], "lr_factor": 0.0}]
    job = make_job(build=normalised, epochs=1, parameter_groups=groups)
    before = {name: value.detach().clone() for name, value in job.network.named_parameters()}
    train(job, recorder, Control())
    for name, value in job.network.named_parameters():
        assert torch.equal(value, before[name]) == name.startswith("1."), name
    assert recorder.series("lr")[-1][1] == 0.001
    assert any("2 groups of weights" in note for note in recorder.of("hello")[0]["notes"])


def test_group_when_it_is_frozen_is_no_reason_to_refuse(make_job: MakeJob, recorder: Recorder) -> None:
    job = make_job(build=normalised, epochs=1, frozen=["1"], parameter_groups=[{"nodes": ["1"], "lr_factor": 0.1}])
    assert train(job, recorder, Control()).reason is EndReason.FINISHED


def test_lbfgs_when_all_data_is_one_batch_beats_gradient_descent_by_far(make_job: MakeJob, make_recorder: Any) -> None:
    ends = {}
    for name, optimizer in (
        ("LBFGS", {"type": "LBFGS", "params": {"line_search_fn": "strong_wolfe"}}),
        ("SGD", PLAIN_SGD),
    ):
        recorder = make_recorder()
        train(with_batches(make_job(name, linear, epochs=10, optimizer=optimizer), 2000), recorder, Control())
        ends[name] = recorder.series("train/loss")[-1][1]
        note = next(note for note in recorder.of("hello")[0]["notes"] if note.startswith(name))
        assert ("up to max_eval times" in note) == (name == "LBFGS")
    assert ends["LBFGS"] < 0.1 * ends["SGD"]


def test_plateau_when_nothing_improves_cuts_the_rate_and_says_so(make_job: MakeJob, recorder: Recorder) -> None:
    schedule = {"type": "ReduceLROnPlateau", "params": {"patience": 0, "threshold": 100.0, "threshold_mode": "abs"}}
    train(make_job(build=linear, epochs=4, schedule=schedule), recorder, Control())
    by_epoch = {step: rate for step, rate in recorder.series("lr") if step % 13 == 0}
    assert by_epoch == {13: 0.001, 26: 0.001, 39: pytest.approx(1e-4), 52: pytest.approx(1e-5)}
    assert "the learning rate is cut to 0.0001" in recorder.of("log")[0]["message"]


@pytest.mark.parametrize("guard_on_device", [False, True], ids=["read each batch", "switched off on the device"])
def test_loss_not_finite_when_batches_are_accumulated_names_the_step_and_keeps_the_one_before(
    make_job: MakeJob, recorder: Recorder, guard_on_device: bool
) -> None:
    class Explode(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += self.training
            return x * math.inf if self.calls >= 18 else x

    build = lambda: nn.Sequential(nn.Flatten(), Explode(), nn.Linear(64, 10))  # noqa: E731
    job = make_job(build=build, accumulate_steps=4)  # 13 batches an epoch: updates of 4, 4, 4 and 1
    outcome = train(job, recorder, Control(), guard_on_device=guard_on_device)
    assert outcome.reason is EndReason.LOSS_NOT_FINITE
    alert = recorder.of("alert")[0]
    assert alert["values"]["step"] == 6  # the 18th batch is the fifth of the second epoch
    assert alert["node"] == "1"
    assert recorder.of("checkpoint")[-1]["step"] == 5
    assert all(bool(torch.isfinite(weight).all()) for weight in job.network.parameters())
