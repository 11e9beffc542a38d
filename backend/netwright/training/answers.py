"""How a network's outputs are read as answers: which class, how probable, which number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwright.data.base import NAMED_TASKS, Task
from netwright.graph.document import Document, Node
from netwright.training.objectives import Loss

if TYPE_CHECKING:
    from torch import Tensor

KEEPS_VALUES = frozenset({"Flatten", "Reshape", "Squeeze", "Unsqueeze", "Dropout", "Identity"})
"""Layers behind which values mean what they meant before."""


@dataclass(frozen=True, slots=True)
class Answers:
    """``num_classes`` counts classes or labels and is 0 where numbers are predicted.  ``cut`` is where a single score
    turns from the first class to the second; ``makes`` says what turns scores into
    probabilities (None: they are taken as such, cut to 0 to 1)."""

    task: Task
    num_classes: int
    cut: float = 0.0
    makes: str | None = "softmax"
    are_sure: bool = True
    """Whether probabilities made of the outputs are any: those of a perceptron or a hinge are not."""

    def classes(self, outputs: "Tensor") -> "Tensor":
        """Class indices ``(N, ...)`` of outputs ``(N, K, ...)``, ``(N, 1, ...)`` or ``(N,)``; of labels ``(N, L)``, 1 where a
        sample is said to have it."""
        if self.task == "multilabel" or outputs.ndim == 1:
            return (outputs > self.cut).long()
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > self.cut).long()
        return outputs.argmax(1)

    def probabilities(self, outputs: "Tensor") -> "Tensor":
        """``(N, K, ...)``, each from 0 to 1; a single score gives two classes, labels have one each."""
        import torch

        scores = outputs[:, None] if outputs.ndim == 1 else outputs
        if scores.shape[1] == 1 and self.task != "multilabel":
            second = scores.clamp(0, 1) if self.cut else scores.sigmoid()
            return torch.cat([1 - second, second], 1)
        if self.makes == "softmax":
            return scores.softmax(1)
        if self.makes == "sigmoid":
            return scores.sigmoid()
        return scores.exp() if self.makes == "exp" else scores.clamp(0, 1)

    def constant(self, label: int, targets: "Tensor", num_scores: int) -> "Tensor":
        """Outputs that say ``label`` of every sample of ``targets``, as sure as a network can be."""
        import torch

        shape = (len(targets), num_scores, *targets.shape[1:])
        if num_scores == 1:
            return torch.full(shape, self.cut + (1.0 if label else -1.0), device=targets.device)
        outputs = torch.zeros(shape, device=targets.device)
        outputs[:, label] = 1.0
        return outputs

    def shares(self, shares: "Tensor", targets: "Tensor") -> "Tensor":
        """Outputs ``(N, L)`` that give each label of every sample the probability ``shares`` ``(L,)``."""
        scores = shares.float().logit(eps=1e-6) if self.makes == "sigmoid" and not self.cut else shares.float()
        return scores.expand(len(targets), -1)


def build_answers(task: Task, num_classes: int, loss: type[Loss], ends_in: str | None) -> Answers:
    """``ends_in`` is the type of the layer that gives the output its values (:func:`find_last`)."""
    if task not in NAMED_TASKS:
        return Answers(task, 0)
    is_probability = ends_in in {"Sigmoid", "Softmax"} or (loss.cut != 0.0)
    usual = "sigmoid" if task == "multilabel" else "softmax"
    makes = {"softmax": "softmax", "sigmoid": "sigmoid", "exp": "exp"}.get(loss.scores_to or "", usual)
    return Answers(
        task,
        num_classes,
        cut=0.5 if ends_in == "Sigmoid" else loss.cut,
        makes=None if is_probability and makes != "exp" else makes,
        are_sure=loss.scores_to in {"softmax", "sigmoid", "exp"} or loss.needs is not None,
    )


def find_last(document: Document, output: str | None) -> str | None:
    """The type of the layer that the values of an Output come from, past what only reshapes them; None where there is not
    exactly one.  ``output`` None is the only Output."""
    nodes: Mapping[str, Node] = {node.id: node for node in document.network.nodes}
    exits = [node.id for node in nodes.values() if node.type == "Output"]
    current = output if output is not None else exits[0] if len(exits) == 1 else None
    seen: set[str] = set()
    while current is not None and current not in seen:
        seen.add(current)
        feeding = [edge.source for edge in document.network.edges if edge.target == current]
        if len(feeding) != 1 or feeding[0] not in nodes:
            return None
        current = feeding[0]
        node = nodes[current]
        if not node.muted and node.type not in KEEPS_VALUES:
            return node.type
    return None
