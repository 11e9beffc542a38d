"""Sums over an epoch that metrics are computed from, kept on the device: nothing is read at a step.

A tally is one tensor of float64 (whole numbers stay exact in it) that each batch adds to.  Several metrics share one:
precision, recall, IoU and their like all come from the confusion matrix.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwright.training.answers import Answers

if TYPE_CHECKING:
    from torch import Tensor

TallyName = str
"""Of :data:`TALLIES`, or ``top5``: how often the right class is among the five with the highest scores."""
NUM_BINS = 200
"""Thresholds of :data:`TALLIES`' ``bins``, evenly from 0 to 1, as torchmetrics' ``thresholds=200``."""
SMALL = 1.17e-06
"""What torchmetrics' percentage error divides by at least."""


@dataclass(frozen=True, slots=True)
class Tally:
    """``shape`` of the tensor for these answers and an output ``(N, K, ...)``, and what adds a batch to it."""

    shape: Callable[[Answers, "Tensor"], tuple[int, ...]]
    add: Callable[["Tensor", "Tensor", "Tensor", Answers], None]


def _count(into: "Tensor", places: "Tensor") -> None:
    """Adds 1 at each of ``places``.  (``bincount`` would do too, but on a GPU it waits for the largest place.)"""
    flat = places.reshape(-1)
    into.view(-1).scatter_add_(0, flat, into.new_ones(1).expand(flat.shape))


def _add_hits(into: "Tensor", outputs: "Tensor", targets: "Tensor", answers: Answers) -> None:
    """Right answers, and all; of labels for each."""
    is_right = answers.classes(outputs) == targets
    if answers.task == "multilabel":
        into[0] += is_right.sum(0)
        into[1] += len(targets)
        return
    into[0] += is_right.sum()
    into[1] += targets.numel()


def _add_exact(into: "Tensor", outputs: "Tensor", targets: "Tensor", answers: Answers) -> None:
    """Samples of which every label is right, and all samples."""
    into[0] += (answers.classes(outputs) == targets).reshape(len(targets), -1).all(1).sum()
    into[1] += len(targets)


def _add_confusion(into: "Tensor", outputs: "Tensor", targets: "Tensor", answers: Answers) -> None:
    """``into[target, answer]``; of labels ``into[label, target, answer]``, each being there or not."""
    if answers.task == "multilabel":
        import torch

        labels = torch.arange(answers.num_classes, device=outputs.device)
        _count(into, labels * 4 + targets.long() * 2 + answers.classes(outputs))
        return
    _count(into, targets * answers.num_classes + answers.classes(outputs).view_as(targets))


def _add_top(k: int) -> Callable[["Tensor", "Tensor", "Tensor", Answers], None]:
    def add(into: "Tensor", outputs: "Tensor", targets: "Tensor", _answers: Answers) -> None:
        into[1] += targets.numel()
        if outputs.ndim == 1 or outputs.shape[1] <= k:
            into[0] += targets.numel()  # every class is among so many
        else:
            into[0] += (outputs.topk(k, 1).indices == targets.unsqueeze(1)).sum()

    return add


def _add_bins(into: "Tensor", outputs: "Tensor", targets: "Tensor", answers: Answers) -> None:
    """``into[is_it, class, i]``: probabilities from threshold ``i`` to the next, of samples that are of the class or not."""
    import torch

    from netwright.training.scripted import places_in_bins

    probabilities = answers.probabilities(outputs).movedim(1, -1).reshape(-1, answers.num_classes)
    labels = torch.arange(answers.num_classes, device=outputs.device)
    is_it = targets if answers.task == "multilabel" else targets.reshape(-1, 1) == labels
    _count(into, places_in_bins(probabilities, is_it, NUM_BINS))


def _add_errors(into: "Tensor", outputs: "Tensor", targets: "Tensor", _answers: Answers) -> None:
    """By column of the target: how many, |e|, e squared, the target, its square, |e| by |target|."""
    import torch

    wanted = targets.reshape(len(targets), -1).double()
    errors = outputs.reshape(wanted.shape).double() - wanted
    size = errors.abs()
    relative = size / wanted.abs().clamp_min(SMALL)
    terms = (torch.ones_like(size), size, errors.square(), wanted, wanted.square(), relative)
    into += torch.stack([term.sum(0) for term in terms])


def _of_classes(answers: Answers, _outputs: "Tensor") -> tuple[int, ...]:
    if answers.task == "multilabel":
        return (answers.num_classes, 2, 2)
    return (answers.num_classes, answers.num_classes)


TALLIES: Mapping[TallyName, Tally] = {
    "hits": Tally(lambda answers, _: (2, answers.num_classes) if answers.task == "multilabel" else (2,), _add_hits),
    "exact": Tally(lambda _answers, _outputs: (2,), _add_exact),
    "confusion": Tally(_of_classes, _add_confusion),
    "bins": Tally(lambda answers, _outputs: (2, answers.num_classes, NUM_BINS), _add_bins),
    "errors": Tally(lambda _answers, outputs: (6, outputs[:1].numel()), _add_errors),
}


def tally_of(name: TallyName) -> Tally:
    """The tally of that name."""
    found = TALLIES.get(name)
    return Tally(lambda _answers, _outputs: (2,), _add_top(int(name.removeprefix("top")))) if found is None else found
