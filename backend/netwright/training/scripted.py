"""Functions that a run calls and that its project prints as they stand (see ``project.train_script``): they use
PyTorch alone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


def spared_from_decay(network: nn.Module) -> set[int]:
    """The ids of biases and of the scales and shifts of normalisations: they hold few numbers and mean no complexity."""
    norms = [module for module in network.modules() if isinstance(module, nn.LayerNorm | nn.RMSNorm)]
    of_norms = {id(weight) for norm in norms for weight in norm.parameters()}
    return of_norms | {id(weight) for weight in network.parameters() if weight.ndim <= 1}


def penalty(weights: Sequence[Tensor], l1: float, l2: float) -> Tensor:
    """``l1`` times the sum of absolute values plus ``l2 / 2`` times the sum of squares, over all ``weights``."""
    total = torch.zeros((), device=weights[0].device)
    for weight in weights:
        if l1:
            total = total + l1 * weight.abs().sum()
        if l2:
            total = total + l2 / 2 * weight.square().sum()
    return total


@torch.no_grad()
def recompute_statistics(
    network: nn.Module, frozen: set[nn.Module], batches: Iterable[Any], forward: Callable[[nn.Module, Any], Any]
) -> None:
    """Running statistics of batch norm as the mean over ``batches``, but for ``frozen`` modules.  As ``swa_utils.update_bn``,
    with dropout at rest."""
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    norms = [
        module
        for module in network.modules()
        if isinstance(module, kinds) and module.track_running_stats and module not in frozen
    ]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for inputs, _ in batches:
        forward(network, inputs)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()
