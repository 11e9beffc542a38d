"""Saying that memory ran out, in words that help."""

import torch

from netwright.language import say
from netwright.training.config import TrainingConfig
from netwright.training.reporting import Progress


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the GPU or the CPU (where torch says it in words only)."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def describe_out_of_memory(training: TrainingConfig, progress: Progress) -> str:
    """When it happened and what to do."""
    return say(
        "Memory ran out in step {step}, at a batch of {size}. Halve the batch size, or make the network narrower."
        if progress.step
        else "Memory ran out before the first step ended, at a batch of {size}. Halve the batch size, or make the network "
        "narrower.",
        step=progress.step + 1,
        size=training.data.batch_size,
    )
