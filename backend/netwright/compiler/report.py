"""What ``check`` answers: shapes and costs per node, totals, problems."""

from collections.abc import Callable
from typing import Literal

import orjson
from pydantic import Field, JsonValue

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.graph.recall import recall_document
from netwright.graph.recall_text import Texts


class TensorShape(Model):
    """A tensor at a port.  ``shape`` has null for the batch axis: ``(N, C, H, W)`` is ``[null, 16, 28, 28]``; of a graph it has
    ``"V"`` for the vertices and ``"E"`` for the edges: ``["V", 1433]``, ``[2, "E"]``."""

    shape: list[int | Literal["V", "E"] | None]
    dtype: str


class NodeReport(Model):
    """What one node gets, gives and costs.  Costs are per sample (batch of one) where they depend on the batch.

    ``parameters`` counts trainable scalars, ``macs`` multiply-accumulates of one forward pass of one sample,
    ``activation_bytes`` the bytes of the outputs that training keeps for one sample.
    ``summary`` is the line on the card (``3x3, 64, stride 2``), chosen by the layer class.
    """

    inputs: dict[str, TensorShape] = Field(default_factory=dict)
    outputs: dict[str, TensorShape] = Field(default_factory=dict)
    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    activation_bytes: int = 0
    summary: str = ""


class Totals(Model):
    """Sums over the network.  ``training_bytes`` estimates weights + gradients + Adam state + activations at
    ``batch_size``."""

    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    activation_bytes: int = 0
    parameter_bytes: int = 0
    training_bytes: int = 0
    batch_size: int = 1


class CheckReport(Model):
    """The answer of ``POST /api/check``.  Keys of ``nodes`` are paths: ``conv1``, ``stage.0.conv``.

    A block node has its own entry (``stage``) with its outer ports and the sums of what is inside.
    """

    ok: bool
    nodes: dict[str, NodeReport]
    totals: Totals
    problems: list[Problem]


class CheckRequest(Model):
    """The body of ``POST /api/check``.  ``batch_size`` is used for the estimate of the training memory."""

    document: Document
    batch_size: int = Field(default=1, ge=1, le=1_000_000)

    @classmethod
    def recall(cls, raw: bytes, read: Callable[[bytes], JsonValue]) -> "CheckRequest | None":
        """The request that JSON ``raw`` holds, with what was read before recalled; its document is for reading only.  None
        where ``read``, which gives what such a text holds, gives nothing of use.

        Raises:
            pydantic.ValidationError: it holds none.
        """
        known = TEXTS.recall(raw, read)
        if known is not None:
            document, batch_size = known
            return cls(document=document, batch_size=batch_size)
        data = read(raw)
        if not isinstance(data, dict) or "document" not in data:
            return None
        request = cls.model_validate_json(orjson.dumps({**data, "document": {}}))
        request.document = recall_document(data["document"])
        TEXTS.keep(raw, data, request.document, request.batch_size)
        return request


TEXTS: Texts[int] = Texts()
"""The last requests, with their batch sizes."""
