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
