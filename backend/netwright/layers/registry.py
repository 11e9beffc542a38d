"""The allow-list of layer types: a document names them, nothing else is ever looked up.

To add a layer, write its class in a family file and add it here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from netwright.layers import (
    activation,
    boundary,
    convolution,
    graph,
    graph_pooling,
    linear,
    merge,
    normalization,
    pooling,
    regularization,
    shape,
    split,
)
from netwright.layers.base import Layer

_TYPES: tuple[type[Layer[Any]], ...] = (
    boundary.Input,
    boundary.Output,
    linear.Linear,
    convolution.Conv1d,
    convolution.Conv2d,
    convolution.Conv3d,
    pooling.MaxPool1d,
    pooling.MaxPool2d,
    pooling.MaxPool3d,
    pooling.AvgPool1d,
    pooling.AvgPool2d,
    pooling.AvgPool3d,
    pooling.AdaptiveAvgPool1d,
    pooling.AdaptiveAvgPool2d,
    pooling.AdaptiveAvgPool3d,
    pooling.AdaptiveMaxPool1d,
    pooling.AdaptiveMaxPool2d,
    pooling.AdaptiveMaxPool3d,
    normalization.BatchNorm1d,
    normalization.BatchNorm2d,
    normalization.BatchNorm3d,
    normalization.LayerNorm,
    normalization.GroupNorm,
    activation.ReLU,
    activation.LeakyReLU,
    activation.PReLU,
    activation.ELU,
    activation.GELU,
    activation.SiLU,
    activation.Sigmoid,
    activation.Tanh,
    activation.Softmax,
    activation.LogSoftmax,
    activation.Identity,
    activation.Step,
    regularization.Dropout,
    regularization.Dropout2d,
    shape.Flatten,
    shape.Reshape,
    split.Split,
    split.Chunk,
    merge.Add,
    merge.Multiply,
    merge.Concat,
    graph.Graph,
    graph.GCNConv,
    graph.SAGEConv,
    graph.GATConv,
    graph.GINConv,
    graph_pooling.GlobalMeanPool,
    graph_pooling.GlobalMaxPool,
    graph_pooling.GlobalAddPool,
    graph_pooling.TopKPooling,
    graph_pooling.SAGPooling,
)

LAYERS: Mapping[str, type[Layer[Any]]] = MappingProxyType({layer.type: layer for layer in _TYPES})
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
