"""What the training form offers, and everything a server asks about a config.  Importing this loads no torch."""

from netwright.graph.model import Model
from netwright.training.averaging import AVERAGINGS
from netwright.training.checking import check_choices, check_training
from netwright.training.checking_learning import updates_per_epoch
from netwright.training.choices import Option, to_options
from netwright.training.devices import Device, list_devices
from netwright.training.facts import DataFacts
from netwright.training.initializers import INITIALIZERS
from netwright.training.learning_rate import learning_rate_curve
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from netwright.training.suggesting import Suggestion, suggest

__all__ = [
    "DataFacts",
    "Device",
    "Option",
    "Options",
    "Suggestion",
    "check_choices",
    "check_training",
    "learning_rate_curve",
    "list_devices",
    "suggest",
    "training_options",
    "updates_per_epoch",
]


class Options(Model):
    """The registered losses, optimizers, schedules, metrics, averages and initialisations, each with the JSON Schema
    of its settings."""

    losses: list[Option]
    optimizers: list[Option]
    schedules: list[Option]
    metrics: list[Option]
    averagings: list[Option]
    initializers: list[Option]


def training_options() -> Options:
    """All that is registered, in the order of the form."""
    return Options(
        losses=to_options(LOSSES),
        optimizers=to_options(OPTIMIZERS),
        schedules=to_options(SCHEDULES),
        metrics=to_options(METRICS),
        averagings=to_options(AVERAGINGS),
        initializers=to_options(INITIALIZERS),
    )
