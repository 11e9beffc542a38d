"""What a layer is: parameters, ports, one PyTorch call, costs, documentation.

A subclass of :class:`Layer` in a family file is all there is to a layer type: the palette entry, the form, validation,
shape inference, the module that trains, the exported source, the documentation and the tests derive from it.
"""

import builtins
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

Family = Literal[
    "io",
    "linear",
    "convolution",
    "recurrent",
    "attention",
    "embedding",
    "graph",
    "pooling",
    "normalization",
    "activation",
    "regularization",
    "shape",
    "merge",
]
DType = Literal["float32", "int64", "bool"]
ANY_DTYPE: frozenset[DType] = frozenset(get_args(DType))
Along = Literal["N", "V", "E"]
"""What the open axis of a tensor counts: samples, the vertices of a graph, its edges."""

SAMPLES: frozenset[Along] = frozenset({"N"})
ROWS: frozenset[Along] = frozenset({"N", "V"})
"""Of a port that works on each row by itself, whatever the rows are of."""
ANY_ALONG: frozenset[Along] = frozenset(get_args(Along))


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor that flows along a wire.  ``shape`` leaves the open axis out: ``(C, H, W)``, not ``(N, C, H, W)``.

    The open axis is the one whose size no document knows.  ``along`` says what it counts, ``open_axis`` where it stands: first,
    but for the edges of a graph, which PyTorch Geometric keeps as ``(2, E)``.  ``is_given`` is false for :data:`MISSING` alone.
    ``places`` are the sizes of the picture that indices of a max pool count through; None of anything else.
    """

    shape: tuple[int, ...]
    dtype: DType = "float32"
    along: Along = "N"
    open_axis: int = 0
    is_given: bool = True
    places: tuple[int, ...] | None = None

    def __hash__(self) -> int:
        # Each layer of a network is looked up by what comes into it, at every edit: the shape alone tells nearly all apart.
        return hash(self.shape)

    @property
    def numel(self) -> int:
        """Elements of one sample (of one vertex, of one edge)."""
        return math.prod(self.shape)

    def full(self, size: int) -> tuple[int, ...]:
        """The whole shape with ``size`` on the open axis."""
        return (*self.shape[: self.open_axis], size, *self.shape[self.open_axis :])

    @property
    def axes(self) -> tuple[int | str, ...]:
        """The whole shape with the letter of the open axis: ``("N", 1, 28, 28)``, ``(2, "E")``."""
        return (*self.shape[: self.open_axis], self.along, *self.shape[self.open_axis :])

    def __str__(self) -> str:
        return " x ".join(str(size) for size in self.axes)


MISSING = TensorSpec((), is_given=False)
"""Stands among the inputs of a layer for an optional port that no wire leads to."""


@dataclass(frozen=True, slots=True)
class Port:
    """A place where a wire ends.

    ``ranks`` are the allowed numbers of axes with the batch counted (``{4}`` for ``(N, C, H, W)``), None for any.
    ``axes`` is the shape in the legend's letters.  ``along`` are the letters that the open axis may have.
    A ``variadic`` port takes ``least`` or more wires, in edge order.
    An ``optional`` input may stay without a wire; the layer's methods then get :data:`MISSING` in its place.

    Ports may depend on the parameters, by rules that are data, so that the page knows them too: a port with ``only_if`` is
    there where that parameter is true; one with ``count_from`` stands for as many as that parameter says (a number, or one
    for each item of a list), named with a number from 0: ``part0``, ``part1``.
    """

    name: str
    axes: str = "(N, *)"
    ranks: frozenset[int] | None = None
    dtypes: frozenset[DType] = frozenset({"float32"})
    variadic: bool = False
    along: frozenset[Along] = SAMPLES
    least: int = 2
    optional: bool = False
    only_if: str | None = None
    count_from: str | None = None


class LayerParams(BaseModel):
    """A node's settings under PyTorch's own names; frozen, nothing unknown, every field described.

    Strict: ``true`` is not ``1`` and ``"3"`` is not ``3``.  The types of ``layers.params`` take a JSON array as a tuple.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=True)

    def changed(self, *names: str) -> "dict[str, Value]":
        """The parameters of ``names`` (all where none is named) that differ from their defaults: what a call has to print
        where the defaults are PyTorch's."""
        fields = type(self).model_fields
        return {name: value for name in names or fields if (value := getattr(self, name)) != fields[name].default}


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
    It may depend on how many inputs there are, not on their shapes: one line of a block's class serves all its uses.
    Where it spells an argument out or leaves it out (``{0}[:, 2:]`` of an axis 1 and no end), ``general`` is the longer way
    to write the same with a place for every argument: printed where such an argument is an expression, which may
    have another value in another use.
    ``prelude`` is a constant definition that the emitted module needs once (a class that PyTorch does not have);
    then ``target`` names that class without ``nn.``.

    ``imports`` are lines ``from package import Name`` that the emitted module begins with; then ``target`` (and what a
    template calls) is one of these names, without ``nn.``.  They are carried out only where the call is built, never to check a
    document: such a layer says by :meth:`Layer.infer` what comes out.
    ``construction`` is a template over the argument names for a module that is not made by a plain call of ``target``:
    ``GINConv(nn.Sequential(...))``.

    ``invoke`` says how a module is called where that is not ``self.name(x)``: source over ``{self}`` and the placeholders of
    a template.  Numbers count the inputs that are given: one that is missing has none.
    ``results`` takes apart what the call gives where that is not one tensor or a tuple of the outputs: ``"y, (h, _)"``;
    ``outputs`` then makes every output, in the order of the ports, from those names: ``{"y": "{y}", "last": "{h}[-1]"}``.
    """

    target: str = ""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    positional: int = 0
    template: str | None = None
    general: str | None = None
    prelude: str | None = None
    imports: tuple[str, ...] = ()
    construction: str | None = None
    invoke: str = "{self}({inputs})"
    results: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repair:
    """A wish for a fix; the checker knows the graph and turns it into edits (``compiler.fixes``).

    ``code`` and its ``values``:

    - ``insert``: ``nodes``, a list of ``{"type", "params"}``: new nodes, in the order of the data, on the wire that feeds
      the complaint's port.
    - ``set_param``: ``name``, ``value``: a parameter of this node.
    - ``set_source_param``: ``type``, ``name``, ``value``: a parameter of the node that feeds the port, offered only where
      that node is a ``type`` (correct the dtype of an Input).
    - ``replace``: ``type``, ``params``: this node becomes another type (Conv1d for Conv2d); params it does not know go.

    ``wire`` says which of a variadic port's wires is meant (0 is the first).
    """

    code: Literal["insert", "set_param", "set_source_param", "replace"]
    values: Mapping[str, Any] = field(default_factory=dict)
    wire: int = 0


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why inputs do not fit, in our own words.

    ``message`` holds ``{node}`` and ``{source}``, filled by the checker with the ids of this node and of the node that
    feeds wire number ``wire`` of ``port``; no other braces.  ``values`` are the figures in the sentence, for translations.
    ``fixes`` are repairs, best first.
    """

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    port: str | None = None
    field: str | None = None
    expected: str | None = None
    got: str | None = None
    severity: Literal["error", "warning"] = "error"
    fixes: tuple[Repair, ...] = ()
    wire: int = 0


@dataclass(frozen=True, slots=True)
class Flat:
    """Where an activation, which works value by value, is flat, so that what is before it cannot learn.

    A unit that gives one of ``dead`` for every sample is dead: it says nothing, and no gradient passes.  ``bounds`` are values
    that the output comes close to or stops at (0 and 1 of a sigmoid): a unit that is near them for nearly every sample is
    saturated, for hardly any gradient passes there.
    """

    dead: tuple[float, ...] = ()
    bounds: tuple[float, ...] = ()


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

    ``type`` is the class's name.  A class whose name begins with an underscore is the common base of a family.
    Definition errors (no documentation, a field without a description, a default that does not validate) raise
    ``TypeError`` at import with the class's name.
    """

    type: ClassVar[str]
    family: ClassVar[Family]
    Params: ClassVar[builtins.type[LayerParams]] = LayerParams
    inputs: ClassVar[tuple[Port, ...]] = (Port("x"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("y"),)
    documentation: ClassVar[Documentation]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that a person may look for it by: ``("deconvolution",)``, in small letters."""
    muted_is_identity: ClassVar[bool] = True
    """False where leaving the layer out has no meaning (Input, Output, a merge)."""
    is_entry: ClassVar[bool] = False
    """True where data enters the network: its outputs are arguments of ``forward``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__name__.startswith("_"):
            cls.type = cls.__name__
            _check_definition(cls)

    @classmethod
    @abstractmethod
    def call(cls, params: P, inputs: Sequence[TensorSpec]) -> Call:
        """The PyTorch call for ``inputs``, which have passed :meth:`check`."""

    @classmethod
    def outputs_for(cls, params: Mapping[str, Any]) -> tuple[Port, ...]:
        """The output ports for ``params`` by name, as they are in the document (what is left out has its default)."""
        from netwright.layers.ports import ports_for

        return ports_for(cls, cls.outputs, params)

    @classmethod
    def check_ports(cls, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Complaints about rank and dtype, as the ports state them; :meth:`check` may rely on there being none.

        ``inputs`` are in the order of the ports, :data:`MISSING` for an optional one without a wire; a variadic port, which
        is the last, takes the rest of them in wire order.
        """
        from netwright.layers.ports import check_ports

        yield from check_ports(cls, inputs)

    @classmethod
    def check(cls, params: P, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """Complaints beyond rank and dtype, which the ports themselves state and the checker tests before."""
        yield from ()

    @classmethod
    def infer(cls, params: P, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...] | None:
        """What comes out, for a layer whose call cannot be run on ``meta`` (its sizes depend on values, or its package is not
        to be loaded for a check) or that every edit asks; a test holds it to the real call.  None: the call is run on ``meta``.
        """
        return None

    @classmethod
    def macs(cls, params: P, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        """Multiply-accumulates of one sample."""
        return 0

    @classmethod
    def estimate_parameters(cls, params: P, inputs: Sequence[TensorSpec]) -> int:
        """Parameters by formula, computed before anything is allocated; held equal to the module's by a test."""
        return 0

    @classmethod
    def estimate_buffers(cls, params: P, inputs: Sequence[TensorSpec]) -> int:
        """Buffers by formula, asked only of a layer that answers :meth:`infer`."""
        return 0

    @classmethod
    def estimate_inner(cls, params: P, inputs: Sequence[TensorSpec]) -> int:
        """Values of one sample that the call computes on the way and training keeps, beside its outputs: the T x T weights
        of attention.  Computed before anything is allocated."""
        return 0

    @classmethod
    def flat(cls, params: P) -> Flat | None:
        """Where it is flat; None for what is not an activation that works value by value."""
        return None

    @classmethod
    def summary(cls, params: P) -> str:
        """The second line on the card: what matters, short."""
        return ""


def _check_definition(cls: builtins.type[Layer[Any]]) -> None:
    """Raise TypeError, naming the class, when the definition of a layer is incomplete."""

    def fail(reason: str) -> TypeError:
        return TypeError(f"layer {cls.__name__}: {reason}")

    if getattr(cls, "family", None) not in get_args(Family):
        raise fail(f"family must be one of {', '.join(get_args(Family))}")
    documentation = cls.__dict__.get("documentation")
    if not isinstance(documentation, Documentation):
        raise fail("no documentation")
    if empty := [item.name for item in fields(documentation) if not getattr(documentation, item.name).strip()]:
        raise fail(f"the documentation leaves {', '.join(empty)} empty")
    if getattr(cls.call, "__isabstractmethod__", False):
        raise fail("no call")
    if reason := _fault_of_params(cls):
        raise fail(reason)


def _fault_of_params(cls: builtins.type[Layer[Any]]) -> str | None:
    """What is wrong with the definition of the parameters and of the ports that depend on them; None where nothing is."""
    for name, info in cls.Params.model_fields.items():
        if not info.description:
            return f"field {name} has no description"
        if not isinstance(info.json_schema_extra, dict) or "unit" not in info.json_schema_extra:
            return f"field {name} has no unit"
    rules = {name for port in cls.outputs for name in (port.only_if, port.count_from) if name is not None}
    if stray := rules - set(cls.Params.model_fields):
        return f"its ports depend on {', '.join(sorted(stray))}, which is no parameter"
    try:
        cls.Params.model_validate({})
    except ValidationError as error:
        wrong = error.errors()[0]
        return f"the default of field {'.'.join(map(str, wrong['loc']))} does not validate: {wrong['msg']}"
    return None
