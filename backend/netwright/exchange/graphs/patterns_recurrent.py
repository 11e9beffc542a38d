"""Recurrent layers, put back together from what stands around them: steps before samples, states of zeros, gates in another
order."""

from dataclasses import dataclass, replace

import numpy as np

from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.layouts import LAYOUTS
from netwright.exchange.graphs.patterns_attention import LINEARS, LinearParts, batch_first, read_linear
from netwright.exchange.graphs.reading import Reading

_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""Where PyTorch's gates stand among ONNX's: input, forget, cell, output; reset, update, new."""
_USUAL = {
    "LSTM": (["Sigmoid", "Tanh", "Tanh"],),
    "GRU": (["Sigmoid", "Tanh"],),
    "RNN": (["Tanh"], ["Relu"]),
}
_STEPS, _LAST, _STATE, _MEMORY = "steps", "last", "h", "c"


def recurrent(op: Operator, reading: Reading) -> Operator | None:
    """An ONNX LSTM, GRU or RNN as a layer that takes and gives the batch first.

    Its outputs get names of their own, by which :func:`recurrent_result` finds them.
    """
    if op.kind not in _GATES:
        return None
    attributes = op.attributes
    directions = {"forward": 1, "bidirectional": 2}.get(attributes.get("direction", "forward"))
    given = (*op.inputs, *[""] * 8)[:8]
    data, states = steps_of(given[0], reading), [_state(value, reading) for value in given[5:7]]
    if directions is None or data is None or None in states or given[4] or given[7] or not _is_usual(op):
        return None
    weights = _weights(op, given[1:4], directions, reading)
    if weights is None:
        return None
    first = op.outputs[0] or op.outputs[1]
    names = tuple(f"{first}/{name}" for name in (_STEPS, _LAST, _STATE, _MEMORY))
    shape = reading.graph.shapes.get(op.outputs[0]) if op.outputs[0] else None
    if shape is not None:
        reading.graph.shapes[names[0]] = (shape[2], shape[0], directions * attributes["hidden_size"])
    inputs = (data, *(state for state in states if state))
    described = {
        "hidden_size": attributes["hidden_size"],
        "bidirectional": directions == 2,
        "bias": bool(given[3]),
        "weights": weights,
        "nonlinearity": (attributes.get("activations") or ["Tanh"])[0].lower(),
    }
    scope = next((reading.graph.scopes[name] for name in given[1:4] if reading.graph.scopes.get(name)), op.scope)
    return replace(op, kind=f"nw.{op.kind}", inputs=inputs, outputs=names, attributes=described, scope=scope)


def _is_usual(op: Operator) -> bool:
    """Whether it computes what PyTorch's layer does."""
    attributes = op.attributes
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    activations = attributes.get("activations")
    return (
        (activations is None or any(activations == usual * directions for usual in _USUAL[op.kind]))
        and not attributes.get("layout")
        and not attributes.get("input_forget")
        and "clip" not in attributes
        and (op.kind != "GRU" or bool(attributes.get("linear_before_reset")))
    )


def _state(value: str, reading: Reading) -> str | None:
    """The state (N, layers, H) that it begins with, "" for zeros, None where it is neither."""
    zeros = reading.numbers.get(value) if value else None
    if not value or (zeros is not None and not zeros.any()):
        return ""
    if zeros is not None:
        return None
    return batch_first(value, reading) or _state_of_another(value, reading) or _result_name(value, reading)


def _state_of_another(value: str, reading: Reading) -> str | None:
    """The state in which another layer ends, as ONNX has it: layers before samples."""
    found = reading.origin(value, *_GATES)
    places = None if found is None else reading.numbers.places(found[1])
    if found is None or places is None or found[1] not in found[0].outputs[1:]:
        return None
    state = reading.numbers.rearrange(found[2], places)
    if state is None or not np.array_equal(state, places):
        return None
    first = found[0].outputs[0] or found[0].outputs[1]
    return f"{first}/{_STATE if found[1] == found[0].outputs[1] else _MEMORY}"


def _weights(op: Operator, names: tuple[str, ...], directions: int, reading: Reading) -> dict[str, str] | None:
    """PyTorch's weights of one layer, by name."""
    arrays = [reading.constant(name) for name in names]
    if arrays[0] is None or arrays[1] is None or (names[2] and arrays[2] is None):
        return None
    found = {}
    for direction in range(directions):
        end = "_reverse" if direction else ""
        parts = {"weight_ih_l0": arrays[0][direction], "weight_hh_l0": arrays[1][direction]}
        if arrays[2] is not None:
            parts["bias_ih_l0"], parts["bias_hh_l0"] = np.split(arrays[2][direction], 2)
        for name, array in parts.items():
            ordered = np.concatenate([np.split(array, len(_GATES[op.kind]))[gate] for gate in _GATES[op.kind]])
            found[name + end] = reading.keep(f"{op.outputs[0]}/{name}{end}", ordered, *names)
    return found


def steps_of(value: str, reading: Reading) -> str | None:
    """The sequence (N, T, F) that stands here as (T, N, F), also where it comes out of a recurrent layer."""
    found = reading.origin(value, *_GATES)
    if found is None:
        return batch_first(value, reading)
    op, output, chain = found
    places = reading.numbers.places(output)
    result = None if places is None else reading.numbers.rearrange(chain, places)
    if places is None or result is None or output != op.outputs[0]:
        return None
    wanted = places.transpose(0, 2, 1, 3).reshape(places.shape[0], places.shape[2], -1)
    return f"{op.outputs[0]}/{_STEPS}" if np.array_equal(result, wanted) else None


def recurrent_result(op: Operator, reading: Reading) -> Operator | None:
    """What comes out of a recurrent layer, rearranged: one of its layer's outputs."""
    if op.kind not in LAYOUTS and op.kind != "Concat":
        return None
    name = _result_name(op.outputs[0], reading)
    if name is not None:
        return replace(op, kind="Identity", inputs=(name,), attributes={})
    steps = steps_of(op.outputs[0], reading) if reading.origin(op.outputs[0], *_GATES) is not None else None
    return None if steps is None else replace(op, kind="Transpose", inputs=(steps,), attributes={"perm": [1, 0, 2]})


def _result_name(value: str, reading: Reading) -> str | None:
    op = reading.makers.get(value)
    if op is not None and op.kind == "Concat":
        return _both_ends(op, reading)
    found = reading.origin(value, *_GATES)
    places = None if found is None else reading.numbers.places(found[1])
    result = None if found is None or places is None else reading.numbers.rearrange(found[2], places)
    if found is None or places is None or result is None:
        return None
    made = found[0]
    first = made.outputs[0] or made.outputs[1]
    return next(
        (f"{first}/{name}" for name, wanted in _results(made, found[1], places) if np.array_equal(result, wanted)), None
    )


def _results(op: Operator, output: str, places: Array) -> list[tuple[str, Array]]:
    """The outputs of the layer by name, as arrangements of the operator's: (T, D, N, H), or (D, N, H) for the states."""
    if output == op.outputs[0]:
        steps = places.transpose(2, 0, 1, 3)
        return [(_STEPS, steps.reshape(*steps.shape[:2], -1))]
    if output == op.outputs[1]:
        is_single = places.shape[0] == 1
        return [*([(_LAST, places[0])] if is_single else []), (_STATE, places.transpose(1, 0, 2))]
    return [(_MEMORY, places.transpose(1, 0, 2))]


def _both_ends(op: Operator, reading: Reading) -> str | None:
    """The last states of both directions side by side."""
    if len(op.inputs) != 2 or op.attributes.get("axis") not in {1, -1}:
        return None
    found = [reading.origin(value, *_GATES) for value in op.inputs]
    if found[0] is None or found[1] is None or found[0][1] != found[1][1] or found[0][1] != found[0][0].outputs[1]:
        return None
    places = reading.numbers.places(found[0][1])
    if places is None or places.shape[0] != 2:
        return None
    ends = [reading.numbers.rearrange(each[2], places) for each in found if each is not None]
    if any(end is None or not np.array_equal(end, places[i]) for i, end in enumerate(ends)):
        return None
    return f"{found[0][0].outputs[0] or found[0][0].outputs[1]}/{_LAST}"


# --- steps written out -----------------------------------------------------------------------------------------------


def unrolled_rnn(op: Operator, reading: Reading) -> Operator | None:
    """h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h) for every step, joined and turned: PyTorch's exporter writes an RNN out."""
    found = reading.origin(op.outputs[0], "Concat") if op.kind in LAYOUTS else None
    places = None if found is None else reading.numbers.places(found[1])
    result = None if found is None or places is None else reading.numbers.rearrange(found[2], places)
    if found is None or places is None or places.ndim != 3 or result is None:
        return None
    if not np.array_equal(result, places.transpose(1, 0, 2)):
        return None
    kind = (reading.makers.get(found[0].inputs[0]) or op).kind
    steps = [_step(value, number, kind, reading) for number, value in enumerate(found[0].inputs)]
    states = ["", *found[0].inputs[:-1]]
    first = steps[0]
    if kind not in {"Tanh", "Relu"} or first is None:
        return None
    for step, state in zip(steps, states, strict=True):
        if step is None or step.source != first.source or not step.is_same(first):
            return None
        zeros = reading.numbers.get(step.state)
        if (zeros is None or zeros.any()) if not state else step.state != state:
            return None
    data = batch_first(first.below.data, reading)
    if data is None:
        return None
    weights = {"weight_ih_l0": first.below.weight, "weight_hh_l0": first.beside.weight}
    if first.below.bias is not None and first.beside.bias is not None:
        weights |= {"bias_ih_l0": first.below.bias, "bias_hh_l0": first.beside.bias}
    elif first.below.bias is not None or first.beside.bias is not None:
        return None
    described = {
        "hidden_size": first.beside.weight.shape[0],
        "bidirectional": False,
        "bias": "bias_ih_l0" in weights,
        "nonlinearity": kind.lower(),
        "weights": {
            name: reading.keep(f"{op.outputs[0]}/{name}", array, *first.below.names, *first.beside.names)
            for name, array in weights.items()
        },
    }
    return replace(op, kind="nw.RNN", inputs=(data,), attributes=described, scope=first.scope)


@dataclass(frozen=True, slots=True)
class _Step:
    """One step: ``below`` maps the input of all steps (``source``), ``beside`` the state before."""

    source: str
    state: str
    below: LinearParts
    beside: LinearParts
    scope: tuple[str, ...]

    def is_same(self, other: "_Step") -> bool:
        """Whether both have the same weights."""
        ours, theirs = self.beside, other.beside
        if (ours.bias is None) != (theirs.bias is None) or not np.array_equal(ours.weight, theirs.weight):
            return False
        return ours.bias is None or theirs.bias is None or np.array_equal(ours.bias, theirs.bias)


def _step(value: str, number: int, kind: str, reading: Reading) -> _Step | None:
    act = reading.makers.get(value)
    total = reading.makers.get(act.inputs[0]) if act is not None and act.kind == kind else None
    if total is None or total.kind != "Add":
        return None
    for beside, below in (total.inputs, total.inputs[::-1]):
        state = reading.makers.get(beside)
        step = reading.origin(below, *LINEARS)
        if state is None or state.kind not in LINEARS or step is None:
            continue
        inner, outer = read_linear(state, reading), read_linear(step[0], reading)
        places = reading.numbers.places(step[1])
        taken = None if places is None else reading.numbers.rearrange(step[2], places)
        if inner is None or outer is None or places is None or places.ndim != 3 or taken is None:
            continue
        if number < len(places) and np.array_equal(taken.reshape(-1), places[number].reshape(-1)):
            return _Step(step[1], inner.data, outer, inner, step[0].scope)
    return None
