"""Embeddings, put back together: bags as PyTorch's program lays them flat, and as Netwright writes them into ONNX files."""

from dataclasses import replace
from typing import Any

import numpy as np

from netwright.exchange.graphs.foreign import Operator
from netwright.exchange.graphs.reading import Reading

_MODES = ("sum", "mean", "max")
"""By the number that ATen gives each."""
_FLAT = {"aten.reshape", "aten.view", "aten.flatten"}
_RENORM = "aten.embedding_renorm"


def program_lookup(op: Operator, reading: Reading) -> Operator | None:
    """``aten.embedding`` whose vectors are shortened before: the largest length goes to the operator."""
    if op.kind != "aten.embedding" or "max_norm" in op.attributes:
        return None
    indices = str(op.attributes["indices"])
    weight, settings = _shortened(str(op.attributes["weight"]), indices, reading)
    attributes = {**op.attributes, **settings, "weight": weight}
    return replace(op, inputs=(weight, indices), attributes=attributes) if settings else None


def program_bag(op: Operator, reading: Reading) -> Operator | None:
    """``aten.embedding_bag`` on (N, T) laid flat, whose bags begin at every T-th index."""
    attributes = op.attributes
    if op.kind not in {"aten.embedding_bag", "aten._embedding_bag"} or attributes.get("per_sample_weights") is not None:
        return None
    if attributes.get("include_last_offset", False) or any(reading.uses[value] for value in op.outputs[1:]):
        return None
    indices = str(attributes["indices"])
    flat = reading.makers.get(indices)
    if flat is None or flat.kind not in _FLAT or not _are_rows(str(attributes["offsets"]), flat.inputs[0], reading):
        return None
    weight, settings = _shortened(str(attributes["weight"]), indices, reading)
    settings["mode"] = _MODES[attributes.get("mode", 0)]
    padding = attributes.get("padding_idx")
    if padding is not None and padding >= 0:  # -1 is none
        settings["padding_idx"] = padding
    inputs, outputs = (flat.inputs[0], weight), op.outputs[:1]
    return replace(op, kind="nw.EmbeddingBag", inputs=inputs, outputs=outputs, attributes=settings)


def _are_rows(offsets: str, table: str, reading: Reading) -> bool:
    """Whether bags that begin at ``offsets`` are the rows of ``table`` (N, T): 0, T, 2 T ... up to the count of all indices."""
    shape = reading.graph.shapes.get(table)
    rows, steps = shape if shape is not None and len(shape) == 2 else (None, None)
    if steps is None:
        return False
    known = reading.constant(offsets)
    if known is not None:
        return rows is not None and np.array_equal(known, np.arange(0, rows * steps, steps))
    begins = reading.maker(offsets, "aten.arange")
    if begins is None or begins.attributes.get("start", 0) != 0 or begins.attributes.get("step", 1) != steps:
        return False
    count = reading.makers.get(begins.inputs[0])
    if count is None or count.kind == "aten.sym_numel":
        return count is not None and count.inputs[0] == table
    size = reading.makers.get(count.inputs[0]) if count.kind == "_operator.mul" else None
    is_batch = size is not None and size.kind == "aten.sym_size" and size.attributes == {"self": table, "dim": 0}
    return is_batch and steps in {count.attributes["a"], count.attributes["b"]}


def _shortened(weight: str, indices: str, reading: Reading) -> tuple[str, dict[str, Any]]:
    """The weight itself, and what ``aten.embedding_renorm`` does to the vectors that are looked up: in place, or as a value."""
    made = reading.makers.get(weight)
    found = made if made is not None and made.kind == _RENORM else None
    for op in reading.graph.operators:
        if op.kind == _RENORM and op.inputs[1] == indices and reading.behind_detach(op.inputs[0]) == weight:
            found = op
    if found is None:
        return weight, {}
    # Lengths of another kind stay a setting that no layer takes.
    names = ("max_norm",) if found.attributes.get("norm_type", 2.0) == 2 else ("max_norm", "norm_type")
    return reading.behind_detach(found.inputs[0]), {name: found.attributes[name] for name in names}


# --- ONNX: looked up in one go, joined under a mask of what is padding -------------------------------------------------


def masked_bag(op: Operator, reading: Reading) -> Operator | None:
    """What :class:`~netwright.exchange.onnx_modules.WrittenBag` becomes with a ``padding_idx``."""
    for mode, find in (("sum", _sum), ("mean", _mean), ("max", _max)):
        found = find(op, reading)
        lookup = None if found is None else reading.makers.get(found[0])
        mask = None if found is None else _padding(found[1], reading)
        if lookup is None or mask is None or lookup.kind != "Gather" or lookup.attributes.get("axis", 0) != 0:
            continue
        words, padding = mask
        if lookup.inputs[1] == words and len(reading.graph.shapes.get(words) or ()) == 2:
            attributes = {"mode": mode, "padding_idx": padding}
            return replace(op, kind="nw.EmbeddingBag", inputs=(words, lookup.inputs[0]), attributes=attributes)
    return None


def _sum(op: Operator, reading: Reading) -> tuple[str, str] | None:
    """The vectors and the mask of a sum."""
    product = reading.makers.get(_reduced(op, reading, "ReduceSum"))
    if product is None or product.kind != "Mul":
        return None
    vectors, counted = product.inputs
    return vectors, _cast(counted, reading)


def _mean(op: Operator, reading: Reading) -> tuple[str, str] | None:
    if op.kind != "Div":
        return None
    total, least = (reading.makers.get(value) for value in op.inputs)
    found = None if total is None else _sum(total, reading)
    count = None if least is None or least.kind != "Max" else reading.split(least)
    counted = "" if count is None or count[1] != 1 else _reduced(reading.makers.get(count[0]), reading, "ReduceSum")
    return found if found is not None and counted and _cast(counted, reading) == found[1] else None


def _max(op: Operator, reading: Reading) -> tuple[str, str] | None:
    """Zero where a sample holds nothing but padding."""
    if op.kind != "Where" or reading.number(op.inputs[2]) != 0:
        return None
    best = reading.makers.get(_reduced(reading.makers.get(op.inputs[1]), reading, "ReduceMax"))
    is_any = _reduced(reading.makers.get(_cast(op.inputs[0], reading)), reading, "ReduceMax")
    if best is None or best.kind != "Where" or reading.number(best.inputs[2]) != -np.inf:
        return None
    return (best.inputs[1], best.inputs[0]) if _cast(is_any, reading) == best.inputs[0] else None


def _reduced(op: Operator | None, reading: Reading, kind: str) -> str:
    """What the operator joins over the steps, "" where it is another."""
    axes = reading.constant(op.inputs[1]) if op is not None and op.kind == kind and len(op.inputs) > 1 else None
    if op is None or axes is None or axes.reshape(-1).tolist() != [1] or op.attributes.get("keepdims", 1):
        return ""
    return op.inputs[0]


def _cast(value: str, reading: Reading) -> str:
    """What was cast to get ``value``."""
    made = reading.makers.get(value)
    return made.inputs[0] if made is not None and made.kind == "Cast" else ""


def _padding(value: str, reading: Reading) -> tuple[str, int] | None:
    """The indices (N, T) and the one that is no word, of a mask (N, T, 1) of words."""
    grown = reading.makers.get(value)
    axes = reading.constant(grown.inputs[1]) if grown is not None and grown.kind == "Unsqueeze" else None
    if grown is None or axes is None or axes.reshape(-1).tolist() not in ([2], [-1]):
        return None
    turned = reading.makers.get(grown.inputs[0])
    equal = reading.makers.get(turned.inputs[0]) if turned is not None and turned.kind == "Not" else None
    found = reading.split(equal) if equal is not None and equal.kind == "Equal" else None
    return None if found is None else (found[0], int(found[1]))


# --- ONNX as PyTorch's own exporter writes it: a loop over the bags ----------------------------------------------------

_EACH_BAG = {"Add", "CastLike", "Equal", "If", "Less", "Reshape", "SequenceInsert"}
_WHOLE = _EACH_BAG | {"Slice"}
_PADDED = _EACH_BAG | {"Concat", "Gather", "Identity", "Loop", "Not", "Size"}
_LOOPS = {
    frozenset(_WHOLE | {"ReduceSum"}): "sum",
    # The last bag is summed, and divided by how many are in it.
    frozenset(_WHOLE | {"Cast", "Div", "Greater", "Identity", "ReduceMean", "ReduceSum", "Shape", "Sub"}): "mean",
    frozenset(_WHOLE | {"ReduceMax", "Sub"}): "max",
    frozenset(_PADDED | {"ReduceSum"}): "sum",
    frozenset(_PADDED | {"ReduceMean"}): "mean",
    frozenset(_PADDED | {"ReduceMax"}): "max",
}
"""What the loop does for each bag, by the operators in it."""


def looped_bag(op: Operator, reading: Reading) -> Operator | None:
    """``nn.EmbeddingBag`` on (N, T), whose bags PyTorch's exporter joins one after the other."""
    loop = reading.maker(op.inputs[0], "Loop") if op.kind == "ConcatFromSequence" else None
    inner: tuple[Operator, ...] = () if loop is None else loop.attributes.get("bodies", ())
    mode = _LOOPS.get(frozenset(each.kind for each in inner))
    if loop is None or mode is None or op.attributes.get("axis") != 0 or op.attributes.get("new_axis", 0):
        return None
    vectors = [each for value in loop.inputs if (each := reading.makers.get(value)) is not None and each.kind == "Mul"]
    begins = [
        each for value in loop.inputs if (each := reading.makers.get(value)) is not None and each.kind == "Concat"
    ]
    lookup = reading.makers.get(vectors[0].inputs[0]) if len(vectors) == len(begins) == 1 else None
    if lookup is None or lookup.kind != "Gather" or lookup.attributes.get("axis", 0) != 0:
        return None
    words, weight = _unflattened(lookup.inputs[1], reading), lookup.inputs[0]
    if not _are_ones(vectors[0].inputs[1], reading) or not _begin_rows(begins[0].inputs[0], words, reading):
        return None
    attributes: dict[str, Any] = {"mode": mode}
    if any(each.kind == "Loop" for each in inner):
        compared = [each for each in inner if each.kind == "Equal"]
        turned = {each.inputs[0] for each in inner if each.kind == "Not"}
        padding = [reading.number(each.inputs[1]) for each in compared if each.outputs[0] in turned]
        if len(padding) != 1 or padding[0] is None:
            return None
        attributes["padding_idx"] = int(padding[0])
    return replace(op, kind="nw.EmbeddingBag", inputs=(words, weight), attributes=attributes)


def _unflattened(value: str, reading: Reading) -> str:
    made = reading.makers.get(value)
    while made is not None and made.kind == "Reshape":
        value = made.inputs[0]
        made = reading.makers.get(value)
    return value


def _are_ones(value: str, reading: Reading) -> bool:
    """Whether every vector counts once: ones, as many as there are vectors."""
    grown = reading.makers.get(value)
    spread = None if grown is None or grown.kind != "Unsqueeze" else reading.makers.get(grown.inputs[0])
    known = reading.constant(value if spread is None or spread.kind != "Expand" else spread.inputs[0])
    return known is not None and bool((known == 1).all())


def _begin_rows(value: str, words: str, reading: Reading) -> bool:
    """Whether bags that begin at ``value`` are the rows of ``words`` (N, T): 0, T, 2 T ..., one for each sample."""
    shape = reading.graph.shapes.get(words)
    rows, steps = shape if shape is not None and len(shape) == 2 else (None, None)
    known = reading.constant(value)
    if known is not None:
        return None not in (rows, steps) and np.array_equal(known, np.arange(0, (rows or 0) * (steps or 0), steps))
    begins = reading.makers.get(value)
    if steps is None or begins is None or begins.kind != "Range" or value not in reading.graph.batched:
        return False
    return [reading.number(begins.inputs[place]) for place in (0, 2)] == [0, steps]


BAGS = (program_bag, program_lookup, masked_bag, looped_bag)
