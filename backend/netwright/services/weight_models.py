"""Weights that runs begin with, and networks that are brought in."""

from typing import Literal

from pydantic import Field

from netwright.exchange.graphs.report import ImportReport
from netwright.exchange.weights.report import WeightsReport
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.services.models import Id


class WeightsRead(Model):
    """A file of weights.  ``format`` is what it came as (``safetensors``, ``pytorch``, ``onnx``, ``program``)."""

    id: Id
    title: str
    format: str
    num_tensors: int
    num_values: int
    bytes: int
    sha256: str
    created: float


class WeightsCompare(Model):
    """The body of ``POST /api/weights/compare``.  ``source`` is ``checkpoint:ID`` or ``file:ID``; ``match`` null chooses."""

    document: Document
    source: str = Field(max_length=200)
    match: Literal["name", "order"] | None = None


class WeightsCompared(WeightsReport):
    """What becomes of each node with these weights.  ``title`` is what a person knows them by."""

    source: str
    title: Sentence


class ImportRead(Model):
    """What was taken in: weights alone, or a network (``network_id``, ``report``) and its weights.

    ``problems`` counts what is wrong with the network as it now stands.
    """

    weights: WeightsRead | None = None
    network_id: Id | None = None
    report: ImportReport | None = None
    problems: int = 0
