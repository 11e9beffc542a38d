"""When memory runs out in a step: which node asked for it, for what sizes, and which batch fits."""

import gc
import re
import traceback
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from netwright.language import in_a_row, listed, say, sized
from netwright.training.batches import Inputs, free_bytes
from netwright.training.graph_batches import GraphInputs
from netwright.training.memory import is_out_of_memory

if TYPE_CHECKING:
    from netwright.training.parts import Setup

MAX_TRIES = 20
SAFE_SHARE = 0.8
_ASKED = re.compile(r"allocate ([\d.]+) ?(GiB|MiB|KiB|bytes)", re.IGNORECASE)
_UNITS = {"gib": 2**30, "mib": 2**20, "kib": 2**10, "bytes": 1}


@dataclass(frozen=True, slots=True)
class Place:
    """Where memory ran out.  ``node`` is the path of a module and ``shapes`` what it was given; None and empty outside of the
    forward pass, where no single node can be named.  ``asked_bytes`` is what was asked for, where PyTorch says it."""

    node: str | None
    type: str
    shapes: tuple[tuple[int, ...], ...]
    asked_bytes: int | None


def find_place(network: nn.Module, error: BaseException) -> Place:
    """Reads it from the traceback: the innermost module of ``network`` that was being called."""
    names = {id(module): name for name, module in network.named_modules() if name}
    node, kind = None, ""
    shapes: tuple[tuple[int, ...], ...] = ()
    for frame in _frames(error.__traceback__):
        module = frame.get("self")
        if isinstance(module, nn.Module) and id(module) in names:
            given = _shapes(frame)
            # Frames of one module follow each other; not each of them has its arguments under a name.
            shapes = given or (shapes if node == names[id(module)] else ())
            node, kind = names[id(module)], type(module).__name__
    found = _ASKED.search(str(error))
    asked = None if found is None else int(float(found[1]) * _UNITS[found[2].lower()])
    return Place(node, kind, shapes, asked)


def _frames(trace: TracebackType | None) -> list[dict[str, Any]]:
    found = []
    while trace is not None:
        found.append(trace.tb_frame.f_locals)
        trace = trace.tb_next
    return found


def _shapes(frame: dict[str, Any]) -> tuple[tuple[int, ...], ...]:
    given = frame.get("args", ())
    values = [*given, *frame.values()] if isinstance(given, tuple) else list(frame.values())
    unique = {id(value): tuple(value.shape) for value in values if isinstance(value, torch.Tensor)}
    return tuple(islice(unique.values(), 3))


def take_part(inputs: Inputs, targets: torch.Tensor, size: int) -> tuple[Inputs, torch.Tensor]:
    """The first ``size`` samples of a batch; a graph has no smaller batch."""
    return (inputs, targets) if isinstance(inputs, GraphInputs) else (inputs[:size], targets[:size])


def find_batch_that_fits(run: "Setup", size: int, asked_bytes: int | None = None) -> int | None:
    """The largest of ``size`` halved again and again whose whole step works now; None where not even one sample does.

    The optimizer steps too, for its state takes memory: the weights are worth nothing afterwards.  A size is not tried where
    its share of ``asked_bytes``, which did not fit, is more than what is free: a CPU's system would rather end the process
    than refuse.
    """
    whole = size
    run.compiled = None  # kernels for each size would take longer than the tries
    for _ in range(MAX_TRIES):
        size //= 2
        if size < 1:
            return None
        release(run)
        if asked_bytes is not None and asked_bytes * size / whole > SAFE_SHARE * free_bytes(run.device):
            continue
        try:
            inputs, targets = take_part(*run.sampler.batch(1, 0), size)
            step(run, inputs, targets)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)
        else:
            return size
    return None


def step(run: "Setup", inputs: Inputs, targets: torch.Tensor) -> None:
    """One whole step, as the loop makes it, without guard and reports."""
    minimised = run.backward(run.compute_loss(run.forward(inputs), targets), 0)
    run.update(inputs, targets, minimised)


def release(run: "Setup") -> None:
    """Gives back what broken steps still hold."""
    for weight in run.weights:
        weight.grad = None
    gc.collect()
    if run.device.type == "cuda":
        torch.cuda.empty_cache()


def describe(place: Place, step_number: int, size: int, fits: int | None) -> str:
    """What happened, where, and what to do."""
    parts = [
        say("Memory ran out in step {step}, at a batch of {size}.", step=step_number, size=size)
        if step_number > 1
        else say("Memory ran out before the first step ended, at a batch of {size}.", size=size)
    ]
    if place.node is not None:
        shapes = listed([sized(shape) for shape in place.shapes])
        parts.append(
            say("It was in `{node}` ({type}), which got {shapes}.", node=place.node, type=place.type, shapes=shapes)
            if place.shapes
            else say("It was in `{node}` ({type}).", node=place.node, type=place.type)
        )
    else:
        parts.append(say("It was in the backward pass or in the optimizer, which need memory for all nodes together."))
    if place.asked_bytes is not None:
        parts.append(say("{size} more were asked for.", size=_bytes(place.asked_bytes)))
    parts.append(
        say("A batch of {fits} fits: a step of that size was tried.", fits=fits)
        if fits is not None
        else say("Not even one sample fits. Make the network narrower or the input smaller.")
    )
    return in_a_row(parts)


def _bytes(size: int) -> str:
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"
