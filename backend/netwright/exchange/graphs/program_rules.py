"""Which layer stands for an ATen operator of a PyTorch program.

To add one, write a function under ``@rule`` here, or in ``program_shapes.py`` where it rearranges.  Arguments go by the names
of the operator's schema; those that were left out have its defaults.
"""

from typing import Any

import numpy as np

from netwright.exchange.graphs import program_shapes  # noqa: F401  (its rules register)
from netwright.exchange.graphs.flat import Builder, NoRuleError, one_or_all
from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.onnx_shapes import reduction
from netwright.exchange.graphs.onnx_values import add_constant
from netwright.exchange.graphs.program_registry import RULES, array_of, data_of, needed, rule
from netwright.exchange.graphs.unpooling import add_max_pool, max_unpool
from netwright.language import say

__all__ = ["RULES"]

_LIKE_THE_KERNEL = -1


def _sizes(op: Operator, name: str, default: int, dims: int) -> int | list[int]:
    value = op.attributes.get(name)
    if value is None or value == []:
        return default
    return one_or_all(value if isinstance(value, list) else [value] * dims)


# --- windows ---------------------------------------------------------------------------------------------------------


@rule("conv1d", "conv2d", "conv3d", "convolution", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv(build: Builder, op: Operator) -> None:
    weight, bias = needed(build, op, "weight"), array_of(build, op, "bias")
    dims = weight.ndim - 2
    is_transposed = "transpose" in op.kind or bool(op.attributes.get("transposed", False))
    groups = op.attributes.get("groups", 1)
    padding = op.attributes.get("padding")
    params = {
        "out_channels": weight.shape[1] * groups if is_transposed else weight.shape[0],
        "kernel_size": one_or_all(weight.shape[2:]),
        "stride": _sizes(op, "stride", 1, dims),
        "padding": padding if isinstance(padding, str) else _sizes(op, "padding", 0, dims),
        "dilation": _sizes(op, "dilation", 1, dims),
        "groups": groups,
        "bias": bias is not None,
    }
    if is_transposed:
        params["output_padding"] = _sizes(op, "output_padding", 0, dims)
    name = f"ConvTranspose{dims}d" if is_transposed else f"Conv{dims}d"
    build.add(op, name, params, [data_of(op)], {"weight": weight, "bias": bias})


def _rank(op: Operator) -> int:
    """The number in the operator's name: 2 in ``max_pool2d``."""
    return int(next(letter for letter in op.kind if letter.isdigit()))


@rule("max_pool1d", "max_pool2d", "max_pool3d")
@rule("max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")
def max_pool(build: Builder, op: Operator) -> None:
    dims = _rank(op)
    kernel = _sizes(op, "kernel_size", 1, dims)
    params = {
        "kernel_size": kernel,
        "stride": _sizes(op, "stride", _LIKE_THE_KERNEL, dims),
        "padding": _sizes(op, "padding", 0, dims),
        "dilation": _sizes(op, "dilation", 1, dims),
        "ceil_mode": op.attributes.get("ceil_mode", False),
    }
    add_max_pool(build, op, f"MaxPool{dims}d", _without_own_stride(params), [data_of(op)])


rule("max_unpool2d", "max_unpool3d")(max_unpool)


@rule("avg_pool1d", "avg_pool2d", "avg_pool3d")
def average_pool(build: Builder, op: Operator) -> None:
    dims = _rank(op)
    if op.attributes.get("divisor_override") is not None:
        raise NoRuleError(say("it divides by a number of its own"))
    params = {
        "kernel_size": _sizes(op, "kernel_size", 1, dims),
        "stride": _sizes(op, "stride", _LIKE_THE_KERNEL, dims),
        "padding": _sizes(op, "padding", 0, dims),
        "ceil_mode": op.attributes.get("ceil_mode", False),
        "count_include_pad": op.attributes.get("count_include_pad", True),
    }
    build.add(op, f"AvgPool{dims}d", _without_own_stride(params), [data_of(op)])


def _without_own_stride(params: dict[str, Any]) -> dict[str, Any]:
    """A pool steps by its kernel where nothing else is said."""
    if params["stride"] == _LIKE_THE_KERNEL:
        del params["stride"]
    return params


@rule("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
@rule("_adaptive_avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_pool(build: Builder, op: Operator) -> None:
    dims = _rank(op)
    kind = "Avg" if "avg" in op.kind else "Max"
    params = {"output_size": _sizes(op, "output_size", 1, dims)}
    build.add(op, f"Adaptive{kind}Pool{dims}d", params, [data_of(op)])


_REDUCTIONS = {"aten.mean": "ReduceMean", "aten.amax": "ReduceMax", "aten.amin": "ReduceMin", "aten.sum": "ReduceSum"}


@rule("mean", "amax", "amin", "sum")
def reduce_axes(build: Builder, op: Operator) -> None:
    rank = build.rank(data_of(op))
    axes = sorted(axis % rank for axis in op.attributes.get("dim") or range(rank))
    keepdim = bool(op.attributes.get("keepdim", False))
    name, params = reduction(_REDUCTIONS[op.kind], rank, axes, keepdim=keepdim)
    build.add(op, name, params, [data_of(op)])


# --- linear ----------------------------------------------------------------------------------------------------------


@rule("linear")
def linear(build: Builder, op: Operator) -> None:
    _linear(build, op, data_of(op), needed(build, op, "weight"), array_of(build, op, "bias"))


@rule("addmm")
def addmm(build: Builder, op: Operator) -> None:
    bias, data, weight = (op.attributes[name] for name in ("self", "mat1", "mat2"))
    _linear(build, op, data, build.array(weight).T, build.array(bias))


@rule("mm", "matmul")
def matmul(build: Builder, op: Operator) -> None:
    data, weight = op.inputs
    if not build.is_constant(weight):
        for value in op.inputs:
            build.sample_shape(value)
        build.add(op, "MatMul", {}, op.inputs)
        return
    _linear(build, op, data, build.array(weight).T, None)


def _linear(build: Builder, op: Operator, data: str, weight: Array, bias: Array | None) -> None:
    if weight.ndim != 2:
        raise NoRuleError(say("its weight has {count} axes", count=weight.ndim))
    params = {"out_features": weight.shape[0], "bias": bias is not None}
    build.add(op, "Linear", params, [data], {"weight": weight, "bias": bias})


@rule("embedding")
def embedding(build: Builder, op: Operator) -> None:
    weight = needed(build, op, "weight")
    params: dict[str, Any] = {"num_embeddings": weight.shape[0], "embedding_dim": weight.shape[1]}
    if op.attributes.get("padding_idx", -1) >= 0:
        params["padding_idx"] = op.attributes["padding_idx"]
    params |= {name: op.attributes[name] for name in ("max_norm", "norm_type") if name in op.attributes}
    build.add(op, "Embedding", params, [str(op.attributes["indices"])], {"weight": weight})


@rule("embedding_bag", "_embedding_bag")
def embedding_bag(build: Builder, op: Operator) -> None:  # noqa: ARG001  (a rule like any other)
    """Only what :func:`~netwright.exchange.graphs.patterns_bags.program_bag` could not follow comes here."""
    raise NoRuleError(say("its bags are not the rows of a batch, or their vectors are weighted"))


# --- normalisation ---------------------------------------------------------------------------------------------------


@rule("batch_norm", "_native_batch_norm_legit_no_training")
def batch_norm(build: Builder, op: Operator) -> None:
    dims = max(build.rank(data_of(op)) - 2, 1)
    names = ("weight", "bias", "running_mean", "running_var")
    weights = {name: array_of(build, op, name) for name in names}
    params = {
        "eps": op.attributes.get("eps", 1e-5),
        "momentum": op.attributes.get("momentum", 0.1),
        "affine": weights["weight"] is not None,
        "track_running_stats": weights["running_mean"] is not None,
    }
    if weights["running_mean"] is not None:
        weights["num_batches_tracked"] = np.array(0, np.int64)
    build.add(op, f"BatchNorm{dims}d", params, [data_of(op)], weights)


@rule("layer_norm", "native_layer_norm")
def layer_norm(build: Builder, op: Operator) -> None:
    weight, bias = array_of(build, op, "weight"), array_of(build, op, "bias")
    params = {
        "normalized_dims": len(op.attributes["normalized_shape"]),
        "eps": op.attributes.get("eps", 1e-5),
        "elementwise_affine": weight is not None,
        "bias": bias is not None or weight is None,
    }
    build.add(op, "LayerNorm", params, [data_of(op)], {"weight": weight, "bias": bias})


@rule("group_norm", "native_group_norm")
def group_norm(build: Builder, op: Operator) -> None:
    groups = op.attributes.get("num_groups") or op.attributes["group"]
    params = {"num_groups": groups, "eps": op.attributes.get("eps", 1e-5)}
    weights = {name: needed(build, op, name) for name in ("weight", "bias")}
    build.add(op, "GroupNorm", params, [data_of(op)], weights)


# --- activations -----------------------------------------------------------------------------------------------------

_PLAIN = {
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "silu": "SiLU",
    "selu": "SELU",
    "mish": "Mish",
    "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid",
    "relu6": "ReLU6",
}


@rule(*_PLAIN)
def plain_activation(build: Builder, op: Operator) -> None:
    build.add(op, _PLAIN[op.kind.removeprefix("aten.")], {}, [data_of(op)])


@rule("gelu")
def gelu(build: Builder, op: Operator) -> None:
    build.add(op, "GELU", {"approximate": op.attributes.get("approximate", "none")}, [data_of(op)])


@rule("leaky_relu")
def leaky_relu(build: Builder, op: Operator) -> None:
    build.add(op, "LeakyReLU", {"negative_slope": op.attributes.get("negative_slope", 0.01)}, [data_of(op)])


@rule("elu")
def elu(build: Builder, op: Operator) -> None:
    build.add(op, "ELU", {"alpha": float(op.attributes.get("alpha", 1.0))}, [data_of(op)])


@rule("softplus")
def softplus(build: Builder, op: Operator) -> None:
    build.add(op, "Softplus", {"beta": float(op.attributes.get("beta", 1.0))}, [data_of(op)])


@rule("hardtanh")
def hardtanh(build: Builder, op: Operator) -> None:
    low, high = float(op.attributes.get("min_val", -1.0)), float(op.attributes.get("max_val", 1.0))
    if (low, high) == (0.0, 6.0):
        build.add(op, "ReLU6", {}, [data_of(op)])
    else:
        build.add(op, "Hardtanh", {"min_val": low, "max_val": high}, [data_of(op)])


@rule("prelu", "_prelu_kernel")
def prelu(build: Builder, op: Operator) -> None:
    weight = needed(build, op, "weight").reshape(-1)
    build.add(op, "PReLU", {"num_parameters": weight.size}, [data_of(op)], {"weight": weight})


@rule("softmax", "_softmax", "log_softmax", "_log_softmax")
def softmax(build: Builder, op: Operator) -> None:
    rank = build.rank(data_of(op))
    axis = op.attributes["dim"] % rank
    name = "LogSoftmax" if "log" in op.kind else "Softmax"
    build.add(op, name, {"dim": axis if axis < rank - 1 or rank == 2 else -1}, [data_of(op)])


@rule("dropout", "feature_dropout")
def dropout(build: Builder, op: Operator) -> None:
    name = "Dropout" if "feature" not in op.kind else f"Dropout{build.rank(data_of(op)) - 2}d"
    build.add(op, name, {"p": op.attributes.get("p", 0.5)}, [data_of(op)])


# --- merges ----------------------------------------------------------------------------------------------------------

_MERGES = {"add": "Add", "mul": "Multiply", "sub": "Subtract", "div": "Divide", "maximum": "Maximum"}


@rule(*_MERGES)
def merge(build: Builder, op: Operator) -> None:
    if len(op.inputs) != 2:
        raise NoRuleError(say("it joins data with a number"))
    for data, other in (op.inputs, op.inputs[::-1]):
        if op.kind == "aten.add" and build.is_constant(other) and not build.is_constant(data):
            add_constant(build, op, data, build.array(other))
            return
    if op.attributes.get("alpha", 1) != 1 or op.attributes.get("rounding_mode") is not None:
        raise NoRuleError(say("it scales or rounds as it joins"))
    build.add(op, _MERGES[op.kind.removeprefix("aten.")], {}, op.inputs)


@rule("cat", "concat")
def concat(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    build.add(op, "Concat", {"dim": op.attributes.get("dim", 0) % rank}, op.inputs)


@rule("stack")
def stack(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0]) + 1
    build.add(op, "Stack", {"dim": op.attributes.get("dim", 0) % rank}, op.inputs)


# --- recurrent -------------------------------------------------------------------------------------------------------


@rule("lstm", "gru", "rnn_tanh", "rnn_relu")
def recurrent(build: Builder, op: Operator) -> None:  # noqa: ARG001  (a rule like any other)
    """Only what :func:`~netwright.exchange.graphs.patterns_program.program_recurrent` could not follow comes here."""
    raise NoRuleError(say("it takes steps before samples, or a state"))


@rule("rnn_tanh_cell", "rnn_relu_cell", "gru_cell", "lstm_cell")
def recurrent_cell(build: Builder, op: Operator) -> None:
    """One step: what it takes and the state (and memory) before, all data."""
    states = op.attributes["hx"] if isinstance(op.attributes["hx"], list) else [op.attributes["hx"]]
    names = {"w_ih": "weight_ih", "w_hh": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}
    given = {name: op.attributes.get(argument) for argument, name in names.items()}
    weights = {name: build.array(str(value)) for name, value in given.items() if value is not None}
    layer = {"aten.gru_cell": "GRUCell", "aten.lstm_cell": "LSTMCell"}.get(op.kind, "RNNCell")
    params: dict[str, Any] = {"bias": "bias_ih" in weights}
    if layer == "RNNCell":
        params["nonlinearity"] = op.kind.removeprefix("aten.rnn_").removesuffix("_cell")
    build.add(op, layer, params, [str(op.attributes["input"]), *states], weights)
    if len(op.outputs) > 1:
        build.name_outputs(op, ("h", "c"))
