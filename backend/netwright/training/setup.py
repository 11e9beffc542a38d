"""Everything a run needs, put in place before the loop begins: device, layout, objective, optimizer, batches, checkpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from netwright.compiler.program import Program
from netwright.data.augment.base import Augment
from netwright.data.base import DataError, Part, Prepared
from netwright.data.graphs import GraphPart
from netwright.language import listed, say
from netwright.training.answers import build_answers
from netwright.training.baseline import measure_baseline, repeat_last_values
from netwright.training.batches import Batches, Sampler, hold
from netwright.training.capturable import WARM_UP_UPDATES, why_not_captured
from netwright.training.checking import monitored_names, watched_values
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.choices import ChoiceParams
from netwright.training.compiling import Compiled, check_compiler
from netwright.training.config import TrainingConfig
from netwright.training.early_stopping import Best, EarlyStopping
from netwright.training.freezing import describe_frozen, freeze
from netwright.training.graph_batches import GraphBatches
from netwright.training.guard import BufferKeeper, DeviceGuard, DirectGuard
from netwright.training.learning_rate import LearningRate
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS, Optimizer
from netwright.training.parameter_groups import describe_groups, split_weights
from netwright.training.parts import Objective, Setup
from netwright.training.precision import Scaling, build_autocast, choose_kernels
from netwright.training.reporting import StepLog
from netwright.training.scripted import spared_from_decay
from netwright.training.surface import build_surface
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


def wants_channels_last(network: nn.Module, data: Prepared, device: torch.device, config: TrainingConfig) -> bool:
    """Whether convolutions run faster with the channels last.

    Measured on a CPU (batch 128, two 3x3 convolutions): 1.39 times the samples/s in float32.  On a GPU tensor cores read this
    layout; in float32 nothing is gained there.  PyTorch's L-BFGS strings all gradients together and takes no other layout
    than the usual one.
    """
    if OPTIMIZERS.get(config.optimizer.type).needs_closure:
        return False
    has_convolution = any(isinstance(module, nn.Conv2d) for module in network.modules())
    return has_convolution and len(data.input_shape) == 3 and (device.type == "cpu" or config.precision != "float32")


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
                "There are {train:,} samples to train on and {validation:,} to validate on.",
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
    is_captured = _wants_capture(config, data, device, notes)
    channels_last = wants_channels_last(job.network, data, device, config)
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
        is_captured=is_captured,
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
        target_columns=data.target_columns,
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


def _wants_capture(config: TrainingConfig, data: Prepared, device: torch.device, notes: list[str]) -> bool:
    """Whether steps are to be captured as CUDA graphs.

    Raises:
        ValueError: the config asks for it, and it cannot be.
    """
    if config.cuda_graphs == "off":
        return False
    why = why_not_captured(config, data.kind, device.type)
    if why is None:
        notes.append(
            say(
                "CUDA graphs: after {count} updates the training step is captured and replayed from then on; the log says "
                "what that took.",
                count=WARM_UP_UPDATES,
            )
        )
        return True
    if config.cuda_graphs == "on":
        raise ValueError(say("{why} Switch CUDA graphs off.", why=why))
    notes.append(say("CUDA graphs are not used. {why}", why=why))
    return False


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
