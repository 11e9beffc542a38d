"""Everything a run needs, put in place before the loop begins: device, layout, objective, optimizer, batches, checkpoints."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import torch
from torch import nn

from netwright.compiler.program import Program
from netwright.data.augment.base import Augment
from netwright.data.base import DataError, Part, Prepared
from netwright.data.graphs import GraphPart
from netwright.language import listed, say
from netwright.training.answers import Answers, build_answers
from netwright.training.baseline import Baseline, measure_baseline, repeat_last_values
from netwright.training.batches import Batches, Inputs, Sampler, hold
from netwright.training.checking import monitored_names, watched_values
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.choices import ChoiceParams
from netwright.training.compiling import Compiled, check_compiler
from netwright.training.config import TrainingConfig
from netwright.training.early_stopping import Best, EarlyStopping
from netwright.training.freezing import Frozen, describe_frozen, freeze
from netwright.training.graph_batches import GraphBatches, GraphInputs
from netwright.training.guard import BufferKeeper, DeviceGuard, DirectGuard, Guard
from netwright.training.learning_rate import LearningRate
from netwright.training.metrics import METRICS, Metric
from netwright.training.objectives import LOSSES, LossFunction
from netwright.training.optimizers import OPTIMIZERS, Optimizer
from netwright.training.parameter_groups import describe_groups, split_weights
from netwright.training.precision import Scaling, build_autocast, choose_kernels
from netwright.training.reporting import StepLog
from netwright.training.scripted import penalty, spared_from_decay
from netwright.training.surface import Surface, build_surface
from netwright.training.weight_average import WeightAverage

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Job:
    """What is to be trained, as made from the run's own source: ``network`` freshly initialised under the run's seed,
    ``preprocess`` from raw samples to its input.  ``outputs`` names the output of each objective; None where the network has
    only one."""

    network: nn.Module
    preprocess: "Callable[[Tensor], Tensor]"
    data: Prepared
    config: TrainingConfig
    folder: Path
    run: str
    graph_hash: str = ""
    outputs: tuple[str | None, ...] = (None,)
    num_scores: int | None = None
    """Values that the first objective's output has a sample (or a pixel); None: as many as the data has classes."""
    ends_in: str | None = None
    """The type of the layer that the first objective's output gets its values from."""
    arguments: tuple[str, ...] = ()
    """Of a network of graphs: which outputs of the Graph node ``forward`` takes, in its order."""
    scale_targets: "Callable[[Tensor], Tensor] | None" = None
    postprocess: "Callable[[Tensor], Tensor] | None" = None
    """Of numbers that are learned as deviations from their mean: targets for the loss, and outputs back in their own unit."""
    program: Program | None = None
    """What the network was written from, for looks at single nodes; without it there are none."""
    notes: list[str] = field(default_factory=list)
    """What was done to the network before it came here; said in the run's first event."""
    is_current: Callable[[], bool] = lambda: True
    """False once a newer attempt of the run has begun: nothing may be written any more."""


Outputs: TypeAlias = "Tensor | dict[str, Tensor]"
"""What the loss is computed on: one tensor, or one for each objective by the name of its Output."""


class Objective(NamedTuple):
    """One term of the loss: ``weight * loss(outputs[output], targets)``."""

    output: str | None
    loss: LossFunction
    weight: float


class DeviceMissingError(ValueError):
    """The device that the config names is not on this machine."""


def choose_device(wanted: str) -> torch.device:
    """``auto`` is the first GPU, or the CPU where there is none.

    Raises:
        DeviceMissingError: a GPU is wanted that this machine or this build of PyTorch does not have.
    """
    if wanted == "cpu":
        return torch.device("cpu")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return torch.device("cuda:0" if count else "cpu")
    index = int(wanted.partition(":")[2] or 0)
    if index >= count:
        has = say("no GPU that PyTorch can use") if not count else say("only cuda:0 to cuda:{last}", last=count - 1)
        raise DeviceMissingError(
            say(
                "The device `{device}` is not there: this machine has {has}. Choose `auto` or `cpu`.",
                device=wanted,
                has=has,
            )
        )
    return torch.device("cuda", index)


def wants_channels_last(network: nn.Module, data: Prepared, device: torch.device, precision: str) -> bool:
    """Whether convolutions run faster with the channels last.

    Measured on a CPU (batch 128, two 3x3 convolutions): 1.39 times the samples/s in float32.  On a GPU tensor cores read this
    layout; in float32 nothing is gained there.
    """
    has_convolution = any(isinstance(module, nn.Conv2d) for module in network.modules())
    return has_convolution and len(data.input_shape) == 3 and (device.type == "cpu" or precision != "float32")


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
        minimised = loss
        if self.penalised:
            minimised = minimised + penalty(self.penalised, self.config.l1, self.config.l2)
        num_batches = self.sampler.size_of_update(batch)
        if num_batches > 1:
            minimised = minimised / num_batches
        scaled = minimised if self.scaling is None else self.scaling.scale(minimised)
        scaled.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
        return minimised

    def update(self, inputs: Inputs, targets: "Tensor", minimised: "Tensor") -> None:
        """Moves the weights by their gradients, and forgets these; with scaling, only where all of them are finite."""
        if self.scaling is not None:
            self.scaling.unscale()
        if self.clip is not None:
            self.clip()
        if self.scaling is None:
            self.optimizer.step(self.closure(inputs, targets, minimised))
        else:
            self.scaling.step()
        # None instead of zeros: the next backward writes gradients instead of adding to them.
        for weight in self.weights:
            weight.grad = None
        if self.average is not None:
            self.average.after_step(None if self.scaling is None else self.scaling.found)

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


def set_up(job: Job, *, guard_on_device: bool | None = None) -> Setup:
    """Moves network and data to the device and builds the rest.  ``guard_on_device`` overrides the choice of the guard.

    Raises:
        DeviceMissingError: the device is not there.
        DataError: there are no samples to train or validate on.
        ValueError: the config names what does not exist.
    """
    config, data = job.config, job.data
    if len(data.train) == 0 or len(data.validation) == 0:
        raise DataError(
            say(
                "There are {train} samples to train on and {validation} to validate on.",
                train=len(data.train),
                validation=len(data.validation),
            )
        )
    device = choose_device(config.device)
    notes = [*data.notes, *job.notes]
    choose_kernels(config, device, notes)
    if config.compile:
        check_compiler(device)
        notes.append(
            say("torch.compile: a batch of a new size waits until its kernels are made; the log says how long.")
        )
    channels_last = wants_channels_last(job.network, data, device, config.precision)
    network = job.network.to(device)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        notes.append(say("channels_last: convolutions run faster with the channels last (1.3 to 1.6 times on a CPU)."))
    frozen = freeze(network, config.frozen)
    if config.frozen:
        notes.append(describe_frozen(frozen))
    network.train()
    frozen.hold()

    def batches(part: Part | GraphPart, augment: Augment | None = None) -> Batches | GraphBatches:
        return hold(part, job.preprocess, device, channels_last=channels_last, augment=augment)

    train_batches = batches(data.train, data.augment)
    notes.append(say("Data: {what}", what=train_batches.describe()))
    is_balanced = config.data.sampler == "balanced" and data.task == "classification"
    sampler = Sampler(
        train_batches, config.data.batch_size, config.seed, config.accumulate_steps, is_balanced=is_balanced
    )
    if is_balanced:
        notes.append(
            say("Balanced sampler: every class is drawn equally often, samples of rare classes several times an epoch.")
        )
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    if not weights:
        raise ValueError(
            say("All weights of the network are frozen. Unfreeze the layers that should learn.")
            if frozen.num_values
            else say("The network has no weights to train. Add a layer that has some, such as Linear.")
        )
    optimizer_class, optimizer = build_optimizer(config, network)
    notes += [optimizer_class.describe(device.type), *describe_groups(config, optimizer.param_groups)]
    late = device.type == "cuda" if guard_on_device is None else guard_on_device
    if late and not optimizer_class.is_fused:
        notes.append(
            say(
                "{type} has no fused form: the loss is read at each step to guard the weights.",
                type=optimizer_class.type,
            )
        )
    metrics = [METRICS.get(name) for name in config.metrics]
    loss = LOSSES.get(config.objectives[0].loss.type)
    answers = build_answers(data.task, len(data.classes), loss, job.ends_in)
    validation = batches(data.validation)
    num_scores = job.num_scores or data.num_outputs
    rate = LearningRate.from_config(config, sampler.num_updates)
    check_monitors(config)
    average = None if config.averaging is None else WeightAverage(config.averaging, network, config.frozen)
    if average is not None:
        notes.append(say("{type}: the average of the weights is validated and kept.", type=average.kind.type))
    return Setup(
        network=network,
        device=device,
        config=config,
        weights=weights,
        objectives=_build_objectives(job, device),
        arguments=job.arguments,
        metrics=metrics,
        answers=answers,
        baseline=measure_baseline(
            train_batches, validation, answers, metrics, data.classes, num_scores, _last_values(data)
        ),
        optimizer=optimizer,
        rate=rate,
        sampler=sampler,
        validation=validation,
        test=batches(data.test) if data.test is not None and len(data.test) else None,
        guard=DeviceGuard(optimizer, device) if late and optimizer_class.is_fused else DirectGuard(),
        scaling=_build_scaling(config, optimizer, device, optimizer_class),
        compiled=Compiled(network) if config.compile else None,
        buffers=BufferKeeper(
            nn.ModuleList([network] if average is None else [network, average.network]), is_late=device.type == "cuda"
        ),
        log=StepLog(metrics, answers, device, rate.total_steps),
        checkpoints=CheckpointFolder(
            job.folder / "checkpoints", job.run, job.graph_hash, config.checkpoint.keep, job.is_current
        ),
        best=Best(config.checkpoint.monitor, config.checkpoint.mode),
        early_stopping=_build_early_stopping(config),
        autocast=build_autocast(config.precision, device, notes),
        has_soft_targets=data.augment is not None and data.augment.has_soft_targets,
        fingerprint=data.fingerprint,
        classes=data.classes,
        epochs=config.epochs,
        surface=build_surface(data, job.preprocess, device, answers),
        frozen=frozen,
        lr_factors=[group.get("lr_factor", 1.0) for group in optimizer.param_groups],
        clip=_build_clip(config, weights),
        needs_closure=optimizer_class.needs_closure,
        penalised=_find_penalised(config, network),
        average=average,
        scale_targets=job.scale_targets,
        postprocess=job.postprocess,
        program=job.program,
        notes=notes,
    )


def build_optimizer(config: TrainingConfig, network: nn.Module) -> tuple[type[Optimizer], torch.optim.Optimizer]:
    """The registered class and PyTorch's optimizer over the weights of ``network``, in the config's groups."""
    chosen = OPTIMIZERS.get(config.optimizer.type)
    params: ChoiceParams = OPTIMIZERS.params(config.optimizer.type, config.optimizer.params)
    return chosen, chosen.build(params, split_weights(config, network), network)


def _build_clip(config: TrainingConfig, weights: Sequence[nn.Parameter]) -> Callable[[], object] | None:
    norm, value = config.gradient_clip_norm, config.gradient_clip_value
    if norm is not None:
        return lambda: torch.nn.utils.clip_grad_norm_(weights, norm)
    if value is not None:
        return lambda: torch.nn.utils.clip_grad_value_(weights, value)
    return None


def _find_penalised(config: TrainingConfig, network: nn.Module) -> Sequence[nn.Parameter]:
    if not config.l1 and not config.l2:
        return ()
    spared = spared_from_decay(network) if config.no_decay_on_norms_and_biases else set()
    return [weight for weight in network.parameters() if weight.requires_grad and id(weight) not in spared]


def _last_values(data: Prepared) -> "Tensor | None":
    """The naive forecast of the validation part, where something is forecast whose last value is always known."""
    if data.forecast is None or isinstance(data.validation, GraphPart):
        return None
    values = repeat_last_values(data.validation.inputs, data.forecast)
    return values if bool(values.isfinite().all()) else None


def _build_objectives(job: Job, device: torch.device) -> tuple[Objective, ...]:
    return tuple(
        Objective(
            output,
            LOSSES.get(each.loss.type).build(LOSSES.params(each.loss.type, each.loss.params), str(device)),
            each.weight,
        )
        for output, each in zip(job.outputs, job.config.objectives, strict=True)
    )


def _build_early_stopping(config: TrainingConfig) -> EarlyStopping | None:
    wanted = config.early_stopping
    if wanted is None:
        return None
    return EarlyStopping(Best(wanted.monitor, wanted.mode, wanted.min_delta), wanted.patience)


def _build_scaling(
    config: TrainingConfig, optimizer: torch.optim.Optimizer, device: torch.device, kind: type[Optimizer]
) -> Scaling | None:
    return Scaling(optimizer, device, is_fused=kind.is_fused) if config.precision == "float16" else None


def check_monitors(config: TrainingConfig) -> None:
    """Raises ValueError where a monitor names a metric that this run does not compute."""
    for monitor in watched_values(config).values():
        if monitor not in monitored_names(config):
            raise ValueError(
                say(
                    "`{monitor}` cannot be monitored. There are: {names}.",
                    monitor=monitor,
                    names=listed(monitored_names(config)),
                )
            )
