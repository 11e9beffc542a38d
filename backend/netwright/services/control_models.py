"""What is sent to and told of a run that is steered."""

from pydantic import Field

from netwright.graph.model import Model


class RunSet(Model):
    """The body of ``POST /api/runs/{id}/set``: ``lr`` is the learning rate before the schedule, ``epochs`` after which one the
    run ends.  What is null stays."""

    lr: float | None = Field(default=None, ge=0.0, le=1000.0)
    epochs: int | None = Field(default=None, ge=1, le=1_000_000)
