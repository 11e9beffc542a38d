"""Graph networks: classes of vertices and of whole graphs, with global and top-k pooling."""

from netwright.architectures.base import Architecture, Paper, Preset, Published
from netwright.architectures.drawing import document, draw, node, rows
from netwright.graph.document import Document, Node

_KIPF = Paper(
    "Kipf, Welling: Semi-Supervised Classification with Graph Convolutional Networks",
    2017,
    "https://arxiv.org/abs/1609.02907",
)
_VELICKOVIC = Paper("Veličković et al.: Graph Attention Networks", 2018, "https://arxiv.org/abs/1710.10903")
_GAO = Paper("Gao, Ji: Graph U-Nets", 2019, "https://arxiv.org/abs/1905.05178")

_ACCURACY = {"monitor": "val/Accuracy", "mode": "max"}
_KIPF_STOP = {"monitor": "val/loss", "mode": "min", "patience": 10}
_CORA = Preset(
    "cora",
    "cora",
    {
        "data": {"batch_size": 140},
        "optimizer": {"type": "Adam", "params": {"lr": 0.01}},
        "parameter_groups": [{"nodes": ["conv1"], "weight_decay": 0.0005}],
        "epochs": 200,
        "early_stopping": {**_KIPF_STOP, "restore_best_weights": False},
        "checkpoint": {"monitor": "val/loss", "mode": "min", "every_epochs": 200, "tested": "last"},
    },
)
"""The recipe of the paper, which tests the weights that training ends with."""
_CORA_ATTENTION = Preset(
    "cora",
    "cora",
    {
        "data": {"batch_size": 140},
        "optimizer": {"type": "Adam", "params": {"lr": 0.005, "weight_decay": 0.0005}},
        "epochs": 400,
        "early_stopping": {**_KIPF_STOP, "patience": 50},
        "checkpoint": {"monitor": "val/loss", "mode": "min"},
    },
)
_KARATE = Preset(
    "karate", "karate", {"optimizer": {"type": "Adam", "params": {"lr": 0.01}}, "epochs": 100, "checkpoint": _ACCURACY}
)
_MOTIFS = Preset(
    "motifs",
    "motifs",
    {
        "data": {"batch_size": 32},
        "optimizer": {"type": "AdamW", "params": {"lr": 0.01}},
        "epochs": 12,
        "checkpoint": _ACCURACY,
    },
)


def draw_vertices(features: int, first: Node, second: Node, activation: str, dropout: float) -> Document:
    """Two convolutions with dropout before each: a class for each vertex."""
    nodes = [
        node("graph", "Graph", num_features=features),
        node("drop1", "Dropout", p=dropout),
        first,
        node("act", activation),
        node("drop2", "Dropout", p=dropout),
        second,
        node("scores", "Output"),
    ]
    wires = "graph drop1 conv1.x, conv1 act drop2 conv2.x, conv2 scores, " + ", ".join(
        f"graph.edge_index {name}.edge_index" for name in ("conv1", "conv2")
    )
    return document("", draw(nodes, wires, rows("graph drop1 conv1", ". act drop2", ". conv2 scores")))


def draw_graphs(convolutions: tuple[Node, Node], has_top_k: bool) -> Document:
    """Two convolutions, between them a pool where ``has_top_k``, and the mean over all vertices: a class for each graph."""
    pool = [node("pool", "TopKPooling", ratio=0.8)] if has_top_k else []
    nodes = [
        node("graph", "Graph", num_features=6),
        convolutions[0],
        node("act1", "ReLU"),
        *pool,
        convolutions[1],
        node("act2", "ReLU"),
        node("readout", "GraphMeanPool"),
        node("head", "Linear", out_features=3),
        node("scores", "Output"),
    ]
    before = "graph conv1.x, graph.edge_index conv1.edge_index, "
    middle = (
        "conv1 act1 pool.x, graph.edge_index pool.edge_index, graph.batch pool.batch, "
        "pool.x conv2.x, pool.edge_index conv2.edge_index, pool.batch readout.batch, "
        if has_top_k
        else "conv1 act1 conv2.x, graph.edge_index conv2.edge_index, graph.batch readout.batch, "
    )
    below = (
        (". pool conv2", ". act2 readout", ". head scores")
        if has_top_k
        else (". conv2 act2", ". readout head", ". scores")
    )
    # Wider than one column: between two cards stand the names of up to three ports, and the shapes of their wires.
    places = {name: (1.3 * column, row) for name, (column, row) in rows("graph conv1 act1", *below).items()}
    return document("", draw(nodes, f"{before}{middle}conv2 act2 readout.x, readout head scores", places))


def _gcn(name: str, channels: int) -> Node:
    return node(name, "GCNConv", out_channels=channels)


def _gat(name: str, channels: int, heads: int) -> Node:
    return node(name, "GATConv", out_channels=channels, heads=heads)


def _on_motifs(kind: str, has_top_k: bool) -> Architecture:
    convolutions = (
        (_gcn("conv1", 32), _gcn("conv2", 32)) if kind == "gcn" else (_gat("conv1", 8, 4), _gat("conv2", 8, 4))
    )
    return Architecture(
        id=f"{kind}_motifs_{'topk' if has_top_k else 'global'}",
        family="graph",
        chapter="pooling",
        task="graph classification",
        paper=_GAO if has_top_k else _KIPF if kind == "gcn" else _VELICKOVIC,
        look="top_k" if has_top_k else "global_pool",
        preset=_MOTIFS,
        draw=lambda: draw_graphs(convolutions, has_top_k),
    )


GRAPHS = (
    Architecture(
        id="gcn_karate",
        family="graph",
        chapter="pooling",
        task="node classification",
        paper=_KIPF,
        look="gcn",
        preset=_KARATE,
        draw=lambda: draw_vertices(34, _gcn("conv1", 8), _gcn("conv2", 2), "ReLU", 0.5),
    ),
    Architecture(
        id="gcn_cora",
        family="graph",
        chapter="pooling",
        task="node classification",
        paper=_KIPF,
        look="gcn",
        preset=_CORA,
        draw=lambda: draw_vertices(1433, _gcn("conv1", 16), _gcn("conv2", 7), "ReLU", 0.5),
        published=Published("gcn", 23_063, None, (7,)),
    ),
    Architecture(
        id="gat_cora",
        family="graph",
        chapter="pooling",
        task="node classification",
        paper=_VELICKOVIC,
        look="gat",
        preset=_CORA_ATTENTION,
        draw=lambda: draw_vertices(1433, _gat("conv1", 8, 8), _gat("conv2", 7, 1), "ELU", 0.6),
    ),
    *(_on_motifs(kind, has_top_k) for kind in ("gcn", "gat") for has_top_k in (False, True)),
)
