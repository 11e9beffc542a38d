"""What a look before a run is asked with, and what it answers."""

from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.training.config import TrainingConfig
from netwright.training.preflight import Preflight


class PreflightRequest(Model):
    """The body of ``POST /api/training/preflight``: the run as it would be started."""

    document: Document
    training: TrainingConfig


class PreflightRead(Preflight):
    """``is_busy``: another run had this device, so that time and memory are those of a shared one."""

    is_busy: bool
