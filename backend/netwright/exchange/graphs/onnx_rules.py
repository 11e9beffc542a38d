"""Which layer stands for an ONNX operator.

To add one, write a function under ``@rule``.  What it adds must be in the catalogue; what it cannot say raises ``NoRuleError``,
which leaves a placeholder.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from netwright.exchange.graphs.flat import Builder, NoRuleError, Rule, one_or_all
from netwright.exchange.graphs.foreign import Operator
from netwright.language import say

RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Registers a function for operators of these kinds."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


# --- windows ---------------------------------------------------------------------------------------------------------


def _dims(build: Builder, op: Operator) -> int:
    dims = build.rank(op.inputs[0]) - 2
    if not 1 <= dims <= 3:
        raise NoRuleError(say("it works on {count} axes", count=dims + 2))
    return dims


def _padding(op: Operator, dims: int, *, kernel: Sequence[int], dilation: Sequence[int]) -> int | list[int]:
    """PyTorch's padding, the same on both sides.

    Raises:
        NoRuleError: the sides differ.
    """
    auto = op.attributes.get("auto_pad", "NOTSET")
    if auto == "VALID":
        return 0
    if auto.startswith("SAME"):
        strides = op.attributes.get("strides") or [1] * dims
        reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        if any(step != 1 for step in strides) or any(each % 2 for each in reach):
            raise NoRuleError(say("it pads one side more than the other"))
        return one_or_all([each // 2 for each in reach])
    pads = op.attributes.get("pads") or [0] * (2 * dims)
    if list(pads[:dims]) != list(pads[dims:]):
        raise NoRuleError(say("it pads one side more than the other"))
    return one_or_all(pads[:dims])


def _window(op: Operator, dims: int, kernel: Sequence[int]) -> dict[str, Any]:
    dilation = op.attributes.get("dilations") or [1] * dims
    return {
        "kernel_size": one_or_all(kernel),
        "stride": one_or_all(op.attributes.get("strides") or [1] * dims),
        "padding": _padding(op, dims, kernel=kernel, dilation=dilation),
        "dilation": one_or_all(dilation),
    }


@rule("Conv")
def conv(build: Builder, op: Operator) -> None:
    dims = _dims(build, op)
    weight, bias = build.array(op.inputs[1]), build.optional_array(op, 2)
    params = {
        "out_channels": weight.shape[0],
        **_window(op, dims, weight.shape[2:]),
        "groups": op.attributes.get("group", 1),
        "bias": bias is not None,
    }
    build.add(op, f"Conv{dims}d", params, weights={"weight": weight, "bias": bias})


@rule("ConvTranspose")
def conv_transpose(build: Builder, op: Operator) -> None:
    dims = _dims(build, op)
    weight, bias = build.array(op.inputs[1]), build.optional_array(op, 2)
    groups = op.attributes.get("group", 1)
    if op.attributes.get("output_shape") or op.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        raise NoRuleError(say("its output size is given instead of its padding"))
    params = {
        "out_channels": weight.shape[1] * groups,
        **_window(op, dims, weight.shape[2:]),
        "output_padding": one_or_all(op.attributes.get("output_padding") or [0] * dims),
        "groups": groups,
        "bias": bias is not None,
    }
    build.add(op, f"ConvTranspose{dims}d", params, weights={"weight": weight, "bias": bias})


@rule("MaxPool")
def max_pool(build: Builder, op: Operator) -> None:
    dims = _dims(build, op)
    params = _window(op, dims, op.attributes["kernel_shape"])
    build.add(op, f"MaxPool{dims}d", {**params, "ceil_mode": bool(op.attributes.get("ceil_mode", 0))})


@rule("AveragePool")
def average_pool(build: Builder, op: Operator) -> None:
    dims = _dims(build, op)
    params = _window(op, dims, op.attributes["kernel_shape"])
    if params.pop("dilation") != 1:
        raise NoRuleError(say("AvgPool has no dilation"))
    params["ceil_mode"] = bool(op.attributes.get("ceil_mode", 0))
    params["count_include_pad"] = params["padding"] == 0 or bool(op.attributes.get("count_include_pad", 0))
    build.add(op, f"AvgPool{dims}d", params)


@rule("GlobalAveragePool")
def global_average_pool(build: Builder, op: Operator) -> None:
    build.add(op, f"AdaptiveAvgPool{_dims(build, op)}d", {"output_size": 1})


@rule("GlobalMaxPool")
def global_max_pool(build: Builder, op: Operator) -> None:
    build.add(op, f"AdaptiveMaxPool{_dims(build, op)}d", {"output_size": 1})


@rule("ReduceMean", "ReduceMax")
def reduce_space(build: Builder, op: Operator) -> None:
    """A mean or maximum over all axes behind the channels is a global pool."""
    rank = build.rank(op.inputs[0])
    given = op.attributes.get("axes")
    axes = build.optional_array(op, 1) if given is None else np.array(given)
    wanted = sorted(int(axis) % rank for axis in axes.reshape(-1)) if axes is not None else list(range(rank))
    if wanted != list(range(2, rank)) or rank < 3:
        raise NoRuleError(say("it does not work over all axes behind the channels"))
    pool = "AdaptiveAvgPool" if op.kind == "ReduceMean" else "AdaptiveMaxPool"
    if op.attributes.get("keepdims", 1):
        build.add(op, f"{pool}{_dims(build, op)}d", {"output_size": 1})
        return
    pooled = build.add(op, f"{pool}{_dims(build, op)}d", {"output_size": 1}, output=build.between(op))
    build.add(op, "Flatten", inputs=[pooled])


# --- linear ----------------------------------------------------------------------------------------------------------


@rule("Gemm")
def gemm(build: Builder, op: Operator) -> None:
    if op.attributes.get("transA", 0):
        raise NoRuleError(say("its data is transposed"))
    weight, bias = build.array(op.inputs[1]), build.optional_array(op, 2)
    weight = weight if op.attributes.get("transB", 0) else weight.T
    weight = weight * np.float32(op.attributes.get("alpha", 1.0))
    if bias is not None:
        bias = np.broadcast_to(bias.reshape(-1) * np.float32(op.attributes.get("beta", 1.0)), weight.shape[:1])
    _linear(build, op, weight, bias)


@rule("MatMul")
def matmul(build: Builder, op: Operator) -> None:
    if not build.is_constant(op.inputs[1]):
        raise NoRuleError(say("it multiplies two tensors of data"))
    weight = build.array(op.inputs[1])
    if weight.ndim != 2:
        raise NoRuleError(say("its weight has {count} axes", count=weight.ndim))
    _linear(build, op, weight.T, None)


@rule("nw.Linear")
def fused_linear(build: Builder, op: Operator) -> None:
    _linear(build, op, build.array(op.inputs[1]).T, build.array(op.inputs[2]).reshape(-1))


def _linear(build: Builder, op: Operator, weight: Any, bias: Any) -> None:
    params = {"out_features": weight.shape[0], "bias": bias is not None}
    build.add(op, "Linear", params, weights={"weight": weight.astype(np.float32), "bias": bias})


# --- normalisation ---------------------------------------------------------------------------------------------------


@rule("BatchNormalization")
def batch_norm(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    dims = max(rank - 2, 1)
    weight, bias, mean, var = (build.array(op.inputs[i]) for i in range(1, 5))
    params = {
        "eps": _real(op.attributes.get("epsilon", 1e-5)),
        "momentum": _real(1 - op.attributes.get("momentum", 0.9)),
    }
    weights = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": var}
    build.add(op, f"BatchNorm{dims}d", params, weights={**weights, "num_batches_tracked": np.array(0, np.int64)})


@rule("LayerNormalization")
def layer_norm(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    axis = op.attributes.get("axis", -1) % rank
    weight, bias = build.array(op.inputs[1]), build.optional_array(op, 2)
    params = {
        "normalized_dims": rank - axis,
        "eps": _real(op.attributes.get("epsilon", 1e-5)),
        "bias": bias is not None,
    }
    build.add(op, "LayerNorm", params, weights={"weight": weight, "bias": bias})


@rule("nw.GroupNorm")
def group_norm(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]).reshape(-1), build.array(op.inputs[2]).reshape(-1)
    params = {"num_groups": op.attributes["num_groups"], "eps": _real(op.attributes["eps"])}
    build.add(op, "GroupNorm", params, weights={"weight": weight, "bias": bias})


@rule("GroupNormalization")
def group_normalization(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]), build.array(op.inputs[2])
    groups = op.attributes["num_groups"]
    channels = build.sample_shape(op.inputs[0])[0]
    if weight.shape[0] != channels:  # before opset 21 a scale and an offset for each group
        weight, bias = (np.repeat(array, channels // groups) for array in (weight, bias))
    params = {"num_groups": groups, "eps": _real(op.attributes.get("epsilon", 1e-5))}
    build.add(op, "GroupNorm", params, weights={"weight": weight, "bias": bias})


@rule("InstanceNormalization")
def instance_norm(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]), build.array(op.inputs[2])
    params = {"eps": _real(op.attributes.get("epsilon", 1e-5)), "affine": True}
    build.add(op, f"InstanceNorm{_dims(build, op)}d", params, weights={"weight": weight, "bias": bias})


@rule("LRN")
def local_response_norm(build: Builder, op: Operator) -> None:
    attributes = op.attributes
    params = {
        "size": attributes["size"],
        "alpha": _real(attributes.get("alpha", 1e-4)),
        "beta": _real(attributes.get("beta", 0.75)),
        "k": _real(attributes.get("bias", 1.0)),
    }
    build.add(op, "LocalResponseNorm", params)


def _real(value: float) -> float:
    """A number that was kept in 32 bits as a person wrote it: 1e-05, not 9.999999747378752e-06."""
    return float(f"{value:.6g}")


# --- activations -----------------------------------------------------------------------------------------------------

_PLAIN = {
    "Relu": "ReLU",
    "Sigmoid": "Sigmoid",
    "Tanh": "Tanh",
    "nw.Silu": "SiLU",
    "nw.Step": "Step",
    "HardSwish": "Hardswish",
    "Mish": "Mish",
    "Softsign": "Softsign",
}


@rule(*_PLAIN)
def plain_activation(build: Builder, op: Operator) -> None:
    build.add(op, _PLAIN[op.kind])


@rule("LeakyRelu")
def leaky_relu(build: Builder, op: Operator) -> None:
    build.add(op, "LeakyReLU", {"negative_slope": _real(op.attributes.get("alpha", 0.01))})


@rule("Elu")
def elu(build: Builder, op: Operator) -> None:
    build.add(op, "ELU", {"alpha": _real(op.attributes.get("alpha", 1.0))})


@rule("Selu")
def selu(build: Builder, op: Operator) -> None:
    alpha, gamma = op.attributes.get("alpha", 1.67326), op.attributes.get("gamma", 1.0507)
    if abs(alpha - 1.67326) > 1e-4 or abs(gamma - 1.0507) > 1e-4:
        raise NoRuleError(say("its constants are not SELU's"))
    build.add(op, "SELU")


@rule("Celu")
def celu(build: Builder, op: Operator) -> None:
    build.add(op, "CELU", {"alpha": _real(op.attributes.get("alpha", 1.0))})


@rule("Softplus")
def softplus(build: Builder, op: Operator) -> None:
    build.add(op, "Softplus")


@rule("HardSigmoid")
def hard_sigmoid(build: Builder, op: Operator) -> None:
    if abs(op.attributes.get("alpha", 0.2) - 1 / 6) > 1e-5 or abs(op.attributes.get("beta", 0.5) - 0.5) > 1e-5:
        raise NoRuleError(say("its slope is not Hardsigmoid's"))
    build.add(op, "Hardsigmoid")


@rule("Gelu", "nw.Gelu")
def gelu(build: Builder, op: Operator) -> None:
    build.add(op, "GELU", {"approximate": op.attributes.get("approximate", "none")})


@rule("PRelu")
def prelu(build: Builder, op: Operator) -> None:
    slope = build.array(op.inputs[1])
    count = slope.size
    if count not in {1, build.sample_shape(op.inputs[0])[0]} or (slope.shape and max(slope.shape) != count):
        raise NoRuleError(say("it has neither one slope nor one a channel"))
    build.add(op, "PReLU", {"num_parameters": count} if count > 1 else {}, weights={"weight": slope.reshape(-1)})


@rule("Clip")
def clip(build: Builder, op: Operator) -> None:
    low, high = (op.attributes.get(name) for name in ("min", "max"))
    low = build.optional_array(op, 1) if low is None else low
    high = build.optional_array(op, 2) if high is None else high
    if low is not None and float(low) == 0.0 and high is None:
        build.add(op, "ReLU")
    elif low is not None and high is not None and (float(low), float(high)) == (0.0, 6.0):
        build.add(op, "ReLU6")
    elif low is not None and high is not None:
        build.add(op, "Hardtanh", {"min_val": float(low), "max_val": float(high)})
    else:
        raise NoRuleError(say("it cuts on one side only"))


@rule("Softmax", "LogSoftmax")
def softmax(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    is_old = op.attributes.get("opset", 13) < 13
    axis = op.attributes.get("axis", 1 if is_old else -1) % rank
    if is_old and axis != rank - 1:
        raise NoRuleError(say("it works over several axes at once"))
    build.add(op, op.kind, {"dim": axis if axis < rank - 1 or rank == 2 else -1})


@rule("Dropout")
def dropout(build: Builder, op: Operator) -> None:
    ratio = build.optional_array(op, 1)
    p = op.attributes.get("ratio", 0.5) if ratio is None else float(ratio)
    build.add(op, "Dropout", {"p": _real(p)})


# --- merges ----------------------------------------------------------------------------------------------------------


@rule("Add", "Sum")
def add(build: Builder, op: Operator) -> None:
    _merge(build, op, "Add")


@rule("Mul")
def multiply(build: Builder, op: Operator) -> None:
    _merge(build, op, "Multiply")


@rule("Sub")
def subtract(build: Builder, op: Operator) -> None:
    _merge(build, op, "Subtract")


@rule("Div")
def divide(build: Builder, op: Operator) -> None:
    _merge(build, op, "Divide")


@rule("Max")
def maximum(build: Builder, op: Operator) -> None:
    _merge(build, op, "Maximum")


def _merge(build: Builder, op: Operator, type_name: str) -> None:
    if len(op.inputs) == 1:
        build.same(op)
        return
    build.add(op, type_name, inputs=op.inputs)


@rule("Concat")
def concat(build: Builder, op: Operator) -> None:
    rank = build.rank(op.inputs[0])
    axis = op.attributes["axis"] % rank
    if len(op.inputs) == 1:
        build.same(op)
        return
    build.add(op, "Concat", {"dim": axis}, inputs=op.inputs)


# --- shapes ----------------------------------------------------------------------------------------------------------


@rule("Flatten", "Reshape", "Squeeze", "Unsqueeze")
def reshape(build: Builder, op: Operator) -> None:
    """Read from the shape of the result, so that it does not matter how the new shape was worked out."""
    if build.is_constant(op.inputs[0]):
        array = build.array(op.inputs[0])
        build.set_array(op.outputs[0], array.reshape([size or 0 for size in build.shape(op.outputs[0])]))
        return
    before, after = build.sample_shape(op.inputs[0]), build.sample_shape(op.outputs[0])
    if before == after:
        build.same(op)
    elif after == [math.prod(before)]:
        build.add(op, "Flatten")
    elif math.prod(before) == math.prod(after):
        build.add(op, "Reshape", {"shape": after})
    else:
        raise NoRuleError(say("it mixes the samples of a batch"))


@rule("Transpose")
def transpose(build: Builder, op: Operator) -> None:
    order = op.attributes.get("perm") or list(range(build.rank(op.inputs[0])))[::-1]
    if order[0] != 0:
        raise NoRuleError(say("it moves the batch from the first axis"))
    if list(order) == sorted(order):
        build.same(op)
        return
    build.add(op, "Permute", {"dims": list(order)})


@rule("Identity")
def identity(build: Builder, op: Operator) -> None:
    build.same(op)


@rule("Cast")
def cast(build: Builder, op: Operator) -> None:
    if build.is_constant(op.inputs[0]):
        build.same(op)
    elif op.attributes.get("to") in {1, 10, 11, 16}:
        build.same(op)  # the network runs in float32
    else:
        raise NoRuleError(say("it changes the type of its values"))
