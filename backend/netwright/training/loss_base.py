"""What a loss is: from a network's outputs and raw targets to one number to minimise.

Each takes outputs ``(N, K)`` as the network gives them and targets as the data gives them (int64 ``(N,)`` class indices,
float32 ``(N, T)``, of labels float32 ``(N, L)`` zeros and ones), and fits the targets to the loss itself: one-hot for squared
error on classes, a float column for a single score.  Of masks outputs are ``(N, K, H, W)`` and targets ``(N, H, W)``; of a
sample that is its own target both have its shape.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from netwright.data.base import Task
from netwright.training.choices import ChoiceParams, RegisteredChoice

if TYPE_CHECKING:
    from torch import Tensor

LossFunction = Callable[["Tensor", "Tensor"], "Tensor"]

ClassWeights = Annotated[
    tuple[Annotated[float, Field(ge=0.0)], ...] | None,
    Field(
        strict=False,
        description="One factor a class, to make rare classes count more. Empty: all count the same.",
        json_schema_extra={"balance": "classes"},
    ),
]
"""``balance`` tells the page what its button may fill in (:data:`netwright.training.class_weights.BalanceKind`)."""


def leaves_out(weight: tuple[float, ...] | None) -> bool:
    """Whether a class has the factor 0, so that a batch may hold nothing that counts."""
    return weight is not None and 0.0 in weight


def weight_source(weight: tuple[float, ...] | None) -> str:
    return "None" if weight is None else f"torch.tensor({list(weight)!r}, device=outputs.device)"


def _in_a_row(value: object) -> object:
    return [value] if isinstance(value, int | float) else value


PositiveWeights = Annotated[
    Annotated[
        tuple[Annotated[float, Field(gt=0.0)], ...], Field(strict=False, min_length=1), BeforeValidator(_in_a_row)
    ]
    | None,
    Field(
        description="Factor on samples that have the label (of two classes: the second), to balance recall against precision; "
        "one for all, or one a label. Empty: 1.",
        json_schema_extra={"balance": "second"},
    ),
]
"""A single number is taken as a row of one."""


class Loss(RegisteredChoice, is_abstract=True):
    """A loss that averages over the batch."""

    scores_to: ClassVar[Literal["softmax", "sigmoid", "exp", "sides"] | None] = None
    """What turns the network's scores into probabilities, where anything does.  ``sides`` does not: one score, whose sign says
    on which side of the boundary a sample lies (positive: the second class)."""
    cut: ClassVar[float] = 0.0
    """Where a single score turns from the first class to the second: 0 for raw scores, one half for values between 0 and 1."""
    takes_shares: ClassVar[bool] = False
    """Whether targets may be shares of classes ``(N, K)`` instead of class indices, as mixed samples have them."""
    needs: ClassVar[str | None] = None
    """The layer that the network must end in for this loss; without it the loss cannot be computed."""

    @classmethod
    @abstractmethod
    def build(cls, params: ChoiceParams, device: str) -> LossFunction:
        """The function ``(outputs, targets) -> scalar``."""

    @classmethod
    @abstractmethod
    def source(cls, params: ChoiceParams, fitted: str) -> str:
        """The same as a Python expression over ``outputs`` and ``targets``, with ``torch`` and ``functional`` at hand; for an
        exported project.  ``fitted`` is the expression of :func:`fit_targets`.  A test holds it equal to :meth:`build`."""

    @classmethod
    def functions(cls, params: ChoiceParams) -> str:
        """Source of functions that :meth:`source` calls."""
        return ""

    @classmethod
    @abstractmethod
    def allowed_outputs(cls, task: Task, num_outputs: int) -> tuple[int, ...]:
        """Numbers of values a sample (or a pixel) that the network's output may have, the usual one first."""


def one_or_each(num_outputs: int) -> tuple[int, ...]:
    """For two classes one score or two, for more one a class."""
    return (1, 2) if num_outputs == 2 else (num_outputs,)


def fit_targets(targets: "Tensor", outputs: "Tensor") -> "Tensor":
    """Targets in the shape and dtype of ``outputs``: one-hot where there is a score per class, else as they are.

    ``(N, ...)`` class indices and ``(N, K, ...)`` outputs give ``(N, K, ...)`` zeros and ones; with one score, ``(N, 1, ...)``.
    """
    import torch

    if targets.dtype is torch.int64 and outputs.ndim > 1 and outputs.shape[1] > 1:
        one_hot = torch.nn.functional.one_hot(targets, outputs.shape[1])
        return one_hot.movedim(-1, 1).to(outputs.dtype)
    return targets.to(outputs.dtype).view_as(outputs)


def fit_targets_source(num_scores: int, *, is_class: bool, is_mask: bool = False, is_soft: bool = False) -> str:
    """What :func:`fit_targets` does for outputs ``(N, num_scores, ...)``, as an expression.  ``is_soft``: classes may have
    become shares ``(N, K)``."""
    if is_soft:
        return f"(targets if targets.ndim == 2 else functional.one_hot(targets, {num_scores})).to(outputs.dtype)"
    if is_class and num_scores > 1:
        moved = ".movedim(-1, 1)" if is_mask else ""
        return f"functional.one_hot(targets, {num_scores}){moved}.to(outputs.dtype)"
    return "targets.to(outputs.dtype).view_as(outputs)"
