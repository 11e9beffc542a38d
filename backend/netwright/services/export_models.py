"""Files that are made to be taken home."""

from typing import Literal

from pydantic import Field

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import Sentence


class ExportOption(Model):
    """A format that a checkpoint or a network can leave in, or why not (``reason``).

    ``bytes`` is known of a file that is there (``is_ready``): the checkpoint's own, or one that was made lately.  ``code``
    belongs to the reason.
    """

    format: str
    title: Sentence
    suffix: str
    description: Sentence
    bytes: int | None = None
    is_ready: bool = False
    reason: Sentence | None = None
    code: str | None = None


class ExportRequest(Model):
    """An untrained network in ``format``: its weights are fresh under ``seed``."""

    document: Document
    format: str = Field(max_length=100)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class ExportRead(Model):
    """A file that is being made.  ``stage`` is one of ``loading``, ``exporting``, ``checking``, ``packing`` while it is
    ``preparing``; ``code``, ``message`` and ``node`` say why it failed."""

    key: str
    format: str
    name: str
    state: Literal["waiting", "preparing", "ready", "failed"]
    stage: str | None = None
    bytes: int | None = None
    code: str | None = None
    message: Sentence | None = None
    node: str | None = None
