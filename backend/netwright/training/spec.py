"""What a worker reads to train: the immutable run spec and one small file an attempt.

The run's folder ``runs/<id>/``::

    spec.json              RunSpec, written once
    model.py               the exported source: Network and preprocess(batch)
    attempts/<n>.json      AttemptSpec, written before attempt n starts (mode 0600: it holds a token)
    attempts/<n>.spool.jsonl   every event of attempt n, appended before it is sent
    initial.safetensors    the weights that the run begins with, where it does not begin with random ones
    checkpoints/           <kind>-<step>.safetensors and beside it <kind>-<step>.resume.pt
    log.txt                what the worker printed
"""

from typing import Literal

from pydantic import Field

from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.training.config import TrainingConfig
from netwright.training.events import Command

INITIAL_WEIGHTS = "initial.safetensors"


class InitialWeights(Model):
    """The weights that a run begins with: a file of its own, so that it outlives the one it was taken from.

    ``title`` is what a person knows it by; ``sha256`` tells two runs that began alike.
    """

    source: str
    title: Sentence
    match: Literal["name", "order"]
    bytes: int
    sha256: str


class Change(Model):
    """A live value of a run that was changed before the update after ``step``."""

    name: Literal["lr", "epochs"]
    before: float
    value: float
    step: int


class Origin(Model):
    """The checkpoint of another run that a run was branched from, as it was then.  ``everything``: optimizer, schedule, random
    state and position in the data go on; ``weights``: only the weights, all else begins anew."""

    run: str
    name: str
    checkpoint: str
    step: int
    epoch: int
    mode: Literal["everything", "weights"]
    changes: tuple[Change, ...] | None = None
    """What was changed until then in that run and in those before it, and goes on to hold; null where it is not known, and
    with ``weights``, where nothing of it holds."""


class RunSpec(Model):
    """Everything a run is, fixed when it is created.  ``initial_weights`` null begins with random ones, ``origin`` null with
    nothing of another run."""

    run: str
    document: Document
    training: TrainingConfig
    source: SourceSpec
    versions: dict[str, str]
    created: float
    initial_weights: InitialWeights | None = None
    origin: Origin | None = None


class ServerAddress(Model):
    """``NETWRIGHT_HOME/server.json``: where the server listens now.  A worker that cannot reach it reads it again."""

    url: str


class AttemptSpec(Model):
    """``server_file`` null means that nobody listens: the worker only writes its spool (``netwright train``)."""

    run: str
    attempt: int = Field(ge=1)
    token: str
    server_file: str | None = None
    resume_from: str | None = None
    """A checkpoint's safetensors file, relative to the run's folder."""
    commands: list[Command] = Field(default_factory=list)
    """What waited for the run when the attempt began: worked before its first step."""
