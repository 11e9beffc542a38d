"""Everything a run needs, put in place before the loop begins: device, layout, objective, optimizer, batches, checkpoints."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from netwright.data.base import DataError, Prepared
from netwright.language import listed, say
from netwright.training.batches import Batches, Sampler
from netwright.training.checking import monitored_names
from netwright.training.checkpoints import CheckpointFolder
from netwright.training.choices import ChoiceParams
from netwright.training.config import TrainingConfig
from netwright.training.early_stopping import Best, EarlyStopping
from netwright.training.guard import BufferKeeper, DeviceGuard, DirectGuard, Guard
from netwright.training.metrics import METRICS, Metric
from netwright.training.objectives import LOSSES, LossFunction
from netwright.training.optimizers import OPTIMIZERS, Optimizer
from netwright.training.reporting import StepLog
from netwright.training.schedules import LearningRate

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Job:
    """What is to be trained, as made from the run's own source: ``network`` freshly initialised under the run's seed,
    ``preprocess`` from raw samples to its input.  ``output`` names one of several outputs; None where there is one."""

    network: nn.Module
    preprocess: "Callable[[Tensor], Tensor]"
    data: Prepared
    config: TrainingConfig
    folder: Path
    run: str
    graph_hash: str = ""
    output: str | None = None
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
        has = "no GPU that PyTorch can use" if not count else f"only cuda:0 to cuda:{count - 1}"
        raise DeviceMissingError(f"The device `{wanted}` is not there: this machine has {has}. Choose `auto` or `cpu`.")
    return torch.device("cuda", index)


def wants_channels_last(network: nn.Module, data: Prepared, device: torch.device, precision: str) -> bool:
    """Whether convolutions run faster with the channels last.

    Measured on a CPU (batch 128, two 3x3 convolutions): 1.39 times the samples/s in float32.  On a GPU tensor cores read this
    layout; without bfloat16 nothing is gained there.
    """
    has_convolution = any(isinstance(module, nn.Conv2d) for module in network.modules())
    return has_convolution and len(data.input_shape) == 3 and (device.type == "cpu" or precision == "bfloat16")


@dataclass
class Setup:
    """The parts of a run that the loop works with."""

    network: nn.Module
    device: torch.device
    config: TrainingConfig
    weights: Sequence[nn.Parameter]
    compute_loss: LossFunction
    output: str | None
    metrics: list[type[Metric]]
    optimizer: torch.optim.Optimizer
    rate: LearningRate
    sampler: Sampler
    validation: Batches
    test: Batches | None
    guard: Guard
    buffers: BufferKeeper
    log: StepLog
    checkpoints: CheckpointFolder
    best: Best
    early_stopping: EarlyStopping | None
    autocast: Callable[[], AbstractContextManager[Any]]
    fingerprint: str
    epochs: int
    notes: list[str] = field(default_factory=list)

    def forward(self, inputs: "Tensor") -> "Tensor":
        """``(N, *input_shape)`` to the output that the objective is on, ``(N, K)``, in float32."""
        with self.autocast():
            outputs = self.network(inputs)
        if self.output is not None:
            outputs = outputs[self.output]
        # The loss is computed in float32 whatever the network ran in.
        chosen: Tensor = outputs.float()
        return chosen

    def set_epochs(self, epochs: int) -> None:
        self.epochs = epochs
        self.rate.total_steps = epochs * self.sampler.num_batches


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
    notes = list(data.notes)
    channels_last = wants_channels_last(job.network, data, device, config.precision)
    network = job.network.to(device)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        notes.append(say("channels_last: convolutions run faster with the channels last (1.3 to 1.6 times on a CPU)."))
    network.train()
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True

    def batches(part: Any) -> Batches:
        return Batches(part, job.preprocess, device, channels_last=channels_last)

    train_batches = batches(data.train)
    notes.append(
        say(
            "Data: {count} samples held on {device}, preprocessed once."
            if train_batches.is_ready
            else "Data: {count} samples held on {device}, raw, preprocessed a batch at a time (too large as floats).",
            count=len(train_batches),
            device=device,
        )
    )
    sampler = Sampler(train_batches, config.data.batch_size, config.seed)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    if not weights:
        raise ValueError(say("The network has no weights to train. Add a layer that has some, such as Linear."))
    optimizer_class, optimizer = build_optimizer(config, weights)
    if optimizer_class.is_fused:
        notes.append(say("{type}: fused, all weights in one kernel.", type=optimizer_class.type))
    late = device.type == "cuda" if guard_on_device is None else guard_on_device
    if late and not optimizer_class.is_fused:
        notes.append(
            say(
                "{type} has no fused form: the loss is read at each step to guard the weights.",
                type=optimizer_class.type,
            )
        )
    objective = config.objectives[0]
    loss_class = LOSSES.get(objective.loss.type)
    loss = loss_class.build(LOSSES.params(objective.loss.type, objective.loss.params), str(device))
    metrics = [METRICS.get(name) for name in config.metrics]
    rate = LearningRate.from_config(config, sampler.num_batches)
    check_monitors(config)
    return Setup(
        network=network,
        device=device,
        config=config,
        weights=weights,
        compute_loss=loss if objective.weight == 1.0 else _weighted(loss, objective.weight),
        output=job.output,
        metrics=metrics,
        optimizer=optimizer,
        rate=rate,
        sampler=sampler,
        validation=batches(data.validation),
        test=batches(data.test) if data.test is not None and len(data.test) else None,
        guard=DeviceGuard(optimizer, device) if late and optimizer_class.is_fused else DirectGuard(),
        buffers=BufferKeeper(network),
        log=StepLog(metrics, device, rate.total_steps),
        checkpoints=CheckpointFolder(
            job.folder / "checkpoints", job.run, job.graph_hash, config.checkpoint.keep, job.is_current
        ),
        best=Best(config.checkpoint.monitor, config.checkpoint.mode),
        early_stopping=_build_early_stopping(config),
        autocast=_build_autocast(config, device, notes),
        fingerprint=data.fingerprint,
        epochs=config.epochs,
        notes=notes,
    )


def build_optimizer(
    config: TrainingConfig, weights: Sequence[nn.Parameter]
) -> tuple[type[Optimizer], torch.optim.Optimizer]:
    """The registered class and PyTorch's optimizer over ``weights``."""
    chosen = OPTIMIZERS.get(config.optimizer.type)
    params: ChoiceParams = OPTIMIZERS.params(config.optimizer.type, config.optimizer.params)
    return chosen, chosen.build(params, weights)


def _weighted(loss: LossFunction, weight: float) -> LossFunction:
    return lambda outputs, targets: weight * loss(outputs, targets)


def _build_early_stopping(config: TrainingConfig) -> EarlyStopping | None:
    wanted = config.early_stopping
    if wanted is None:
        return None
    return EarlyStopping(Best(wanted.monitor, wanted.mode, wanted.min_delta), wanted.patience)


def _build_autocast(
    config: TrainingConfig, device: torch.device, notes: list[str]
) -> Callable[[], AbstractContextManager[Any]]:
    if config.precision == "float32":
        return nullcontext
    notes.append(say("bfloat16: the network runs under autocast; weights and the optimizer stay in float32."))
    return lambda: torch.autocast(device.type, torch.bfloat16)


def check_monitors(config: TrainingConfig) -> None:
    """Raises ValueError where a monitor names a metric that this run does not compute."""
    monitors = [config.checkpoint.monitor]
    if config.early_stopping is not None:
        monitors.append(config.early_stopping.monitor)
    for monitor in monitors:
        if monitor not in monitored_names(config):
            raise ValueError(
                say(
                    "`{monitor}` cannot be monitored. There are: {names}.",
                    monitor=monitor,
                    names=listed(monitored_names(config)),
                )
            )
