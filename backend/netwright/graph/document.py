"""Format 1 of the graph document: what a person draws, as data.

A document holds a ``network`` (a block), named ``blocks`` that it may use, a ``view`` that has no meaning for the
network, and optionally the training config that its author last used.  Which node types exist is not known here:
a node of an unknown type is kept as it is.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue, Strict
from pydantic_core import PydanticCustomError

from netwright.graph.migrations import CURRENT_FORMAT, too_new
from netwright.graph.model import Model

NETWORK = "network"
"""The name under which the top-level block goes in views, edits and problems."""

BLOCK_PREFIX = "block:"
"""``block:ConvStage`` is the type of a node that uses the document's block ``ConvStage``."""

MAX_NAME_LENGTH = 200

Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float
Repeat = Annotated[int, Field(ge=-(2**53), le=2**53)] | str


class Node(Model):
    """One node of a block.

    ``id`` is a Python identifier, unique in its block: the attribute name in the exported code.  (Legality is checked by
    ``compiler.check``, not here, so that a document with an illegal id still opens and can be repaired.)
    ``params`` are saved by name, only those that differ from the defaults need to be there; a string that begins with
    ``=`` is an expression over the block's parameters.
    ``share`` is the id of the node of the same block whose weights this one uses; None where it has its own.
    """

    id: str = Field(max_length=MAX_NAME_LENGTH)
    type: str = Field(max_length=MAX_NAME_LENGTH)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    repeat: Repeat = 1
    muted: bool = False
    share: str | None = Field(default=None, max_length=MAX_NAME_LENGTH, exclude_if=lambda share: share is None)


class Edge(Model):
    """A wire from an output port to an input port; ports are named only where there is a choice."""

    source: str
    target: str
    source_port: str | None = None
    target_port: str | None = None


class Block(Model):
    """Nodes and edges with named numeric parameters; its inputs and outputs are its Input and Output nodes."""

    parameters: dict[str, Number] = Field(default_factory=dict)
    nodes: list[Node] = Field(default_factory=list)
    edges: list[Edge] = Field(default_factory=list)


Position = Annotated[tuple[float, float], Strict(strict=False)]
"""x and y in pixels; a JSON array."""


Color = Literal["blue", "orange", "green", "violet", "pink", "grey"]
"""Colours by name: each theme of the page has its own shade of it."""

MAX_TEXT_LENGTH = 20_000


class Place(Model):
    """Where something stands on the canvas: its upper left corner and its size, in pixels."""

    x: float
    y: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)


class Frame(Place):
    """A titled area behind the cards: what stands in it belongs together for a reader, and moves with it."""

    title: str = Field(default="", max_length=MAX_NAME_LENGTH)
    color: Color = "grey"


class Note(Place):
    """A text in Markdown beside the cards."""

    text: str = Field(default="", max_length=MAX_TEXT_LENGTH)
    color: Color = "grey"


MAX_WAY_POINTS = 100


class Way(Model):
    """The points that the wire ``edge`` is led through on the canvas, from its source to its target, in pixels."""

    edge: Edge
    points: list[Position] = Field(min_length=1, max_length=MAX_WAY_POINTS)


class Fold(Model):
    """Nodes that are shown as one small card, where the first of them in the order of the data stands."""

    nodes: list[str] = Field(min_length=2)


class Marks(Model):
    """What a reader is told on the canvas of one block, without meaning for the network: frames and notes by their ids,
    colours of nodes by the nodes' ids, the ways of wires that a person has led, and folds by their ids.  A node is in at
    most one fold.

    ``ways`` and ``folds`` are left out where they are empty: a program that does not know them yet opens every document
    that has none.
    """

    frames: dict[str, Frame] = Field(default_factory=dict)
    notes: dict[str, Note] = Field(default_factory=dict)
    colors: dict[str, Color] = Field(default_factory=dict)
    ways: list[Way] = Field(default_factory=list, exclude_if=lambda ways: not ways)
    folds: dict[str, Fold] = Field(default_factory=dict, exclude_if=lambda folds: not folds)


def _known_format(version: object) -> object:
    """Says about a newer format what it is: that it "should be 1" helps nobody."""
    if isinstance(version, int) and version > CURRENT_FORMAT:
        raise PydanticCustomError("document_format_too_new", "{said}", {"said": too_new(version)})
    return version


class Document(Model):
    """A network drawn by a person, format 1.  ``view`` maps block name to node id to canvas position (pixels), ``marks`` block
    name to frames, notes, colours, ways of wires and folds; neither has a meaning for the network."""

    format: Annotated[Literal[1], BeforeValidator(_known_format)] = 1
    name: str = Field(default="Untitled", max_length=MAX_NAME_LENGTH)
    network: Block = Field(default_factory=Block)
    blocks: dict[str, Block] = Field(default_factory=dict)
    view: dict[str, dict[str, Position]] = Field(default_factory=dict)
    marks: dict[str, Marks] = Field(default_factory=dict, exclude_if=lambda marks: not marks)
    training: dict[str, JsonValue] | None = None

    def block(self, name: str) -> Block:
        """The block called ``name``; ``"network"`` is the top level.

        Raises:
            KeyError: there is no such block.
        """
        return self.network if name == NETWORK else self.blocks[name]
