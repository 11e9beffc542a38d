"""What a person does to a run while it trains: pause, checkpoint now, other values, more epochs."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from netwright.training.checkpoints import CheckpointFolder, LoadedCheckpoint
from netwright.training.control import Control
from netwright.training.events import (
    CheckpointCommand,
    Command,
    PauseCommand,
    ResumeCommand,
    SetCommand,
    StopCommand,
)
from netwright.training.loop import train
from netwright.training.reporting import Progress
from netwright.training.setup import Job
from netwright.training.states import EndReason, RunState
from torch import nn

MakeJob = Callable[..., Job]
Recorder = Any
"""The fixtures of conftest: a job on real digits (13 steps an epoch, with dropout, shuffled), and a keeper of events."""


def weights_of(job: Job) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in job.network.state_dict().items()}


def assert_same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    for name, value in left.items():
        assert torch.equal(value, right[name]), name


class Wishing:
    """Sends commands when the forward pass of a step begins."""

    def __init__(self, job: Job, control: Control, wishes: dict[int, list[Command]]) -> None:
        self.progress = Progress()
        self._control, self._wishes, self._job = control, wishes, job
        job.network.register_forward_pre_hook(self._before)

    def _before(self, network: nn.Module, _: Any) -> None:
        if network.training:
            for command in self._wishes.pop(self.progress.step + 1, []):
                self._control.act(command)


def load(job: Job, name: str) -> LoadedCheckpoint:
    return CheckpointFolder(job.folder / "checkpoints", "run", "hash", 3).load(f"{name}.safetensors")


@pytest.mark.parametrize("is_stop_first", [True, False])
def test_interrupt_when_a_person_stops_the_run_too_is_a_stop(is_stop_first: bool) -> None:
    control = Control()
    wishes: list[Callable[[], None]] = [lambda: control.act(StopCommand()), control.interrupt]
    for wish in wishes if is_stop_first else reversed(wishes):
        wish()
    assert (control.is_stopping, control.is_interrupted) == (True, False)


def test_interrupt_when_it_comes_alone_or_twice_is_no_stop_of_a_person() -> None:
    control = Control()
    control.interrupt()
    control.interrupt()
    assert (control.is_stopping, control.is_interrupted, control.has_wish) == (True, True, True)


CONFIG: dict[str, Any] = {"schedule": {"type": "CosineAnnealingLR", "warmup_steps": 4}, "epochs": 3}


@pytest.mark.parametrize("wish", [CheckpointCommand(), PauseCommand()], ids=["checkpoint", "pause"])
@pytest.mark.parametrize("step", [5, 18, 26])
def test_resume_when_from_a_checkpoint_in_the_middle_of_an_epoch_is_the_unbroken_run_to_the_bit(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, wish: Command, step: int
) -> None:
    whole = make_job("whole", **CONFIG)
    outcome = train(whole, recorder, Control())

    control = Control()
    first = make_job("parts", **CONFIG)
    wishing = Wishing(first, control, {step: [wish]})
    events = make_recorder()
    # The worker is killed right after: nothing of it is left but its files.
    events.then = lambda fields: control.stop() if fields.get("state") is RunState.PAUSED else None
    train(first, events, control, progress=wishing.progress)
    kind = "step" if isinstance(wish, CheckpointCommand) else "last"

    second = make_job("parts", **CONFIG)
    torch.rand(50)  # whatever was drawn in between must not matter
    resumed = make_recorder()
    again = train(second, resumed, Control(), resume=load(second, f"{kind}-{step}"))
    assert resumed.of("hello")[0]["resumed_from_step"] == step
    assert_same(weights_of(whole), weights_of(second))
    assert again.metrics == outcome.metrics
    losses = recorder.series("train/loss")
    assert resumed.series("train/loss") == losses[step:]
    assert resumed.series("val/loss") == [point for point in recorder.series("val/loss") if point[0] > step]


def test_pause_when_resumed_in_the_same_worker_changes_nothing(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    whole = make_job("whole", **CONFIG)
    train(whole, recorder, Control())
    control = Control()
    paused = make_job("paused", **CONFIG)
    wishing = Wishing(paused, control, {7: [PauseCommand()]})
    events = make_recorder()

    def go_on(fields: dict[str, Any]) -> None:
        if fields.get("state") is RunState.PAUSED and fields["phase"] is None:
            control.act(ResumeCommand())

    events.then = go_on
    train(paused, events, control, progress=wishing.progress)
    assert_same(weights_of(whole), weights_of(paused))
    at = [fields["state"] for fields in events.of("state")].index(RunState.PAUSED)
    around = [(fields["state"], fields["phase"]) for fields in events.of("state")][at - 1 : at + 2]
    assert around == [(RunState.RUNNING, "saving"), (RunState.PAUSED, None), (RunState.RUNNING, "training")]
    assert events.of("checkpoint")[0]["step"] == 7


@pytest.mark.parametrize("wish", [CheckpointCommand(), SetCommand(name="lr", value=0.02)], ids=["checkpoint", "rate"])
@pytest.mark.parametrize("step", [7, 14], ids=["middle", "border"])
def test_phase_when_something_was_saved_between_steps_is_training_again(
    make_job: MakeJob, recorder: Recorder, wish: Command, step: int
) -> None:
    control = Control()
    job = make_job(epochs=2)
    wishing = Wishing(job, control, {step: [wish]})
    train(job, recorder, control, progress=wishing.progress)
    phases = [fields["phase"] for fields in recorder.of("state")]
    assert all(fields["state"] is RunState.RUNNING for fields in recorder.of("state"))
    epoch, saved = ["training", "validating", "saving"], ["training", "saving", "training", "validating", "saving"]
    assert phases == ([*saved, *epoch] if step == 7 else [*epoch, *saved])


def test_wishes_when_paused_are_worked_without_going_on(make_job: MakeJob, recorder: Recorder) -> None:
    control = Control()
    job = make_job(epochs=3)
    wishing = Wishing(job, control, {4: [PauseCommand()]})
    # The checkpoint is asked for twice: the worker's event was not known yet when the second was sent.
    done: list[list[Command]] = [
        [SetCommand(name="lr", value=0.02)],
        [CheckpointCommand(id="a"), CheckpointCommand(id="a")],
        [CheckpointCommand(id="a"), SetCommand(name="epochs", value=2)],
        [ResumeCommand()],
    ]

    def next_wish(fields: dict[str, Any]) -> None:
        if fields.get("state") is RunState.PAUSED and fields["phase"] is None:
            assert wishing.progress.step == 4
            for wish in done.pop(0):
                control.act(wish)

    recorder.then = next_wish
    train(job, recorder, control, progress=wishing.progress)
    assert not done
    changes = [(each["name"], each["before"], each["value"], each["step"]) for each in recorder.of("change")]
    assert changes == [("lr", 0.001, 0.02, 4), ("epochs", 3, 2, 4)]
    assert [each["step"] for each in recorder.of("checkpoint") if each["kind"] == "step"] == [4]
    states = [(fields["state"], fields["phase"]) for fields in recorder.of("state")]
    resting = states[states.index((RunState.PAUSED, None)) :]
    assert (RunState.RUNNING, "saving") not in resting[: resting.index((RunState.RUNNING, "training"))]
    assert recorder.series("train/loss")[-1][0] == 26
    assert recorder.series("lr")[-1] == (26, 0.02)


def test_learning_rate_when_changed_survives_a_kill_that_comes_right_after(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any
) -> None:
    control = Control()
    whole = make_job("whole", epochs=2)
    wishing = Wishing(whole, control, {6: [SetCommand(name="lr", value=0.01)]})
    train(whole, recorder, control, progress=wishing.progress)
    (change,) = recorder.of("change")
    kinds = [kind for kind, _ in recorder.events]
    assert kinds.index("checkpoint") < kinds.index("change"), "the event must not come before the value is safe"
    assert (change["before"], change["value"], change["step"], change["epoch"]) == (0.001, 0.01, 6, 1)

    again = make_job("whole", epochs=2)
    resumed = make_recorder()
    train(again, resumed, Control(), resume=load(again, "last-6"))
    assert_same(weights_of(whole), weights_of(again))
    assert resumed.series("lr")[0] == (7, 0.01) or resumed.series("lr")[0][1] == 0.01


def test_set_when_sent_again_is_acknowledged_and_marks_nothing_twice(make_job: MakeJob, recorder: Recorder) -> None:
    control = Control()
    job = make_job(epochs=1)
    wish = SetCommand(name="lr", value=0.01)
    wishing = Wishing(job, control, {3: [wish], 5: [wish]})
    train(job, recorder, control, progress=wishing.progress)
    assert [(each["before"], each["value"]) for each in recorder.of("change")] == [(0.001, 0.01), (0.01, 0.01)]
    assert next(each["step"] for each in recorder.of("checkpoint")) == 3
    assert len(recorder.of("log")) == 1


def test_epochs_when_fewer_than_are_begun_ends_after_this_one(make_job: MakeJob, recorder: Recorder) -> None:
    control = Control()
    job = make_job(epochs=5)
    wishing = Wishing(job, control, {20: [SetCommand(name="epochs", value=1)]})
    outcome = train(job, recorder, control, progress=wishing.progress)
    assert outcome.reason is EndReason.FINISHED
    assert recorder.of("change")[0]["value"] == 2
    assert recorder.series("train/loss")[-1][0] == 26


def test_epochs_when_asked_for_while_the_last_one_is_validated_are_trained(
    make_job: MakeJob, recorder: Recorder
) -> None:
    control = Control()
    job = make_job(epochs=1)

    def ask(fields: dict[str, Any]) -> None:
        if fields.get("phase") == "validating" and not recorder.of("change"):
            control.act(SetCommand(name="epochs", value=2))

    recorder.then = ask
    train(job, recorder, control)
    assert recorder.series("train/loss")[-1][0] == 26


@pytest.mark.parametrize("schedule", [{"type": "ConstantLR"}, {"type": "StepLR", "params": {"step_size": 1}}])
def test_extend_when_a_run_has_finished_is_the_run_that_was_longer_from_the_start(
    make_job: MakeJob, recorder: Recorder, make_recorder: Any, schedule: dict[str, Any]
) -> None:
    """Where the schedule does not look at the whole length."""
    long = make_job("long", epochs=4, schedule=schedule)
    train(long, recorder, Control())

    first = make_job("short", epochs=2, schedule=schedule)
    first_events = make_recorder()
    train(first, first_events, Control())
    control = Control()
    control.act(SetCommand(name="epochs", value=4))
    second = make_job("short", epochs=2, schedule=schedule)
    events = make_recorder()
    outcome = train(second, events, control, resume=load(second, "last-26"))
    assert outcome.reason is EndReason.FINISHED
    assert_same(weights_of(long), weights_of(second))
    assert first_events.series("train/loss") + events.series("train/loss") == recorder.series("train/loss")
    assert events.of("change")[0]["before"] == 2


def test_extend_when_weights_are_averaged_goes_on_averaging(make_job: MakeJob, make_recorder: Any) -> None:
    """Over half of 2 epochs the second one begins the average; the third to the fifth lie before half of 12."""
    averaged: dict[str, Any] = {"averaging": {"type": "SWA", "params": {"start": 0.5}}, "optimizer": {"type": "SGD"}}
    first = make_job(epochs=2, **averaged)
    train(first, make_recorder(), Control())
    ends = [weights_of(first)["5.weight"]]
    longer, events, control = make_job(epochs=2, **averaged), make_recorder(), Control()
    control.act(SetCommand(name="epochs", value=12))

    def remember(fields: dict[str, Any]) -> None:
        if fields.get("phase") == "validating":
            ends.append(weights_of(longer)["5.weight"])
        if len(ends) == 4:
            control.stop()

    events.then = remember
    train(longer, events, control, resume=load(longer, "last-26"))
    average = load(longer, "last-65").weights["5.weight"]
    assert torch.allclose(average, torch.stack(ends).mean(0), atol=1e-6)


def test_extend_when_a_run_was_stopped_early_has_patience_again(make_job: MakeJob, make_recorder: Any) -> None:
    stopping = {"monitor": "val/loss", "patience": 2, "min_delta": 100.0, "restore_best_weights": False}
    first = make_job(epochs=9, early_stopping=stopping)
    events = make_recorder()
    outcome = train(first, events, Control())
    assert outcome.reason is EndReason.EARLY_STOP
    assert events.series("train/loss")[-1][0] == 3 * 13
    control = Control()
    control.act(SetCommand(name="epochs", value=20))
    second = make_job(epochs=9, early_stopping=stopping)
    events = make_recorder()
    outcome = train(second, events, control, resume=load(second, "last-39"))
    assert outcome.reason is EndReason.EARLY_STOP
    assert events.series("train/loss")[-1][0] == 5 * 13


def test_pause_when_it_waited_for_the_attempt_comes_before_its_first_step(
    make_job: MakeJob, recorder: Recorder
) -> None:
    """A worker died while its run was paused; the next one rests where it was."""
    control = Control()
    job = make_job("a", epochs=2)
    wishing = Wishing(job, control, {6: [CheckpointCommand()]})
    train(job, recorder, control, progress=wishing.progress)
    control = Control()
    control.act(PauseCommand())
    again = make_job("a", epochs=2)
    recorder.events.clear()

    def stop_then(fields: dict[str, Any]) -> None:
        if fields.get("state") is RunState.PAUSED:
            control.stop()

    recorder.then = stop_then
    outcome = train(again, recorder, control, resume=load(again, "step-6"))
    assert outcome.reason is EndReason.STOPPED_BY_USER
    assert recorder.series("train/loss") == []
    assert recorder.of("checkpoint") == []


def test_checkpoints_when_asked_for_by_a_person_are_kept(make_job: MakeJob, recorder: Recorder) -> None:
    control = Control()
    job = make_job(epochs=5, checkpoint={"keep": 1})
    wishing = Wishing(job, control, {3: [CheckpointCommand()], 9: [CheckpointCommand()]})
    train(job, recorder, control, progress=wishing.progress)
    records = CheckpointFolder(job.folder / "checkpoints", "run", "hash", 1).records()
    assert sorted((each.kind, each.step) for each in records if each.kind != "best") == [
        ("last", 65),
        ("step", 3),
        ("step", 9),
    ]
