"""Random numbers for a batch, drawn on the CPU: a number for each sample (N,), or noise in the shape of the batch; and how they
get to its device."""

import numpy as np
import torch
from torch import Tensor


def send(rows: Tensor, device: torch.device) -> Tensor:
    """``rows`` on ``device``.  A GPU takes them from pinned memory, so that nobody waits until it comes to it: PyTorch keeps
    that memory until the copy is done (https://docs.pytorch.org/docs/stable/notes/cuda.html#use-pinned-memory-buffers)."""
    if device.type != "cuda" or rows.is_cuda:
        return rows.to(device)
    return rows.pin_memory().to(device, non_blocking=True)


def beside(numbers: Tensor, batch: Tensor) -> Tensor:
    """``numbers`` on the batch's device."""
    return send(numbers, batch.device)


def draw(batch: Tensor, generator: torch.Generator, low: float, high: float) -> Tensor:
    """A number for each sample, uniform from ``low`` to ``high``, float32 (N,) on the batch's device."""
    numbers = low + (high - low) * torch.rand(len(batch), generator=generator)
    return beside(numbers, batch)


def draw_whole(batch: Tensor, generator: torch.Generator, count: int) -> Tensor:
    """A whole number below ``count`` for each sample, int64 (N,) on the batch's device."""
    return beside(torch.randint(count, (len(batch),), generator=generator), batch)


def draw_some(batch: Tensor, generator: torch.Generator, p: float) -> Tensor:
    """The places of the samples that are chosen, each with probability ``p``: int64 on the batch's device."""
    chosen = (torch.rand(len(batch), generator=generator) < p).nonzero().view(-1)
    return beside(chosen, batch)


def draw_shares(batch: Tensor, generator: torch.Generator, alpha: float, p: float) -> Tensor:
    """How much of itself each sample keeps: from Beta(alpha, alpha) with probability ``p``, else 1; float32 (N,)."""
    seed = int(torch.randint(2**62, (1,), generator=generator))
    shares = np.random.default_rng(seed).beta(alpha, alpha, len(batch)).astype(np.float32)
    is_mixed = torch.rand(len(batch), generator=generator) < p
    return beside(torch.where(is_mixed, torch.from_numpy(shares), 1.0), batch)


def draw_noise(batch: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal noise in the shape of the batch, made where the batch is."""
    seed = int(torch.randint(2**62, (1,), generator=generator))
    own = torch.Generator(batch.device).manual_seed(seed)
    return torch.randn(batch.shape, generator=own, device=batch.device)


def per_sample(numbers: Tensor, batch: Tensor) -> Tensor:
    """(N,) as (N, 1, ...), to go with the batch."""
    return numbers.view(-1, *[1] * (batch.ndim - 1))
