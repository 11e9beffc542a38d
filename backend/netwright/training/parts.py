"""The parts of a run that the loop works with, and the pieces that a step is made of."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import torch
from torch import nn

from netwright.compiler.program import Program
from netwright.training.answers import Answers
from netwright.training.baseline import Baseline
from netwright.training.batches import Batches, Inputs, Sampler
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.compiling import Compiled
from netwright.training.config import TrainingConfig
from netwright.training.early_stopping import Best, EarlyStopping
from netwright.training.freezing import Frozen
from netwright.training.graph_batches import GraphBatches, GraphInputs
from netwright.training.guard import BufferKeeper, Guard
from netwright.training.learning_rate import LearningRate
from netwright.training.loss_base import LossFunction
from netwright.training.metric_base import Metric
from netwright.training.precision import Scaling
from netwright.training.reporting import StepLog
from netwright.training.scripted import penalty
from netwright.training.surface import Surface
from netwright.training.weight_average import WeightAverage

if TYPE_CHECKING:
    from torch import Tensor

Outputs: TypeAlias = "Tensor | dict[str, Tensor]"
"""What the loss is computed on: one tensor, or one for each objective by the name of its Output."""


class Objective(NamedTuple):
    """One term of the loss: ``weight * loss(outputs[output], targets)``."""

    output: str | None
    loss: LossFunction
    weight: float


@dataclass
class Setup:
    """The parts of a run that the loop works with."""

    network: nn.Module
    device: torch.device
    config: TrainingConfig
    weights: Sequence[nn.Parameter]
    objectives: Sequence["Objective"]
    arguments: tuple[str, ...]
    metrics: list[type[Metric]]
    answers: Answers
    baseline: Baseline
    optimizer: torch.optim.Optimizer
    rate: LearningRate
    sampler: Sampler
    validation: Batches | GraphBatches
    test: Batches | GraphBatches | None
    guard: Guard
    buffers: BufferKeeper
    log: StepLog
    checkpoints: CheckpointFolder
    best: Best
    early_stopping: EarlyStopping | None
    autocast: Callable[[], AbstractContextManager[Any]]
    fingerprint: str
    classes: tuple[str, ...]
    target_columns: tuple[str, ...]
    epochs: int
    surface: Surface | None
    has_soft_targets: bool = False
    frozen: Frozen = field(default_factory=Frozen)
    lr_factors: Sequence[float] = (1.0,)
    """Of the optimizer's groups."""
    clip: Callable[[], object] | None = None
    needs_closure: bool = False
    penalised: Sequence[nn.Parameter] = ()
    """The weights that an L1 or L2 penalty is taken of."""
    average: WeightAverage | None = None
    scaling: Scaling | None = None
    compiled: Compiled | None = None
    is_captured: bool = False
    """Whether its steps are to be replayed from CUDA graphs."""
    scale_targets: "Callable[[Tensor], Tensor] | None" = None
    postprocess: "Callable[[Tensor], Tensor] | None" = None
    program: Program | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def shown(self) -> nn.Module:
        """What is validated and kept: the average of the weights once it has begun, else the network that trains."""
        return self.network if self.average is None or not self.average.count else self.average.network

    def forward(self, inputs: Inputs) -> "Outputs":
        """``(N, *input_shape)`` to the objective's output, ``(N, K)``, in float32; a dict where there are several.  Of a graph
        whose vertices are the samples, the rows that have targets."""
        return self.run_through(self.network if self.compiled is None else self.compiled.network, inputs)

    def answer(self, inputs: Inputs) -> "Outputs":
        """As :meth:`forward`, of what is shown."""
        return self.run_through(self.shown, inputs)

    def run_through(self, network: Callable[..., Any], inputs: Inputs) -> "Outputs":
        """As :meth:`forward`, of any copy of the network."""
        if isinstance(inputs, GraphInputs):
            given, rows = inputs.take(self.arguments), inputs.rows
        else:
            given, rows = [inputs], None
        with self.autocast():
            outputs = network(*given)
        # The loss is computed in float32 whatever the network ran in.
        if isinstance(outputs, torch.Tensor):
            return _rows_of(outputs.float(), rows)
        chosen: dict[str, Tensor] = {
            name: _rows_of(outputs[name].float(), rows) for name, _, _ in self.objectives if name is not None
        }
        return chosen if len(chosen) > 1 else next(iter(chosen.values()))

    def compute_loss(self, outputs: "Outputs", targets: "Tensor") -> "Tensor":
        """The weighted sum of all objectives."""
        if self.scale_targets is not None:
            targets = self.scale_targets(targets)
        if isinstance(outputs, torch.Tensor):
            _, loss, weight = self.objectives[0]
            return loss(outputs, targets) if weight == 1.0 else weight * loss(outputs, targets)
        terms = [weight * loss(outputs[name], targets) for name, loss, weight in self.objectives if name is not None]
        return torch.stack(terms).sum()

    def backward(self, loss: "Tensor", batch: int) -> "Tensor":
        """Adds the gradients of batch number ``batch`` of the epoch; gives what is minimised, the penalties included."""
        num_batches = self.sampler.size_of_update(batch)
        return self.add_gradients(loss, num_batches if num_batches > 1 else None)

    def add_gradients(self, loss: "Tensor", num_batches: "int | Tensor | None") -> "Tensor":
        """As :meth:`backward`, for an update of so many batches; None for one."""
        minimised = loss
        if self.penalised:
            minimised = minimised + penalty(self.penalised, self.config.l1, self.config.l2)
        if num_batches is not None:
            minimised = minimised / num_batches
        scaled = minimised if self.scaling is None else self.scaling.scale(minimised)
        scaled.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
        return minimised

    def update(self, inputs: Inputs, targets: "Tensor", minimised: "Tensor") -> None:
        """Moves the weights by their gradients, and forgets these."""
        self.move(self.closure(inputs, targets, minimised))
        # None instead of zeros: the next backward writes gradients instead of adding to them.
        for weight in self.weights:
            weight.grad = None
        if self.average is not None:
            self.average.after_step(self.skipped)

    def move(self, closure: Any = None) -> None:
        """Moves the weights by their gradients; with scaling, only where all of them are finite."""
        if self.scaling is not None:
            self.scaling.unscale()
        if self.clip is not None:
            self.clip()
        if self.scaling is None:
            self.optimizer.step(closure)
        else:
            self.scaling.step()

    @property
    def skipped(self) -> "Tensor | None":
        """1 on the device where the last update was none; None where all are made."""
        return None if self.scaling is None else self.scaling.found

    def closure(self, inputs: Inputs, targets: "Tensor", minimised: "Tensor") -> Any:
        """What an optimizer calls that computes the loss of a batch several times; its first value is ``minimised``, whose
        gradients are there.  None for the others."""
        if not self.needs_closure:
            return None
        known = [minimised]

        def compute() -> "Tensor":
            if known:
                return known.pop()
            for weight in self.weights:
                weight.grad = None
            again = self.backward(self.compute_loss(self.forward(inputs), targets), 0)
            if self.clip is not None:
                self.clip()
            return again

        return compute

    def main(self, outputs: "Outputs") -> "Tensor":
        """The output of the first objective, which metrics are measured on, in the unit of the targets."""
        first = outputs if isinstance(outputs, torch.Tensor) else next(iter(outputs.values()))
        return first if self.postprocess is None else self.postprocess(first)

    def hard(self, targets: "Tensor") -> "Tensor":
        """Targets of a training step as metrics take them: of a mixed sample the class with the larger share."""
        return targets.argmax(1) if self.has_soft_targets else targets

    def start_training_mode(self) -> None:
        """``network.train()``, but for the statistics of what is frozen."""
        self.network.train()
        self.frozen.hold()

    def set_epochs(self, epochs: int) -> None:
        self.epochs = epochs
        self.rate.total_steps = epochs * self.sampler.num_updates


def _rows_of(outputs: "Tensor", rows: "Tensor | None") -> "Tensor":
    return outputs if rows is None else outputs.index_select(0, rows)
