"""Documents read piece by piece: a node or a wire that was read before is not validated again.

The page asks for a check after every edit, which changes one piece of a thousand.  What is recalled is shared between
documents, so such a document is for reading only.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from netwright.graph.document import Block, Document, Edge, Node

_PIECES = 20_000
"""Of each kind; a ResNet-152 has about 500 nodes and 600 wires, and 20,000 nodes take some 15 MB."""

_read_node = lru_cache(_PIECES)(Node.model_validate_json)
_read_edge = lru_cache(_PIECES)(Edge.model_validate_json)


class RecalledDocument(Document):
    """A document for reading only, in which a node or a wire that was read before is the very same object."""


def recall_document(data: Any) -> Document:
    """The document that JSON ``data`` holds, with all that ``Document.model_validate_json`` makes of it.

    Raises:
        pydantic.ValidationError: it holds none.  Fields are named from where the piece begins.
    """
    if not isinstance(data, dict) or not isinstance(data.get("blocks", {}), dict):
        return Document.model_validate_json(orjson.dumps(data))
    pieces = {"network", "blocks"} & data.keys()
    document = RecalledDocument.model_validate_json(orjson.dumps({name: data[name] for name in data.keys() - pieces}))
    if "network" in pieces:
        document.network = _recall_block(data["network"])
    if "blocks" in pieces:
        document.blocks = {name: _recall_block(block) for name, block in data["blocks"].items()}
    return document


def _recall_block(data: Any) -> Block:
    if not isinstance(data, dict) or not all(isinstance(data.get(name, []), list) for name in ("nodes", "edges")):
        return Block.model_validate_json(orjson.dumps(data))
    pieces = {"nodes", "edges"} & data.keys()
    block = Block.model_validate_json(orjson.dumps({name: data[name] for name in data.keys() - pieces}))
    if "nodes" in pieces:
        block.nodes = read_nodes(data["nodes"])
    if "edges" in pieces:
        block.edges = read_edges(data["edges"])
    return block


def read_nodes(data: Iterable[Any]) -> list[Node]:
    """Those that were read before are the very same objects.

    Raises:
        pydantic.ValidationError: one is none.
    """
    return list(map(_read_node, map(orjson.dumps, data)))


def read_edges(data: Iterable[Any]) -> list[Edge]:
    """As :func:`read_nodes`."""
    return list(map(_read_edge, map(orjson.dumps, data)))


def forget_pieces() -> None:
    """Empty the memory: for measurements and tests."""
    _read_node.cache_clear()
    _read_edge.cache_clear()
