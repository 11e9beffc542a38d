"""Convolutions and pools of ONNX."""

from collections.abc import Sequence
from typing import Any

from netwright.exchange.graphs.flat import Builder, NoRuleError, one_or_all
from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.onnx_registry import rule, spatial_axes
from netwright.exchange.graphs.unpooling import add_max_pool, max_unpool
from netwright.language import say


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
    dims = spatial_axes(build, op)
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
    dims = spatial_axes(build, op)
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
    dims = spatial_axes(build, op)
    params = _window(op, dims, op.attributes["kernel_shape"])
    params["ceil_mode"] = bool(op.attributes.get("ceil_mode", 0))
    add_max_pool(build, op, f"MaxPool{dims}d", params, op.inputs[:1])


rule("MaxUnpool")(max_unpool)


@rule("AveragePool")
def average_pool(build: Builder, op: Operator) -> None:
    dims = spatial_axes(build, op)
    params = _window(op, dims, op.attributes["kernel_shape"])
    if params.pop("dilation") != 1:
        raise NoRuleError(say("AvgPool has no dilation"))
    params["ceil_mode"] = bool(op.attributes.get("ceil_mode", 0))
    params["count_include_pad"] = params["padding"] == 0 or bool(op.attributes.get("count_include_pad", 0))
    build.add(op, f"AvgPool{dims}d", params)


@rule("GlobalAveragePool")
def global_average_pool(build: Builder, op: Operator) -> None:
    build.add(op, f"AdaptiveAvgPool{spatial_axes(build, op)}d", {"output_size": 1})


@rule("GlobalMaxPool")
def global_max_pool(build: Builder, op: Operator) -> None:
    build.add(op, f"AdaptiveMaxPool{spatial_axes(build, op)}d", {"output_size": 1})
