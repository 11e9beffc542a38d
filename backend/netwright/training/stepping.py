"""One step of training: what a batch adds, and what an update moves."""

from typing import TYPE_CHECKING, Protocol, TypeAlias

from netwright.training.batches import Inputs
from netwright.training.parts import Setup

if TYPE_CHECKING:
    from torch import Tensor

Loss: TypeAlias = "Tensor | float"
"""Of a batch, for the log: a number where it is read at each step, else it is still on the device."""


class Stepper(Protocol):
    """Makes the steps of a run.  A batch is learnt from, and after the last one of an update the weights move."""

    def learn(self, inputs: Inputs, targets: "Tensor", batch: int, step: int) -> "tuple[Loss, Tensor]":
        """Adds the gradients of batch number ``batch`` of the epoch, the update's number being ``step`` (from 1); keeps outputs
        for the metrics.  Gives the loss, and what is minimised.

        Raises:
            LossNotFiniteError: the loss is not finite (a guard may leave this to the log).
        """

    def update(self, inputs: Inputs, targets: "Tensor", minimised: "Tensor", lr: float) -> None:
        """Moves the weights at the learning rate ``lr``; the rest is of the update's last batch."""

    def close(self) -> None:
        """Gives back what it holds of the device."""


class EagerStepper:
    """Calls PyTorch's operations one by one."""

    def __init__(self, run: Setup) -> None:
        self._run = run

    def learn(self, inputs: Inputs, targets: "Tensor", batch: int, step: int) -> "tuple[Loss, Tensor]":
        run = self._run
        outputs = run.forward(inputs)
        loss = run.compute_loss(outputs, targets)
        minimised = run.backward(loss, batch)
        # Between backward and step: a loss that is not finite must not reach the weights.  On a CPU the value is there for
        # free; on a GPU nothing is read, the fused optimizer is switched off on the device instead.
        value = run.guard.check(loss, step)
        run.log.keep(run.main(outputs), run.hard(targets))
        return value, minimised

    def update(self, inputs: Inputs, targets: "Tensor", minimised: "Tensor", lr: float) -> None:
        run = self._run
        for group, factor in zip(run.optimizer.param_groups, run.lr_factors, strict=True):
            group["lr"] = lr * factor
        run.update(inputs, targets, minimised)

    def close(self) -> None:
        pass
