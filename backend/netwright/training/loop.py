"""The training loop: one function, read from top to bottom."""

import itertools
import math
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import torch

from netwright.language import say
from netwright.training.batches import Batches, Inputs
from netwright.training.checkpoints import Kind, LoadedCheckpoint, load_rng_state, rng_state
from netwright.training.class_table import ClassTable
from netwright.training.compiling import describe_compile_error
from netwright.training.control import Control
from netwright.training.deterministic import describe_not_deterministic, is_not_deterministic
from netwright.training.events import Scalar
from netwright.training.graph_batches import GraphBatches
from netwright.training.guard import Origin, find_origin
from netwright.training.memory import is_out_of_memory
from netwright.training.metrics import RunningMetrics
from netwright.training.obeying import obey
from netwright.training.out_of_memory import describe, find_batch_that_fits, find_place
from netwright.training.plateau import Plateau
from netwright.training.reporting import Emit, LossNotFiniteError, Progress, to_scalar
from netwright.training.separating import measure_separation
from netwright.training.setup import Job, Setup, set_up
from netwright.training.states import EndReason, RunState
from netwright.training.surface import is_look_due
from netwright.training.times import emit_times
from netwright.training.units import emit_units


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.  ``metrics`` are the last known values by name."""

    state: RunState
    reason: EndReason
    message: str | None = None
    metrics: dict[str, float] = field(default_factory=dict)


def train(  # noqa: C901, PLR0912  (one story, told in one piece)
    job: Job,
    emit: Emit,
    control: Control,
    *,
    resume: LoadedCheckpoint | None = None,
    progress: Progress | None = None,
    guard_on_device: bool | None = None,
) -> Outcome:
    """Trains ``job.network`` to its end and says how it ended; events leave through ``emit``, wishes come through ``control``.

    With ``resume`` it goes on from a checkpoint exactly (on a CPU: to the bit) as if it had never stopped.

    Raises:
        ValueError: the job cannot be set up (see :func:`netwright.training.setup.set_up`).
        torch.OutOfMemoryError, RuntimeError, OSError: as they come from the device or the disk.
    """
    run = set_up(job, guard_on_device=guard_on_device)
    keeper = Keeper(run, progress or Progress(), emit, control)
    if resume is not None:
        keeper.restore(resume)
    keeper.say_hello()
    at = keeper.progress
    try:
        # What waited for this attempt (a run that is extended, or was paused when its worker died) comes before all steps.
        if control.has_wish and keeper.obey():
            return keeper.stop()
        while at.epoch <= run.epochs:
            emit("state", state=RunState.RUNNING, phase="training")
            for inputs, targets in run.sampler.epoch(at.epoch, at.batch):
                # A step border: the only place where wishes are worked, so that a checkpoint is always whole.
                if control.has_wish and run.sampler.is_update_border(at.batch) and keeper.obey():
                    return keeper.stop()
                outputs = run.forward(inputs)
                loss = run.compute_loss(outputs, targets)
                minimised = run.backward(loss, at.batch)
                # Between backward and step: a loss that is not finite must not reach the weights.  On a CPU the value is
                # there for free; on a GPU nothing is read, the fused optimizer is switched off on the device instead.
                value = run.guard.check(loss, at.step + 1)
                run.log.keep(run.main(outputs), run.hard(targets))
                at.batch += 1
                if not run.sampler.is_update_border(at.batch):  # gradients add up over further batches
                    run.log.hold(value)
                    continue
                lr = run.rate.at(at.step + 1)
                for group, factor in zip(run.optimizer.param_groups, run.lr_factors, strict=True):
                    group["lr"] = lr * factor
                run.update(inputs, targets, minimised)
                at.step += 1
                # Costs a few list appends; every 50 ms a report goes out.  On a GPU it is the one before: its values have
                # arrived by now, so that nothing waits for the device.
                if run.log.add(value):
                    run.log.report(at.step, at.epoch, lr, emit)
                    run.buffers.keep()
                if run.compiled is not None and run.compiled.has_news:
                    emit("log", message=run.compiled.news())
            run.log.flush(at.step, at.epoch, run.rate.at(max(at.step, 1)), emit)  # sync
            keeper.tell_skipped()
            validation = keeper.validate()
            if validation is None:  # a stop came while validating: the checkpoint stands before the validation
                return keeper.stop()
            keeper.end_epoch(validation)
            if run.early_stopping is not None and run.early_stopping.is_over:
                return keeper.finish(EndReason.EARLY_STOP)
            if control.has_wish and keeper.obey():  # more epochs may be wished for in the last one
                return keeper.stop()
        return keeper.finish(EndReason.FINISHED)
    except LossNotFiniteError as error:
        return keeper.give_up(error)
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            return keeper.run_out(error)
        if is_not_deterministic(error):
            return keeper.refuse(error)
        sentence = None if run.compiled is None else describe_compile_error(error)
        if sentence is None:
            raise
        raise ValueError(sentence) from error
    finally:
        if run.compiled is not None:
            run.compiled.close()


class Keeper:
    """What the loop does between steps: wishes, validation, checkpoints, the end."""

    def __init__(self, run: Setup, progress: Progress, emit: Emit, control: Control) -> None:
        self.run, self.progress, self.emit, self.control = run, progress, emit, control
        self.metrics: dict[str, float] = {}
        self.state = RunState.RUNNING
        self._resumed_from = 0
        self._saved: tuple[int, int, int] | None = None
        self._began = time.monotonic()
        self._classes = ClassTable(run.answers, run.classes, run.metrics, run.device)
        self._are_nodes_timed = False

    def say_hello(self) -> None:
        run = self.run
        self.emit(
            "hello",
            device=str(run.device),
            resumed_from_step=self._resumed_from,
            steps_per_epoch=run.sampler.num_updates,
            total_steps=run.rate.total_steps,
            data_fingerprint=run.fingerprint,
            notes=run.notes,
            baseline_answer=run.baseline.answer,
            baseline={name: to_scalar(value) for name, value in run.baseline.values.items()},
        )

    def obey(self) -> bool:
        """Works the wishes that wait; True for a stop.  While paused it waits here."""
        return obey(self)

    def say_state(self, state: RunState, phase: str | None = None) -> None:
        self.state = state
        self.emit("state", state=state, phase=phase)

    def flush(self) -> None:
        """Reports all steps until here."""
        run, at = self.run, self.progress
        run.log.flush(at.step, at.epoch, run.rate.at(max(at.step, 1)), self.emit)

    def tell_skipped(self) -> None:
        """Says how many steps the scaling skipped, after an epoch in which there were some."""
        news = None if self.run.scaling is None else self.run.scaling.news()
        if news is not None:
            self.emit("log", message=news)

    def validate(self) -> dict[str, float] | None:
        """Loss and metrics of the validation part; None if a stop came in between."""
        run, control = self.run, self.control
        self.emit("state", state=RunState.RUNNING, phase="validating")
        if run.average is not None and run.average.after_epoch(self.progress.epoch, run.epochs):
            batches = run.sampler.in_order()
            run.average.recompute_statistics(
                itertools.takewhile(lambda _: not control.is_stopping, batches), run.run_through
            )
        return self._evaluate(self.run.validation, "val", self._classes.running)

    @torch.inference_mode()
    def _evaluate(self, batches: Batches | GraphBatches, part: str, running: RunningMetrics) -> dict[str, float] | None:
        run = self.run
        running.reset()
        loss_sum = torch.zeros((), dtype=torch.float64, device=run.device)
        run.shown.eval()
        try:
            # Nothing is kept for a backward pass, so twice the batch fits in the memory of one that trains.
            for inputs, targets in batches.in_order(2 * run.config.data.batch_size):
                if self.control.is_stopping:
                    return None
                outputs = run.answer(inputs)
                loss_sum += run.compute_loss(outputs, targets).double() * len(targets)
                running.update(run.main(outputs), targets)
        finally:
            run.start_training_mode()
        loss, *values = torch.cat([loss_sum.view(1) / len(batches), running.values()]).tolist()  # sync
        result = {f"{part}/loss": loss}
        result |= {f"{part}/{metric.type}": value for metric, value in zip(run.metrics, values, strict=True)}
        at = self.progress
        self.emit(
            "metrics", epoch=at.shown_epoch, steps=[at.step], values={name: [value] for name, value in result.items()}
        )
        return result

    @torch.inference_mode()
    def _answer(self, inputs: torch.Tensor) -> torch.Tensor:
        """The main output as it is in use, without dropout."""
        run = self.run
        run.shown.eval()
        try:
            return run.main(run.answer(inputs))
        finally:
            run.start_training_mode()

    def end_epoch(self, validation: dict[str, float]) -> None:
        """Counts for early stopping, moves to the next epoch, and writes its checkpoints."""
        run, at = self.run, self.progress
        self.metrics = {**run.log.epoch_means(), **validation}
        epoch, stopping = at.epoch, run.early_stopping
        if (
            stopping is not None
            and stopping.update(self.metrics[stopping.best.monitor])
            and run.config.early_stopping is not None
            and run.config.early_stopping.restore_best_weights
        ):
            stopping.weights = {name: value.detach().cpu().clone() for name, value in run.shown.state_dict().items()}
        self._watch_plateau()
        if is_look_due(epoch, run.epochs):
            if run.surface is not None:
                run.surface.emit(self._answer, epoch, at.step, self.emit)
            emit_units(run, at.step, epoch, self.emit)
        is_best = run.best.is_improved_by(self.metrics[run.best.monitor])
        if is_best or epoch >= run.epochs:
            self._classes.emit(epoch, at.step, is_best, self.emit)
        is_due = epoch % run.config.checkpoint.every_epochs == 0 or epoch >= run.epochs
        run.log.start_epoch()
        at.epoch, at.batch = epoch + 1, 0
        wanted: dict[Kind, bool] = {"last": is_due, "best": is_best}
        kinds = tuple(kind for kind, is_wanted in wanted.items() if is_wanted)
        if kinds:
            self.save(*kinds)
        self._time_nodes()

    def _time_nodes(self) -> None:
        """Once an attempt, after its first epoch: all kernels are set up by then, and no training step waits for it."""
        if not self._are_nodes_timed:
            self._are_nodes_timed = True
            emit_times(self.run, self.progress.step, self.progress.shown_epoch, self.emit)

    def _watch_plateau(self) -> None:
        """Counts for a schedule that cuts the learning rate when nothing improves."""
        plateau, monitor = self.run.rate.plateau, self.run.rate.monitor
        if plateau is not None and monitor is not None and plateau.update(self.metrics[monitor]):
            self.emit(
                "log",
                message=say(
                    "{monitor} did not improve for more than {patience} epochs: the learning rate is cut to {rate}.",
                    monitor=monitor,
                    patience=plateau.patience,
                    rate=f"{self.run.rate.at(self.progress.step + 1):g}",
                ),
            )

    def save(self, *kinds: Kind) -> None:
        """Writes a checkpoint that training can go on from."""
        run, at = self.run, self.progress
        self.emit("state", state=self.state, phase="saving")
        metrics: dict[str, Scalar] = {name: to_scalar(value) for name, value in self.metrics.items()}
        records = run.checkpoints.save(
            kinds,
            step=at.step,
            epoch=at.shown_epoch,
            metrics=metrics,
            weights=run.shown.state_dict(),
            resume=self.resume_state(),
        )
        self._saved = (at.epoch, at.batch, at.step)
        for record in records:
            self.emit(
                "checkpoint",
                kind=record.kind,
                step=record.step,
                epoch=record.epoch,
                file=f"checkpoints/{record.weights.name}",
                bytes=record.weights.bytes,
                sha256=record.weights.sha256,
                metrics=record.metrics,
            )
        run.checkpoints.forget_old(at.step)

    def save_here(self) -> None:
        """Writes a checkpoint where there is none of this very step."""
        at = self.progress
        if at.step and self._saved != (at.epoch, at.batch, at.step):
            self.save("last")

    def resume_state(self) -> dict[str, Any]:
        """The resume state: with the weights it is all that the next step depends on."""
        run, at = self.run, self.progress
        return {
            "graph_hash": run.checkpoints.graph_hash,
            "fingerprint": run.fingerprint,
            "epoch": at.epoch,
            "batch": at.batch,
            "step": at.step,
            "elapsed": at.elapsed + time.monotonic() - self._began,
            "epochs": run.epochs,
            "lr": run.rate.lr,
            "optimizer": run.optimizer.state_dict(),
            "rng": rng_state(),
            "log": run.log.state(),
            "metrics": self.metrics,
            "best": run.best.value,
            "early_stopping": None if run.early_stopping is None else run.early_stopping.state(),
            "plateau": None if run.rate.plateau is None else dict(vars(run.rate.plateau)),
            "scaling": None if run.scaling is None else run.scaling.state(),
            "average": None if run.average is None else run.average.state(),
        }

    def restore(self, checkpoint: LoadedCheckpoint) -> None:
        """Goes back to :meth:`resume_state`.

        Raises:
            ValueError: the data is not what the checkpoint was trained on.
        """
        run, at, state = self.run, self.progress, checkpoint.resume
        if state["fingerprint"] != run.fingerprint:
            raise ValueError(
                say("The data has changed since the checkpoint: its fingerprint differs. Start a new run.")
            )
        if run.average is None:
            run.network.load_state_dict(checkpoint.weights)
        else:
            run.average.load_state(state["average"], checkpoint.weights)
        run.optimizer.load_state_dict(state["optimizer"])
        at.epoch, at.batch, at.step = state["epoch"], state["batch"], state["step"]
        at.elapsed = state["elapsed"]
        run.set_epochs(state["epochs"])
        run.rate.lr = state["lr"]
        run.log.load_state(state["log"])
        self.metrics = dict(state["metrics"])
        run.best.value = state["best"]
        if run.early_stopping is not None:
            run.early_stopping.load_state(state["early_stopping"])
        if run.rate.plateau is not None:
            run.rate.plateau = Plateau(**state["plateau"])
        if run.scaling is not None:
            run.scaling.load_state(state["scaling"])
        run.buffers.begin()
        self._resumed_from = at.step
        self._saved = (at.epoch, at.batch, at.step)
        load_rng_state(state["rng"])

    def stop(self) -> Outcome:
        """Ends at a step border with a checkpoint that a resumed run goes on from."""
        self.flush()
        at = self.progress
        self.state = RunState.RUNNING
        self.save_here()
        return Outcome(
            RunState.STOPPED,
            EndReason.STOPPED_BY_USER,
            say("Stopped after step {step}.", step=at.step),
            metrics=self.metrics,
        )

    def finish(self, reason: EndReason) -> Outcome:
        """Restores the best weights where that is wanted, and measures the test part with the best checkpoint's weights."""
        run, at = self.run, self.progress
        message = None
        if reason is EndReason.EARLY_STOP and run.early_stopping is not None:
            best = run.early_stopping.best
            message = say(
                "{monitor} did not improve for {patience} epochs (best {best}).",
                monitor=best.monitor,
                patience=run.early_stopping.patience,
                best=f"{best.value:.6g}",
            )
            if run.early_stopping.weights is not None:
                run.shown.load_state_dict(run.early_stopping.weights)
                self._saved = None
        if self._saved != (at.epoch, at.batch, at.step):
            self.save("last")
        self._look_at_boundary()
        if run.test is not None:
            self._test(run.test)
        return Outcome(RunState.COMPLETED, reason, message, metrics=self.metrics)

    def _look_at_boundary(self) -> None:
        """Says of a perceptron that found no boundary why more epochs may not help."""
        found = measure_separation(self.run)
        if found is not None and found.wrong:
            self.emit(
                "alert",
                level="warning",
                code="classes_not_separated",
                message=found.sentence,
                values={"wrong": found.wrong, "total": found.total},
            )

    def _test(self, batches: Batches | GraphBatches) -> None:
        run = self.run
        self.emit("state", state=RunState.RUNNING, phase="testing")
        records = run.checkpoints.records()
        best = next((each for each in records if each.kind == "best" and each.step <= self.progress.step), None)
        if best is not None:
            run.shown.load_state_dict(run.checkpoints.load(best.weights.name).weights)
        # A stop that comes now leaves a run that is trained to its end, only without test figures.
        self.metrics |= self._evaluate(batches, "test", RunningMetrics(run.metrics, run.answers, run.device)) or {}

    def give_up(self, error: LossNotFiniteError) -> Outcome:
        """Names where the first value that is not finite arose, and leaves a checkpoint from just before."""
        run, at = self.run, self.progress
        at.batch = run.sampler.step_back(at.batch, at.step - (error.step - 1))
        at.step = error.step - 1
        run.log.drop_held()
        self.flush()  # what was kept of the good steps before
        inputs, targets = self._find_bad_batch()
        origin = find_origin(run.network, inputs, targets, lambda batch: run.main(run.run_through(run.network, batch)))
        run.buffers.restore()
        run.optimizer.zero_grad(set_to_none=True)
        message = describe_not_finite(error, at.epoch, origin)
        self.emit(
            "alert",
            code="loss_not_finite",
            message=message,
            node=origin.node,
            values={"step": error.step, "epoch": at.epoch, "loss": str(to_scalar(error.loss))},
        )
        if at.step and all(bool(torch.isfinite(weight).all()) for weight in run.weights):
            self.save("last")
        return Outcome(RunState.FAILED, EndReason.LOSS_NOT_FINITE, message, metrics=self.metrics)

    @torch.no_grad()
    def _find_bad_batch(self) -> tuple[Inputs, torch.Tensor]:
        """Of the batches of the update that was not made, the first whose loss is not finite."""
        run, at = self.run, self.progress
        last = at.batch + run.sampler.size_of_update(at.batch) - 1
        for index in range(at.batch, last):
            inputs, targets = run.sampler.batch(at.epoch, index)
            if not bool(torch.isfinite(run.compute_loss(run.run_through(run.network, inputs), targets))):
                return inputs, targets
        return run.sampler.batch(at.epoch, last)

    def refuse(self, error: BaseException) -> Outcome:
        """Names the node that PyTorch has no deterministic kernel for."""
        run, at = self.run, self.progress
        inputs, targets = run.sampler.batch(at.epoch, min(at.batch, run.sampler.num_batches - 1))
        node, message = describe_not_deterministic(run, inputs, targets, error)
        self.emit("alert", code="not_deterministic", message=message, node=node, values={"step": at.step + 1})
        return Outcome(RunState.FAILED, EndReason.ERROR, message, metrics=self.metrics)

    def run_out(self, error: BaseException) -> Outcome:
        """Names the node that memory ran out in, and tries which batch fits; the last checkpoint stays as it is."""
        run, at, size = self.run, self.progress, self.run.config.data.batch_size
        place = find_place(run.network, error)
        traceback.clear_frames(error.__traceback__)  # they hold the tensors of the broken step
        fits = find_batch_that_fits(run, min(size, len(run.sampler.batches)), place.asked_bytes)
        message = describe(place, at.step + 1, size, fits)
        values = {"step": at.step + 1, "batch_size": size, "fits": fits, "asked_bytes": place.asked_bytes}
        self.emit("alert", code="out_of_memory", message=message, node=place.node, values=values)
        return Outcome(RunState.FAILED, EndReason.OUT_OF_MEMORY, message, metrics=self.metrics)


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
