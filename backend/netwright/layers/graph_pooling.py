"""Pools over graphs: all vertices of a graph into one row."""

from collections.abc import Sequence
from typing import Any, ClassVar

from netwright.layers.base import Call, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.graph import DOCS, GEOMETRIC, batch_port, vertex_port


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


class GlobalMeanPool(_GlobalPool):
    """(V, F), (V) -> (N, F)."""

    function = "global_mean_pool"
    documentation = Documentation(
        summary="Takes the mean of each feature over all vertices of a graph: one row for each graph.",
        formula=r"y_g = \frac{1}{|V_g|} \sum_{i \in V_g} x_i",
        shape="(V, F), (V) -> (N, F)",
        use_when="Between the message passing and the head of a network that classifies whole graphs of different sizes.",
        pitfalls="The mean forgets how large a graph is and how often a motif occurs; GlobalAddPool keeps both.",
        source=f"{DOCS}pool.global_mean_pool.html",
    )


class GlobalMaxPool(_GlobalPool):
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


class GlobalAddPool(_GlobalPool):
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
