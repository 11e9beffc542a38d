"""The small picture of a network on its card: boxes and wires of one level."""

from collections.abc import Mapping

from netwright.graph.document import BLOCK_PREFIX, NETWORK, Document
from netwright.layers.registry import LAYERS
from netwright.services.network_models import Outline, OutlineNode

_COLUMN_WIDTH, _ROW_HEIGHT, _COLUMNS = 240.0, 140.0, 6
MAX_NODES = 400
"""A card shows no more than this; the picture of a larger network is its beginning."""


def build_outline(document: Document, block: str = NETWORK) -> Outline:
    """Boxes at the places of the view (a grid, where a node has none), wires as pairs of indices into the boxes."""
    positions: Mapping[str, tuple[float, float]] = document.view.get(block, {})
    drawn = document.block(block)
    nodes, indices = [], {}
    for index, node in enumerate(drawn.nodes[:MAX_NODES]):
        x, y = positions.get(node.id, (_COLUMN_WIDTH * (index % _COLUMNS), _ROW_HEIGHT * (index // _COLUMNS)))
        nodes.append(OutlineNode(x=x, y=y, family=_family(node.type), label=node.id))
        indices[node.id] = index
    edges = [
        (indices[edge.source], indices[edge.target])
        for edge in drawn.edges
        if edge.source in indices and edge.target in indices
    ]
    return Outline(nodes=nodes, edges=edges)


def _family(node_type: str) -> str:
    if node_type.startswith(BLOCK_PREFIX):
        return "block"
    layer = LAYERS.get(node_type)
    return layer.family if layer is not None else "unknown"
