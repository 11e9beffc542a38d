"""Edits of a document as data: what the page's commands do, and what a problem's fix is made of.

``netwright.graph.editing`` applies them.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from netwright.graph.document import (
    MAX_WAY_POINTS,
    Block,
    Color,
    Edge,
    Fold,
    Frame,
    Node,
    Note,
    Number,
    Position,
    Repeat,
)
from netwright.graph.model import Model


class AddNode(Model):
    op: Literal["add_node"] = "add_node"
    block: str
    node: Node
    position: Position | None = None


class RemoveNode(Model):
    """Removes the node, its edges and its position.  Its weights stay with the first node that shares them."""

    op: Literal["remove_node"] = "remove_node"
    block: str
    id: str


class RenameNode(Model):
    """Gives a node another id; edges, position and nodes that share its weights follow.

    The id of a block's Input or Output is a port's name, so edges of nodes that use the block follow too.
    """

    op: Literal["rename_node"] = "rename_node"
    block: str
    id: str
    new_id: str


class SetParam(Model):
    """Sets one parameter of a node, and of all that share its weights; ``value`` null removes it, so that the layer's default
    holds again.

    A parameter whose value is really null is never stored: for every layer null is either the default or not allowed.
    """

    op: Literal["set_param"] = "set_param"
    block: str
    id: str
    name: str
    value: JsonValue


class SetNode(Model):
    """Changes ``muted``, ``repeat``, ``type`` or ``share`` of a node; what is null stays.

    ``repeat`` and ``type`` are changed for all nodes that share their weights.  ``share`` is the node whose weights this one
    uses from now on, empty for its own.
    """

    op: Literal["set_node"] = "set_node"
    block: str
    id: str
    muted: bool | None = None
    repeat: Repeat | None = None
    type: str | None = None
    share: str | None = None


class AddEdge(Model):
    """``index`` is the edge's place among the block's edges, null for the end: the order of the wires into one port
    has a meaning for Concat."""

    op: Literal["add_edge"] = "add_edge"
    block: str
    edge: Edge
    index: int | None = Field(default=None, ge=0)


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


class SetFrame(Model):
    """Puts or changes the frame ``id`` of a block; ``frame`` null takes it away."""

    op: Literal["set_frame"] = "set_frame"
    block: str
    id: str
    frame: Frame | None


class SetNote(Model):
    """Puts or changes the note ``id`` of a block; ``note`` null takes it away."""

    op: Literal["set_note"] = "set_note"
    block: str
    id: str
    note: Note | None


class SetColor(Model):
    """Gives the card of a node a colour; ``color`` null takes it away."""

    op: Literal["set_color"] = "set_color"
    block: str
    id: str
    color: Color | None


class SetWay(Model):
    """Leads the wire ``edge`` through these points on the canvas; none leaves its way to the canvas."""

    op: Literal["set_way"] = "set_way"
    block: str
    edge: Edge
    points: list[Position] = Field(max_length=MAX_WAY_POINTS)


class SetFold(Model):
    """Shows the nodes of ``fold`` as one card, ``id``; ``fold`` null shows them again.  They leave other folds."""

    op: Literal["set_fold"] = "set_fold"
    block: str
    id: str
    fold: Fold | None


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
    | SetName
    | SetFrame
    | SetNote
    | SetColor
    | SetWay
    | SetFold,
    Field(discriminator="op"),
]
