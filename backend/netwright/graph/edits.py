"""Edits of a document as data: what the page's commands do, and what a problem's fix is made of.

The TypeScript twin is ``frontend/src/document/edits.ts``; ``tests/contract/edits.json`` holds cases that both must pass.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from netwright.graph.document import Block, Document, Edge, Node, Number, Position, Repeat
from netwright.graph.model import Model


class AddNode(Model):
    op: Literal["add_node"] = "add_node"
    block: str
    node: Node
    position: Position | None = None


class RemoveNode(Model):
    """Removes the node, its edges and its position."""

    op: Literal["remove_node"] = "remove_node"
    block: str
    id: str


class RenameNode(Model):
    """Gives a node another id; edges and position follow."""

    op: Literal["rename_node"] = "rename_node"
    block: str
    id: str
    new_id: str


class SetParam(Model):
    """Sets one parameter of a node; ``value`` null removes it, so that the layer's default holds again.

    A parameter whose value is really null is never stored: for every layer null is either the default or not allowed.
    """

    op: Literal["set_param"] = "set_param"
    block: str
    id: str
    name: str
    value: JsonValue


class SetNode(Model):
    """Changes ``muted``, ``repeat`` or ``type`` of a node; what is null stays."""

    op: Literal["set_node"] = "set_node"
    block: str
    id: str
    muted: bool | None = None
    repeat: Repeat | None = None
    type: str | None = None


class AddEdge(Model):
    op: Literal["add_edge"] = "add_edge"
    block: str
    edge: Edge


class RemoveEdge(Model):
    """Removes one edge that equals ``edge`` (the last such, where it is doubled)."""

    op: Literal["remove_edge"] = "remove_edge"
    block: str
    edge: Edge


class MoveNode(Model):
    op: Literal["move_node"] = "move_node"
    block: str
    id: str
    position: Position


class SetBlock(Model):
    """Adds or replaces the block definition ``name``; ``definition`` null removes it."""

    op: Literal["set_block"] = "set_block"
    name: str
    definition: Block | None


class SetParameter(Model):
    """Sets a block parameter; ``value`` null removes it."""

    op: Literal["set_parameter"] = "set_parameter"
    block: str
    name: str
    value: Number | None


class SetName(Model):
    op: Literal["set_name"] = "set_name"
    name: str


Edit = Annotated[
    AddNode
    | RemoveNode
    | RenameNode
    | SetParam
    | SetNode
    | AddEdge
    | RemoveEdge
    | MoveNode
    | SetBlock
    | SetParameter
    | SetName,
    Field(discriminator="op"),
]


def apply_edits(document: Document, edits: list[Edit]) -> Document:
    """A copy of ``document`` with ``edits`` applied in order.

    Raises:
        KeyError: an edit names a block or node that is not there.
    """
    raise NotImplementedError
