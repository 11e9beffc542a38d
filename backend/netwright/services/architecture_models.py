"""Ready-made networks, with their papers and figures."""

from typing import Any

from netwright.architectures.base import Chapter, Family
from netwright.architectures.base import Task as ArchitectureTask
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.services.network_models import Outline


class PaperRead(Model):
    citation: str
    year: int
    url: str


class PublishedRead(Model):
    """What others printed of exactly this network; ``gmacs`` is multiply-accumulates in 1e9, rounded as printed."""

    source: dict[str, str]
    parameters: int | None
    gmacs: float | None


class ExampleRead(Model):
    """The notes' own numbers: pictures as ``[channel][row][column]``, ``weights`` by their key in the ``state_dict``;
    ``names`` are those of the result's channels where each has one."""

    input: list[list[list[float]]]
    weights: dict[str, list[Any]]
    output: str
    result: list[list[list[float]]]
    names: list[str]


class SweepRead(Model):
    """A parameter of the network that is worth turning: the parameters of some nodes at each of ``values``."""

    parameter: str
    values: list[int]
    nodes: dict[str, list[int]]


class FollowersRead(Model):
    """What usually follows what: by layer type, by the type that comes next, the number of ready-made networks in which it
    does, the most usual first."""

    followers: dict[str, dict[str, int]]


class ArchitectureSummary(Model):
    """A card of the gallery.  Texts are by language (``en``, ``zh``); shapes leave the batch out."""

    id: str
    name: dict[str, str]
    family: Family
    chapter: Chapter
    task: ArchitectureTask
    paper: PaperRead
    summary: dict[str, str]
    parameters: int
    macs: int
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    data_source: str | None
    """The built-in set that its training preset names; null where the person brings their own."""
    is_starter: bool
    """Offered where there is no network yet."""
    outline: Outline


class ArchitectureRead(ArchitectureSummary):
    """``look`` is what to look at, ``data`` what its training preset needs; ``document`` is ready to be one's own."""

    look: dict[str, list[str]]
    data: dict[str, str]
    published: PublishedRead | None
    example: ExampleRead | None
    sweep: SweepRead | None
    block_outlines: dict[str, Outline]
    document: Document
