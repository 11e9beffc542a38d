"""Bodies and answers about the lists of a data config: preprocessing and augmentation."""

from typing import Literal

from pydantic import Field

from netwright.graph.model import Model
from netwright.language import Sentence
from netwright.training.class_weights import BalanceKind
from netwright.training.config import Choice, SplitConfig

ListName = Literal["preprocess", "augment"]


class StepsRequest(Model):
    """``POST /api/datasets/{id}/steps``: two lists as a data config has them, and the chance that ``seed`` gives."""

    preprocess: list[Choice] = Field(default_factory=list, max_length=50)
    augment: list[Choice] = Field(default_factory=list, max_length=50)
    split: SplitConfig = Field(default_factory=SplitConfig)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class StepFix(Model):
    """A way out that works: ``steps`` is the whole list as it would be."""

    label: Sentence
    steps: list[Choice]


class StepProblem(Model):
    """What is wrong with a list; ``place`` (from 0) is the step that is at fault, null where it is the list as a whole."""

    list: ListName
    place: int | None
    message: Sentence
    fix: StepFix | None = None


class SampleView(Model):
    """A sample as a page shows it, by its kind: a picture and its mask as PNGs in data URLs, a row's cells, a series channel by
    channel (null where there is no value), a text in one piece, or its tokens with their indices (1: unknown), of which
    ``num_padding`` more fill up."""

    picture: str = ""
    mask: str = ""
    cells: list[str] = Field(default_factory=list)
    channels: list[list[float | None]] = Field(default_factory=list)
    tokens: list[str] = Field(default_factory=list)
    indices: list[int] = Field(default_factory=list)
    num_padding: int = 0


class SamplePair(Model):
    """A training sample before and after."""

    label: str
    label_after: str
    before: SampleView
    after: SampleView


class StepsRead(Model):
    """``preprocess`` is the chain that is used, which is the set's own where none was sent.  ``input_shape`` is what the
    network gets; null, and no samples, where a list is wrong."""

    preprocess: list[Choice]
    input_shape: list[int] | None
    problems: list[StepProblem]
    samples: list[SamplePair]
    notes: list[Sentence] = Field(default_factory=list)
    """What is to be said of the split: samples that are in two parts of it."""
    num_training: int
    class_counts: list[int]
    """How often each class or label (of masks: in pixels) occurs in the ``num_training`` samples of the training part, in the
    order of the set's classes; empty where the target is a number."""
    class_weights: dict[BalanceKind, list[float]]
    """Factors under which these classes or labels count the same, by what a setting of a loss takes (``balance`` in its
    schema); a kind is missing where it cannot be."""
    header_before: list[str] = Field(default_factory=list)
    header_after: list[str] = Field(default_factory=list)
