"""Graphs: where one enters a network, and the layers that pass messages along its edges.

The calls are PyTorch Geometric's.  Its import takes seconds, so nothing here loads it: what comes out is said by ``infer``, and
tests hold that to the real layers.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

from netwright.language import listed, say
from netwright.layers.base import Along, Call, Documentation, DType, Layer, LayerParams, Port, TensorSpec, Value
from netwright.layers.params import NonNegative, Probability, Real, Size, setting

GEOMETRIC = "from torch_geometric.nn import "
DOCS = "https://pytorch-geometric.readthedocs.io/en/latest/generated/torch_geometric.nn."

VERTICES: frozenset[Along] = frozenset({"V"})
_EDGES: frozenset[Along] = frozenset({"E"})
_INDEX: frozenset[DType] = frozenset({"int64"})


def vertex_port(name: str = "x", axes: str = "(V, F)") -> Port:
    """One row of features for each vertex of the graph."""
    return Port(name, axes, frozenset({2}), along=VERTICES)


def edge_port(axes: str = "(2, E)") -> Port:
    """PyTorch Geometric's ``edge_index``: for each edge the vertex it leaves and the one it reaches."""
    return Port("edge_index", axes, frozenset({2}), _INDEX, along=_EDGES)


def batch_port(axes: str = "(V)") -> Port:
    """For each vertex the number of the graph that it belongs to."""
    return Port("batch", axes, frozenset({1}), _INDEX, along=VERTICES)


def vertices(features: int) -> TensorSpec:
    """(V, F)."""
    return TensorSpec((features,), along="V")


EDGE_INDEX = TensorSpec((2,), "int64", "E", open_axis=1)
BATCH = TensorSpec((), "int64", "V")


def changed(params: LayerParams, *names: str) -> dict[str, Value]:
    """The parameters of ``names`` that differ from their defaults, which are PyTorch Geometric's."""
    fields = type(params).model_fields
    return {name: getattr(params, name) for name in names if getattr(params, name) != fields[name].default}


class GraphParams(LayerParams):
    num_features: Size = setting(34, "How many features describe each vertex.", unit="features")


class Graph(Layer[GraphParams]):
    """() -> (V, F), (2, E), (V)."""

    family = "graph"
    Params = GraphParams
    inputs = ()
    outputs = (vertex_port(), edge_port(), batch_port())
    muted_is_identity = False
    is_entry = True
    aliases = ("network data", "adjacency", "nodes and edges")
    documentation = Documentation(
        summary="Where a graph enters the network: a row of features for each vertex, the edges, and which graph of the batch "
        "each vertex belongs to.",
        formula=r"G = (V, E), \qquad x \in \mathbb{R}^{V \times F}",
        shape="() -> (V, F), (2, E), (V)",
        use_when="In place of an Input where the data are graphs. Connect x to the first layer, edge_index to every layer that "
        "passes messages, and batch to the global pool where whole graphs are classified.",
        pitfalls="An undirected edge stands twice in edge_index, once for each direction. For one large graph whose vertices "
        "are classified, batch is not needed and left unconnected.",
        source="https://pytorch-geometric.readthedocs.io/en/latest/get_started/introduction.html",
    )

    @classmethod
    def infer(cls, params: GraphParams, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        return vertices(params.num_features), EDGE_INDEX, BATCH

    @classmethod
    def call(cls, params: GraphParams, inputs: Sequence[TensorSpec]) -> Call:
        """Nothing is called: the values are arguments of ``forward``."""
        return Call(template="{0}")

    @classmethod
    def summary(cls, params: GraphParams) -> str:
        return say("{count} features", count=params.num_features)


class _Convolution(Layer[Any]):
    """Message passing: (V, F), (2, E) -> (V, F')."""

    family = "graph"
    inputs = (vertex_port(), edge_port())
    outputs = (vertex_port("y", "(V, F')"),)
    muted_is_identity = False

    @classmethod
    @abstractmethod
    def width(cls, params: Any) -> int:
        """Features that come out for each vertex."""

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        return (vertices(cls.width(params)),)

    @classmethod
    def summary(cls, params: Any) -> str:
        return str(params.out_channels)


_OUT = "How many features come out for each vertex."
_BIAS = "Add a learned offset to every output."


class GCNConvParams(LayerParams):
    out_channels: Size = setting(16, _OUT, unit="features")
    improved: bool = setting(False, "Let a vertex count twice in its own sum.")
    normalize: bool = setting(
        True, "Divide by the degrees of both ends of an edge; off, messages are plainly added up."
    )
    bias: bool = setting(True, _BIAS)


class GCNConv(_Convolution):
    """(V, F), (2, E) -> (V, F')."""

    Params = GCNConvParams
    documentation = Documentation(
        summary="Mixes each vertex's features with its neighbours', weighted by their degrees, through one linear map.",
        formula=r"X' = \hat D^{-1/2} (A + I) \hat D^{-1/2} X W + b",
        shape="(V, F), (2, E) -> (V, F')",
        use_when="The first thing to try on a graph: two of them with a ReLU and dropout between classify the vertices of a "
        "citation network with few labels.",
        pitfalls="Each layer reaches one edge further, and with more than four all vertices look alike (over-smoothing). "
        "Neighbours are assumed to be similar; where they differ, SAGEConv keeps a vertex apart from them.",
        source=f"Kipf and Welling 2017, https://arxiv.org/abs/1609.02907; {DOCS}conv.GCNConv.html",
    )

    @classmethod
    def width(cls, params: GCNConvParams) -> int:
        return params.out_channels

    @classmethod
    def call(cls, params: GCNConvParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"in_channels": inputs[0].shape[0], "out_channels": params.out_channels}
        arguments |= changed(params, "improved", "normalize", "bias")
        return Call("GCNConv", arguments, positional=2, imports=(GEOMETRIC + "GCNConv",))

    @classmethod
    def macs(cls, params: GCNConvParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[0] * params.out_channels

    @classmethod
    def estimate_parameters(cls, params: GCNConvParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[0] + params.bias) * params.out_channels


class SAGEConvParams(LayerParams):
    out_channels: Size = setting(64, _OUT, unit="features")
    aggr: Literal["mean", "max", "sum"] = setting("mean", "How the features of the neighbours are put together.")
    normalize: bool = setting(False, "Scale every vertex's output to length 1.")
    root_weight: bool = setting(True, "Add the vertex's own features through a linear map of their own.")
    bias: bool = setting(True, _BIAS)


class SAGEConv(_Convolution):
    """(V, F), (2, E) -> (V, F')."""

    Params = SAGEConvParams
    documentation = Documentation(
        summary="Puts the neighbours' features together and adds the vertex's own, each through a linear map of its own.",
        formula=r"x'_i = W_2\, x_i + W_1 \cdot \operatorname{mean}_{j \in N(i)} x_j + b",
        shape="(V, F), (2, E) -> (V, F')",
        use_when="On graphs that grow or are new at prediction time, and where a vertex differs from its neighbours.",
        pitfalls="The mean forgets how many neighbours there are, the maximum how often a feature occurs; sum keeps both but "
        "grows with the degree. It has about twice the parameters of GCNConv.",
        source=f"Hamilton et al. 2017, https://arxiv.org/abs/1706.02216; {DOCS}conv.SAGEConv.html",
    )

    @classmethod
    def width(cls, params: SAGEConvParams) -> int:
        return params.out_channels

    @classmethod
    def call(cls, params: SAGEConvParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"in_channels": inputs[0].shape[0], "out_channels": params.out_channels}
        arguments |= changed(params, "aggr", "normalize", "root_weight", "bias")
        return Call("SAGEConv", arguments, positional=2, imports=(GEOMETRIC + "SAGEConv",))

    @classmethod
    def macs(cls, params: SAGEConvParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return (1 + params.root_weight) * inputs[0].shape[0] * params.out_channels

    @classmethod
    def estimate_parameters(cls, params: SAGEConvParams, inputs: Sequence[TensorSpec]) -> int:
        maps = 1 + params.root_weight
        return (maps * inputs[0].shape[0] + params.bias) * params.out_channels

    @classmethod
    def summary(cls, params: SAGEConvParams) -> str:
        return f"{params.out_channels}, {params.aggr}"


class GATConvParams(LayerParams):
    out_channels: Size = setting(8, "How many features each head gives for each vertex.", unit="features")
    heads: Size = setting(1, "How many attentions look at the neighbours side by side.", unit="heads")
    concat: bool = setting(True, "Put the heads' outputs side by side; off, take their mean (for the last layer).")
    negative_slope: NonNegative = setting(0.2, "Slope of the LeakyReLU on the attention scores.")
    dropout: Probability = setting(
        0.0, "Chance that a neighbour is not listened to while training.", unit="probability"
    )
    bias: bool = setting(True, _BIAS)


class GATConv(_Convolution):
    """(V, F), (2, E) -> (V, F')."""

    Params = GATConvParams
    documentation = Documentation(
        summary="Lets each vertex weigh its neighbours by attention, with several heads side by side.",
        formula=r"x'_i = \sum_{j \in N(i) \cup \{i\}} \alpha_{ij} W x_j, \qquad "
        r"\alpha_{ij} = \operatorname{softmax}_j \operatorname{LeakyReLU}(a^\top [W x_i; W x_j])",
        shape="(V, F), (2, E) -> (V, heads * F')",
        use_when="Where some neighbours matter more than others. 8 heads of 8 features, ELU, and a last layer with one head is "
        "the network of the paper.",
        pitfalls="With concat the width is out_channels times heads. It needs more dropout than GCNConv on small graphs (0.6 "
        "on features and attention in the paper), and more memory on graphs with many edges.",
        source=f"Velickovic et al. 2018, https://arxiv.org/abs/1710.10903; {DOCS}conv.GATConv.html",
    )

    @classmethod
    def width(cls, params: GATConvParams) -> int:
        return params.out_channels * (params.heads if params.concat else 1)

    @classmethod
    def call(cls, params: GATConvParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"in_channels": inputs[0].shape[0], "out_channels": params.out_channels}
        arguments |= changed(params, "heads", "concat", "negative_slope", "dropout", "bias")
        return Call("GATConv", arguments, positional=2, imports=(GEOMETRIC + "GATConv",))

    @classmethod
    def macs(cls, params: GATConvParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        # The map, and the two halves of the attention vector that every vertex meets once.
        return (inputs[0].shape[0] + 2) * params.heads * params.out_channels

    @classmethod
    def estimate_parameters(cls, params: GATConvParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[0] + 2) * params.heads * params.out_channels + params.bias * cls.width(params)

    @classmethod
    def summary(cls, params: GATConvParams) -> str:
        heads = say("1 head") if params.heads == 1 else say("{count} heads", count=params.heads)
        return listed([params.out_channels, heads, *([] if params.concat else ["mean"])])


class GINConvParams(LayerParams):
    out_channels: Size = setting(64, _OUT, unit="features")
    eps: Real = setting(0.0, "How much more a vertex counts than a neighbour; where it is learned, its first value.")
    train_eps: bool = setting(False, "Learn eps.")


class GINConv(_Convolution):
    """(V, F), (2, E) -> (V, F')."""

    Params = GINConvParams
    documentation = Documentation(
        summary="Adds up the features of a vertex and its neighbours and passes the sum through two Linear layers with a ReLU.",
        formula=r"x'_i = \operatorname{MLP}\Big((1 + \epsilon)\, x_i + \sum_{j \in N(i)} x_j\Big)",
        shape="(V, F), (2, E) -> (V, F')",
        use_when="To classify whole graphs by their structure: among layers that only look at neighbours none tells more "
        "of them apart. Sum the vertices up afterwards with GraphAddPool.",
        pitfalls="Sums grow with the degree; a BatchNorm1d behind it keeps training stable. Regular graphs with equal features "
        "look the same to it, as they do to every layer of this kind.",
        source=f"Xu et al. 2019, https://arxiv.org/abs/1810.00826; {DOCS}conv.GINConv.html",
    )

    @classmethod
    def width(cls, params: GINConvParams) -> int:
        return params.out_channels

    @classmethod
    def call(cls, params: GINConvParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"in_channels": inputs[0].shape[0], "out_channels": params.out_channels}
        arguments |= changed(params, "eps", "train_eps")
        construction = (
            "GINConv(nn.Sequential(nn.Linear({in_channels}, {out_channels}), nn.ReLU(), "
            "nn.Linear({out_channels}, {out_channels})))"
        )
        return Call("GINConv", arguments, imports=(GEOMETRIC + "GINConv",), construction=construction)

    @classmethod
    def macs(cls, params: GINConvParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[0] + params.out_channels) * params.out_channels

    @classmethod
    def estimate_parameters(cls, params: GINConvParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[0] + params.out_channels + 2) * params.out_channels + params.train_eps

    @classmethod
    def estimate_buffers(cls, params: GINConvParams, inputs: Sequence[TensorSpec]) -> int:
        return 0 if params.train_eps else 1
