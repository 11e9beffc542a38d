"""What became of a file with a network, as the page shows it."""

from typing import Literal

from pydantic import Field

from netwright.graph.model import Model
from netwright.language import Sentence

NoteCode = Literal[
    "size_chosen",
    "batch_fixed",
    "input_shape_unknown",
    "operators_dropped",
    "dtype_changed",
    "weights_copied",
    "graph_layers_unread",
]


class FoldedBlock(Model):
    """A block made of repeated structure: it stands ``copies`` times in the network, as ``uses`` nodes."""

    name: str
    num_nodes: int
    uses: int
    copies: int


class Placeholder(Model):
    """An operator that no layer stands for.  ``node`` is the path of the node that keeps its place."""

    node: str
    operator: str
    reason: Sentence


class ImportNote(Model):
    """``values`` are the figures in the sentence, for translations."""

    code: NoteCode
    message: Sentence
    values: dict[str, str] = Field(default_factory=dict)


class ImportReport(Model):
    """``num_operators`` of the file became ``num_layers`` layers, drawn as ``num_nodes`` nodes (blocks counted once)."""

    format: Literal["onnx", "program"]
    producer: str = ""
    num_operators: int
    num_layers: int
    num_nodes: int
    folded: list[FoldedBlock] = Field(default_factory=list)
    placeholders: list[Placeholder] = Field(default_factory=list)
    notes: list[ImportNote] = Field(default_factory=list)
