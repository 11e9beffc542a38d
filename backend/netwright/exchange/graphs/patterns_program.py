"""Recurrent layers of a PyTorch program, put back together from what stands around them: the state that they begin with and the
one that they end with, both layers before samples in PyTorch."""

from dataclasses import replace

import numpy as np

from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.layouts import LAYOUTS
from netwright.exchange.graphs.patterns_attention import batch_first
from netwright.exchange.graphs.reading import Reading

_LAYERS = {"aten.lstm": "LSTM", "aten.gru": "GRU", "aten.rnn_tanh": "RNN", "aten.rnn_relu": "RNN"}
_ZEROS = {"aten.zeros", "aten.new_zeros", "aten.zeros_like"}
_SAME = "aten.alias"


def program_recurrent(op: Operator, reading: Reading) -> Operator | None:
    """Layers on each other in one operator.  Its outputs get names by which :func:`program_result` finds them."""
    layer = _LAYERS.get(op.kind)
    attributes = op.attributes
    if layer is None:
        return None
    given = attributes["hx"] if isinstance(attributes["hx"], list) else [attributes["hx"]]
    states = [_state(value, reading) for value in given]
    data = str(attributes["input"])
    steps = data if attributes["batch_first"] else batch_first(data, reading)
    # A state is data, or all of it is zeros.
    if steps is None or None in states or len({bool(state) for state in states}) > 1:
        return None
    directions, biased = 1 + attributes["bidirectional"], attributes["has_biases"]
    names = [
        f"{name}_l{number}{'_reverse' if direction else ''}"
        for number in range(attributes["num_layers"])
        for direction in range(directions)
        for name in ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if biased else ()))
    ]
    if len(names) != len(attributes["params"]):
        return None
    weights = dict(zip(names, attributes["params"], strict=True))
    last = reading.graph.shapes.get(op.outputs[1])
    if last is None or last[-1] is None:
        return None
    described = {
        "hidden_size": last[-1],
        "num_layers": attributes["num_layers"],
        "dropout": attributes["dropout"],
        "bidirectional": attributes["bidirectional"],
        "bias": biased,
        "weights": weights,
        "nonlinearity": op.kind.removeprefix("aten.rnn_"),
    }
    outputs = tuple(_name(op, port) for port in ("y", "last", "h", "c"))[: len(op.outputs) + 1]
    inputs = (steps, *(state for state in states if state))
    return replace(op, kind=f"nw.{layer}", inputs=inputs, outputs=outputs, attributes=described)


def _name(op: Operator, port: str) -> str:
    """The steps keep their own name where samples stand first: whoever takes them takes them as they are."""
    return op.outputs[0] if port == "y" and op.attributes["batch_first"] else f"{op.outputs[0]}/{port}"


def _state(value: str, reading: Reading) -> str | None:
    """The state (N, layers, H) that it begins with, "" for zeros, None where it is neither."""
    maker = reading.makers.get(value)
    while maker is not None and maker.kind in {*LAYOUTS, "aten.expand"}:
        value_before = maker.inputs[0]
        maker = reading.makers.get(value_before)
    if maker is not None and maker.kind in _ZEROS:
        return ""
    return batch_first(value, reading) or _port(value, reading, is_turned=False)


def program_result(op: Operator, reading: Reading) -> Operator | None:
    """What comes out of a recurrent layer, rearranged: one of its layer's outputs."""
    if op.kind not in LAYOUTS and op.kind != "aten.cat":
        return None
    name = _both_ends(op, reading) if op.kind == "aten.cat" else _port(op.outputs[0], reading)
    return None if name is None else replace(op, kind=_SAME, inputs=(name,), attributes={"self": name})


def _port(value: str, reading: Reading, *, is_turned: bool = True) -> str | None:
    """The output of a recurrent layer that a value is.  A state has samples first (``is_turned``), or layers."""
    found = reading.origin(value, *_LAYERS)
    places = None if found is None else reading.numbers.places(found[1])
    result = None if found is None or places is None else reading.numbers.rearrange(found[2], places)
    if found is None or places is None or result is None:
        return None
    wanted = _results(found[0], found[1], places, is_turned=is_turned)
    return next((_name(found[0], port) for port, each in wanted if np.array_equal(result, each)), None)


def _results(op: Operator, output: str, places: Array, *, is_turned: bool) -> list[tuple[str, Array]]:
    """The outputs of the layer by port, as arrangements of the operator's."""
    if output == op.outputs[0]:
        return [("y", places if op.attributes["batch_first"] else places.transpose(1, 0, 2))]
    state = places.transpose(1, 0, 2) if is_turned else places
    if output == op.outputs[1]:
        return [*([] if op.attributes["bidirectional"] else [("last", places[-1])]), ("h", state)]
    return [("c", state)]


def _both_ends(op: Operator, reading: Reading) -> str | None:
    """The last states of both directions side by side."""
    if len(op.inputs) != 2 or op.attributes.get("dim", 0) not in {1, -1}:
        return None
    found = [reading.origin(value, *_LAYERS) for value in op.inputs]
    left, right = found
    if left is None or right is None or left[1] != right[1] or left[1] != left[0].outputs[1]:
        return None
    places = reading.numbers.places(left[1])
    if places is None or not left[0].attributes["bidirectional"]:
        return None
    ends = [reading.numbers.rearrange(each[2], places) for each in (left, right)]
    if any(end is None or not np.array_equal(end, places[i - 2]) for i, end in enumerate(ends)):
        return None
    return _name(left[0], "last")
