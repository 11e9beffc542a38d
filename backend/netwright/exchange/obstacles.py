"""What keeps a network from leaving in a format, told without trying.  Importing this loads no torch."""

from netwright.exchange.material import ExportError
from netwright.graph.document import Block, Document
from netwright.language import say
from netwright.layers.registry import LAYERS

BLOCK = "block:"


def find_obstacle(document: Document, format_: str) -> ExportError | None:
    """The first node whose layer says that ``format_`` cannot hold it (``Layer.no_export``), with its path; None where there
    is none.  Blocks that are not used do not count."""
    return _look(document, document.network, format_, "", frozenset())


def _look(document: Document, block: Block, format_: str, path: str, above: frozenset[str]) -> ExportError | None:
    for node in block.nodes:
        here = f"{path}{node.id}"
        name = node.type.removeprefix(BLOCK)
        if node.type.startswith(BLOCK) and name in document.blocks and name not in above:
            found = _look(document, document.blocks[name], format_, f"{here}.", above | {name})
            if found is not None:
                return found
        layer = LAYERS.get(node.type)
        reason = None if layer is None or node.muted else layer.no_export.get(format_)
        if reason is not None:
            return ExportError(say("{type} `{node}`: {reason}", type=node.type, node=here, reason=reason), node=here)
    return None
