"""Networks, their revisions, links and outlines."""

from typing import Annotated

from pydantic import Field

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.services.models import Id
from netwright.training.events import Scalar


class NetworkCreate(Model):
    document: Document


class NetworkUpdate(Model):
    """Saves a new revision on top of ``revision``; 409 with code ``stale_revision`` if that is no longer the newest."""

    document: Document
    revision: int = Field(ge=1)


class NetworkSummary(Model):
    """A card in the list.  ``outline`` is a small picture of the top level: boxes as family and position, wires as index
    pairs; ``is_example`` marks the network that a first visit finds."""

    id: Id
    name: str
    revision: int
    created: float
    updated: float
    num_nodes: int
    outline: "Outline"
    num_runs: int = 0
    best: dict[str, Scalar] = Field(default_factory=dict)
    is_example: bool = False


class LinkCreate(Model):
    """What a read-only link shows; ``revision`` null for the network as it is now."""

    revision: int | None = Field(default=None, ge=1, le=2**53)


class LinkRead(Model):
    """The revision that a read-only link names.  It is kept as it is from now on: its page is ``path``."""

    revision: int
    path: str


class OutlineNode(Model):
    x: float
    y: float
    family: str
    label: str


class Outline(Model):
    nodes: list[OutlineNode]
    edges: list[tuple[int, int]]


class NetworkRead(NetworkSummary):
    document: Document


MAX_LABEL_LENGTH = 200


class RevisionRead(Model):
    """A saved state of a network.  ``name`` is that of the network then, ``label`` the one that a person gave this state."""

    revision: int
    created: float
    name: str
    label: str | None


class RevisionUpdate(Model):
    """Names a revision, which is then kept as it is; null takes the name away."""

    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH)] | None


class DeletedNetwork(Model):
    """A network in the trash.  After ``ends`` (Unix seconds) it is gone for good."""

    id: Id
    name: str
    num_nodes: int
    outline: "Outline"
    deleted: float
    ends: float
