"""The allow-list of layer types: a document names them, nothing else is ever looked up.

To add a layer, write its class in a family file and add it here.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from netwright.layers import (
    activation,
    activation_axis,
    activation_piecewise,
    activation_smooth,
    attention,
    boundary,
    convolution,
    convolution_depthwise,
    convolution_patches,
    convolution_transposed,
    embedding,
    formula,
    graph,
    graph_pooling,
    linear,
    merge,
    merge_pair,
    normalization,
    normalization_sample,
    pooling,
    pooling_special,
    pooling_whole,
    recurrent,
    regularization,
    shape,
    shape_axes,
    shape_reduce,
    shape_resize,
    shape_shuffle,
    split,
)
from netwright.layers.base import Layer

_TYPES: tuple[type[Layer[Any]], ...] = (
    boundary.Input,
    boundary.Output,
    linear.Linear,
    linear.Bilinear,
    convolution.Conv1d,
    convolution.Conv2d,
    convolution.Conv3d,
    convolution_depthwise.DepthwiseConv1d,
    convolution_depthwise.DepthwiseConv2d,
    convolution_transposed.ConvTranspose1d,
    convolution_transposed.ConvTranspose2d,
    convolution_transposed.ConvTranspose3d,
    convolution_patches.Unfold,
    convolution_patches.Fold,
    recurrent.RNN,
    recurrent.LSTM,
    recurrent.GRU,
    recurrent.RNNCell,
    recurrent.LSTMCell,
    recurrent.GRUCell,
    attention.MultiheadAttention,
    attention.ScaledDotProductAttention,
    attention.TransformerEncoderLayer,
    attention.TransformerDecoderLayer,
    embedding.Embedding,
    embedding.EmbeddingBag,
    embedding.PositionalEncoding,
    embedding.LearnedPositionalEncoding,
    embedding.RotaryEmbedding,
    embedding.ClassToken,
    embedding.PatchEmbedding,
    pooling.MaxPool1d,
    pooling.MaxPool2d,
    pooling.MaxPool3d,
    pooling.AvgPool1d,
    pooling.AvgPool2d,
    pooling.AvgPool3d,
    pooling_whole.GlobalAvgPool,
    pooling_whole.GlobalMaxPool,
    pooling.AdaptiveAvgPool1d,
    pooling.AdaptiveAvgPool2d,
    pooling.AdaptiveAvgPool3d,
    pooling.AdaptiveMaxPool1d,
    pooling.AdaptiveMaxPool2d,
    pooling.AdaptiveMaxPool3d,
    pooling_whole.PoolOverTime,
    pooling_whole.AttentionPool,
    pooling_special.LPPool1d,
    pooling_special.LPPool2d,
    pooling_special.LPPool3d,
    pooling_special.FractionalMaxPool2d,
    pooling_special.FractionalMaxPool3d,
    normalization.BatchNorm1d,
    normalization.BatchNorm2d,
    normalization.BatchNorm3d,
    normalization.LayerNorm,
    normalization_sample.RMSNorm,
    normalization.GroupNorm,
    normalization_sample.InstanceNorm1d,
    normalization_sample.InstanceNorm2d,
    normalization_sample.InstanceNorm3d,
    normalization_sample.LocalResponseNorm,
    normalization_sample.Normalize,
    activation.ReLU,
    activation.LeakyReLU,
    activation.PReLU,
    activation_smooth.RReLU,
    activation_piecewise.ReLU6,
    activation.ELU,
    activation_smooth.CELU,
    activation_smooth.SELU,
    activation.GELU,
    activation.SiLU,
    activation_smooth.Mish,
    activation_smooth.Softplus,
    activation.Sigmoid,
    activation_smooth.LogSigmoid,
    activation.Tanh,
    activation_smooth.Softsign,
    activation_axis.Softmax,
    activation_axis.LogSoftmax,
    activation_axis.Softmin,
    activation_axis.Softmax2d,
    activation_axis.GLU,
    activation_piecewise.Hardsigmoid,
    activation_piecewise.Hardswish,
    activation_piecewise.Hardtanh,
    activation_piecewise.Hardshrink,
    activation_piecewise.Softshrink,
    activation_piecewise.Tanhshrink,
    activation_piecewise.Threshold,
    activation.Identity,
    activation.Step,
    regularization.Dropout,
    regularization.Dropout1d,
    regularization.Dropout2d,
    regularization.Dropout3d,
    regularization.AlphaDropout,
    regularization.FeatureAlphaDropout,
    regularization.StochasticDepth,
    shape.Flatten,
    shape.Unflatten,
    shape.Reshape,
    shape_axes.Permute,
    shape_axes.Transpose,
    shape_axes.Squeeze,
    shape_axes.Unsqueeze,
    shape_axes.Select,
    shape_axes.Slice,
    shape_resize.Pad,
    shape_resize.Upsample,
    shape_resize.ResizeLike,
    shape_resize.CenterCropLike,
    shape_shuffle.PixelShuffle,
    shape_shuffle.PixelUnshuffle,
    shape_shuffle.ChannelShuffle,
    shape_reduce.ReduceMean,
    shape_reduce.ReduceSum,
    shape_reduce.ReduceMax,
    shape_reduce.ReduceMin,
    split.Split,
    split.Chunk,
    merge.Add,
    merge_pair.Subtract,
    merge.Multiply,
    merge_pair.Divide,
    merge.Concat,
    merge.Stack,
    merge.Mean,
    merge.Maximum,
    merge.Minimum,
    merge_pair.Dot,
    merge_pair.MatMul,
    merge_pair.CosineSimilarity,
    merge_pair.PairwiseDistance,
    formula.Formula,
    graph.Graph,
    graph.GCNConv,
    graph.SAGEConv,
    graph.GATConv,
    graph.GINConv,
    graph_pooling.GlobalMeanPool,
    graph_pooling.GraphMaxPool,
    graph_pooling.GlobalAddPool,
    graph_pooling.TopKPooling,
    graph_pooling.SAGPooling,
)


def by_name(types: Iterable[type[Layer[Any]]]) -> Mapping[str, type[Layer[Any]]]:
    """Layer types by name, in their order.

    Raises:
        TypeError: two of them have one name, so that one would hide the other.
    """
    named: dict[str, type[Layer[Any]]] = {}
    for layer in types:
        if layer.type in named:
            raise TypeError(f"{layer.__module__}.{layer.type}: {named[layer.type].__module__} has a layer of this name")
        named[layer.type] = layer
    return MappingProxyType(named)


LAYERS: Mapping[str, type[Layer[Any]]] = by_name(_TYPES)
"""Every layer type by name, in the order of the palette."""


def get_layer(type: str) -> type[Layer[Any]]:  # noqa: A002 - the document's own word
    """The class of a layer type.

    Raises:
        KeyError: there is none of this name; the message names those that exist.
    """
    try:
        return LAYERS[type]
    except KeyError:
        raise KeyError(f"there is no layer type {type!r}; there are: {', '.join(LAYERS)}") from None
