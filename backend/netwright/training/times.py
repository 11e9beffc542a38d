"""How long each node takes, forward and backward, on the device, in the precision and with the batch size of a run.

Nodes are measured one by one on the values that reach them in the network, each with the gradients that a training step
computes there and no others.  Nothing of the run is changed: gradients do not touch ``.grad``, buffers (the running
statistics of a BatchNorm) and random generators are put back.
"""

import statistics
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from netwright.compiler.program import Program
from netwright.compiler.signatures import node_signature
from netwright.compiler.walk import Stop, Tensors, walk
from netwright.language import say
from netwright.training.batches import Inputs
from netwright.training.checkpoints import load_rng_state, rng_state
from netwright.training.graph_batches import GraphInputs
from netwright.training.memory import is_out_of_memory
from netwright.training.reporting import Emit

if TYPE_CHECKING:
    from netwright.training.parts import Setup

MIN_REPEATS, MAX_REPEATS = 3, 25
BUDGET_SECONDS = 0.5
"""Beyond the least number of repeats, none begins later than this."""


@dataclass(slots=True)
class Timing:
    """What was measured of one node, in milliseconds, a value for each repeat."""

    signature: str
    forward: list[float] = field(default_factory=list)
    backward: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Times:
    """``nodes`` are the layers by their path, in the order of execution; ``whole`` is a pass of the whole network with its
    loss, forward and backward, as a step makes it."""

    nodes: dict[str, Timing]
    whole: list[float]
    batch_size: int


def emit_times(run: "Setup", step: int, epoch: int, emit: Emit) -> None:
    """Measures, and tells it; where memory does not suffice, the log says so and training goes on."""
    if run.program is None:
        return
    try:
        times = measure_times(run, run.program)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        traceback.clear_frames(error.__traceback__)
        if run.device.type == "cuda":
            torch.cuda.empty_cache()
        emit("log", message=say("The time of each node was not measured: the memory did not suffice for it."))
        return
    nodes = times.nodes
    emit(
        "times",
        step=step,
        epoch=epoch,
        device=str(run.device),
        device_name=_name_of(run.device),
        precision=run.config.precision,
        batch_size=times.batch_size,
        repeats=len(times.whole),
        is_compiled=run.config.compile,
        whole_ms=_median(times.whole),
        nodes=list(nodes),
        signatures=[each.signature for each in nodes.values()],
        forward_ms=[_median(each.forward) for each in nodes.values()],
        backward_ms=[_median(each.backward) for each in nodes.values()],
    )


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 6)


def _name_of(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return say(
        "CPU, {count} thread" if torch.get_num_threads() == 1 else "CPU, {count} threads", count=torch.get_num_threads()
    )


def measure_times(run: "Setup", program: Program) -> Times:
    """Every value by itself; the first pass, which sets up, is not counted.

    Raises:
        torch.OutOfMemoryError, RuntimeError: as they come from the device.
    """
    inputs, targets = run.sampler.batch(1, 0)
    nodes: dict[str, Timing] = {}
    whole: list[float] = []
    with untouched(run.network):
        began = time.monotonic()
        for repeat in range(MAX_REPEATS + 1):
            if repeat > MIN_REPEATS and time.monotonic() - began > BUDGET_SECONDS:
                break
            clock = _clock(run.device)
            timed = _time_nodes(run, program, inputs, clock)
            passed = _time_whole(run, inputs, targets, clock)
            clock.finish()
            if repeat == 0:
                continue
            for path, (mark, forward, backward) in timed.items():
                timing = nodes.setdefault(path, Timing(mark))
                timing.forward.append(clock.milliseconds(forward))
                timing.backward.append(0.0 if backward is None else clock.milliseconds(backward))
            whole.append(clock.milliseconds(passed))
    return Times(nodes, whole, len(targets))


@contextmanager
def untouched(network: nn.Module) -> Iterator[None]:
    """Puts buffers and random generators back to where they were."""
    random, buffers = rng_state(), [(buffer, buffer.clone()) for buffer in network.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, kept in buffers:
                buffer.copy_(kept)
        load_rng_state(random)


def given_to(run: "Setup", inputs: Inputs) -> list[torch.Tensor]:
    """The arguments of the network's ``forward``."""
    return inputs.take(run.arguments) if isinstance(inputs, GraphInputs) else [inputs]


Span = int
_Timed = dict[str, tuple[str, Span, Span | None]]


def _time_nodes(run: "Setup", program: Program, inputs: Inputs, clock: "_Clock") -> _Timed:
    """Of each layer its signature and the spans of its forward and its backward pass (None where nothing learns there)."""
    passed: list[tuple[Stop, Tensors, Tensors]] = []
    timed: _Timed = {}

    def visit(stop: Stop, values: Tensors) -> Tensors:
        # Cut off from what is before it: the backward pass ends here, at gradients that the layer before would need.
        own = tuple(value.detach().requires_grad_(value.requires_grad) for value in values)
        outputs: Tensors
        span, outputs = clock.time(lambda: stop.run(own))
        timed[stop.path] = (node_signature(stop.node, stop.instance), span, None)
        passed.append((stop, own, outputs))
        return outputs

    with run.autocast():
        walk(program, run.network, given_to(run, inputs), visit)
    while passed:
        stop, own, outputs = passed.pop()
        wanted = [value for value in own if value.requires_grad]
        wanted += [weight for weight in _weights(stop) if weight.requires_grad]
        ends = [output for output in outputs if output.requires_grad]
        if wanted and ends:
            span, _ = clock.time(_backward(ends, wanted, [torch.ones_like(end) for end in ends]))
            timed[stop.path] = (*timed[stop.path][:2], span)
    return timed


def _backward(ends: list[torch.Tensor], wanted: list[torch.Tensor], gradients: list[torch.Tensor]) -> Callable[[], Any]:
    return lambda: torch.autograd.grad(ends, wanted, gradients, allow_unused=True)


def _weights(stop: Stop) -> Iterator[nn.Parameter]:
    return iter(()) if stop.module is None else stop.module.parameters()


def _time_whole(run: "Setup", inputs: Inputs, targets: torch.Tensor, clock: "_Clock") -> Span:
    """Forward pass, loss and backward pass in one piece."""

    def step() -> None:
        loss = run.compute_loss(run.run_through(run.network, inputs), targets)
        torch.autograd.grad(loss, list(run.weights), allow_unused=True)

    return clock.time(step)[0]


class _Clock:
    """Spans on the CPU, by the wall."""

    def __init__(self) -> None:
        self._spans: list[Any] = []

    def time(self, function: Callable[[], Any]) -> tuple[Span, Any]:
        """Runs ``function``; its span can be read after :meth:`finish`."""
        began = time.perf_counter()
        result = function()
        self._spans.append(time.perf_counter() - began)
        return len(self._spans) - 1, result

    def finish(self) -> None:
        """Waits until all spans are known."""

    def milliseconds(self, span: Span) -> float:
        return 1000.0 * float(self._spans[span])


class _DeviceClock(_Clock):
    """Spans on a GPU, between two marks in its queue of work: nothing waits while they are set."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self._device = device

    def time(self, function: Callable[[], Any]) -> tuple[Span, Any]:
        began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        began.record()
        result = function()
        ended.record()
        self._spans.append((began, ended))
        return len(self._spans) - 1, result

    def finish(self) -> None:
        torch.cuda.synchronize(self._device)

    def milliseconds(self, span: Span) -> float:
        began, ended = self._spans[span]
        return float(began.elapsed_time(ended))


def _clock(device: torch.device) -> _Clock:
    return _DeviceClock(device) if device.type == "cuda" else _Clock()
