"""What the server tells the process that makes an export, and what that answers.  Importing this loads no torch."""

import hashlib
import json
from importlib.metadata import version
from typing import Literal

from pydantic import Field

from netwright import __version__
from netwright.exchange.card import Curve
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import STORED, Sentence
from netwright.training.events import Scalar
from netwright.training.spec import Change, RunSpec

PACKAGES = ("torch", "safetensors", "onnx", "onnxruntime", "onnxscript")
"""Another version of one of these may make another file."""


class Record(Model):
    """A run as its project needs it: what was fixed when it began, and what came of it.

    ``changes`` are what a person changed while it trained, those of the runs that it goes on from before its own;
    ``is_beginning_known`` is false where such a run is gone.  ``initial`` is the absolute path of the weights that it begins
    with, None where they are random; the spec has their SHA-256.
    """

    spec: RunSpec
    name: str
    notes: str = ""
    tags: list[str] = Field(default_factory=list)
    metrics: dict[str, Scalar] = Field(default_factory=dict)
    curves: list[Curve] = Field(default_factory=list)
    first_losses: list[float] = Field(default_factory=list)
    changes: list[Change] = Field(default_factory=list)
    is_beginning_known: bool = True
    fingerprint: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    initial: str | None = None


class Order(Model):
    """One file to make.  ``weights`` is an absolute path; None stands for fresh weights under ``seed``.  ``source`` is the
    run's module, None where there is no run: it is then written from the document."""

    format: str
    document: Document
    source: str | None = None
    weights: str | None = None
    weights_sha256: str | None = None
    seed: int = 0
    metadata: dict[str, str] = Field(default_factory=dict)
    record: Record | None = None

    def key(self) -> str:
        """The same for what would make the same file (of these versions): SHA-256 over all but the place of the weights."""
        meaning = self.model_dump(mode="json", exclude={"weights": True, "record": {"initial"}}, context=STORED)
        meaning["packages"] = {name: version(name) for name in PACKAGES} | {"netwright": __version__}
        return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:32]


class Said(Model):
    """A line of the child's answer: a stage, or how it ended (``code`` None: the file is there)."""

    stage: str | None = None
    is_over: bool = False
    code: Literal["cannot_export", "checkpoint_damaged", "bad_data", "disk_full", "export_failed"] | None = None
    message: Sentence = ""
    node: str | None = None
