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


# --- metrics that take more than an expression -------------------------------------------------------------------------


def places_in_bins(probabilities: Tensor, is_it: Tensor, num_bins: int) -> Tensor:
    """Where ``probabilities`` ``(N, K)`` count in bins ``(2, K, num_bins)``: at 1 those of samples that are of the class
    (``is_it`` ``(N, K)``), at 0 those of others, from each of the thresholds between 0 and 1 to the next."""
    thresholds = torch.linspace(0, 1, num_bins, device=probabilities.device)
    bins = (torch.bucketize(probabilities.contiguous(), thresholds, right=True) - 1).clamp_min(0)
    classes = torch.arange(probabilities.shape[1], device=probabilities.device)
    return (is_it.long() * len(classes) + classes) * num_bins + bins


def area_under_roc(bins: Tensor) -> Tensor:
    """``(K,)`` of bins ``(2, K, B)``: the area under the curve of found samples over false ones."""
    others, found = bins.flip(2).cumsum(2)  # with a probability of at least each threshold, from the highest down
    hit_rate, false_rate = found / found[:, -1:].clamp_min(1), others / others[:, -1:].clamp_min(1)
    return torch.trapezoid(hit_rate, false_rate, dim=1)


def average_precision(bins: Tensor) -> Tensor:
    """``(K,)`` of bins ``(2, K, B)``: the area under the curve of precision over recall, in steps."""
    others, found = bins.flip(2).cumsum(2).flip(2)  # with a probability of at least each threshold
    precision = found / (found + others).clamp_min(1)
    recall = nn.functional.pad(found / found[:, :1].clamp_min(1), (0, 1))
    area: Tensor = ((recall[:, :-1] - recall[:, 1:]) * precision).sum(1)
    return area


def matthews_correlation(confusion: Tensor) -> Tensor:
    """Of a confusion matrix ``[target, answer]``; of labels ``[label, target, answer]`` of all their answers together.  0 where
    only one class occurs among targets or answers."""
    matrix = confusion.sum(0) if confusion.ndim == 3 else confusion
    hits, answered, there, total = matrix.trace(), matrix.sum(0), matrix.sum(1), matrix.sum()
    above = hits * total - (answered * there).sum()
    spread = (total**2 - (answered**2).sum()) * (total**2 - (there**2).sum())
    correlation: Tensor = above / spread.clamp_min(1e-300).sqrt() * (spread > 0)
    return correlation


def r2_score(count: Tensor, unexplained: Tensor, total: Tensor, squares: Tensor) -> Tensor:
    """Of how many, squared errors, targets and squared targets, sums of each column ``(T,)``: the mean over the columns."""
    spread = squares - total * (total / count.clamp_min(1))
    # As torchmetrics: a column that does not vary is 1 where it is met, else 0.
    is_met, is_flat = unexplained.abs() <= 1e-4, spread.abs() <= 1e-4
    scores = torch.where(is_met, 1.0, 1 - unexplained / torch.where(is_flat, 1.0, spread))
    return torch.where(is_flat & ~is_met, 0.0, scores).mean()
