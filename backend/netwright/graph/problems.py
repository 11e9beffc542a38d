"""Problems of a document as data: a code, a place, a sentence, and fixes that are edits."""

from typing import Literal

from pydantic import Field, JsonValue

from netwright.graph.edits import Edit
from netwright.graph.model import Model
from netwright.language import Sentence

Severity = Literal["error", "warning"]


class Fix(Model):
    """A way out that the page offers as a button: ``edits`` applied to the document, or ``settings`` put into its training
    config, values by their paths (``data.batch_size``).

    ``label`` is said in the language of whoever is answered; ``code`` and ``values`` are for programs.
    """

    code: str
    label: Sentence
    values: dict[str, JsonValue] = Field(default_factory=dict)
    edits: list[Edit]
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class Problem(Model):
    """One root cause.

    ``code`` names the kind (documented in docs/problems.md).  ``block`` and ``node`` say where it stands in the document
    (the block's *definition*), ``path`` where it was met in the network (``stage.0.conv``), ``field`` the parameter or
    port.  ``message`` is a full sentence, in the language of whoever is answered; ``values`` holds what programs need of it.
    """

    code: str
    severity: Severity = "error"
    block: str | None = None
    node: str | None = None
    path: str | None = None
    field: str | None = None
    message: Sentence
    values: dict[str, JsonValue] = Field(default_factory=dict)
    expected: Sentence | None = None
    got: Sentence | None = None
    fixes: list[Fix] = Field(default_factory=list)
