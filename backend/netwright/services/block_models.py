"""A workspace's own blocks."""

from pydantic import Field

from netwright.graph.bundle import BlockBundle
from netwright.graph.document import MAX_NAME_LENGTH
from netwright.graph.model import Model
from netwright.services.models import Id
from netwright.services.network_models import Outline

MAX_DESCRIPTION_LENGTH = 2000


class LibraryBlockCreate(Model):
    definition: BlockBundle
    description: str = Field(default="", max_length=MAX_DESCRIPTION_LENGTH)


class LibraryBlockUpdate(Model):
    """What is null stays."""

    name: str | None = Field(default=None, max_length=MAX_NAME_LENGTH)
    description: str | None = Field(default=None, max_length=MAX_DESCRIPTION_LENGTH)
    definition: BlockBundle | None = None


class LibraryBlockSummary(Model):
    """A block in the list.  ``outline`` is a small picture of its inside."""

    id: Id
    name: str
    description: str
    created: float
    updated: float
    outline: Outline


class LibraryBlockRead(LibraryBlockSummary):
    definition: BlockBundle
