"""How the units behind each activation fare: which are dead, which are saturated, and how much of a gradient passes.

What makes an activation flat, and where, is said by the layer's class (:meth:`netwright.layers.base.Layer.flat`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.weak import WeakTensorKeyDictionary

from netwright.compiler.program import Program
from netwright.compiler.walk import Stop, Tensors, answer_paths, walk
from netwright.language import say
from netwright.layers.base import Flat
from netwright.layers.registry import get_layer
from netwright.training.batches import Inputs
from netwright.training.reporting import Emit
from netwright.training.times import given_to

if TYPE_CHECKING:
    from netwright.training.parts import Setup

MAX_SAMPLES = 128
"""Samples of the validation part that are looked at, evenly spaced over it."""
NEAR = 0.01
"""How near to a bound an output is saturated, as a share of the range between two bounds (of 1, or of the bound's own size,
where there is one): there a sigmoid passes 4 % of what it passes at its middle, tanh as well."""
NEARLY_EVERY = 0.95
"""The share of samples for which a saturated unit is near a bound."""

MANY_DEAD, MANY_SATURATED, SMALL_PASS = 0.3, 0.3, 0.3
"""From which shares a layer's sentence says what to try."""


@dataclass(slots=True)
class Units:
    """One activation.  ``is_constant`` (values, U) is what still holds for all samples; ``near`` (U,) counts, ``passed`` is the
    sum of the derivative's size over all ``values``, of which there are ``rows`` a unit."""

    type: str
    flat: Flat
    is_constant: torch.Tensor
    near: torch.Tensor
    passed: torch.Tensor
    rows: int = 0
    is_answer: bool = False

    def figures(self) -> torch.Tensor:
        """(4,): units, share of dead ones, share of saturated ones, mean size of the derivative."""
        is_dead = self.is_constant.any(0)
        is_saturated = (self.near >= NEARLY_EVERY * self.rows) & ~is_dead
        count = self.near.new_tensor(float(len(self.near)))
        mean = self.passed / (self.rows * len(self.near))
        return torch.stack([count, is_dead.double().mean(), is_saturated.double().mean(), mean])


def emit_units(run: "Setup", step: int, epoch: int, emit: Emit) -> None:
    """Looks, and tells it; nothing where the network has no activation."""
    if run.program is None:
        return
    found = look_at_units(run, run.program)
    if not found:
        return
    figures = torch.stack([each.figures() for each in found.values()]).tolist()  # sync, once an epoch
    emit(
        "units",
        step=step,
        epoch=epoch,
        samples=min(MAX_SAMPLES, len(run.validation)),
        layers=[
            {
                "node": path,
                "type": each.type,
                "units": int(units),
                "dead": round(dead, 6) if each.flat.dead else None,
                "saturated": round(saturated, 6) if each.flat.bounds else None,
                "passes": round(passes, 6),
                "is_answer": each.is_answer,
                "sentence": describe(each, dead, saturated, passes),
            }
            for (path, each), (units, dead, saturated, passes) in zip(found.items(), figures, strict=True)
        ],
    )


def describe(units: Units, dead: float, saturated: float, passes: float) -> str:
    """One sentence: what the figures mean, and what to try."""
    if units.is_answer:
        return say("This layer gives the answers: values near its bounds are sure answers, and no fault.")
    if dead >= MANY_DEAD:
        return say(
            "{share} of the units give the same value for every sample, so that nothing before them learns. Try a smaller "
            "learning rate, a normalisation before this layer, or an activation without a flat side.",
            share=f"{dead:.0%}",
        )
    if saturated >= MANY_SATURATED:
        return say(
            "{share} of the units are at the end of their range for nearly every sample, where hardly any gradient passes. "
            "Try smaller first weights, inputs of unit size, or a normalisation before this layer.",
            share=f"{saturated:.0%}",
        )
    if passes < SMALL_PASS:
        return say(
            "This layer passes {share} of a gradient on, so that the layers before it learn as much more slowly. Try an "
            "activation with a steeper slope, or a larger learning rate.",
            share=f"{passes:.0%}",
        )
    if dead > 0:
        return say(
            "Some units are dead, which does little harm. {share} of a gradient passes to the layers before.",
            share=f"{passes:.0%}",
        )
    return say("No unit is stuck. {share} of a gradient passes to the layers before.", share=f"{passes:.0%}")


def look_at_units(run: "Setup", program: Program) -> dict[str, Units]:
    """Every activation of the network by its path, in evaluation mode, over some samples of the validation part."""
    answers = answer_paths(program)
    found: dict[str, Units] = {}
    run.shown.eval()
    try:
        with torch.no_grad():
            for inputs in _samples(run):
                axes = _UnitAxes()

                def visit(stop: Stop, values: Tensors, axes: _UnitAxes = axes) -> Tensors:
                    flat = _flat_of(stop)
                    outputs = stop.run(values) if flat is None else _look(stop, flat, values[0], axes, found)
                    if flat is not None:
                        found[stop.path].is_answer = stop.path in answers
                    axes.follow(stop, values, outputs)
                    return outputs

                with run.autocast():
                    walk(program, run.shown, given_to(run, inputs), visit)
    finally:
        run.start_training_mode()
    return found


def _samples(run: "Setup") -> Iterator[Inputs]:
    """In batches no larger than the validation's own."""
    count = len(run.validation)
    chosen = torch.linspace(0, count - 1, min(MAX_SAMPLES, count), dtype=torch.float64).round().long()
    for indices in torch.split(chosen.to(run.validation.index_device), 2 * run.config.data.batch_size):
        yield run.validation.pick(indices)[0]


def _flat_of(stop: Stop) -> Flat | None:
    params = stop.instance.params
    return None if params is None else get_layer(stop.node.type).flat(params)


def _look(stop: Stop, flat: Flat, given: torch.Tensor, axes: "_UnitAxes", found: dict[str, Units]) -> Tensors:
    """Runs the activation, and adds what it does to what is known of its units."""
    with torch.enable_grad():
        own = given.detach().requires_grad_()
        (output,) = stop.run((own,))
        (slope,) = torch.autograd.grad(output.sum(), own)
    output = output.detach()
    rows = output.movedim(axes.of(given), -1).flatten(0, -2)
    never = torch.zeros((1, rows.shape[1]), dtype=torch.bool, device=rows.device)
    dead = torch.stack([(rows == value).all(0) for value in flat.dead]) if flat.dead else never
    near = torch.zeros(rows.shape[1], dtype=torch.float64, device=rows.device)
    for bound in flat.bounds:
        near += ((rows - bound).abs() <= NEAR * _range_of(flat)).sum(0)
    known = found.get(stop.path)
    if known is None:
        passed = torch.zeros((), dtype=torch.float64, device=rows.device)
        known = found[stop.path] = Units(stop.node.type, flat, dead, torch.zeros_like(near), passed)
    known.is_constant &= dead
    known.near += near
    known.passed += slope.abs().double().sum()
    known.rows += len(rows)
    return (output,)


def _range_of(flat: Flat) -> float:
    if len(flat.bounds) > 1:
        return max(flat.bounds) - min(flat.bounds)
    return abs(flat.bounds[0]) or 1.0


class _UnitAxes:
    """Which axis of a tensor counts the units: the second, but of sequences ``(N, T, F)`` the last.

    A tensor of three axes does not tell by itself: it is asked of the layer whose ports name them last.
    """

    def __init__(self) -> None:
        self._are_last: Any = WeakTensorKeyDictionary()

    def of(self, tensor: torch.Tensor) -> int:
        return -1 if tensor.ndim == 3 and self._are_last.get(tensor, True) else min(1, tensor.ndim - 1)

    def follow(self, stop: Stop, inputs: Tensors, outputs: Tensors) -> None:
        for port, output in zip(get_layer(stop.node.type).outputs, outputs, strict=False):
            if port.axes == "(N, *)":
                is_last = bool(self._are_last.get(inputs[0], True)) if inputs else True
            else:
                is_last = not port.axes.startswith("(N, C")
            self._are_last[output] = is_last
