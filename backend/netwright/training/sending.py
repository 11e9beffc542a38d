"""Tensors on their way to the device at each step."""

import torch
from torch import Tensor


def send(rows: Tensor, device: torch.device) -> Tensor:
    """``rows`` on ``device``.  A GPU takes them from pinned memory, so that nobody waits until it comes to it: PyTorch keeps
    that memory until the copy is done (https://docs.pytorch.org/docs/stable/notes/cuda.html#use-pinned-memory-buffers)."""
    if device.type != "cuda" or rows.is_cuda:
        return rows.to(device)
    return rows.pin_memory().to(device, non_blocking=True)
