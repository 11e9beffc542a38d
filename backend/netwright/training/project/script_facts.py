"""What ``train.py`` of a project depends on beyond the config."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """An output that an objective stands on: its key (None where the network gives one tensor) and its second axis."""

    output: str | None
    num_scores: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the script needs to know beyond the config.  ``terms`` are the outputs that the objectives stand on, in their order;
    ``argument`` is what ``--data`` takes where a person must bring it (empty: nothing); ``has_initial_weights`` is true of a
    run that did not begin with random ones."""

    run: str
    is_class: bool
    terms: tuple[Term, ...]
    is_channels_last: bool
    argument: str
    output_file: str
    first_losses: tuple[float, ...]
    has_initial_weights: bool = False
    scales_targets: bool = False
    """Whether model.py holds ``scale_targets`` and ``postprocess``."""
