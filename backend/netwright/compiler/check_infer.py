"""One layer with its parameters and inputs: what is wrong, what it calls, what comes out, what it costs.

The answer depends on nothing else, so it is remembered by (type, parameters, inputs) for every document of the process.
Shapes come from running the very PyTorch call on the ``meta`` device, where nothing is allocated; what would be too large is
refused from computed sizes before.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from netwright.compiler.calls import build_call
from netwright.compiler.check_params import validate_params
from netwright.compiler.costs import (
    BYTES_PER_ELEMENT,
    MAX_INNER_ELEMENTS,
    MAX_JSON_INTEGER,
    MAX_MACS,
    MAX_PARAMETERS,
    MAX_TENSOR_ELEMENTS,
)
from netwright.compiler.fragments import EMPTY, Fragment, to_fragment
from netwright.language import Text, say
from netwright.layers.base import Along, Call, Complaint, DType, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.registry import LAYERS

_OPEN: dict[Along, int] = {"N": 7919, "V": 7907, "E": 7901}
"""A prime for each open axis: an output whose first axis is something else does not carry the batch there."""

_DTYPES: dict[DType, torch.dtype] = {"float32": torch.float32, "int64": torch.int64, "bool": torch.bool}
_NAMES: dict[torch.dtype, DType] = {dtype: name for name, dtype in _DTYPES.items()}

FOUND_BY_RUNNING = frozenset({"refused", "tensor_too_large", "too_much_compute"})
"""Codes of complaints that only the run itself gives."""

Specs = tuple[TensorSpec, ...]


class InferenceError(ValueError):
    """PyTorch refused what our own checks let pass, or gave back what cannot flow along a wire."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """What one layer does with its inputs.  ``outputs`` is None where a complaint is an error.

    Costs are per sample where they depend on the batch.  ``fragment`` is the ``NodeReport`` as JSON.
    """

    complaints: tuple[Complaint, ...] = ()
    outputs: Specs | None = None
    call: Call | None = None
    params: LayerParams | None = None
    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    activation_bytes: int = 0
    fragment: Fragment = EMPTY


@dataclass(frozen=True, slots=True)
class MetaRun:
    """What a call gives for one sample, and what its module holds."""

    outputs: Specs
    parameters: int
    buffers: int
    activation_bytes: int


@lru_cache(maxsize=8192)
def infer_leaf(type_name: str, key: bytes, inputs: Specs) -> Leaf | None:
    """The layer ``type_name`` with the parameters ``key`` on ``inputs``; None where the parameters are not valid, of which
    ``validate_params`` says why."""
    layer = LAYERS[type_name]
    params, _ = validate_params(type_name, key)
    if params is None:
        return None
    complaints = _complain(layer, params, inputs)
    if has_errors(complaints):
        return _leaf(layer, params, inputs, complaints)
    if type_name == "Output":
        return _leaf(layer, params, inputs, complaints, MetaRun((), 0, 0, 0))
    call = layer.call(params, inputs)
    try:
        run = without_running(layer, params, inputs) or run_on_meta(call, given(inputs))
    except (RuntimeError, ValueError, TypeError, IndexError, OverflowError) as error:
        return _leaf(layer, params, inputs, [*complaints, _refused(layer, params, error)])
    macs = layer.macs(params, inputs, run.outputs)
    # What is too large to be kept is too much to be computed as well: the first says it.
    complaints += list(_refuse_tensors(layer, params, run.outputs)) or list(_refuse_macs(layer, params, macs))
    return _leaf(layer, params, inputs, complaints, run, macs, call)


def without_running(layer: type[Layer[Any]], params: LayerParams, inputs: Specs) -> MetaRun | None:
    """The layer's own word for what comes out; None where it has none and is to be run.  A boundary keeps nothing."""
    outputs = layer.infer(params, inputs)
    if outputs is None:
        return None
    kept = outputs if layer.inputs else ()
    return MetaRun(
        outputs,
        layer.estimate_parameters(params, inputs),
        layer.estimate_buffers(params, inputs),
        sum(spec.numel * BYTES_PER_ELEMENT[spec.dtype] for spec in kept),
    )


def given(inputs: Specs) -> Specs:
    """The inputs that a wire leads to: what the call takes."""
    return inputs if all(spec.is_given for spec in inputs) else tuple(spec for spec in inputs if spec.is_given)


def complaints_before_running(type_name: str, key: bytes, inputs: Specs) -> Sequence[Complaint] | None:
    """What a layer says of its inputs before its call is run; None where the parameters are not valid."""
    params, _ = validate_params(type_name, key)
    return None if params is None else _complain(LAYERS[type_name], params, inputs)


def _complain(layer: type[Layer[Any]], params: LayerParams, inputs: Specs) -> list[Complaint]:
    complaints = list(layer.check_ports(inputs)) or list(layer.check(params, inputs))
    if not has_errors(complaints):
        complaints += _refuse_parameters(layer, params, layer.estimate_parameters(params, inputs))
        complaints += _refuse_inner(layer, params, layer.estimate_inner(params, inputs))
    return complaints


_ATEN = torch.ops.aten
_LIKE_THE_INPUT = {
    _ATEN.relu.default,
    _ATEN.leaky_relu.default,
    _ATEN._prelu_kernel.default,  # noqa: SLF001
    _ATEN.elu.default,
    _ATEN.gelu.default,
    _ATEN._log_softmax.default,  # noqa: SLF001
    _ATEN.celu.default,
    _ATEN.clamp_min.default,
    _ATEN.hardshrink.default,
    _ATEN.hardsigmoid.default,
    _ATEN.hardswish.default,
    _ATEN.hardtanh.default,
    _ATEN.mish.default,
    _ATEN.softplus.default,
    _ATEN.softshrink.default,
    _ATEN.threshold.default,
}
_LIKE_THE_INPUT_WITH_STATISTICS = {
    _ATEN.native_batch_norm.default,
    _ATEN.native_layer_norm.default,
    _ATEN.native_group_norm.default,
}


_BILINEAR = ([1, 3], [0], [1, 2], [2, 3])
"""How ``nn.Bilinear`` calls ``_trilinear``, which takes milliseconds to say that rows and outputs are kept."""


class _ShortCuts(TorchDispatchMode):  # type: ignore[no-untyped-call]  # PyTorch leaves the class without types
    """Answers at once for operations whose output is like their input and which PyTorch, on meta, works out in dozens of
    primitive steps (a batch norm in 1.5 ms).  The module that runs is the same; a test holds the answers to PyTorch's own.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # what would keep this mode out of a compilation loads the compiler: see keep_compiler_out

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in _LIKE_THE_INPUT:
            return torch.empty_like(args[0])
        if func in _LIKE_THE_INPUT_WITH_STATISTICS:
            nothing = args[0].new_empty(0)
            return torch.empty_like(args[0]), nothing, nothing
        if func is _ATEN.clamp_min_.Tensor:
            return args[0]
        if func is _ATEN.log_sigmoid_forward.default:
            return torch.empty_like(args[0]), args[0].new_empty(0)
        if func is _ATEN._trilinear.default and args[3:7] == _BILINEAR:  # noqa: SLF001
            first, weight = args[:2]
            return first.new_empty(first.shape[0], weight.shape[0])
        return func(*args, **(kwargs or {}))


_VF = torch._C._VariableFunctions  # noqa: SLF001
_RECURRENT = {"RNN": (_VF.rnn_tanh, _VF.rnn_relu), "LSTM": (_VF.lstm,), "GRU": (_VF.gru,)}
"""Modules whose loop over the steps PyTorch writes out on meta, operation by operation (7 s for 500 steps)."""


class _Steps(TorchFunctionMode):
    """Answers at once for a recurrent module: its output has the input's steps, its states are as they came."""

    def __init__(self, functions: Sequence[Any]) -> None:
        super().__init__()
        self.functions = functions

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func not in self.functions:
            return func(*args, **(kwargs or {}))
        # input, states, weights, bias, layers, dropout, training, bidirectional, batch first
        x, states, bidirectional = args[0], args[1], args[7]
        hidden = states[0] if isinstance(states, (tuple, list)) else states
        y = x.new_empty((*x.shape[:2], hidden.shape[-1] * (2 if bidirectional else 1)))
        others = tuple(
            torch.empty_like(state) for state in (states if isinstance(states, (tuple, list)) else (states,))
        )
        return (y, *others)


def run_on_meta(call: Call, inputs: Specs, *, with_short_cuts: bool = True) -> MetaRun:
    """Run the call for a prime number of samples on tensors that have a shape and no memory.

    An output that is a view of an input (Flatten) or the input itself costs no activation bytes.

    Raises:
        InferenceError: an output does not carry the batch on its first axis, or is no tensor of a type that we know.
        RuntimeError, ValueError, TypeError, IndexError, OverflowError: what PyTorch raises.
    """
    function = build_call(call, "meta")
    tensors = [torch.empty(spec.full(_OPEN[spec.along]), dtype=_DTYPES[spec.dtype], device="meta") for spec in inputs]
    mode = _ShortCuts() if with_short_cuts else nullcontext()  # type: ignore[no-untyped-call]  # as above
    steps = _RECURRENT.get(call.target) if with_short_cuts else None
    with torch.no_grad(), mode, _Steps(steps) if steps else nullcontext():
        result = function(*tensors)
    results = result if isinstance(result, tuple) else (result,)
    storages = {_storage(tensor) for tensor in tensors}
    along = inputs[0].along
    specs = tuple(_spec(tensor, along) for tensor in results)
    kept = [spec for spec, tensor in zip(specs, results, strict=True) if _storage(tensor) not in storages]
    module = function if isinstance(function, nn.Module) else nn.Identity()
    return MetaRun(
        specs,
        sum(parameter.numel() for parameter in module.parameters()),
        sum(buffer.numel() for buffer in module.buffers()),
        sum(spec.numel * BYTES_PER_ELEMENT[spec.dtype] for spec in kept),
    )


def _storage(tensor: torch.Tensor) -> int:
    # On meta every data_ptr is 0; the storage's own address is what tells two of them apart.
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001


def _spec(tensor: Any, along: Along) -> TensorSpec:
    if not isinstance(tensor, torch.Tensor) or tensor.dtype not in _NAMES:
        raise InferenceError(say("an output is no tensor of a type that can flow along a wire"))
    if tensor.dim() == 0 or tensor.shape[0] != _OPEN[along]:
        raise InferenceError(
            say("the output does not keep the batch on its first axis: samples would be mixed with each other")
        )
    return TensorSpec(tuple(tensor.shape[1:]), _NAMES[tensor.dtype], along)


def has_errors(complaints: Iterable[Complaint]) -> bool:
    return any(complaint.severity == "error" for complaint in complaints)


# --- limits ----------------------------------------------------------------------------------------------------------


def _refuse_parameters(layer: type[Layer[Any]], params: LayerParams, count: int) -> Iterator[Complaint]:
    if count > MAX_PARAMETERS:
        yield _limit("too_many_parameters", layer, params, say("would hold {count} parameters"), MAX_PARAMETERS, count)


def _refuse_inner(layer: type[Layer[Any]], params: LayerParams, count: int) -> Iterator[Complaint]:
    if count > MAX_INNER_ELEMENTS:
        what = say("would keep {count} values a sample on the way")
        yield _limit("too_much_inside", layer, params, what, MAX_INNER_ELEMENTS, count)


def _refuse_macs(layer: type[Layer[Any]], params: LayerParams, count: int) -> Iterator[Complaint]:
    if count > MAX_MACS:
        yield _limit(
            "too_much_compute", layer, params, say("would take {count} multiplications a sample"), MAX_MACS, count
        )


def _refuse_tensors(layer: type[Layer[Any]], params: LayerParams, outputs: Specs) -> Iterator[Complaint]:
    for spec in outputs:
        if spec.numel > MAX_TENSOR_ELEMENTS:
            yield _limit("tensor_too_large", layer, params, _TOO_LARGE, MAX_TENSOR_ELEMENTS, spec.numel)


_TOO_LARGE = say("would give {count} values a sample")


def _limit(code: str, layer: type[Layer[Any]], params: LayerParams, what: Text, limit: int, count: int) -> Complaint:
    """``what`` has one place for the count.  The checker offers those repairs that are seen to help."""
    sizes = {name: getattr(params, name, None) for name in ("out_features", "out_channels")}
    smaller = [
        Repair("set_param", {"name": name, "value": max(1, size * limit // count)})
        for name, size in sizes.items()
        if size
    ]
    names = [name for name in ("kernel_size", "padding", "output_size", "shape") if name in layer.Params.model_fields]
    return Complaint(
        code=code,
        message=say(
            "{type} `{node}` {what}; at most {limit:,} are allowed. Make its sizes smaller.",
            type=layer.type,
            what=what.with_values(count=in_words(count)),
            limit=limit,
        ),
        port=layer.inputs[0].name if layer.inputs else None,
        expected=say("at most {limit:,}", limit=limit),
        got=in_words(count),
        values={"limit": limit, "count": min(count, MAX_JSON_INTEGER)},
        fixes=(*smaller, *(Repair("set_param", {"name": name, "value": None}) for name in names)),
    )


def in_words(count: int) -> Text:
    """``1,234,567``, or a power of ten where that would fill the line."""
    return say("{it}", it=f"{count:,}") if count < 10**15 else say("more than 10^{power}", power=len(str(count)) - 1)


def _refused(layer: type[Layer[Any]], params: LayerParams, error: Exception) -> Complaint:
    text = " ".join(str(error).split())[:300].removesuffix(".")
    if "overflow" in text:
        return _limit("tensor_too_large", layer, params, _TOO_LARGE, MAX_TENSOR_ELEMENTS, 2**63)
    if isinstance(error, InferenceError):
        said = say(
            "{type} `{node}` does not work on this input. The check says: {why}.", type=layer.type, why=error.args[0]
        )
    else:
        said = say("{type} `{node}` does not work on this input. PyTorch says: {why}.", type=layer.type, why=text)
    return Complaint(
        code="refused",
        message=said,
        port=layer.inputs[0].name if layer.inputs else None,
        values={"reason": text},
    )


# --- the report of one node ------------------------------------------------------------------------------------------


def _leaf(
    layer: type[Layer[Any]],
    params: LayerParams,
    inputs: Specs,
    complaints: Iterable[Complaint],
    run: MetaRun | None = None,
    macs: int = 0,
    call: Call | None = None,
) -> Leaf:
    complaints = tuple(complaints)
    summary = layer.summary(params)
    if run is None or has_errors(complaints):
        return Leaf(
            complaints, params=params, fragment=to_fragment(input_names(layer.inputs, inputs), {}, summary=summary)
        )
    inner = layer.estimate_inner(params, inputs)
    costs = {
        "parameters": run.parameters,
        "buffers": run.buffers,
        "macs": macs,
        "activation_bytes": run.activation_bytes + inner * BYTES_PER_ELEMENT["float32"],
    }
    ports = layer.outputs_for(dict(params))
    outputs = {port.name: spec for port, spec in zip(ports, run.outputs, strict=True)}
    fragment = to_fragment(input_names(layer.inputs, inputs), outputs, summary=summary, **costs)
    return Leaf(complaints, run.outputs, call, params, fragment=fragment, **costs)


def input_names(ports: Sequence[Port], inputs: Specs) -> dict[str, TensorSpec]:
    """The inputs by the name of their port; the wires of a variadic port are ``x.0``, ``x.1`` ..."""
    if not ports or not ports[-1].variadic:
        return {port.name: spec for port, spec in zip(ports, inputs, strict=False) if spec.is_given}
    single = len(ports) - 1
    named = {port.name: spec for port, spec in zip(ports[:single], inputs[:single], strict=False) if spec.is_given}
    return named | {f"{ports[-1].name}.{i}": spec for i, spec in enumerate(inputs[single:])}
