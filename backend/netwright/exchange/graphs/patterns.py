"""Several operators that stand for one layer, put back together before the rules look at them.

Each pattern is a function from an operator, its last, to what stands for all of it, or None.  What lies inside may be used
nowhere else; the walk drops operators whose values nobody takes any more.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from netwright.exchange.graphs.foreign import ForeignGraph, Operator
from netwright.exchange.graphs.layouts import fold_constants
from netwright.exchange.graphs.patterns_attention import attention, class_token, encoder_layer, multihead_attention
from netwright.exchange.graphs.patterns_bags import BAGS
from netwright.exchange.graphs.patterns_pictures import adaptive_pool, local_response_norm
from netwright.exchange.graphs.patterns_program import program_recurrent, program_result
from netwright.exchange.graphs.patterns_recurrent import recurrent, recurrent_result, unrolled_rnn
from netwright.exchange.graphs.reading import Pattern, Reading
from netwright.exchange.graphs.unpooling import flat_unpool, onnx_places, onnx_unpool, pool_of_rows, unpool_of_rows


def linear(op: Operator, reading: Reading) -> Operator | None:
    """MatMul by a constant, then Add of a row: a Linear layer."""
    if op.kind != "Add":
        return None
    for data, other in (op.inputs, op.inputs[::-1]):
        product = reading.maker(data, "MatMul")
        bias = reading.constant(other)
        weight = None if product is None else reading.constant(product.inputs[1])
        if product is None or bias is None or weight is None or weight.ndim != 2:
            continue
        if bias.size == weight.shape[1]:
            return replace(op, kind="nw.Linear", inputs=(*product.inputs, other), scope=product.scope or op.scope)
    return None


def silu(op: Operator, reading: Reading) -> Operator | None:
    """x * sigmoid(x), and x * hardsigmoid(x)."""
    if op.kind != "Mul":
        return None
    for data, other in (op.inputs, op.inputs[::-1]):
        gate = reading.maker(other, "Sigmoid", "HardSigmoid")
        if gate is not None and gate.inputs[0] == data:
            kind = "nw.Silu" if gate.kind == "Sigmoid" else "HardSwish"
            return replace(op, kind=kind, inputs=(data,))
    return None


def erf_gelu(op: Operator, reading: Reading) -> Operator | None:
    """0.5 * x * (1 + erf(x / sqrt(2))), its factors in any order."""
    if op.kind != "Mul":
        return None
    factors, number = _factors(op, reading, 3)
    sums = [value for value in factors if reading.maker(value, "Add") is not None]
    if len(factors) != 2 or len(sums) != 1 or abs(number - 0.5) > 1e-6:
        return None
    data = next(value for value in factors if value != sums[0])
    total = reading.split(reading.makers[sums[0]])
    erf = None if total is None or total[1] != 1.0 else reading.maker(total[0], "Erf")
    inner = None if erf is None else reading.makers.get(erf.inputs[0])
    scaled = None if inner is None or inner.kind not in {"Mul", "Div"} else reading.split(inner)
    if inner is None or scaled is None or scaled[0] != data:
        return None
    factor = scaled[1] if inner.kind == "Mul" else 1 / scaled[1]
    return replace(op, kind="nw.Gelu", inputs=(data,)) if abs(factor - math.sqrt(0.5)) < 1e-4 else None


def _factors(op: Operator, reading: Reading, depth: int) -> tuple[list[str], float]:
    """The data factors of nested products and the product of their numbers."""
    found: list[str] = []
    number = 1.0
    for value in op.inputs:
        constant = reading.number(value)
        inner = reading.maker(value, "Mul") if depth else None
        if constant is not None:
            number *= constant
        elif inner is not None:
            more, times = _factors(inner, reading, depth - 1)
            found += more
            number *= times
        else:
            found.append(value)
    return found, number


def group_norm(op: Operator, reading: Reading) -> Operator | None:
    """Reshape into groups, InstanceNormalization, back, times a scale, plus an offset."""
    if op.kind != "Add":
        return None
    scaled = next((each for value in op.inputs if (each := reading.maker(value, "Mul")) is not None), None)
    if scaled is None:
        return None
    back = next((each for value in scaled.inputs if (each := reading.maker(value, "Reshape")) is not None), None)
    norm = None if back is None else reading.maker(back.inputs[0], "InstanceNormalization")
    into = None if norm is None else reading.maker(norm.inputs[0], "Reshape")
    if back is None or norm is None or into is None:
        return None
    scale = next((value for value in scaled.inputs if reading.constant(value) is not None), None)
    offset = next((value for value in op.inputs if reading.constant(value) is not None), None)
    ones, zeros = reading.constant(norm.inputs[1]), reading.constant(norm.inputs[2])
    if (
        scale is None
        or offset is None
        or ones is None
        or zeros is None
        or not (np.all(ones == 1) and np.all(zeros == 0))
    ):
        return None
    attributes = {"num_groups": len(ones), "eps": norm.attributes.get("epsilon", 1e-5)}
    return replace(op, kind="nw.GroupNorm", inputs=(into.inputs[0], scale, offset), attributes=attributes)


def step(op: Operator, reading: Reading) -> Operator | None:
    """(x >= 0) + (x - x): the perceptron's activation, whose gradient passes straight through."""
    if op.kind not in {"Add", "aten.add"} or len(op.inputs) != 2:
        return None
    for left, right in (op.inputs, op.inputs[::-1]):
        cast = reading.maker(left, "Cast", "aten.to", "aten._to_copy")
        rest = reading.maker(right, "Sub", "aten.sub")
        compared = None if cast is None else reading.maker(cast.inputs[0], "GreaterOrEqual", "aten.ge")
        if rest is None or compared is None:
            continue
        data = compared.inputs[0]
        bound = compared.attributes.get("other") if len(compared.inputs) == 1 else reading.number(compared.inputs[1])
        sources = [reading.behind_detach(value) for value in rest.inputs]
        if bound == 0 and sources == [data, data]:
            return replace(op, kind="nw.Step", inputs=(data,), attributes={})
    return None


PHASES: tuple[tuple[Pattern, ...], ...] = (
    (
        linear,
        silu,
        erf_gelu,
        group_norm,
        step,
        class_token,
        local_response_norm,
        adaptive_pool,
        onnx_places,
        onnx_unpool,
        flat_unpool,
        pool_of_rows,
        *BAGS,
    ),
    (attention, recurrent, recurrent_result, unrolled_rnn, program_recurrent, program_result, unpool_of_rows),
    (multihead_attention,),
    (encoder_layer,),
)
"""Patterns of one phase look at what the phases before have joined."""


def join_operators(graph: ForeignGraph) -> None:
    """Puts patterns back together in place, and drops what nobody takes any more."""
    numbers = fold_constants(graph)
    for patterns in PHASES:
        reading = Reading(graph, numbers)
        _replace(graph, [_join(op, reading, patterns) for op in graph.operators])


def _join(op: Operator, reading: Reading, patterns: Sequence[Pattern]) -> Operator:
    return next((found for pattern in patterns if (found := pattern(op, reading)) is not None), op)


def _replace(graph: ForeignGraph, joined: Sequence[Operator]) -> None:
    wanted = {value for value, _ in graph.outputs}
    kept = []
    for op in reversed(joined):
        if any(value in wanted for value in op.outputs):
            kept.append(op)
            wanted.update(op.inputs)
    graph.operators = kept[::-1]
