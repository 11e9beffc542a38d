"""Layers with settings and inputs that fit, for the tests that run over the whole registry."""

import json
from typing import Any

from netwright.layers.base import Layer
from netwright.layers.registry import LAYERS

Case = tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]
"""A type, its settings, and the shape of a sample for each input."""

SHAPES = {2: (12,), 3: (4, 12), 4: (4, 12, 10), 5: (4, 6, 8, 7)}
"""A sample of so many axes, the batch counted."""

_OWN: dict[str, tuple[tuple[int, ...], ...]] = {
    "Fold": ((9, 26 * 26),),
    "MatMul": ((4, 12), (12, 5)),
    "Squeeze": ((4, 1),),
    "ResizeLike": ((4, 12), (3, 20)),
    "CenterCropLike": ((4, 12), (3, 7)),
    "Bilinear": ((12,), (5,)),
}
"""Of layers whose ports alone do not say what fits."""


def fitting_inputs(layer: type[Layer[Any]]) -> tuple[tuple[int, ...], ...]:
    """The shape of a sample for each input; two for an input that takes any number."""
    if layer.type in _OWN:
        return _OWN[layer.type]
    shapes = tuple(SHAPES[min(port.ranks or {3})] for port in layer.inputs)
    return shapes * 2 if layer.inputs[-1].variadic else shapes


DEFAULTS: list[Case] = [(name, {}, fitting_inputs(LAYERS[name])) for name in LAYERS if name not in {"Input", "Output"}]
VARIANTS: list[Case] = [
    ("Linear", {"out_features": 5, "bias": False}, ((12,),)),
    ("Linear", {"out_features": 5}, ((7, 12),)),
    ("Conv1d", {"kernel_size": [5], "stride": 2, "padding": [2]}, ((4, 20),)),
    ("Conv1d", {"padding": "same", "kernel_size": 5, "padding_mode": "circular"}, ((4, 20),)),
    (
        "Conv2d",
        {"kernel_size": [3, 5], "stride": [2, 1], "padding": [1, 2], "dilation": 2, "bias": False},
        ((4, 20, 20),),
    ),
    ("Conv2d", {"groups": 4, "out_channels": 8, "padding": "same"}, ((4, 9, 9),)),
    ("Conv2d", {"padding": 2, "padding_mode": "reflect"}, ((3, 6, 6),)),
    ("Conv2d", {"padding": 1, "padding_mode": "replicate"}, ((3, 6, 6),)),
    ("Conv2d", {"padding": "valid"}, ((3, 6, 6),)),
    ("Conv3d", {"kernel_size": [1, 2, 3], "groups": 2, "out_channels": 6}, ((4, 5, 5, 5),)),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, ((4, 11, 11),)),
    ("MaxPool2d", {"kernel_size": [2, 3], "stride": [2, 3]}, ((4, 11, 11),)),
    ("MaxPool1d", {"kernel_size": 2, "dilation": 3}, ((4, 11),)),
    ("MaxPool3d", {"kernel_size": [1, 2, 2]}, ((4, 5, 6, 6),)),
    ("AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}, ((4, 11, 11),)),
    ("AvgPool1d", {"kernel_size": [3], "ceil_mode": True}, ((4, 11),)),
    ("AvgPool3d", {"kernel_size": 2, "stride": 1}, ((4, 5, 6, 6),)),
    ("AdaptiveAvgPool2d", {"output_size": [3, 2]}, ((4, 12, 10),)),
    ("AdaptiveMaxPool1d", {"output_size": 5}, ((4, 12),)),
    ("BatchNorm1d", {}, ((4, 12),)),
    ("BatchNorm2d", {"affine": False, "momentum": 0.5, "eps": 1e-3}, ((4, 5, 5),)),
    ("BatchNorm2d", {"track_running_stats": False}, ((4, 5, 5),)),
    ("LayerNorm", {"normalized_dims": 3}, ((4, 5, 6),)),
    ("LayerNorm", {"normalized_dims": 1, "bias": False, "eps": 1e-6}, ((7, 12),)),
    ("LayerNorm", {"elementwise_affine": False}, ((12,),)),
    ("GroupNorm", {"num_groups": 2}, ((4, 5, 5),)),
    ("GroupNorm", {"num_groups": 4, "affine": False}, ((12,),)),
    ("PReLU", {"num_parameters": 4, "init": 0.1}, ((4, 5, 5),)),
    ("LeakyReLU", {"negative_slope": 0.2}, ((12,),)),
    ("ELU", {"alpha": 0.5}, ((12,),)),
    ("GELU", {"approximate": "tanh"}, ((12,),)),
    ("Softmax", {"dim": -1}, ((7, 12),)),
    ("LogSoftmax", {"dim": 2}, ((7, 12),)),
    ("Dropout", {"p": 0.1}, ((12,),)),
    ("Reshape", {"shape": [2, -1, 3]}, ((12,),)),
    ("Reshape", {"shape": [6, 2]}, ((4, 3),)),
    ("Reshape", {"shape": [12]}, ((4, 3),)),
    ("Add", {}, ((4, 5, 5),) * 3),
    ("Multiply", {}, ((4, 5, 5), (4, 1, 1))),
    ("Concat", {}, ((4, 5, 5), (2, 5, 5), (1, 5, 5))),
    ("Concat", {"dim": -1}, ((4, 5, 5), (4, 5, 2))),
    ("Bilinear", {"out_features": 3, "bias": False}, ((7, 12), (7, 5))),
    ("DepthwiseConv1d", {"depth_multiplier": 3, "kernel_size": 5, "padding": "same", "bias": False}, ((4, 20),)),
    ("DepthwiseConv2d", {"depth_multiplier": 2, "stride": 2, "padding": 1, "padding_mode": "reflect"}, ((4, 9, 9),)),
    ("DepthwiseConv2d", {"dilation": [2, 1]}, ((1, 9, 9),)),
    ("ConvTranspose1d", {"kernel_size": 4, "stride": 2, "padding": 1}, ((4, 7),)),
    (
        "ConvTranspose2d",
        {"kernel_size": [3, 5], "stride": [2, 3], "padding": 1, "output_padding": [1, 2], "dilation": 2, "bias": False},
        ((4, 5, 6),),
    ),
    ("ConvTranspose2d", {"groups": 2, "out_channels": 6, "stride": 2}, ((4, 5, 6),)),
    ("ConvTranspose3d", {"kernel_size": [1, 2, 3], "out_channels": 3, "stride": 2}, ((4, 3, 4, 5),)),
    ("Unfold", {"kernel_size": [2, 3], "dilation": [2, 1], "padding": 1, "stride": 2}, ((3, 9, 8),)),
    ("Fold", {"output_size": [4, 6], "kernel_size": 2, "stride": 2}, ((12, 6),)),
    ("Fold", {"output_size": 5, "kernel_size": 3, "padding": 1, "dilation": 2}, ((18, 9),)),
    ("LPPool1d", {"norm_type": 4.0, "kernel_size": 3, "stride": 2, "ceil_mode": True}, ((4, 12),)),
    ("LPPool2d", {"kernel_size": [3, 2], "stride": 1}, ((4, 9, 9),)),
    ("LPPool3d", {"norm_type": 2.0}, ((4, 6, 6, 6),)),
    ("FractionalMaxPool2d", {"output_size": [5, 3]}, ((4, 9, 9),)),
    ("FractionalMaxPool2d", {"output_ratio": 0.7, "kernel_size": 3}, ((4, 20, 20),)),
    ("FractionalMaxPool3d", {"output_ratio": 0.6}, ((4, 9, 9, 9),)),
    ("GlobalAvgPool", {}, ((4, 5, 6, 7),)),
    ("GlobalMaxPool", {}, ((4, 5, 6),)),
    ("PoolOverTime", {"mode": "max"}, ((7, 12),)),
    ("PoolOverTime", {"mode": "last"}, ((7, 12),)),
    ("PoolOverTime", {"mode": "first"}, ((7, 12),)),
    ("InstanceNorm2d", {"affine": True, "track_running_stats": True, "momentum": 0.5}, ((4, 5, 5),)),
    ("RMSNorm", {"normalized_dims": 2, "eps": 1e-6}, ((7, 12),)),
    ("RMSNorm", {"elementwise_affine": False}, ((12,),)),
    ("LocalResponseNorm", {"size": 3, "alpha": 0.1, "beta": 0.5, "k": 2.0}, ((4, 5, 5),)),
    ("Normalize", {"p": 1.0, "dim": -1, "eps": 1e-6}, ((4, 5, 5),)),
    ("CELU", {"alpha": 0.5}, ((12,),)),
    ("RReLU", {"lower": 0.1, "upper": 0.2}, ((12,),)),
    ("Softplus", {"beta": 2.0, "threshold": 5.0}, ((12,),)),
    ("Hardtanh", {"min_val": 0.0, "max_val": 6.0}, ((12,),)),
    ("Hardshrink", {"lambd": 0.1}, ((12,),)),
    ("Softshrink", {"lambd": 0.1}, ((12,),)),
    ("Threshold", {"threshold": 0.5, "value": -1.0}, ((12,),)),
    ("Softmin", {"dim": -1}, ((7, 12),)),
    ("GLU", {"dim": 1}, ((4, 5, 5),)),
    ("Dropout3d", {"p": 0.1}, ((6, 2, 2, 2),)),
    ("StochasticDepth", {"p": 0.3}, ((4, 5, 5),)),
    ("Unflatten", {"dim": -1, "unflattened_size": [2, 3, 2]}, ((7, 12),)),
    ("Permute", {"dims": [0, 2, 3, 1]}, ((4, 5, 6),)),
    ("Permute", {"dims": [0, -1, 1]}, ((4, 5),)),
    ("Transpose", {"dim0": -1, "dim1": 1}, ((4, 5, 6),)),
    ("Squeeze", {"dim": 1}, ((1, 5, 6),)),
    ("Unsqueeze", {"dim": -1}, ((12,),)),
    ("Unsqueeze", {"dim": 3}, ((4, 5),)),
    ("Select", {"dim": -1, "index": -2}, ((4, 5),)),
    ("Select", {"dim": -2, "index": 1}, ((4, 5),)),
    ("Slice", {"dim": 1, "start": 1, "stop": 3}, ((4, 5),)),
    ("Slice", {"dim": -1, "start": -3}, ((4, 5),)),
    ("Slice", {"dim": 2, "step": 2}, ((4, 5),)),
    ("Slice", {"dim": -2, "start": 1, "stop": -1}, ((4, 5),)),
    ("Pad", {"pad": [1, 2, 0, 3]}, ((4, 5, 6),)),
    ("Pad", {"pad": [0, 0, 0, 0, 2, 2], "value": 1.5}, ((4, 5, 6),)),
    ("Pad", {"pad": [2, 1], "mode": "reflect"}, ((4, 5),)),
    ("Pad", {"pad": [2, 1, 1, 1], "mode": "replicate"}, ((4, 5, 6),)),
    ("Pad", {"pad": [2, 1, 0, 1, 1, 1], "mode": "circular"}, ((4, 5, 6, 3),)),
    ("Upsample", {"size": [7, 9], "mode": "bilinear", "align_corners": True}, ((4, 5, 6),)),
    ("Upsample", {"scale_factor": 1.5, "mode": "linear"}, ((4, 6),)),
    ("Upsample", {"scale_factor": 0.5, "mode": "area"}, ((4, 6, 6),)),
    ("Upsample", {"mode": "bicubic"}, ((4, 5, 6),)),
    ("Upsample", {"mode": "trilinear"}, ((4, 2, 3, 4),)),
    ("ResizeLike", {"mode": "bilinear", "align_corners": True}, ((4, 5, 6), (3, 9, 9))),
    ("CenterCropLike", {}, ((4, 9, 8), (3, 4, 4))),
    ("PixelShuffle", {"upscale_factor": 3}, ((18, 2, 3),)),
    ("PixelUnshuffle", {"downscale_factor": 3}, ((2, 6, 9),)),
    ("ChannelShuffle", {"groups": 3}, ((6, 4, 5),)),
    ("ReduceMean", {"dim": [2, 3], "keepdim": True}, ((4, 5, 6),)),
    ("ReduceSum", {"dim": [-1]}, ((4, 5),)),
    ("ReduceMax", {"dim": [1, -1]}, ((4, 5, 6),)),
    ("ReduceMin", {"dim": [1], "keepdim": True}, ((12,),)),
    ("Mean", {}, ((4, 5),) * 3),
    ("Maximum", {}, ((4, 5),) * 3),
    ("Minimum", {}, ((4, 5),) * 4),
    ("Stack", {"dim": -1}, ((4, 5),) * 3),
    ("Divide", {}, ((4, 5, 5), (4, 1, 1))),
    ("Dot", {}, ((4, 5, 6), (4, 5, 6))),
    ("CosineSimilarity", {"dim": -1, "eps": 1e-6}, ((4, 5), (4, 5))),
    ("PairwiseDistance", {"p": 1.0, "keepdim": True}, ((12,), (12,))),
    ("MatMul", {}, ((2, 3, 4), (2, 4, 5))),
]
CASES = DEFAULTS + VARIANTS
IDS = [f"{name}-{json.dumps(params)}-{'+'.join(map(str, shapes))}" for name, params, shapes in CASES]
