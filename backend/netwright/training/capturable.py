"""Whether a run's step can be captured as CUDA graphs.  No torch here: the form asks."""

from collections.abc import Iterator, Sequence

from netwright.data.base import Kind
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.training.config import TrainingConfig
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.ways_out import put

WARM_UP_UPDATES = 3
"""Updates that are made one operation after the other before the step is captured."""


def why_not_captured(training: TrainingConfig, kind: Kind, device: str) -> str | None:
    """A sentence; None where it can be, as far as the config tells.  ``device`` is ``cpu`` or ``cuda``.

    Whether the network itself waits for the GPU somewhere is seen when it runs (see ``capturing``).
    """
    optimizer = OPTIMIZERS.get(training.optimizer.type)
    if device != "cuda":
        return say("CUDA graphs are for NVIDIA GPUs, and this run trains on the CPU.")
    if kind == "graph":
        return say("CUDA graphs hold fixed sizes, and each batch of graphs has sizes of its own.")
    if optimizer.needs_closure:
        return say(
            "{type} computes the loss several times a step, as often as its values ask for.", type=optimizer.type
        )
    if not optimizer.is_capturable:
        return say(
            "PyTorch's {type} keeps its learning rate beside the GPU, so that a captured step would never change it.",
            type=optimizer.type,
        )
    if training.precision == "float16" and not optimizer.is_fused:
        return say(
            "With float16, {type} asks at each step whether the gradients are finite, for it has no fused form.",
            type=optimizer.type,
        )
    return None


def may_use_gpu(training: TrainingConfig, devices: Sequence[str] | None) -> bool:
    """Whether a run would train on an NVIDIA GPU of ``devices``; None may hold one."""
    return training.device != "cpu" and (devices is None or any(device.startswith("cuda") for device in devices))


def check_capture(training: TrainingConfig, kind: Kind, devices: Sequence[str] | None) -> Iterator[Problem]:
    """Where a captured step is asked for that cannot be; ``devices`` as :func:`netwright.training.checking.check_training` has
    them."""
    if training.cuda_graphs != "on" or training.optimizer.type not in OPTIMIZERS.classes:
        return
    why = why_not_captured(training, kind, "cuda" if may_use_gpu(training, devices) else "cpu")
    if why is not None:
        yield Problem(
            code="cuda_graphs_not_possible",
            field="cuda_graphs",
            message=say("{why} Switch CUDA graphs off.", why=why),
            fixes=put(say("Switch CUDA graphs off"), {"cuda_graphs": "off"}),
        )
