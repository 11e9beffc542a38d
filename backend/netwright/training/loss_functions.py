"""Losses that PyTorch has no function for.  An exported project gets the very source of these (:func:`source_of`), so each uses
nothing but ``torch`` and ``functional``."""

import inspect
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def focal_loss(outputs: Tensor, targets: Tensor, gamma: float, weight: Tensor | None) -> Tensor:
    """Cross entropy in which what is right already counts less, by ``(1 - p) ** gamma``: Lin et al. 2017, Focal Loss for Dense
    Object Detection, https://arxiv.org/abs/1708.02002.  ``outputs`` are raw scores ``(N, K, ...)``, or ``(N, 1, ...)`` for two
    classes; ``targets`` class indices ``(N, ...)``; ``weight`` is the paper's alpha, one factor a class."""
    if outputs.shape[1] == 1:
        outputs = torch.cat([torch.zeros_like(outputs), outputs], 1)  # the sigmoid as a softmax
    log_probability = functional.log_softmax(outputs, 1).gather(1, targets.unsqueeze(1)).squeeze(1)
    loss = -((1 - log_probability.exp()) ** gamma) * log_probability
    if weight is not None:
        loss = loss * weight[targets]
    return loss.mean()


def sigmoid_focal_loss(outputs: Tensor, targets: Tensor, gamma: float, alpha: float | None) -> Tensor:
    """Focal loss of yes or no, the mean of all: ``outputs`` are raw scores, ``targets`` of the same shape 0 or 1 (or a share
    between them).  With ``alpha`` each yes counts ``alpha`` and each no ``1 - alpha``."""
    cross_entropy = functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none")
    probability = outputs.sigmoid()
    right = probability * targets + (1 - probability) * (1 - targets)
    loss = (1 - right) ** gamma * cross_entropy
    if alpha is not None:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    return loss.mean()


def mean_by_weight(whole: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
    """The sum of a loss over a batch, by the sum of its samples' weights: PyTorch's mean, and 0 where every class of the batch
    has the weight 0, of which PyTorch makes 0 / 0."""
    total = weight[targets].sum()
    return whole / torch.where(total > 0, total, torch.ones_like(total))


def dice_loss(outputs: Tensor, targets: Tensor, smooth: float, has_background: bool) -> Tensor:
    """One minus the overlap of probabilities and truth, over the whole batch, the mean of the classes: Milletari et al. 2016,
    V-Net, https://arxiv.org/abs/1606.04797 (there with squares in the denominator; here as in most later work without).
    ``outputs`` are raw scores ``(N, K, ...)``, or ``(N, 1, ...)`` for the second of two classes; ``targets`` class indices
    ``(N, ...)``.  Without ``has_background`` the first class is left out."""
    if outputs.shape[1] == 1:
        probabilities = outputs.sigmoid()
        truth = targets.unsqueeze(1).to(outputs.dtype)
    else:
        probabilities = outputs.softmax(1)
        truth = functional.one_hot(targets, outputs.shape[1]).movedim(-1, 1).to(outputs.dtype)
        if not has_background:
            probabilities, truth = probabilities[:, 1:], truth[:, 1:]
    axes = [axis for axis in range(outputs.ndim) if axis != 1]
    overlap = (probabilities * truth).sum(axes)
    both = probabilities.sum(axes) + truth.sum(axes)
    return 1 - ((2 * overlap + smooth) / (both + smooth)).mean()


def source_of(function: Callable[..., Tensor]) -> str:
    """The function as it stands here."""
    return inspect.getsource(function).rstrip()
