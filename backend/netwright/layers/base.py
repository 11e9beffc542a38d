"""What a layer is: parameters, ports, one PyTorch call, costs, documentation.

A subclass of :class:`Layer` in a family file is all there is to a layer type: the palette entry, the form, validation,
shape inference, the module that trains, the exported source, the documentation and the tests derive from it.
"""

import builtins
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Family = Literal[
    "io", "linear", "convolution", "pooling", "normalization", "activation", "regularization", "shape", "merge"
]
DType = Literal["float32", "int64", "bool"]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor that flows along a wire.  ``shape`` leaves the batch axis out: ``(C, H, W)``, not ``(N, C, H, W)``."""

    shape: tuple[int, ...]
    dtype: DType = "float32"

    @property
    def numel(self) -> int:
        """Elements of one sample."""
        return math.prod(self.shape)

    def __str__(self) -> str:
        return " x ".join(str(size) for size in ("N", *self.shape))


@dataclass(frozen=True, slots=True)
class Port:
    """A place where a wire ends.

    ``ranks`` are the allowed numbers of axes with the batch counted (``{4}`` for ``(N, C, H, W)``), None for any.
    ``axes`` is the shape in the legend's letters.  A ``variadic`` port takes two or more wires, in edge order.
    """

    name: str
    axes: str = "(N, *)"
    ranks: frozenset[int] | None = None
    dtypes: frozenset[DType] = frozenset({"float32"})
    variadic: bool = False


class LayerParams(BaseModel):
    """A node's settings under PyTorch's own names; frozen, nothing unknown, every field described."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Value = int | float | bool | str | None | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """The one PyTorch call of a node, at once built and printed.

    ``target`` is ``nn.NAME`` for a module, which becomes an attribute, or a ``template`` says how a stateless operation is
    written.  ``arguments`` are in printed order under PyTorch's names; one whose name is also a parameter of the layer may
    be printed as that parameter's expression, one that is inferred (``in_channels``) as an argument of the block's class.
    The first ``positional`` arguments are printed without their names.  Arguments that equal PyTorch's defaults are left
    out by the layer.

    ``template`` is Python source over ``{inputs}`` (all of them, comma separated), ``{0}``, ``{1}`` ... and argument names.
    ``prelude`` is a constant definition that the emitted module needs once (a class that PyTorch does not have);
    then ``target`` names that class without ``nn.``.
    """

    target: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    positional: int = 0
    template: str | None = None
    prelude: str | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why inputs do not fit, in our own words.  ``message`` may hold ``{node}`` and ``{source}``, filled by the checker
    with the ids of this node and of the node that feeds ``port``.

    ``fixes`` name repairs that the checker turns into edits, best first: see ``compiler.fixes`` for the codes.
    """

    code: str
    message: str
    port: str | None = None
    field: str | None = None
    expected: str | None = None
    got: str | None = None
    severity: Literal["error", "warning"] = "error"
    fixes: tuple["Repair", ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """A wish for a fix: ``code`` (``insert``, ``set_param`` ...) and what it needs; the checker knows the graph."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Documentation:
    """What the help panel says.  ``formula`` is LaTeX, ``shape`` a rule in the legend's letters, ``source`` a URL or a
    citation."""

    summary: str
    formula: str
    shape: str
    use_when: str
    pitfalls: str
    source: str


P = TypeVar("P", bound=LayerParams)


class Layer(ABC, Generic[P]):
    """One layer type.  Classes are never instantiated: everything is a class method over validated parameters.

    Definition errors (no documentation, a field without a description, a default that does not validate) raise
    ``TypeError`` at import with the class's name.
    """

    type: ClassVar[str]
    family: ClassVar[Family]
    Params: ClassVar[builtins.type[LayerParams]] = LayerParams
    inputs: ClassVar[tuple[Port, ...]] = (Port("x"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("y"),)
    documentation: ClassVar[Documentation]
    muted_is_identity: ClassVar[bool] = True
    """False where leaving the layer out has no meaning (Input, Output, a merge)."""

    @classmethod
    @abstractmethod
    def call(cls, params: P, inputs: Sequence[TensorSpec]) -> Call:
        """The PyTorch call for ``inputs``, which have passed :meth:`check`."""

    @classmethod
    def check(cls, params: P, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Complaints beyond rank and dtype, which the ports themselves state and the checker tests before."""
        yield from ()

    @classmethod
    def macs(cls, params: P, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        """Multiply-accumulates of one sample."""
        return 0

    @classmethod
    def estimate_parameters(cls, params: P, inputs: Sequence[TensorSpec]) -> int:
        """Parameters by formula, computed before anything is allocated; held equal to the module's by a test."""
        return 0

    @classmethod
    def summary(cls, params: P) -> str:
        """The second line on the card: what matters, short."""
        return ""
