"""Pools over graphs: all vertices of a graph into one row, or the best of them into a smaller graph."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from netwright.language import say
from netwright.layers.base import Call, Documentation, Layer, LayerParams, Port, TensorSpec, Value
from netwright.layers.graph import BATCH, DOCS, EDGE_INDEX, GEOMETRIC, batch_port, changed, edge_port, vertex_port
from netwright.layers.params import Real, setting


class _GlobalPool(Layer[LayerParams]):
    """(V, F), (V) -> (N, F)."""

    family = "graph"
    inputs = (vertex_port(), batch_port())
    outputs = (Port("y", "(N, F)", frozenset({2})),)
    muted_is_identity = False
    function: ClassVar[str]

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(inputs[0].shape),)

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template=f"{cls.function}({{0}}, {{1}})", imports=(GEOMETRIC + cls.function,))


class GraphMeanPool(_GlobalPool):
    """(V, F), (V) -> (N, F)."""

    function = "global_mean_pool"
    documentation = Documentation(
        summary="Takes the mean of each feature over all vertices of a graph: one row for each graph.",
        formula=r"y_g = \frac{1}{|V_g|} \sum_{i \in V_g} x_i",
        shape="(V, F), (V) -> (N, F)",
        use_when="Between the message passing and the head of a network that classifies whole graphs of different sizes.",
        pitfalls="The mean forgets how large a graph is and how often a motif occurs; GraphAddPool keeps both.",
        source=f"{DOCS}pool.global_mean_pool.html",
    )


class GraphMaxPool(_GlobalPool):
    """(V, F), (V) -> (N, F)."""

    function = "global_max_pool"
    documentation = Documentation(
        summary="Takes the largest value of each feature over all vertices of a graph: one row for each graph.",
        formula=r"y_g = \max_{i \in V_g} x_i",
        shape="(V, F), (V) -> (N, F)",
        use_when="Where it matters whether something occurs anywhere in the graph, not how often.",
        pitfalls="Only one vertex for each feature gets a gradient, so training is slower than with the mean.",
        source=f"{DOCS}pool.global_max_pool.html",
    )


class GraphAddPool(_GlobalPool):
    """(V, F), (V) -> (N, F)."""

    function = "global_add_pool"
    documentation = Documentation(
        summary="Adds up each feature over all vertices of a graph: one row for each graph.",
        formula=r"y_g = \sum_{i \in V_g} x_i",
        shape="(V, F), (V) -> (N, F)",
        use_when="After GINConv, and wherever the number of vertices or motifs matters.",
        pitfalls="Large graphs give large values. Where sizes differ much, put a BatchNorm1d behind it or take the mean.",
        source=f"{DOCS}pool.global_add_pool.html",
    )


Ratio = Annotated[float, Field(gt=0.0, le=1.0)]


class TopKPoolingParams(LayerParams):
    ratio: Ratio = setting(0.5, "Share of the vertices of each graph that is kept, rounded up.")
    multiplier: Real = setting(1.0, "Factor on what is kept, where scores are small.")
    nonlinearity: Literal["tanh", "sigmoid"] = setting("tanh", "Applied to the scores before they weigh the vertices.")


class _Selection(Layer[Any]):
    """Keeps the best vertices of each graph and the edges between them: (V, F), (2, E), (V) -> (V', F), (2, E'), (V')."""

    family = "graph"
    Params = TopKPoolingParams
    inputs = (vertex_port(), edge_port(), batch_port())
    outputs = (vertex_port("x", "(V', F)"), edge_port("(2, E')"), batch_port("(V')"))
    muted_is_identity = False

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        return inputs[0], EDGE_INDEX, BATCH

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        # The ratio is printed even where it is the default: it is what a reader looks for.
        arguments: dict[str, Value] = {"in_channels": inputs[0].shape[0], "ratio": params.ratio}
        arguments |= changed(params, "multiplier", "nonlinearity")
        return Call(
            cls.type,
            arguments,
            positional=1,
            imports=(GEOMETRIC + cls.type,),
            invoke="{self}({0}, {1}, None, {2})",
            results="x, edge_index, _, batch, _, _",
            outputs={"x": "{x}", "edge_index": "{edge_index}", "batch": "{batch}"},
        )

    @classmethod
    def summary(cls, params: Any) -> str:
        return say("keeps {share} %", share=f"{100 * params.ratio:g}")


class TopKPooling(_Selection):
    """(V, F), (2, E), (V) -> (V', F), (2, E'), (V')."""

    documentation = Documentation(
        summary="Scores each vertex by a learned direction and keeps the best of each graph, with the edges between them.",
        formula=r"s = \tanh\frac{X p}{\lVert p \rVert}, \qquad X' = (X \odot s)_{\text{top-}k}, \qquad A' = A_{\text{top-}k}",
        shape="(V, F), (2, E), (V) -> (V', F), (2, E'), (V')",
        use_when="Between graph convolutions, to look at a graph in coarser and coarser form, as pooling does with pictures. "
        "Take edge_index and batch from this node afterwards.",
        pitfalls="The score sees one vertex alone: neighbours that matter only together may be lost. What is dropped leaves "
        "the rest in pieces, so that messages no longer reach everywhere; keep half or more at a time. Between vertices with "
        "equal scores (twins in a regular graph) the order of the batch decides.",
        source=f"Gao and Ji 2019, Graph U-Nets, https://arxiv.org/abs/1905.05178; {DOCS}pool.TopKPooling.html",
    )

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[0]

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[0]


class SAGPooling(_Selection):
    """(V, F), (2, E), (V) -> (V', F), (2, E'), (V')."""

    documentation = Documentation(
        summary="Self-attention pooling: a graph convolution scores each vertex, and the best of each graph are kept.",
        formula=r"s = \tanh(\mathrm{GraphConv}(X, A)), \quad X' = (X \odot s)_{\text{top-}k}, \quad A' = A_{\text{top-}k}",
        shape="(V, F), (2, E), (V) -> (V', F), (2, E'), (V')",
        use_when="As TopKPooling, where a vertex's neighbourhood tells whether it matters.",
        pitfalls="Gradients reach the score only through the vertices that were kept. On small graphs a plain global pool is "
        "often as good.",
        source=f"Lee et al. 2019, https://arxiv.org/abs/1904.08082; {DOCS}pool.SAGPooling.html",
    )

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return 2 * inputs[0].shape[0]

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        # Weights for the neighbours, with an offset, for the vertex itself, and the one that scales the score.
        return 2 * inputs[0].shape[0] + 2
