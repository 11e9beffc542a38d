"""In which numbers a run computes, and whether only kernels are used that always give the same result."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from netwright.language import listed, say
from netwright.training.config import HALF_PRECISIONS, TrainingConfig
from netwright.training.devices import bfloat16_instructions

INITIAL_SCALE = 2.0**16
TF32_CAPABILITY = (8, 0)


def _describe_bfloat16(instructions: tuple[str, ...]) -> str:
    if instructions:
        return say("bfloat16: this CPU has instructions for it ({names}).", names=listed(instructions))
    return say(
        "bfloat16: this CPU has no instructions for it (AVX-512 BF16 or AMX), so that float32 is likely to be faster here."
    )


def choose_kernels(config: TrainingConfig, device: torch.device, notes: list[str]) -> None:
    """Sets what PyTorch holds for the whole process; before the first kernel of a GPU, whose libraries look only once.

    Raises:
        ValueError: the device has no TF32.
    """
    if config.deterministic:
        # cuBLAS reads it when it is loaded: without it its sums come in no fixed order.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        notes.append(say("Deterministic: only kernels that always give the same result; this can be slower."))
    torch.use_deterministic_algorithms(config.deterministic)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = not config.deterministic
    if config.precision == "bfloat16" and device.type == "cpu":
        notes.append(_describe_bfloat16(bfloat16_instructions()))
    if config.precision != "tf32":
        return
    if device.type != "cuda":
        raise ValueError(say("TF32 is for NVIDIA GPUs, and this run trains on the CPU. Choose another precision."))
    if torch.cuda.get_device_capability(device) < TF32_CAPABILITY:
        raise ValueError(
            say(
                "This GPU ({name}) has no TF32: it came with compute capability 8.0. Choose another precision.",
                name=torch.cuda.get_device_name(device),
            )
        )
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    torch.backends.cudnn.conv.fp32_precision = "tf32"  # type: ignore[attr-defined]  # torch's stub lacks it
    torch.backends.cudnn.rnn.fp32_precision = "tf32"  # type: ignore[attr-defined]  # as above
    notes.append(say("TF32: products of float32 numbers are rounded to 10 bits before they are added up."))


def build_autocast(precision: str, device: torch.device, notes: list[str]) -> Callable[[], AbstractContextManager[Any]]:
    """What a forward pass runs in."""
    if precision not in HALF_PRECISIONS:
        return nullcontext
    dtype: torch.dtype = getattr(torch, precision)
    notes.append(
        say(
            "{precision}: the network runs under autocast; weights and the optimizer stay in float32.",
            precision=precision,
        )
    )
    return lambda: torch.autocast(device.type, dtype)


class Scaling:
    """PyTorch's ``GradScaler``, without its wait for the device.

    float16 cannot hold small gradients: the loss is multiplied by a scale, and the gradients are divided by it before
    anything looks at them.  A step whose gradients were too large is skipped and halves the scale; after 2000 good ones
    it is doubled.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, device: torch.device, *, is_fused: bool) -> None:
        self._scaler = torch.amp.GradScaler(device.type, init_scale=INITIAL_SCALE)
        self._optimizer: Any = optimizer
        self._is_fused = is_fused
        self.skipped = torch.zeros((), device=device)
        """Steps of the whole run until now."""
        self.found = torch.zeros((), device=device)
        """1 where the last step was skipped, else 0."""
        self._told = 0

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        scaled: torch.Tensor = self._scaler.scale(loss)
        return scaled

    def unscale(self) -> None:
        """Before gradients are clipped."""
        self._scaler.unscale_(self._optimizer)

    def step(self) -> None:
        """Moves the weights, unless a gradient is not finite."""
        found = self._scaler._found_inf_per_device(self._optimizer)  # noqa: SLF001  (the count needs what was found)
        self.found = next(iter(found.values())).clone()
        guard = getattr(self._optimizer, "found_inf", None)
        if self._is_fused:
            # The switch on the device that the scaler itself would set; it would take away that of the guard.
            self._optimizer.grad_scale = None
            self._optimizer.found_inf = self.found if guard is None else torch.maximum(self.found, guard)
            self._optimizer.step()
            self._optimizer.found_inf = guard
        else:
            self._scaler.step(self._optimizer)
        self._scaler.update()
        self.skipped += self.found

    def news(self) -> str | None:
        """How many steps were skipped since it was asked last; None for none.  Waits for the device."""
        count = int(self.skipped.item())
        new, self._told = count - self._told, count
        if not new:
            return None
        return say(
            "float16: {new} steps were skipped, for their gradients were too large ({all} in the whole run). The loss is "
            "now multiplied by {scale}.",
            new=new,
            all=count,
            scale=f"{self._scaler.get_scale():g}",
        )

    def state(self) -> dict[str, Any]:
        return {"scaler": self._scaler.state_dict(), "skipped": int(self.skipped.item()), "told": self._told}

    def load_state(self, state: dict[str, Any]) -> None:
        self._scaler.load_state_dict(state["scaler"])
        self.skipped.fill_(state["skipped"])
        self._told = state["told"]
