"""A run that asks for deterministic kernels, and a node that PyTorch has none for."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from netwright.language import say
from netwright.training.batches import Inputs
from netwright.training.out_of_memory import find_place

if TYPE_CHECKING:
    from netwright.training.parts import Setup

_SENTENCE = re.compile(r"(\S+) does not have a deterministic implementation")


def is_not_deterministic(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and _SENTENCE.search(str(error)) is not None


def describe_not_deterministic(
    run: "Setup", inputs: Inputs, targets: torch.Tensor, error: BaseException
) -> tuple[str | None, str]:
    """The node, and a sentence about it."""
    node = find_place(run.network, error).node or _find_backwards(run, inputs, targets)
    found = _SENTENCE.search(str(error))
    kernel = "" if found is None else found[1]
    if node is None:
        where = say("A part of the loss or of the network")
    else:
        where = say("`{node}` ({type})", node=node, type=type(run.network.get_submodule(node)).__name__)
    return node, say(
        "{where} has no deterministic kernel on {device}: PyTorch's {kernel} gives its sums in no fixed order. Replace it, or "
        "switch the deterministic mode off.",
        where=where,
        device=run.device.type,
        kernel=kernel,
    )


def _find_backwards(run: "Setup", inputs: Inputs, targets: torch.Tensor) -> str | None:
    """The module whose gradient was last under way when the step, made again, broke off."""
    reached: list[str] = []

    def watch(name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _given: Any, output: Any) -> None:
            if isinstance(output, torch.Tensor) and output.requires_grad:
                output.register_hook(lambda _: reached.append(name))  # type: ignore[no-untyped-call]  # torch's own

        return hook

    leaves = [(name, module) for name, module in run.network.named_modules() if name and not any(module.children())]
    handles = [module.register_forward_hook(watch(name)) for name, module in leaves]
    try:
        run.backward(run.compute_loss(run.run_through(run.network, inputs), targets), 0)
    except RuntimeError as error:
        if not is_not_deterministic(error):
            raise
        return find_place(run.network, error).node or (reached[-1] if reached else None)
    finally:
        for handle in handles:
            handle.remove()
        run.optimizer.zero_grad(set_to_none=True)
    return None
