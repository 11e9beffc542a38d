"""What a worker reads to train: the immutable run spec and one small file an attempt.

The run's folder ``runs/<id>/``::

    spec.json              RunSpec, written once
    model.py               the exported source: Network and preprocess(batch)
    attempts/<n>.json      AttemptSpec, written before attempt n starts (mode 0600: it holds a token)
    attempts/<n>.spool.jsonl   every event of attempt n, appended before it is sent
    checkpoints/           <kind>-<step>.safetensors and beside it <kind>-<step>.resume.pt
    log.txt                what the worker printed
"""

from pydantic import Field

from netwright.data.base import SourceSpec
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.training.config import TrainingConfig


class RunSpec(Model):
    """Everything a run is, fixed when it is created."""

    run: str
    document: Document
    training: TrainingConfig
    source: SourceSpec
    versions: dict[str, str]
    created: float


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
