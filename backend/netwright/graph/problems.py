"""Problems of a document as data: a code, a place, a sentence, and fixes that are edits."""

from typing import Literal

from pydantic import Field, JsonValue

from netwright.graph.edits import Edit
from netwright.graph.model import Model

Severity = Literal["error", "warning"]


class Fix(Model):
    """A way out that the page offers as a button: ``edits`` applied to the document.

    ``label`` is English; ``code`` and ``values`` let the page say it in another language.
    """

    code: str
    label: str
    values: dict[str, JsonValue] = Field(default_factory=dict)
    edits: list[Edit]


class Problem(Model):
    """One root cause.

    ``code`` names the kind (documented in docs/problems.md).  ``block`` and ``node`` say where it stands in the document
    (the block's *definition*), ``path`` where it was met in the network (``stage.0.conv``), ``field`` the parameter or
    port.  ``message`` is a full English sentence; ``values`` holds what was put into it, for translations.
    """

    code: str
    severity: Severity = "error"
    block: str | None = None
    node: str | None = None
    path: str | None = None
    field: str | None = None
    message: str
    values: dict[str, JsonValue] = Field(default_factory=dict)
    expected: str | None = None
    got: str | None = None
    fixes: list[Fix] = Field(default_factory=list)
