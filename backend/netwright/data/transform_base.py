"""What a transform of ``data.preprocess`` is: what it does to a sample's layout, and the source it is written as.

A transform is one class.  Its ``plan`` needs no torch, so that the server knows the network's input shape without it;
``write`` fits on the training part and answers with lines of Python over ``batch``.  Training executes those very lines, and
they are the ones that a person takes home.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from netwright.data.base import DataError, Kind
from netwright.data.facts import DType
from netwright.graph.model import Model
from netwright.language import say

if TYPE_CHECKING:
    from torch import Tensor

MAX_COMMENT = 90


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column of a table; ``categories`` where it holds the index of a category."""

    name: str
    categories: tuple[str, ...] | None = None
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A batch between two transforms: ``shape`` without the batch, ``columns`` of a table or the channels of a series.
    ``num_tokens``: it holds int64 indices below this."""

    kind: Kind
    shape: tuple[int, ...]
    is_float: bool
    columns: tuple[LayoutColumn, ...] = ()
    num_tokens: int | None = None

    @property
    def dtype(self) -> DType:
        """Of what a network gets, once all transforms are done."""
        return "float32" if self.num_tokens is None else "int64"


@dataclass(frozen=True, slots=True)
class Code:
    """Statements over ``batch``, and the constants they name: a flat list of float32 values and its shape.  ``imports`` and
    ``definitions`` (whole statements of a module) stand before the function."""

    lines: tuple[str, ...]
    constants: Mapping[str, tuple[tuple[float, ...], tuple[int, ...]]] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Training:
    """The training part as a transform sees it while fitting.

    ``batches`` yields it through the transforms before this one.  ``raw`` is the untouched part, and ``levels`` the 256
    values that those transforms make of a pixel's 256 levels, where they treat every pixel alike (None where not).
    """

    batches: Callable[[], Iterator[Tensor]]
    raw: Tensor
    levels: Tensor | None


class Transform(ABC):
    """One registered transform."""

    type: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    is_per_pixel: ClassVar[bool] = False
    """True where each value depends on nothing but the same value before."""

    class Params(Model):
        """Settings of this transform."""

    @classmethod
    @abstractmethod
    def plan(cls, params: Any, layout: Layout) -> Layout:
        """The layout afterwards.

        Raises:
            DataError: the transform does not fit there.
        """

    @classmethod
    @abstractmethod
    def write(cls, params: Any, layout: Layout, training: Training, name: Callable[[str], str]) -> Code:
        """Fitted source.  ``name`` makes a constant's name unique in the module."""

    @classmethod
    def write_masks(cls, params: Any) -> tuple[str, ...]:
        """What moves pictures moves their masks: lines over ``masks``, uint8 ``(N, H, W)``; none where pixels stay in their
        places."""
        return ()


def misfit(transform: type[Transform], why: str) -> DataError:
    return DataError(
        say("The transform {type} does not fit here: {why}.", type=transform.type, why=why), code="bad_transform"
    )


def to_literal(value: float) -> str:
    """A literal that reads back as the very same float; whole ones without their ``.0``."""
    return str(int(value)) if value.is_integer() else repr(value)


def on_device(constant: str, beside: str = "batch") -> str:
    """The constant beside the batch.  It is never written to, so the copy need not be waited for."""
    return f"{constant}.to({beside}.device, non_blocking=True)"


def shorten(text: str) -> str:
    return text if len(text) <= MAX_COMMENT else f"{text[:MAX_COMMENT]} ..."
