"""What a sweep of the learning rate is ordered with, and what is told of it."""

from typing import Literal

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.training.config import TrainingConfig
from netwright.training.rate_finder import RateFinding


class RateFinderRequest(Model):
    """The body of ``POST /api/training/rates``: the run whose learning rate is looked for."""

    document: Document
    training: TrainingConfig


class RateFinderRead(RateFinding):
    """``waiting``: another sweep comes first.  ``over``: ``sentence`` says why where nothing is suggested."""

    id: str
    state: Literal["waiting", "running", "over"]
