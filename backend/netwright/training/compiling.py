"""``torch.compile`` of the network that trains, and how long it took."""

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from netwright.language import say


class Compiled:
    """``network`` compiled at its first call for each size of batch; the module itself stays as it is, so that names of
    weights, validation and export know nothing of it."""

    def __init__(self, network: nn.Module) -> None:
        from torch._dynamo import config
        from torch._dynamo.callback import callback_handler

        # Never a silent fallback to slow steps.
        config.fail_on_recompile_limit_hit = True
        # Sizes are constants: what a batch gives must not depend on those that were compiled before it, or a resumed run
        # would not go on to the bit.
        self.network: Callable[..., Any] = torch.compile(network, dynamic=False)
        self.seconds = 0.0
        self._told = 0.0
        self._began = 0.0
        self._callbacks = callback_handler
        callback_handler.register_start_callback(self._start)
        callback_handler.register_end_callback(self._end)

    def _start(self, _: Any) -> None:
        self._began = time.perf_counter()

    def _end(self, _: Any) -> None:
        self.seconds += time.perf_counter() - self._began

    def close(self) -> None:
        """Hears of no further compilation."""
        self._callbacks.remove_start_callback(self._start)
        self._callbacks.remove_end_callback(self._end)

    @property
    def has_news(self) -> bool:
        return self.seconds != self._told

    def news(self) -> str:
        """How long it took since it was asked last."""
        new, self._told = self.seconds - self._told, self.seconds
        return say("torch.compile: {seconds} s for a batch of a new size.", seconds=f"{new:.1f}")


def check_compiler(device: torch.device) -> None:
    """Looks for what turns the generated code into kernels.

    Raises:
        ValueError: there is none.
    """
    if device.type == "cuda":
        if importlib.util.find_spec("triton") is None:
            raise ValueError(
                say("torch.compile needs the package triton for a GPU, which is not there. Switch torch.compile off.")
            )
        return
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler as error:
        raise ValueError(
            say(
                "torch.compile needs a C++ compiler on a CPU, and there is none. Install g++, or switch torch.compile off."
            )
        ) from error


def describe_compile_error(error: BaseException) -> str | None:
    """A sentence for what ``torch.compile`` raises; None for what comes from elsewhere."""
    from torch._dynamo.exc import FailOnRecompileLimitHit, TorchDynamoException

    if not isinstance(error, TorchDynamoException | FailOnRecompileLimitHit):
        return None
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return say("torch.compile cannot compile this network: {why} Switch torch.compile off.", why=lines[0])
