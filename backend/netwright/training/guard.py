"""Stops a run whose loss is not finite before the optimizer moves, and finds out where it began."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from netwright.language import say
from netwright.training.batches import Inputs
from netwright.training.graph_batches import GraphInputs
from netwright.training.reporting import LossNotFiniteError

if TYPE_CHECKING:
    from torch import Tensor, nn


class Guard(Protocol):
    """Called between ``backward`` and ``step``: a loss that is not finite must not reach the weights."""

    def check(self, loss: "Tensor", step: int) -> "Tensor | float":
        """The loss of ``step`` for the log.

        Raises:
            LossNotFiniteError: it is not finite (a guard may leave this to the log, which looks at each report).
        """


class DirectGuard:
    """Reads the loss at each step.  On a CPU that is no synchronisation; on a GPU it is, and is only used for an optimizer
    that has no fused form."""

    def check(self, loss: "Tensor", step: int) -> float:
        value = loss.item()
        if not math.isfinite(value):
            raise LossNotFiniteError(step, value)
        return value


class DeviceGuard:
    """Never waits for the device: from the first loss that is not finite on, the fused optimizer's own ``found_inf`` switch
    turns each step into nothing.  The log notices at its next report; by then no weight has moved."""

    def __init__(self, optimizer: Any, device: torch.device) -> None:
        self._found = torch.zeros((), device=device)
        self._one = torch.ones((), device=device)
        optimizer.found_inf = self._found
        optimizer.grad_scale = None

    def check(self, loss: "Tensor", step: int) -> "Tensor":
        detached = loss.detach()
        # The gradient scaler's own look, one kernel instead of six: sets the switch, and never back to 0, for a later finite
        # loss must not move weights again.  It also divides by a scale, here 1.
        torch._amp_foreach_non_finite_check_and_unscale_([detached], self._found, self._one)
        return detached


class BufferKeeper:
    """Keeps a copy of the float buffers (running statistics), which a forward pass moves before the loss is known.

    With ``is_late`` the losses of a report are known when the next one is due (see ``reporting.StepLog``), and so is whether
    the buffers of then were good: the copy before the newest is the one to go back to.
    """

    def __init__(self, network: "nn.Module", *, is_late: bool = False) -> None:
        self._live = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
        self._kept = [buffer.clone() for buffer in self._live]
        self._newest = [buffer.clone() for buffer in self._live] if is_late else self._kept

    def keep(self) -> None:
        """After a report."""
        if self._live:
            self._kept, self._newest = self._newest, self._kept
            torch._foreach_copy_(self._newest, self._live)

    def begin(self) -> None:
        """The buffers of now are good: a checkpoint's."""
        for _ in range(2):
            self.keep()

    def restore(self) -> None:
        for live, kept in zip(self._live, self._kept, strict=True):
            live.copy_(kept)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value that is not finite was first seen.  ``node`` is the path of a node (``stage.0.conv``), if it was one."""

    node: str | None
    sentence: str


def is_finite(tensor: "Tensor") -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _look_before(network: "nn.Module", inputs: Inputs, targets: "Tensor") -> Origin | None:
    """What was not finite before the forward pass even began."""
    for name, weight in network.named_parameters():
        if not is_finite(weight):
            node = name.rpartition(".")[0]
            return Origin(
                node,
                say("`{name}` holds weights that are not finite: the gradient of an earlier step was not.", name=name),
            )
    if not is_finite(inputs.x if isinstance(inputs, GraphInputs) else inputs):
        return Origin(None, say("The batch itself holds values that are not finite; look at the preprocessing."))
    if not is_finite(targets):
        return Origin(None, say("The targets of the batch are not finite; look at the target column."))
    return None


def _tensors(value: Any) -> "Iterator[Tensor]":
    """The tensors of what a module gives: one, or those of nested tuples (an LSTM's)."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)


@torch.no_grad()
def find_origin(network: "nn.Module", inputs: Inputs, targets: "Tensor", forward: Callable[[Inputs], Any]) -> Origin:
    """Runs one batch again and looks at the weights, the batch, and then each module's output in order."""
    before = _look_before(network, inputs, targets)
    if before is not None:
        return before
    found: list[Origin] = []

    def look(name: str, module: "nn.Module") -> Callable[..., None]:
        def hook(_: "nn.Module", given: tuple[Any, ...], output: Any) -> None:
            outputs = list(_tensors(output))
            if found or not outputs:
                return
            if any(isinstance(value, torch.Tensor) and not is_finite(value) for value in given):
                found.append(
                    Origin(name, say("What reaches `{name}` was the first value that is not finite.", name=name))
                )
            elif not all(map(is_finite, outputs)):
                what = say(
                    "The output of `{name}` ({type}) was the first that is not finite.",
                    name=name,
                    type=type(module).__name__,
                )
                found.append(Origin(name, what))

        return hook

    leaves = [(name, module) for name, module in network.named_modules() if name and not any(module.children())]
    hooks = [module.register_forward_hook(look(name, module)) for name, module in leaves]
    try:
        outputs = forward(inputs)
    finally:
        for handle in hooks:
            handle.remove()
    if found:
        return found[0]
    largest = float(outputs.abs().max())
    return Origin(
        None,
        say(
            "Every node's output is finite (the largest is {largest}): it happened in the loss itself.",
            largest=f"{largest:.3g}",
        ),
    )
