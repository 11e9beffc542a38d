"""What an export is made from.  Importing this loads no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netwright.exchange.card import Card
from netwright.graph.document import Document

Stage = str
"""``loading``, ``exporting``, ``checking``, ``packing``: what the page says while it waits."""


class ExportError(ValueError):
    """This network cannot leave in this format: a sentence that names the place and the way out.

    ``node`` is the path of the node that is at fault (``stage.0.pool``), where one is.
    """

    def __init__(self, message: str, *, code: str = "cannot_export", node: str | None = None) -> None:
        super().__init__(message)
        self.code, self.node = code, node


@dataclass(frozen=True, slots=True)
class Material:
    """A network on its way out.

    ``source`` is the module that made it (``Network``, and ``preprocess`` where a run fitted one).  ``weights`` is a
    checkpoint's safetensors file; None stands for fresh weights under ``seed``.  ``metadata`` says where they come from (run,
    graph hash, step, versions) and is written into every format that can hold it.  ``files`` are what goes beside
    the network in a project, by name: texts, bytes, or the path of a large file; ``card`` is what is known of the run.
    """

    document: Document
    source: str
    weights: Path | None
    seed: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | bytes | Path] = field(default_factory=dict)
    card: Card | None = None
    say: Callable[[Stage], None] = lambda _: None
