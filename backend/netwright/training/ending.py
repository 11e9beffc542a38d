"""How a run ends: as it should, by a wish, or with a sentence that says why it cannot go on."""

import math
import traceback
from dataclasses import dataclass, field

import torch

from netwright.language import say
from netwright.training.batches import Batches, Inputs
from netwright.training.deterministic import describe_not_deterministic
from netwright.training.early_stopping import EarlyStopping
from netwright.training.graph_batches import GraphBatches
from netwright.training.guard import Origin, find_origin
from netwright.training.keeper import Keeper
from netwright.training.metrics import RunningMetrics
from netwright.training.out_of_memory import describe, find_batch_that_fits, find_place
from netwright.training.reporting import LossNotFiniteError, to_scalar
from netwright.training.separating import measure_separation
from netwright.training.states import EndReason, RunState


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.  ``metrics`` are the last known values by name."""

    state: RunState
    reason: EndReason
    message: str | None = None
    metrics: dict[str, float] = field(default_factory=dict)


def stop(keeper: Keeper) -> Outcome:
    """Ends at a step border with a checkpoint that a resumed run goes on from."""
    keeper.flush()
    at = keeper.progress
    keeper.state = RunState.RUNNING
    keeper.save_here()
    return Outcome(
        RunState.STOPPED,
        EndReason.STOPPED_BY_USER,
        say("Stopped after step {step}. The last checkpoint holds this state.", step=at.step),
        metrics=keeper.metrics,
    )


def finish(keeper: Keeper, reason: EndReason) -> Outcome:
    """Restores the best weights where that is wanted, and measures the test part with the best checkpoint's weights, or with
    those that training ended with (``checkpoint.tested``)."""
    run, at = keeper.run, keeper.progress
    message = None
    if reason is EndReason.EARLY_STOP and run.early_stopping is not None:
        message = _tell_early_stop(run.early_stopping)
        if run.early_stopping.weights is not None:
            run.shown.load_state_dict(run.early_stopping.weights)
            keeper.saved = None
            message = say(
                "{why} The last checkpoint holds the weights of epoch {epoch} again.",
                why=message,
                epoch=at.epoch - 1 - run.early_stopping.wait,  # ``at`` stands in the epoch that is not trained any more
            )
    if keeper.saved != (at.epoch, at.batch, at.step):
        keeper.save("last")
    _look_at_boundary(keeper)
    if run.test is not None:
        _test(keeper, run.test)
    return Outcome(RunState.COMPLETED, reason, message, metrics=keeper.metrics)


def _tell_early_stop(stopping: EarlyStopping) -> str:
    return say(
        "{monitor} did not improve for {patience} epoch (best {best})."
        if stopping.patience == 1
        else "{monitor} did not improve for {patience} epochs (best {best}).",
        monitor=stopping.best.monitor,
        patience=stopping.patience,
        best=f"{stopping.best.value:.6g}",
    )


def _look_at_boundary(keeper: Keeper) -> None:
    """Says of a perceptron that found no boundary why more epochs may not help."""
    found = measure_separation(keeper.run)
    if found is not None and found.wrong:
        keeper.emit(
            "alert",
            level="warning",
            code="classes_not_separated",
            message=found.sentence,
            values={"wrong": found.wrong, "total": found.total},
        )


def _test(keeper: Keeper, batches: Batches | GraphBatches) -> None:
    run = keeper.run
    keeper.say_state(RunState.RUNNING, "testing")
    records = run.checkpoints.records()
    best = next((each for each in records if each.kind == "best" and each.step <= keeper.progress.step), None)
    if best is not None and run.config.checkpoint.tested == "best":
        run.shown.load_state_dict(run.checkpoints.load(best.weights.name).weights)
    # A stop that comes now leaves a run that is trained to its end, only without test figures.
    keeper.metrics |= keeper.evaluate(batches, "test", RunningMetrics(run.metrics, run.answers, run.device)) or {}


def give_up(keeper: Keeper, error: LossNotFiniteError) -> Outcome:
    """Names where the first value that is not finite arose, and leaves a checkpoint from just before."""
    run, at = keeper.run, keeper.progress
    at.batch = run.sampler.step_back(at.batch, at.step - (error.step - 1))
    at.step = error.step - 1
    run.log.drop_held()
    keeper.flush()  # what was kept of the good steps before
    inputs, targets = _find_bad_batch(keeper)
    origin = find_origin(run.network, inputs, targets, lambda batch: run.main(run.run_through(run.network, batch)))
    run.buffers.restore()
    run.optimizer.zero_grad(set_to_none=True)
    message = describe_not_finite(error, at.epoch, origin)
    keeper.emit(
        "alert",
        code="loss_not_finite",
        message=message,
        node=origin.node,
        values={"step": error.step, "epoch": at.epoch, "loss": str(to_scalar(error.loss))},
    )
    if at.step and all(bool(torch.isfinite(weight).all()) for weight in run.weights):
        keeper.save("last")
    return Outcome(RunState.FAILED, EndReason.LOSS_NOT_FINITE, message, metrics=keeper.metrics)


@torch.no_grad()
def _find_bad_batch(keeper: Keeper) -> tuple[Inputs, torch.Tensor]:
    """Of the batches of the update that was not made, the first whose loss is not finite."""
    run, at = keeper.run, keeper.progress
    last = at.batch + run.sampler.size_of_update(at.batch) - 1
    for index in range(at.batch, last):
        inputs, targets = run.sampler.batch(at.epoch, index)
        if not bool(torch.isfinite(run.compute_loss(run.run_through(run.network, inputs), targets))):
            return inputs, targets
    return run.sampler.batch(at.epoch, last)


def refuse(keeper: Keeper, error: BaseException) -> Outcome:
    """Names the node that PyTorch has no deterministic kernel for."""
    run, at = keeper.run, keeper.progress
    inputs, targets = run.sampler.batch(at.epoch, min(at.batch, run.sampler.num_batches - 1))
    node, message = describe_not_deterministic(run, inputs, targets, error)
    keeper.emit("alert", code="not_deterministic", message=message, node=node, values={"step": at.step + 1})
    return Outcome(RunState.FAILED, EndReason.ERROR, message, metrics=keeper.metrics)


def run_out(keeper: Keeper, error: BaseException) -> Outcome:
    """Names the node that memory ran out in, and tries which batch fits; the last checkpoint stays as it is."""
    run, at, size = keeper.run, keeper.progress, keeper.run.config.data.batch_size
    place = find_place(run.network, error)
    traceback.clear_frames(error.__traceback__)  # they hold the tensors of the broken step
    fits = find_batch_that_fits(run, min(size, len(run.sampler.batches)), place.asked_bytes)
    message = describe(place, at.step + 1, size, fits)
    values = {"step": at.step + 1, "batch_size": size, "fits": fits, "asked_bytes": place.asked_bytes}
    keeper.emit("alert", code="out_of_memory", message=message, node=place.node, values=values)
    return Outcome(RunState.FAILED, EndReason.OUT_OF_MEMORY, message, metrics=keeper.metrics)


def describe_not_finite(error: LossNotFiniteError, epoch: int, origin: Origin) -> str:
    """One paragraph: what, where, what was prevented, what to do."""
    return say(
        "The loss of step {step} (epoch {epoch}) is {what}. {origin} "
        "The optimizer did not move, so the weights are those of the step before. "
        "Try a smaller learning rate, or set a gradient clip norm of 1.",
        step=error.step,
        epoch=epoch,
        what=say("not a number") if math.isnan(error.loss) else say("infinite"),
        origin=origin.sentence,
    )
