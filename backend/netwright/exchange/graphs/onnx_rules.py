"""Which layer stands for an ONNX operator.

To add one, write a function under ``@rule`` in the file of its kind: windows, values, shapes, or here.  What it adds must be in
the catalogue; what it cannot say raises ``NoRuleError``, which leaves a placeholder.
"""

from typing import Any

import numpy as np

from netwright.exchange.graphs import onnx_shapes, onnx_values, onnx_windows  # noqa: F401  (their rules register)
from netwright.exchange.graphs.flat import Builder, NoRuleError
from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.joined_rules import local_response_norm
from netwright.exchange.graphs.onnx_registry import RULES, real, rule, spatial_axes
from netwright.language import say

__all__ = ["RULES"]

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
        for value in op.inputs:
            build.sample_shape(value)
        build.add(op, "MatMul", inputs=op.inputs)
        return
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
        "eps": real(op.attributes.get("epsilon", 1e-5)),
        "momentum": real(1 - op.attributes.get("momentum", 0.9)),
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
        "eps": real(op.attributes.get("epsilon", 1e-5)),
        "bias": bias is not None,
    }
    build.add(op, "LayerNorm", params, weights={"weight": weight, "bias": bias})


@rule("nw.GroupNorm")
def group_norm(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]).reshape(-1), build.array(op.inputs[2]).reshape(-1)
    params = {"num_groups": op.attributes["num_groups"], "eps": real(op.attributes["eps"])}
    build.add(op, "GroupNorm", params, weights={"weight": weight, "bias": bias})


@rule("GroupNormalization")
def group_normalization(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]), build.array(op.inputs[2])
    groups = op.attributes["num_groups"]
    channels = build.sample_shape(op.inputs[0])[0]
    if weight.shape[0] != channels:  # before opset 21 a scale and an offset for each group
        weight, bias = (np.repeat(array, channels // groups) for array in (weight, bias))
    params = {"num_groups": groups, "eps": real(op.attributes.get("epsilon", 1e-5))}
    build.add(op, "GroupNorm", params, weights={"weight": weight, "bias": bias})


@rule("InstanceNormalization")
def instance_norm(build: Builder, op: Operator) -> None:
    weight, bias = build.array(op.inputs[1]), build.array(op.inputs[2])
    params = {"eps": real(op.attributes.get("epsilon", 1e-5)), "affine": True}
    build.add(op, f"InstanceNorm{spatial_axes(build, op)}d", params, weights={"weight": weight, "bias": bias})


rule("LRN")(local_response_norm)
