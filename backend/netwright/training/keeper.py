"""What the loop does between steps: wishes, validation, checkpoints."""

import itertools
import time
from typing import Any

import torch

from netwright.language import say
from netwright.training.batches import Batches
from netwright.training.capturing import to_plain_state
from netwright.training.checkpoints import Kind, LoadedCheckpoint, load_rng_state, rng_state
from netwright.training.class_table import ClassTable
from netwright.training.control import Control
from netwright.training.events import Scalar
from netwright.training.graph_batches import GraphBatches
from netwright.training.metrics import RunningMetrics
from netwright.training.obeying import obey
from netwright.training.parts import Setup
from netwright.training.plateau import Plateau
from netwright.training.reporting import Emit, Progress, to_scalar
from netwright.training.states import RunState
from netwright.training.surface import is_look_due
from netwright.training.times import emit_times
from netwright.training.units import emit_units


class Keeper:
    """The run between its steps.  ``saved`` is where the newest checkpoint stands: epoch, batch and step."""

    def __init__(self, run: Setup, progress: Progress, emit: Emit, control: Control) -> None:
        self.run, self.progress, self.emit, self.control = run, progress, emit, control
        progress.samples_per_step = run.sampler.num_samples / run.sampler.num_updates
        self.metrics: dict[str, float] = {}
        self.state = RunState.RUNNING
        self.phase: str | None = None
        self._resumed_from = 0
        self.saved: tuple[int, int, int] | None = None
        self._began = time.monotonic()
        self._classes = ClassTable(run.answers, run.classes, run.metrics, run.device, run.target_columns)
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
        self.state, self.phase = state, phase
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
        self.say_state(RunState.RUNNING, "validating")
        if run.average is not None and run.average.after_epoch(self.progress.epoch, run.epochs):
            batches = run.sampler.in_order()
            run.average.recompute_statistics(
                itertools.takewhile(lambda _: not control.is_stopping, batches), run.run_through
            )
        return self.evaluate(self.run.validation, "val", self._classes.running)

    @torch.inference_mode()
    def evaluate(self, batches: Batches | GraphBatches, part: str, running: RunningMetrics) -> dict[str, float] | None:
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
        is_last = epoch >= run.epochs or (stopping is not None and stopping.is_over)
        if is_best or is_last:
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
        self.say_state(self.state, "saving")
        metrics: dict[str, Scalar] = {name: to_scalar(value) for name, value in self.metrics.items()}
        records = run.checkpoints.save(
            kinds,
            step=at.step,
            epoch=at.shown_epoch,
            metrics=metrics,
            weights=run.shown.state_dict(),
            resume=self.resume_state(),
        )
        self.saved = (at.epoch, at.batch, at.step)
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
        if at.step and self.saved != (at.epoch, at.batch, at.step):
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
            "optimizer": to_plain_state(run.optimizer.state_dict()),
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
        self.saved = (at.epoch, at.batch, at.step)
        load_rng_state(state["rng"])
