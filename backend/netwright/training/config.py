"""The training config, in words that PyTorch and torchmetrics use.  No torch here: the server validates it before torch
is loaded.  What a ``type`` may be and which ``params`` it takes is known to the registries beside this file."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator

from netwright.data.base import SplitBy
from netwright.data.shares import count_held_out
from netwright.graph.model import Model
from netwright.language import say

Precision = Literal["float32", "tf32", "bfloat16", "float16"]
HALF_PRECISIONS = frozenset({"bfloat16", "float16"})
"""Those that a network runs in under autocast, by torch's names."""
TaskChoice = Literal["own", "reconstruction"]


class Choice(Model):
    """A loss, optimizer, schedule or transform by its registered name, with its parameters."""

    type: str = Field(max_length=100)
    params: dict[str, JsonValue] = Field(default_factory=dict)


class NextScheduleConfig(Choice):
    """A schedule that takes over from the one before ``milestone`` epochs after the warm-up, from its own first step on
    (``SequentialLR``)."""

    type: str = "ConstantLR"
    milestone: int = Field(ge=1, le=1_000_000)


class ScheduleConfig(Choice):
    """``chain`` lists further schedules, their milestones rising."""

    type: str = "ConstantLR"
    warmup_steps: int = Field(default=0, ge=0, le=10**9)
    chain: list[NextScheduleConfig] = Field(default_factory=list, max_length=20)


MAX_FOLDS = 50


class SplitConfig(Model):
    """``validation`` is the fraction of the samples that is held out to validate with; stratified where the target is a class
    or labels.  ``test`` is the fraction that is held out before that, by the same ``by``: never trained or selected on, and
    measured once, with the best checkpoint (or the last: ``checkpoint.tested``).  0 of a set that comes with a test part.

    ``by`` is what is drawn: single samples by chance, the latest ones (``time``), whole groups by chance, or what a column of
    the set says.  With ``folds`` the training part is cut into as many folds, of which ``fold`` (from 1) is held out in the
    place of the fraction.
    """

    by: SplitBy = "sample"
    validation: float = Field(default=0.1, gt=0.0, lt=1.0)
    test: float = Field(default=0.0, ge=0.0, lt=1.0)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    stratify: bool = True
    folds: int | None = Field(default=None, ge=2, le=MAX_FOLDS)
    fold: int = Field(default=1, ge=1, le=MAX_FOLDS)

    @field_validator("validation", mode="before")
    @classmethod
    def _leaves_both_parts(cls, share: object) -> object:
        if isinstance(share, int | float) and not isinstance(share, bool):
            if share <= 0:
                raise ValueError(
                    say(
                        "{share} leaves nothing to validate with. Take a share above 0 (0.1 is usual), cut the set into folds, "
                        "or split by a column that says which rows validate",
                        share=f"{share:g}",
                    )
                )
            if share >= 1:
                raise ValueError(
                    say("{share} leaves nothing to train on. Take a share below 1 (0.1 is usual)", share=f"{share:g}")
                )
        return share

    def count_left(self, num_samples: int) -> int:
        """Of ``num_samples`` those that the test share leaves, rounded; one at least."""
        return num_samples - count_held_out(self.test, num_samples, num_samples - 1) if self.test else num_samples

    def count_training(self, num_samples: int) -> int:
        """Of ``num_samples`` those that are trained on, rounded: stratifying, groups and a column may shift it."""
        rest = self.count_left(num_samples)
        if self.folds is None:
            # At least one sample is held out and at least one is left, as where the split is drawn.
            return rest - count_held_out(self.validation, num_samples, max(rest - 1, 0))
        if self.by == "time":
            return rest - (self.folds - self.fold + 1) * (rest // (self.folds + 1))
        size, larger = divmod(rest, self.folds)
        return rest - size - (self.fold <= larger)


class DataConfig(Model):
    """``source`` is a built-in's id (``digits``, ``mnist``) or the id of an uploaded dataset.

    ``preprocess`` empty stands for the set's own chain; ``augment`` is for the training part alone.  A balanced
    ``sampler`` draws every class equally often: samples of a rare class come several times an epoch.
    """

    source: str = Field(default="digits", max_length=200)
    batch_size: int = Field(default=64, ge=1, le=1_000_000)
    split: SplitConfig = Field(default_factory=SplitConfig)
    preprocess: list[Choice] = Field(default_factory=list, max_length=50)
    augment: list[Choice] = Field(default_factory=list, max_length=50)
    sampler: Literal["shuffle", "balanced"] = "shuffle"
    task: TaskChoice = "own"
    """``own`` learns the set's own target; ``reconstruction`` takes each sample as its own (an autoencoder)."""


MAX_OBJECTIVES = 8


class ObjectiveConfig(Model):
    """A loss on one Output.  ``output`` null is the only one.

    The loss of a run is the sum of its objectives, each times its ``weight``; metrics are measured on the first one's output.
    """

    output: str | None = None
    target: str = "label"
    loss: Choice = Field(default_factory=lambda: Choice(type="CrossEntropyLoss"))
    weight: float = Field(default=1.0, ge=0.0, le=1000.0)


NodePath = Annotated[str, Field(max_length=1000)]
"""Of a node (``stage.0.conv``), or of a block with everything in it."""


class ParameterGroupConfig(Model):
    """Settings of the optimizer for the weights of some nodes, named by their paths (a block means everything in it).

    ``lr_factor`` is taken times the learning rate of each step; ``weight_decay`` null is the optimizer's.  What is frozen
    stands in ``frozen``.
    """

    nodes: list[NodePath] = Field(max_length=1000)
    lr_factor: float = Field(default=1.0, ge=0.0, le=1000.0)
    weight_decay: float | None = Field(default=None, ge=0.0, le=100.0)


class InitializationConfig(Choice):
    """A function of ``torch.nn.init`` for the weights (of two dimensions and more) of some nodes; ``nodes`` empty are all.

    Biases are left as PyTorch makes them, or set to zero.  Scale and shift of normalisations are left at 1 and 0.
    """

    type: str = "kaiming_normal_"
    nodes: list[NodePath] = Field(default_factory=list, max_length=1000)
    zero_biases: bool = False


class EarlyStoppingConfig(Model):
    """Keras names and counting: stops when ``wait >= patience``, ``min_delta`` is absolute."""

    monitor: str = "val/loss"
    mode: Literal["min", "max"] = "min"
    patience: int = Field(default=5, ge=1, le=10**6)
    min_delta: float = Field(default=0.0, ge=0.0)
    restore_best_weights: bool = True


class CheckpointConfig(Model):
    """Which checkpoints are kept: ``best`` by ``monitor``, and ``last``.

    ``tested`` says with which weights the test part is measured.  ``last`` are those that training ends with; where early
    stopping takes the best weights back, these.
    """

    monitor: str = "val/loss"
    mode: Literal["min", "max"] = "min"
    every_epochs: int = Field(default=1, ge=1, le=10**6)
    keep: int = Field(default=3, ge=1, le=1000)
    tested: Literal["best", "last"] = "best"


class InitialWeightsConfig(Model):
    """Weights to begin with instead of random ones.  ``source`` is a checkpoint of a run or a file of weights by its id.

    ``match`` says what a tensor of the file is found by: its name, or its place and shape where names differ.
    """

    source: str = Field(pattern=r"^(checkpoint|file):[a-z0-9]{1,64}$")
    match: Literal["name", "order"] = "name"


class TrainingConfig(Model):
    """Everything about a run that is not the network."""

    data: DataConfig = Field(default_factory=DataConfig)
    objectives: list[ObjectiveConfig] = Field(
        default_factory=lambda: [ObjectiveConfig()], min_length=1, max_length=MAX_OBJECTIVES
    )
    metrics: list[str] = Field(default_factory=lambda: ["Accuracy"], max_length=20)
    optimizer: Choice = Field(default_factory=lambda: Choice(type="AdamW", params={"lr": 0.001}))
    parameter_groups: list[ParameterGroupConfig] = Field(default_factory=list, max_length=100)
    schedule: ScheduleConfig = Field(default_factory=ScheduleConfig)
    epochs: int = Field(default=5, ge=1, le=1_000_000)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    precision: Precision = "float32"
    """``tf32`` rounds the factors of products (NVIDIA GPUs from compute capability 8.0 on); ``bfloat16`` and ``float16`` run
    the network under autocast, the latter with a scaled loss (``GradScaler``)."""
    deterministic: bool = False
    """``torch.use_deterministic_algorithms``."""
    compile: bool = False
    """``torch.compile`` of the network that trains."""
    cuda_graphs: Literal["auto", "on", "off"] = "off"
    """The training step captured once on an NVIDIA GPU and replayed; ``auto`` does so where it can be and gains something."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d{1,2})?)$")
    gradient_clip_norm: float | None = Field(default=None, gt=0.0)
    gradient_clip_value: float | None = Field(default=None, gt=0.0)
    accumulate_steps: int = Field(default=1, ge=1, le=10_000)
    """Batches whose gradients are averaged into one update."""
    l1: float = Field(default=0.0, ge=0.0, le=100.0)
    """Adds ``l1`` times the sum of the weights' absolute values to what is minimised."""
    l2: float = Field(default=0.0, ge=0.0, le=100.0)
    """Adds ``l2 / 2`` times the sum of the weights' squares to what is minimised: in SGD the same as ``weight_decay``."""
    no_decay_on_norms_and_biases: bool = False
    """Weight decay, L1 and L2 spare biases and the scales and shifts of normalisations."""
    averaging: Choice | None = None
    """Averages of the weights that are validated, kept and taken home instead of the last ones."""
    initialization: list[InitializationConfig] = Field(default_factory=list, max_length=100)
    """In this order, a later one over an earlier one; empty leaves all as PyTorch makes it."""
    early_stopping: EarlyStoppingConfig | None = None
    checkpoint: CheckpointConfig = Field(default_factory=CheckpointConfig)
    initial_weights: InitialWeightsConfig | None = None
    frozen: list[str] = Field(default_factory=list, max_length=10_000)
    """Paths of nodes and blocks (``stem``, ``stage.0.conv``) whose parameters do not move; the running statistics of a
    normalisation in them stand still too."""
