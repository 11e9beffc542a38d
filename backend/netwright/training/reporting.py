"""What the loop tells the world, and how it keeps each step's loss until a report is due."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from netwright.training.answers import Answers
from netwright.training.events import Scalar
from netwright.training.metrics import Metric, RunningMetrics
from netwright.training.old_resume import tallies_of

if TYPE_CHECKING:
    from torch import Tensor

REPORT_SECONDS = 0.05
MAX_STEPS_A_REPORT = 512
MAX_ELEMENTS_A_REPORT = 2**22
MAX_POINTS_A_RUN = 1_000_000


class Emit(Protocol):
    """Takes an event without its envelope: ``emit("log", message="...")``.  Fields are those of ``training.events``.
    It may be called from any thread and never blocks, but for a ``checkpoint``: that returns when the event will survive the
    end of this process, for the loop deletes older checkpoints then.  A worker whose disk stands still waits as well, once
    what it has to say takes too much memory."""

    def __call__(self, type: str, /, **fields: Any) -> None: ...  # noqa: A002  (the wire's word)


@dataclass
class Progress:
    """Where a run stands; read by other threads for heartbeats.

    ``epoch`` is the one that is trained, from 1; ``batch`` counts its batches that are done, ``step`` all updates.
    """

    epoch: int = 1
    batch: int = 0
    step: int = 0
    elapsed: float = 0.0
    """Seconds of training before this attempt."""
    samples_per_step: float = 0.0
    """Samples that an update learns from, on average over an epoch; 0 until the data is there."""

    @property
    def shown_epoch(self) -> int:
        """The epoch a person sees: the one that is trained, or at a border the one that has just ended."""
        return self.epoch if self.batch else max(self.epoch - 1, 1)


def to_scalar(value: float) -> Scalar:
    """A number as it travels: NaN and infinities as strings."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


class LossNotFiniteError(ArithmeticError):
    """The loss of ``step`` (from 1) is NaN or infinite; the optimizer has not moved since the step before."""

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(f"the loss of step {step} is {loss}")
        self.step, self.loss = step, loss


@dataclass(slots=True)
class _Report:
    """Steps whose losses are on their way: ``values`` are the losses, then the metrics of the epoch so far."""

    steps: range
    epoch: int
    lr: float
    values: "Sequence[float] | Tensor"
    copied: Any = None
    """The CUDA event after which ``values`` can be read."""

    def read(self) -> tuple[list[float], list[float]]:
        """Losses and metrics; waits for the copy where it is still under way."""
        if self.copied is not None:
            self.copied.synchronize()
        values = self.values if isinstance(self.values, list) else self.values.tolist()  # type: ignore[union-attr]
        return values[: len(self.steps)], values[len(self.steps) :]


class StepLog:
    """Losses and outputs of the steps since the last report.

    A step costs three list appends.  Accuracy and its like are computed once a report over all outputs since the last one,
    which is far cheaper than at each step.  On a GPU losses stay there until a report copies them in one go, and the report is
    read when the next one is due: by then the copy has long arrived, so that nobody waits for the device.
    """

    def __init__(
        self, metrics: Sequence[type[Metric]], answers: Answers, device: "str | Any", total_steps: int
    ) -> None:
        self.running = RunningMetrics(metrics, answers, device)
        self.every = max(1, total_steps // MAX_POINTS_A_RUN)
        self.loss_sum, self.loss_count = 0.0, 0
        self._losses: list[Any] = []
        self._held: list[Any] = []
        self._outputs: list[Tensor] = []
        self._targets: list[Tensor] = []
        self._elements = 0
        self._pending: _Report | None = None
        self._due = time.perf_counter() + REPORT_SECONDS

    def keep(self, outputs: "Tensor", targets: "Tensor") -> None:
        """Keeps what a batch gave."""
        self._outputs.append(outputs.detach())
        self._targets.append(targets)
        self._elements += outputs.numel()

    def hold(self, loss: "Tensor | float") -> None:
        """The loss of a batch whose step needs further batches."""
        self._held.append(loss)

    def add(self, loss: "Tensor | float") -> bool:
        """Keeps the loss of one step, the mean of its batches; True when a report is due."""
        if self._held:
            together = [*self._held, loss]
            loss, self._held = sum(together) / len(together), []
        self._losses.append(loss)
        return (
            time.perf_counter() >= self._due
            or len(self._losses) >= MAX_STEPS_A_REPORT
            or self._elements >= MAX_ELEMENTS_A_REPORT
        )

    def report(self, last_step: int, epoch: int, lr: float, emit: Emit) -> None:
        """Reports what has arrived and sends the rest on its way: on a CPU that is all steps, on a GPU all but the newest.

        Raises:
            LossNotFiniteError: one of them had a loss that is not finite; those before it are reported.
        """
        report = self._collect(last_step, epoch, lr)
        if report is not None and report.copied is not None:
            report, self._pending = self._pending, report
        self._emit(report, emit)

    def flush(self, last_step: int, epoch: int, lr: float, emit: Emit) -> None:
        """Reports all steps that are kept, the last of which is ``last_step``.  On a GPU this waits for the device.

        Raises:
            LossNotFiniteError: as :meth:`report`.
        """
        pending, self._pending = self._pending, None
        self._emit(pending, emit)
        self._emit(self._collect(last_step, epoch, lr), emit)

    def _collect(self, last_step: int, epoch: int, lr: float) -> _Report | None:
        """The kept steps as a report that may still be on its way; forgets the steps."""
        import torch

        self._due = time.perf_counter() + REPORT_SECONDS
        if not self._losses:
            return None
        if self.running.metrics:
            self.running.update(torch.cat(self._outputs), torch.cat(self._targets))
        steps = range(last_step - len(self._losses) + 1, last_step + 1)
        report = _Report(steps, epoch, lr, [])
        if isinstance(self._losses[0], float):
            report.values = [*self._losses, *self.running.values().tolist()]
        else:
            together = torch.cat([torch.stack(self._losses).double(), self.running.values()])
            report.values = together.to("cpu", non_blocking=True)
            if together.is_cuda:
                report.copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
                report.copied.record()
        self._forget_steps()
        return report

    def _forget_steps(self) -> None:
        self._losses, self._outputs, self._targets, self._elements = [], [], [], 0

    def drop_held(self) -> None:
        """Forgets the batches of a step that will not be made."""
        self._held = []

    def _emit(self, report: _Report | None, emit: Emit) -> None:
        if report is None:
            return
        losses, figures = report.read()
        bad = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)
        finite, steps = losses[:bad], report.steps
        for loss in finite:  # one by one: the sum must not depend on how the clock has cut the epoch into reports
            self.loss_sum += loss
        self.loss_count += len(finite)
        kept = [i for i in range(len(finite)) if steps[i] % self.every == 0 or i == len(finite) - 1]
        if kept:
            gaps: list[float | None] = [None] * (len(kept) - 1)
            values: dict[str, list[float | None]] = {"train/loss": [finite[i] for i in kept]}
            if bad is None:  # a running mean would hold outputs of the bad step
                pairs = zip(self.running.metrics, figures, strict=True)
                values |= {f"train/{metric.type}": [*gaps, value] for metric, value in pairs}
            values["lr"] = [*gaps, report.lr]
            emit("metrics", epoch=report.epoch, steps=[steps[i] for i in kept], values=values)
        if bad is not None:
            # What came after it was made of weights that no longer moved.
            self._pending = None
            self._forget_steps()
            raise LossNotFiniteError(steps[bad], losses[bad])

    def epoch_means(self) -> dict[str, float]:
        """Means over the epoch so far, as ``train/...``; call after :meth:`flush`."""
        figures = zip(self.running.metrics, self.running.values().tolist(), strict=True)
        return {
            "train/loss": self.loss_sum / max(self.loss_count, 1),
            **{f"train/{metric.type}": value for metric, value in figures},
        }

    def start_epoch(self) -> None:
        self.running.reset()
        self.loss_sum, self.loss_count = 0.0, 0

    def state(self) -> dict[str, Any]:
        """For the resume file: what the epoch has summed up so far."""
        return {
            "loss_sum": self.loss_sum,
            "loss_count": self.loss_count,
            "tallies": self.running.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.loss_sum, self.loss_count = state["loss_sum"], state["loss_count"]
        old = "tallies" not in state
        self.running.load_state(tallies_of(state, self.running.metrics) if old else state["tallies"])
