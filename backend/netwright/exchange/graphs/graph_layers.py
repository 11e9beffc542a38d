"""Layers over graphs in a file: PyTorch Geometric's, which exporters write as the gathers and scatters that they compute.

Weights keep their names in a file, so they say which layers there may be.  Each of these is exported here, with the file's own
weights, and is read where the file has the very same operators; nothing else is taken for it.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from netwright.exchange.graphs.foreign import Array, ForeignGraph, ForeignInput, Operator, to_array
from netwright.exchange.graphs.graph_matching import Match, makers_of
from netwright.exchange.graphs.graph_templates import Candidate, Template, make_templates
from netwright.exchange.graphs.report import ImportNote
from netwright.exchange.material import ExportError
from netwright.language import say
from netwright.layers.registry import LAYERS

KIND = "nw.GraphLayer"
MAX_CANDIDATES = 200
"""Each is a network to export: a file that asks for more is read without its layers over graphs."""

MAX_WIDTH = 65_536

_NAMES = {
    "GATConv": ({"lin.weight", "att_src", "att_dst"}, {"bias"}),
    "GCNConv": ({"lin.weight"}, {"bias"}),
    "SAGEConv": ({"lin_l.weight"}, {"lin_l.bias", "lin_r.weight"}),
    "GINConv": ({"nn.0.weight", "nn.0.bias", "nn.2.weight", "nn.2.bias"}, {"eps"}),
    "SAGPooling": ({"gnn.lin_rel.weight", "gnn.lin_rel.bias", "gnn.lin_root.weight"}, {"select.weight"}),
    "TopKPooling": ({"select.weight"}, set[str]()),
}
"""What PyTorch Geometric calls the weights of a layer: those that it must and those that it may have."""

_POOLS = ("GraphMeanPool", "GraphMaxPool", "GraphAddPool")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the graph comes in: the ports of a Graph node by the file's values."""

    ports: Mapping[str, str]
    num_features: int


@dataclass(slots=True)
class _Held:
    """The weights of one module by their names in it, and the values of the file that hold them."""

    arrays: dict[str, Array] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def find_entry(inputs: Sequence[ForeignInput]) -> Entry | None:
    """The inputs that are one graph: features ``(V, F)``, ``edge_index`` ``(2, E)`` and perhaps ``batch`` ``(V)``; None where
    they are not."""
    ports: dict[str, str] = {}
    num_features = 0
    for each in inputs:
        if each.dtype == "float32" and len(each.shape) == 2 and each.shape[1] is not None:
            port, num_features = "x", each.shape[1]
        elif each.dtype == "int64" and len(each.shape) == 2 and each.shape[0] == 2:
            port = "edge_index"
        elif each.dtype == "int64" and len(each.shape) <= 2 and each.shape[0] is None:
            port = "batch"
        else:
            return None
        if port in ports.values():
            return None
        ports[each.value] = port
    return Entry(ports, num_features) if {"x", "edge_index"} <= set(ports.values()) else None


def read_graph_layers(graph: ForeignGraph) -> bool:
    """Puts the operators of layers over graphs together, in place; whether the file is a network of graphs of which some were
    found."""
    entry = find_entry(graph.inputs)
    if entry is None:
        return False
    found: list[_Found] = []
    # The usual settings first: to export a candidate takes most of the time.
    for candidates in _rounds(list(_candidates(graph, entry))):
        new = [each for each in candidates if not any(_is_same(each, one.template.candidate) for one in found)]
        if new:
            found += _lay_over(_templates(new, graph), graph, found)
    if not found:
        return False
    _put_together(found, graph)
    graph.entry = entry
    # The number of edges and of vertices is any: a Graph node has no size to choose, and its first axis is no batch of two.
    graph.batch = None
    graph.notes = [note for note in graph.notes if note.code not in {"size_chosen", "batch_fixed"}]
    return True


def _templates(candidates: Sequence[Candidate], graph: ForeignGraph) -> list[Template]:
    """Empty where the file's weights are those of no layer at all: it is then told that its layers are not read."""
    from netwright.compiler.program import DocumentInvalidError

    try:
        return make_templates(candidates, graph.format)
    except (DocumentInvalidError, ExportError):
        return []


def unread_operators(graph: ForeignGraph) -> list[str]:
    """What is left of layers over graphs that are not read: the operators that take from the edges, by their names."""
    if graph.entry is None:
        return []
    carried = {value for value, port in graph.entry.ports.items() if port != "x"}
    names: dict[str, None] = {}
    for op in graph.operators:
        if op.kind == KIND:
            ports = op.attributes["ports"]
            carried.update(
                value for value, port in zip(op.outputs, ports, strict=True) if port in {"edge_index", "batch"}
            )
        elif carried.intersection(op.inputs) and op.kind not in {"Shape", "aten.sym_size"}:
            names[op.kind.removeprefix("aten.")] = None
    return list(names)


# --- which layers there may be ---------------------------------------------------------------------------------------


def _rounds(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Of each module the first settings, then all that are left."""
    if len(candidates) > MAX_CANDIDATES:
        return
    first: list[Candidate] = []
    later: list[Candidate] = []
    for each in candidates:
        (later if any(_is_same(each, one) for one in first) else first).append(each)
    yield first
    yield later


def _is_same(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates are settings of one module."""
    return bool(one.values) and one.values == other.values


def _candidates(graph: ForeignGraph, entry: Entry) -> Iterator[Candidate]:
    taken = {value for op in graph.operators for value in op.inputs}
    modules: defaultdict[str, _Held] = defaultdict(_Held)
    suffixes = sorted({name for must, may in _NAMES.values() for name in must | may}, key=len, reverse=True)
    for value, stored in graph.constants.items():
        name = stored.info.name
        suffix = next((each for each in suffixes if name.endswith(f".{each}")), None)
        if suffix is not None and value in taken:
            held = modules[name.removesuffix(f".{suffix}")]
            held.arrays[suffix], held.values[suffix] = to_array(stored), value
    for prefix, held in modules.items():
        for kind, (must, may) in _NAMES.items():
            if must <= held.arrays.keys() <= must | may and _are_matrices(held.arrays):
                scope = tuple(prefix.split("."))
                for params, width, arrays in _settings_of(kind, held, graph):
                    yield Candidate(kind, params, width, arrays, held.values, scope)
                break
    if "batch" in entry.ports.values():
        for kind, width in product(_POOLS, sorted(_scattered(graph))):
            yield Candidate(kind, {}, width, {}, {})


def _are_matrices(arrays: Mapping[str, Array]) -> bool:
    """Whether weights have as many axes as those of layers over graphs."""
    return all(array.ndim == (3 if name.startswith("att_") else 2) for name, array in arrays.items() if _has_axes(name))


def _has_axes(name: str) -> bool:
    return name.endswith("weight") or name.startswith("att_")


def _scattered(graph: ForeignGraph) -> set[int]:
    """How wide the rows are that are put together along edges or by graphs."""
    shapes = [
        graph.shapes.get(op.outputs[0], ())
        for op in graph.operators
        if op.kind in {"ScatterElements", "aten.scatter_add", "aten.scatter_reduce"}
    ]
    return {shape[1] for shape in shapes if len(shape) == 2 and shape[1] and shape[1] <= MAX_WIDTH}


Settings = tuple[dict[str, Any], int, Mapping[str, Array]]


def _settings_of(kind: str, held: _Held, graph: ForeignGraph) -> Iterator[Settings]:
    """The settings that a layer of these weights may have, the usual ones first, and the width of what it takes."""
    arrays = held.arrays
    if kind == "GCNConv":
        out, width = arrays["lin.weight"].shape
        for changed in ({}, {"improved": True}, {"normalize": False}):
            yield {"out_channels": out, "bias": "bias" in arrays, **changed}, width, arrays
    elif kind == "GATConv":
        yield from _attention(arrays, graph)
    elif kind == "SAGEConv":
        out, width = arrays["lin_l.weight"].shape
        fixed = {"out_channels": out, "bias": "lin_l.bias" in arrays, "root_weight": "lin_r.weight" in arrays}
        for aggr, normalize in product(("mean", "max", "sum"), (False, True)):
            yield {**fixed, "aggr": aggr, "normalize": normalize}, width, arrays
    elif kind == "GINConv":
        out, width = arrays["nn.0.weight"].shape
        eps = arrays.get("eps")
        if eps is None:
            eps = _eps(held, graph)
        is_learnt = held.values.get("eps", "") not in graph.buffers and "eps" in arrays
        params = {"out_channels": out, "eps": _real(float(eps.reshape(-1)[0])), "train_eps": is_learnt}
        yield params, width, {**arrays, "eps": eps.reshape(1)}
    else:
        weight = arrays["select.weight" if kind == "TopKPooling" else "gnn.lin_rel.weight"]
        missing = {} if "select.weight" in arrays else {"select.weight": np.ones((1, 1), np.float32)}
        for ratio, nonlinearity in product(_numbers(graph, 0.0, 1.0), ("tanh", "sigmoid")):
            yield {"ratio": ratio, "nonlinearity": nonlinearity}, weight.shape[1], {**arrays, **missing}


def _eps(held: _Held, graph: ForeignGraph) -> Array:
    """What stands in the factor 1 + eps of a vertex itself, which the exporter has reckoned; 0 where there is none."""
    makers = makers_of(graph)
    first = next((op for op in graph.operators if held.values["nn.0.weight"] in op.inputs), None)
    total = None if first is None else makers.get(first.inputs[0])
    for value in () if total is None else total.inputs:
        scaled = makers.get(value)
        for factor in () if scaled is None or scaled.kind != "Mul" else scaled.inputs:
            if factor in graph.constants and math.prod(graph.constants[factor].info.shape) == 1:
                return to_array(graph.constants[factor]).reshape(1) - np.float32(1.0)
    return np.zeros(1, np.float32)


def _attention(arrays: Mapping[str, Array], graph: ForeignGraph) -> Iterator[Settings]:
    _, heads, out = arrays["att_src"].shape
    width = arrays["lin.weight"].shape[1]
    slopes = {
        op.attributes.get("alpha", op.attributes.get("negative_slope", 0.01))
        for op in graph.operators
        if op.kind in {"LeakyRelu", "aten.leaky_relu"}
    }
    side_by_side = [True, False] if "bias" not in arrays or heads == 1 else [arrays["bias"].size == heads * out]
    for slope, concat in product(sorted(slopes), side_by_side):
        fixed = {"out_channels": out, "heads": heads, "bias": "bias" in arrays, "concat": concat}
        yield {**fixed, "negative_slope": _real(slope)}, width, arrays


def _numbers(graph: ForeignGraph, low: float, high: float) -> list[float]:
    """The single numbers of a file that lie between two, as they stand in it; 1 is always one of them."""
    found = {1.0}
    for stored in graph.constants.values():
        if math.prod(stored.info.shape) == 1 and stored.info.dtype in {"F32", "F64"}:
            found.add(float(to_array(stored).reshape(-1)[0]))
    for op in graph.operators:
        other = op.attributes.get("other")
        if op.kind == "aten.mul" and isinstance(other, float):
            found.add(other)
    return sorted(_real(number) for number in found if low < number <= high and math.isfinite(number))


def _real(value: float) -> float:
    """A number that was kept in 32 bits as a person wrote it."""
    short = float(f"{value:.6g}")
    return short if np.float32(short) == np.float32(value) else value


# --- where they are --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    template: Template
    match: Match
    outputs: Mapping[str, str]
    """The values of the file that its ports give."""


def _lay_over(templates: Sequence[Template], graph: ForeignGraph, before: Sequence[_Found]) -> list[_Found]:
    """The layers among ``templates`` that the file has, beside those found ``before``."""
    makers = makers_of(graph)
    found: list[_Found] = []
    taken = {value for each in before for value in each.outputs.values()}
    for template in templates:
        ours = makers_of(template.graph)
        first, *others = template.outputs.items()
        kind = ours[first[1]].kind
        for op in graph.operators:
            if op.kind != kind or taken.intersection(op.outputs):
                continue
            match = Match(template, graph, makers)
            if not match.is_at(first[1], op.outputs[0]):
                continue
            outputs = {first[0]: op.outputs[0]}
            for port, value in others:
                there = next((each for each in makers if match.is_at(value, each)), None)
                if there is not None:
                    outputs[port] = there
            taken.update(outputs.values())
            found.append(_Found(template, match, outputs))
    return found


def _put_together(found: Sequence[_Found], graph: ForeignGraph) -> None:
    """One operator for each layer, where the first of its outputs was made; the walk drops what nobody takes any more."""
    joined = {next(iter(each.outputs.values())): each for each in found}
    gone = {value for each in found for value in each.outputs.values()} - set(joined)
    operators = []
    for op in graph.operators:
        each = next((joined[value] for value in op.outputs if value in joined), None)
        if each is not None:
            operators.append(_operator(each))
        elif not gone.intersection(op.outputs):
            operators.append(op)
    graph.operators = operators


def _operator(found: _Found) -> Operator:
    candidate, match = found.template.candidate, found.match
    params = dict(candidate.params)
    if match.dropout and "dropout" in LAYERS[candidate.type].Params.model_fields:
        params["dropout"] = match.dropout
    # A port that no operator of the layer asks for is not bound: a pool that takes every vertex as one graph.
    inputs = tuple(match.bound[value] for value in _in_order(found.template))
    attributes = {
        "type": candidate.type,
        "params": params,
        "weights": {name: candidate.values.get(name) for name in candidate.weights},
        "computed": {name: array for name, array in candidate.weights.items() if name not in candidate.values},
        "ports": tuple(found.outputs),
    }
    return Operator(KIND, inputs, tuple(found.outputs.values()), attributes, candidate.scope)


def _in_order(template: Template) -> list[str]:
    return [template.inputs[port.name] for port in LAYERS[template.candidate.type].inputs]


def unread_note(names: str) -> ImportNote:
    """Says what of a network of graphs did not come back: its layers, or the operators along its edges."""
    message = say(
        "Of this network of graphs some is read as no layer: {names}. What it computes stands as placeholders. Draw it anew "
        "from the family of graph layers; the weights can then be brought in by name.",
        names=names,
    )
    return ImportNote(code="graph_layers_unread", message=message, values={"names": names})
