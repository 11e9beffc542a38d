"""Stops a run whose loss is not finite before the optimizer moves, and finds out where it began."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from netwright.language import say
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
        optimizer.found_inf = self._found
        optimizer.grad_scale = None

    def check(self, loss: "Tensor", step: int) -> "Tensor":
        detached = loss.detach()
        # In place and never back to 0: a later finite loss must not move weights again.
        self._found.logical_or_(~torch.isfinite(detached))
        return detached


class BufferKeeper:
    """Keeps a copy of the float buffers (running statistics), which a forward pass moves before the loss is known."""

    def __init__(self, network: "nn.Module") -> None:
        self._live = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
        self._kept = [buffer.clone() for buffer in self._live]

    def keep(self) -> None:
        if self._live:
            torch._foreach_copy_(self._kept, self._live)

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


def _look_before(network: "nn.Module", inputs: "Tensor", targets: "Tensor") -> Origin | None:
    """What was not finite before the forward pass even began."""
    for name, weight in network.named_parameters():
        if not is_finite(weight):
            node = name.rpartition(".")[0]
            return Origin(
                node,
                say("`{name}` holds weights that are not finite: the gradient of an earlier step was not.", name=name),
            )
    if not is_finite(inputs):
        return Origin(None, say("The batch itself holds values that are not finite; look at the preprocessing."))
    if not is_finite(targets):
        return Origin(None, say("The targets of the batch are not finite; look at the target column."))
    return None


@torch.no_grad()
def find_origin(
    network: "nn.Module", inputs: "Tensor", targets: "Tensor", forward: Callable[["Tensor"], Any]
) -> Origin:
    """Runs one batch again and looks at the weights, the batch, and then each module's output in order."""
    before = _look_before(network, inputs, targets)
    if before is not None:
        return before
    found: list[Origin] = []

    def look(name: str, module: "nn.Module") -> Callable[..., None]:
        def hook(_: "nn.Module", given: tuple[Any, ...], output: Any) -> None:
            if found or not isinstance(output, torch.Tensor):
                return
            if any(isinstance(value, torch.Tensor) and not is_finite(value) for value in given):
                found.append(
                    Origin(name, say("What reaches `{name}` was the first value that is not finite.", name=name))
                )
            elif not is_finite(output):
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
