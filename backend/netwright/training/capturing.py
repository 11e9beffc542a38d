"""The step captured once and replayed: a small network's step is shorter than what launches it, kernel by kernel.

As PyTorch's notes on whole-network capture have it (https://docs.pytorch.org/docs/stable/notes/cuda.html#whole-network-capture):
batches are copied into buffers that stay where they are, some updates are made on a side stream first, and gradients are set
to zero in place.  There are two graphs, of a batch (forward, loss, backward, guard) and of an update (scaling, clipping,
optimizer, average), so that any number of batches makes an update.  What differs from step to step lies in tensors: batch,
targets, learning rates, the number of batches.  A batch of another size goes through the same functions without a graph.

Nothing here is CUDA's own: that is in ``cuda_graphs``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from netwright.language import say
from netwright.training.batches import Inputs
from netwright.training.capturable import WARM_UP_UPDATES
from netwright.training.guard import DeviceGuard
from netwright.training.parts import Setup
from netwright.training.stepping import EagerStepper, Loss, Stepper

DEVICE_BOUND = 2.0
"""Where the device works for so many times as long as it takes to launch a batch, ``auto`` sees nothing to gain."""

Work = Callable[[], Sequence[torch.Tensor]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of some work.  ``waits`` names the line of Python that waited for the device, if there was one;
    ``launch_seconds`` passed until all was launched, ``seconds`` until all was done."""

    results: Sequence[torch.Tensor]
    waits: str | None
    launch_seconds: float
    seconds: float


class Recording(Protocol):
    """Work that can be done again.  ``results`` are the same tensors each time, which the next replay overwrites."""

    results: Sequence[torch.Tensor]

    def replay(self) -> None: ...


class Recorder(Protocol):
    """What captures.  ``cuda_graphs`` has the real one."""

    def warm_up(self, work: Work) -> Sequence[torch.Tensor]:
        """Does the work where it would be captured."""

    def watch(self, work: Work) -> Watched:
        """As :meth:`warm_up`, with a look at it."""

    def record(self, work: Work) -> Recording:
        """Captures the work, without doing it.

        Raises:
            RuntimeError: it cannot be captured.  Stream and random numbers are as they were before.
        """

    def cost(self) -> str:
        """What the recordings took, for the log."""

    def close(self) -> None:
        """Forgets all recordings, and gives back their memory."""


def build_stepper(run: Setup, tell: Callable[[str], None], recorder: Recorder | None = None) -> Stepper:
    """What makes the run's steps; ``tell`` takes sentences for the run's log.  A ``recorder`` is used in any case."""
    if recorder is not None:
        return CapturedStepper(run, recorder, tell)
    if not run.is_captured:
        return EagerStepper(run)
    from netwright.training.cuda_graphs import CudaRecorder

    return CapturedStepper(run, CudaRecorder(run.device), tell)


class CapturedStepper:
    """Warms up for some updates, captures, and replays from then on; or goes on as :class:`EagerStepper` where it sees that it
    cannot be, or need not be."""

    def __init__(self, run: Setup, recorder: Recorder, tell: Callable[[str], None]) -> None:
        self._run, self._recorder, self._tell = run, recorder, tell
        self._rates = make_capturable(run.optimizer, run.device)
        self._one_by_one = EagerStepper(run)
        self._size = min(run.config.data.batch_size, len(run.sampler.batches))
        self._num_batches = 1
        self._divisor = torch.ones((), device=run.device) if run.config.accumulate_steps > 1 else None
        self._inputs = self._targets = torch.empty(0)
        self._updates = 0
        self._watched: Watched | None = None
        self._batch_graph: Recording | None = None
        self._update_graph: Recording | None = None
        self._is_given_up = False

    def learn(self, inputs: Inputs, targets: torch.Tensor, batch: int, step: int) -> tuple[Loss, torch.Tensor]:
        assert isinstance(inputs, torch.Tensor)  # graphs are refused before
        is_due = self._batch_graph is None and self._updates >= WARM_UP_UPDATES and self._watched is not None
        if is_due and batch % self._run.sampler.accumulate_steps == 0:
            self._begin()
        if self._is_given_up or not self._fits(inputs, targets):
            # Where it goes on with recordings, the gradients of this batch are added to those that are there as well.
            return self._one_by_one.learn(inputs, targets, batch, step)
        self._fill(inputs, targets, batch)
        outputs, loss = self._do_batch()
        return self._keep(outputs, loss, targets, step)

    def _fits(self, inputs: torch.Tensor, targets: torch.Tensor) -> bool:
        return len(targets) == self._size and (not self._inputs.numel() or inputs.shape == self._inputs.shape)

    def _fill(self, inputs: torch.Tensor, targets: torch.Tensor, batch: int) -> None:
        if not self._inputs.numel():
            self._inputs, self._targets = torch.empty_like(inputs), torch.empty_like(targets)
        self._inputs.copy_(inputs)
        self._targets.copy_(targets)
        num_batches = self._run.sampler.size_of_update(batch)
        if self._divisor is not None and num_batches != self._num_batches:
            self._divisor.fill_(num_batches)
            self._num_batches = num_batches

    def _do_batch(self) -> Sequence[torch.Tensor]:
        if self._batch_graph is not None:
            self._batch_graph.replay()
            return self._batch_graph.results
        if self._watched is None and self._updates >= WARM_UP_UPDATES - 1:
            self._watched = self._recorder.watch(self._learn)
            return self._watched.results
        return self._recorder.warm_up(self._learn)

    def _keep(
        self, outputs: torch.Tensor, loss: torch.Tensor, targets: torch.Tensor, step: int
    ) -> tuple[Loss, torch.Tensor]:
        run = self._run
        # A guard on the device has looked already.  What stays must be copied: the next replay overwrites it.
        value = loss.clone() if isinstance(run.guard, DeviceGuard) else run.guard.check(loss, step)
        run.log.keep(outputs.clone(), run.hard(targets))
        return value, loss

    def _learn(self) -> Sequence[torch.Tensor]:
        """What is captured of a batch."""
        run = self._run
        outputs = run.forward(self._inputs)
        loss = run.compute_loss(outputs, self._targets)
        run.add_gradients(loss, self._divisor)
        if isinstance(run.guard, DeviceGuard):
            run.guard.check(loss, 0)
        return run.main(outputs).detach(), loss.detach()

    def _move(self) -> Sequence[torch.Tensor]:
        """What is captured of an update."""
        run = self._run
        run.move()
        # In place: the captured backward pass adds to these very tensors.
        torch._foreach_zero_([weight.grad for weight in run.weights if weight.grad is not None])
        if run.average is not None:
            run.average.move(run.skipped)
        return ()

    def update(self, inputs: Inputs, targets: torch.Tensor, minimised: torch.Tensor, lr: float) -> None:
        if self._is_given_up:
            self._one_by_one.update(inputs, targets, minimised, lr)
            return
        for rate, factor in zip(self._rates, self._run.lr_factors, strict=True):
            rate.fill_(lr * factor)
        if self._update_graph is None:
            self._recorder.warm_up(self._move)
        else:
            self._update_graph.replay()
        if self._run.average is not None:
            self._run.average.count_step()
        self._updates += 1

    def _begin(self) -> None:
        """Captures, or gives up.

        Raises:
            ValueError: it cannot be captured, and the config asks for it.
            torch.OutOfMemoryError: there is no memory for it, and the config asks for it.
        """
        why = self._why_not()
        if why is not None:
            self._give_up(why)
            return
        try:
            self._batch_graph = self._recorder.record(self._learn)
            self._update_graph = self._recorder.record(self._move)
        except RuntimeError as error:
            if self._run.config.cuda_graphs == "auto":
                self._give_up(say("The capture broke off: {why}", why=first_line(error)))
                return
            if isinstance(error, torch.OutOfMemoryError):
                raise
            raise ValueError(
                say("The step cannot be captured as CUDA graphs: {why} Switch CUDA graphs off.", why=first_line(error))
            ) from error
        self._tell(self._recorder.cost())

    def _why_not(self) -> str | None:
        seen, wish = self._watched, self._run.config.cuda_graphs
        assert seen is not None
        if seen.waits is not None:
            why = say(
                "A part of the network or the loss waits for the GPU ({place}), which a captured step cannot.",
                place=seen.waits,
            )
            if wish == "on":
                raise ValueError(say("{why} Switch CUDA graphs off, or replace that part.", why=why))
            return why
        if wish == "auto" and seen.seconds > DEVICE_BOUND * seen.launch_seconds:
            return say(
                "The GPU works {seconds} ms on a batch that is launched in {launch} ms, so that nothing would be gained.",
                seconds=f"{1000 * seen.seconds:.2f}",
                launch=f"{1000 * seen.launch_seconds:.2f}",
            )
        return None

    def _give_up(self, why: str) -> None:
        self._is_given_up = True
        self._recorder.close()
        make_plain(self._run.optimizer)
        for weight in self._run.weights:
            weight.grad = None
        self._tell(say("CUDA graphs are not used. {why}", why=why))

    def close(self) -> None:
        self._batch_graph = self._update_graph = None
        self._recorder.close()


def make_capturable(optimizer: torch.optim.Optimizer, device: torch.device) -> list[torch.Tensor]:
    """Puts all that changes from step to step onto the device; gives the learning rate of each group, to be filled."""
    rates = []
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), device=device)
        rates.append(group["lr"])
        # On a CPU, which only tests come here with, PyTorch refuses it.
        if "capturable" in group and device.type == "cuda":
            group["capturable"] = True
    _move_counts(optimizer, device)
    return rates


def make_plain(optimizer: torch.optim.Optimizer) -> None:
    """Takes back :func:`make_capturable`."""
    for group in optimizer.param_groups:
        group["lr"] = float(group["lr"])
        if "capturable" in group:
            group["capturable"] = False
        if not group.get("fused"):
            _move_counts(optimizer, torch.device("cpu"), group["params"])


def _move_counts(
    optimizer: torch.optim.Optimizer, device: torch.device, weights: Sequence[torch.Tensor] | None = None
) -> None:
    for weight, state in optimizer.state.items():
        if "step" in state and (weights is None or any(weight is each for each in weights)):
            state["step"] = state["step"].to(device)


def to_plain_state(state: dict[str, Any]) -> dict[str, Any]:
    """An optimizer's state as it is without a captured step: any run can go on from it."""
    groups = []
    for group in state.get("param_groups", ()):
        plain = dict(group)
        if isinstance(plain["lr"], torch.Tensor):
            plain["lr"] = float(plain["lr"])
            if "capturable" in plain:
                plain["capturable"] = False
        groups.append(plain)
    return {**state, "param_groups": groups} if groups else state


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
