"""What ``train.py`` of a project depends on beyond the config."""

from dataclasses import dataclass

from netwright.data.augment.base import Augment
from netwright.training.answers import Answers
from netwright.training.spec import Change

CLASSES_ALONE = Answers("classification", 0)


@dataclass(frozen=True, slots=True)
class Term:
    """An output that an objective stands on: its key (None where the network gives one tensor) and its second axis."""

    output: str | None
    num_scores: int


@dataclass(frozen=True, slots=True)
class GraphTerms:
    """Of a network of graphs: the outputs of its Graph node that ``forward`` takes, and whether a sample is a vertex."""

    arguments: tuple[str, ...]
    are_vertices: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the script needs to know beyond the config.  ``terms`` are the outputs that the objectives stand on, in their order;
    ``argument`` is what ``--data`` takes where a person must bring it (empty: nothing); ``has_initial_weights`` is true of a
    run that did not begin with random ones; ``augment`` is what is done to the training samples."""

    run: str
    is_class: bool
    terms: tuple[Term, ...]
    is_channels_last: bool
    argument: str
    output_file: str
    first_losses: tuple[float, ...]
    has_initial_weights: bool = False
    graph: GraphTerms | None = None
    augment: Augment | None = None
    is_balanced: bool = False
    has_test: bool = False
    """Whether data.py holds ``load_test``, whose part is measured at the end."""
    changes: tuple[Change, ...] = ()
    """What was changed by hand while the run trained, in the order of its steps."""
    history: tuple[str, ...] = ()
    """Sentences about where the run came from, and what of it the script does not repeat."""
    answers: Answers = CLASSES_ALONE
    """How the first objective's output is read."""
    scales_targets: bool = False
    """Whether model.py holds ``scale_targets`` and ``postprocess``."""

    @property
    def is_mask(self) -> bool:
        return self.answers.task == "segmentation"

    @property
    def is_own_target(self) -> bool:
        return self.answers.task == "reconstruction"
