"""What is sent to and told of a run that is steered."""

from typing import Literal

from pydantic import Field

from netwright.graph.model import Model


class RunSet(Model):
    """The body of ``POST /api/runs/{id}/set``: ``lr`` is the learning rate before the schedule, ``epochs`` after which one the
    run ends.  What is null stays."""

    lr: float | None = Field(default=None, ge=0.0, le=1000.0)
    epochs: int | None = Field(default=None, ge=1, le=1_000_000)


class RunBranch(Model):
    """The body of ``POST /api/checkpoints/{id}/branch``.  ``epochs`` counts from the first of the run that it came from with
    ``everything``, from 1 with ``weights``; what is null stays as it was there."""

    mode: Literal["everything", "weights"]
    name: str | None = Field(default=None, min_length=1, max_length=200)
    lr: float | None = Field(default=None, ge=0.0, le=1000.0)
    epochs: int | None = Field(default=None, ge=1, le=1_000_000)


class PausedRun(Model):
    """A run that rests and keeps its place on a device meanwhile."""

    id: str
    name: str


class QueueDevice(Model):
    """``slots`` runs train at once on ``device``, ``num_running`` do; ``paused`` are those of them that rest."""

    device: str
    slots: int
    num_running: int
    paused: list[PausedRun]


class QueuedRun(Model):
    """A run that waits: ``place`` counts from 1 in the queue of its device."""

    id: str
    name: str
    device: str
    place: int
    priority: int


class QueueRead(Model):
    """``GET /api/queue``: the next run first."""

    devices: list[QueueDevice]
    waiting: list[QueuedRun]


class QueueMove(Model):
    """The body of ``POST /api/queue/{id}``: another place in the queue of its device, or another priority (1 high, 0 normal, -1
    low); a run with a higher one goes first.  Moved before or behind others it takes theirs."""

    place: int | None = Field(default=None, ge=1, le=100_000)
    priority: int | None = Field(default=None, ge=-1, le=1)


class QueueSlots(Model):
    """The body of ``PUT /api/queue/slots``."""

    device: str = Field(pattern=r"^(cpu|cuda:\d{1,2})$")
    slots: int = Field(ge=1, le=16)
