"""Attention and the layers of a transformer, put back together from what exporters make of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.layouts import LAYOUTS
from netwright.exchange.graphs.reading import MAX_CHAIN, Reading

Rearrangement = Callable[[Array], Array]
LINEARS = ("nw.Linear", "Gemm", "MatMul", "aten.linear")
_NORMS = ("LayerNormalization", "aten.layer_norm")
_ADDS = ("Add", "aten.add")
_ACTIVATIONS = {"Relu": "relu", "aten.relu": "relu", "nw.Gelu": "gelu", "Gelu": "gelu", "aten.gelu": "gelu"}
_DROPOUTS = ("aten.dropout", "Dropout", "Identity")


@dataclass(frozen=True, slots=True)
class LinearParts:
    """A linear map: ``weight`` (out, in) and ``bias`` of an operator on ``data``, and what these two are called."""

    data: str
    weight: Array
    bias: Array | None
    names: tuple[str, str]


def read_linear(op: Operator, reading: Reading) -> LinearParts | None:
    """What a linear operator holds; None where its weight is computed from data, or it is more than a linear map."""
    if op.kind == "aten.linear":
        data, weight_name, bias_name = (str(op.attributes.get(name) or "") for name in ("input", "weight", "bias"))
    else:
        data, weight_name, bias_name = (*op.inputs, "", "")[:3]
    weight, bias = reading.constant(weight_name), reading.constant(bias_name)
    if weight is None or weight.ndim != 2 or (bias_name and bias is None):
        return None
    if op.kind == "Gemm" and (
        op.attributes.get("transA") or {op.attributes.get(n, 1.0) for n in ("alpha", "beta")} != {1}
    ):
        return None
    is_turned = op.kind == "aten.linear" or (op.kind == "Gemm" and bool(op.attributes.get("transB")))
    row = None if bias is None else bias.reshape(-1)
    return LinearParts(data, weight if is_turned else weight.T, row, (weight_name, bias_name))


# --- attention without weights ---------------------------------------------------------------------------------------


def attention(op: Operator, reading: Reading) -> Operator | None:
    """softmax(q k^T / sqrt(F)) v over (N, heads, T, F), the factor wherever it stands."""
    if op.kind == "aten.scaled_dot_product_attention":
        if op.attributes.get("attn_mask") or op.attributes.get("scale") is not None or op.attributes.get("dropout_p"):
            return None
        names = tuple(str(op.attributes[name]) for name in ("query", "key", "value"))
        attributes = {"causal": bool(op.attributes.get("is_causal"))}
        return replace(op, kind="nw.Attention", inputs=names, attributes=attributes)
    weights = reading.maker(op.inputs[0], "Softmax") if op.kind == "MatMul" else None
    if weights is None or weights.attributes.get("axis", -1) not in {-1, 3}:
        return None
    scores, is_causal = _without_mask(weights.inputs[0], reading)
    scores, factor = _without_factor(scores, reading)
    product = reading.maker(scores, "MatMul")
    if product is None:
        return None
    (query, times_query), (turned, times_key) = (_without_factor(value, reading) for value in product.inputs)
    key = _turned_back(turned, reading)
    shape = reading.graph.shapes.get(query)
    if key is None or shape is None or len(shape) != 4 or not shape[3]:
        return None
    if not math.isclose(factor * times_query * times_key, shape[3] ** -0.5, rel_tol=1e-4):
        return None
    return replace(op, kind="nw.Attention", inputs=(query, key, op.inputs[1]), attributes={"causal": is_causal})


_HIDDEN = -1e4
"""What is at most this much has no weight behind a softmax: exporters write minus infinity or the lowest number they have."""


def _without_mask(value: str, reading: Reading) -> tuple[str, bool]:
    """The scores, and whether a constant that is added hides all later steps, and those alone."""
    op = reading.maker(value, "Add")
    for data, other in () if op is None else (op.inputs, op.inputs[::-1]):
        mask = reading.constant(other)
        if mask is None or mask.ndim < 2 or mask.size != mask.shape[-1] * mask.shape[-2]:
            continue
        rows = mask.reshape(mask.shape[-2:])
        scores = reading.graph.shapes.get(data)
        if scores is None or scores[-2:] != rows.shape:
            continue
        later = np.triu(np.ones_like(rows, dtype=bool), 1)
        is_square = len(rows) ** 2 == rows.size
        if is_square and np.all(rows[~later] == 0) and np.all(rows[later] <= _HIDDEN):
            return data, True
    return value, False


def _without_factor(value: str, reading: Reading) -> tuple[str, float]:
    """The data and the number that it is multiplied by."""
    op = reading.maker(value, "Mul", "Div")
    found = None if op is None else reading.split(op)
    if op is None or found is None or (op.kind == "Div" and found[0] != op.inputs[0]):
        return value, 1.0
    return found[0], found[1] if op.kind == "Mul" else 1 / found[1]


def _turned_back(value: str, reading: Reading) -> str | None:
    """The value whose last two axes are swapped here."""
    return ancestor(value, reading, lambda array: array.swapaxes(-1, -2), 4)


def ancestor(value: str, reading: Reading, expected: Rearrangement, rank: int) -> str | None:
    """The nearest value before this one that ``expected`` rearranges to it."""
    chain: list[Operator] = []
    while (op := reading.makers.get(value)) is not None and op.kind in LAYOUTS and len(chain) < MAX_CHAIN:
        chain.insert(0, op)
        value = op.inputs[0]
        places = reading.numbers.places(value)
        if places is None or places.ndim != rank:
            continue
        found = reading.numbers.rearrange(chain, places)
        if found is not None and np.array_equal(found, expected(places)):
            return value
    return None


def batch_first(value: str, reading: Reading) -> str | None:
    """The sequence (N, T, F) that stands here as (T, N, F)."""
    return ancestor(value, reading, lambda array: array.transpose(1, 0, 2), 3)


# --- attention with weights ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Projection:
    """One of query, key and value: rows of a linear map of ``source``."""

    source: str
    weight: Array
    bias: Array | None
    names: tuple[str, str]


def multihead_attention(op: Operator, reading: Reading) -> Operator | None:
    """Projections, heads, attention, heads side by side, a last projection: steps before samples inside, as PyTorch does."""
    shape = reading.graph.shapes.get(op.outputs[0])
    if op.kind not in {"Transpose", "aten.transpose"} or shape is None or len(shape) != 3:
        return None
    last = reading.origin(op.outputs[0], *LINEARS)
    out = None if last is None else read_linear(last[0], reading)
    core = None if out is None else reading.origin(out.data, "nw.Attention")
    if last is None or out is None or core is None or not _is_joined(last, core, len(out.weight), reading):
        return None
    parts = [_projection(value, reading) for value in core[0].inputs]
    query, key, value = parts
    if query is None or key is None or value is None or key.source != value.source:
        return None
    names = {"out_proj.weight": out.weight, "out_proj.bias": out.bias, **_input_weights(query, key, value)}
    sources = [name for part in (out, query, key, value) for name in part.names]
    weights = {
        name: reading.keep(f"{op.outputs[0]}/{name}", array, *sources)
        for name, array in names.items()
        if array is not None
    }
    places = reading.numbers.places(core[0].inputs[0])
    assert places is not None, "its projection was followed through it"
    biases = [each is not None for each in (out.bias, query.bias, key.bias, value.bias)]
    if any(biases) != all(biases):
        return None
    attributes = {"num_heads": places.shape[1], "bias": all(biases), "weights": weights, **core[0].attributes}
    inputs = (query.source,) if key.source == query.source else (query.source, key.source)
    scope = last[0].scope[:-1] if last[0].scope[-1:] == ("out_proj",) else last[0].scope
    return replace(op, kind="nw.MultiheadAttention", inputs=inputs, attributes=attributes, scope=scope, classes=())


def _is_joined(
    last: tuple[Operator, str, list[Operator]], core: tuple[Operator, str, list[Operator]], width: int, reading: Reading
) -> bool:
    """Whether the heads are laid side by side for the last projection, and its ``width`` features come out batch first."""
    heads, shape = reading.numbers.places(core[1]), reading.graph.shapes.get(last[1])
    if heads is None or heads.ndim != 4 or shape is None:
        return False
    batch, _, steps, _ = heads.shape
    # Steps and samples may be one axis here, so that its size is not the batch's.
    rows = np.arange(steps * batch * width).reshape(
        (steps * batch, width) if len(shape) == 2 else (steps, batch, width)
    )
    into, out = reading.numbers.rearrange(core[2], heads), reading.numbers.rearrange(last[2], rows)
    if into is None or out is None or out.ndim != 3:
        return False
    side_by_side = heads.transpose(2, 0, 1, 3).reshape(steps * batch, -1)
    wanted = rows.reshape(steps, batch, -1).transpose(1, 0, 2)
    return np.array_equal(into.reshape(side_by_side.shape), side_by_side) and np.array_equal(out, wanted)


def _projection(value: str, reading: Reading) -> _Projection | None:
    """Which rows of which linear map become the heads (N, heads, T, F) in ``value``."""
    found = reading.origin(value, *LINEARS)
    linear = None if found is None else read_linear(found[0], reading)
    places = None if found is None else reading.numbers.places(found[1])
    if found is None or linear is None or places is None or places.ndim != 3:
        return None
    source = batch_first(linear.data, reading)
    heads = reading.numbers.rearrange(found[2], places)
    if source is None or heads is None or heads.ndim != 4:
        return None
    width = heads.shape[1] * heads.shape[3]
    for start in range(0, places.shape[2], width):
        part = places[..., start : start + width]
        wanted = part.reshape(*part.shape[:2], heads.shape[1], -1).transpose(1, 2, 0, 3)
        if np.array_equal(heads, wanted):
            rows = slice(start, start + width)
            bias = None if linear.bias is None else linear.bias[rows]
            return _Projection(source, linear.weight[rows], bias, linear.names)
    return None


def _input_weights(query: _Projection, key: _Projection, value: _Projection) -> dict[str, Array | None]:
    """Under PyTorch's names: one weight for all three, or three where a memory has features of its own."""
    parts = (query, key, value)
    biases = [each.bias for each in parts if each.bias is not None]
    bias = np.concatenate(biases) if len(biases) == 3 else None
    if query.weight.shape == key.weight.shape:
        return {"in_proj_weight": np.concatenate([each.weight for each in parts]), "in_proj_bias": bias}
    names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
    return {**{name: each.weight for name, each in zip(names, parts, strict=True)}, "in_proj_bias": bias}


# --- a whole layer ---------------------------------------------------------------------------------------------------


def encoder_layer(op: Operator, reading: Reading) -> Operator | None:
    """Self-attention and two linear maps, each with a sum around it and a normalisation before or behind."""
    if op.kind in _NORMS:
        return _Layer(reading).behind(op)
    return _Layer(reading).before(op) if op.kind in _ADDS else None


class _Layer:
    """Collects the parts of an encoder layer under the names of PyTorch's."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.weights: dict[str, str] = {}
        self.attributes: dict[str, object] = {"dropout": 0.0}
        self.scope: tuple[str, ...] = ()

    def behind(self, op: Operator) -> Operator | None:
        """norm2(x' + linear(x')), x' = norm1(x + attention(x))."""
        middle = self._maps(self._norm(op, "norm2"))
        norm = None if middle is None else self._maker(middle, *_NORMS)
        source = None if norm is None else self._attended(self._norm(norm, "norm1"), None)
        return None if source is None else self._joined(op, source, norm_first=False)

    def before(self, op: Operator) -> Operator | None:
        """x' + linear(norm2(x')), x' = x + attention(norm1(x))."""
        middle = self._maps(op.outputs[0], has_norm=True)
        source = None if middle is None else self._attended(middle, "norm1")
        return None if source is None else self._joined(op, source, norm_first=True)

    def _joined(self, op: Operator, source: str, *, norm_first: bool) -> Operator | None:
        attributes = {**self.attributes, "norm_first": norm_first, "weights": self.weights}
        return replace(
            op,
            kind="nw.TransformerEncoderLayer",
            inputs=(source,),
            attributes=attributes,
            scope=self.scope,
            classes=(),
        )

    def _maker(self, value: str, *kinds: str) -> Operator | None:
        """The maker, looking through dropouts."""
        op = self.reading.makers.get(value)
        if op is not None and op.kind in _DROPOUTS:
            if "p" in op.attributes:
                self.attributes["dropout"] = op.attributes["p"]
            return self._maker(op.inputs[0], *kinds)
        return op if op is not None and op.kind in kinds else None

    def _norm(self, op: Operator, name: str) -> str | None:
        """What a normalisation works on; its weights are kept."""
        if op.kind == "aten.layer_norm":
            data, weight, bias = (str(op.attributes.get(each) or "") for each in ("input", "weight", "bias"))
        else:
            data, weight, bias = (*op.inputs, "")[:3]
        eps = float(op.attributes.get("epsilon", op.attributes.get("eps", 1e-5)))
        shape = None if (array := self.reading.constant(weight)) is None else array.shape
        if shape is None or len(shape) != 1 or not bias or self.attributes.setdefault("eps", eps) != eps:
            return None
        self.weights |= {f"{name}.weight": weight, f"{name}.bias": bias}
        return data

    def _maps(self, value: str | None, *, has_norm: bool = False) -> str | None:
        """x' of x' + linear2(act(linear1(x'))), where linear1 may work on a normalised x'."""
        for added, middle in self._sides(value):
            second = self._linear(added, "linear2")
            act = None if second is None else self._maker(second.data, *_ACTIVATIONS)
            first = None if act is None else self._linear(act.inputs[0], "linear1")
            if act is None or first is None or act.attributes.get("approximate", "none") != "none":
                continue
            self.attributes |= {"activation": _ACTIVATIONS[act.kind], "dim_feedforward": first.weight.shape[0]}
            data = first.data
            if has_norm:
                norm = self._maker(data, *_NORMS)
                data = "" if norm is None else self._norm(norm, "norm2") or ""
            if data == middle:
                return middle
        return None

    def _sides(self, value: str | None) -> list[tuple[str, str]]:
        total = None if value is None else self._maker(value, *_ADDS)
        if total is None or len(total.inputs) != 2:
            return []
        one, other = total.inputs
        return [(one, other), (other, one)]

    def _linear(self, value: str, name: str) -> LinearParts | None:
        op = self._maker(value, "nw.Linear", "Gemm", "aten.linear")
        found = None if op is None else read_linear(op, self.reading)
        if op is None or found is None or found.bias is None:
            return None
        keep = self.reading.keep
        self.weights |= {
            f"{name}.weight": keep(f"{op.outputs[0]}/weight", found.weight, found.names[0]),
            f"{name}.bias": keep(f"{op.outputs[0]}/bias", found.bias, found.names[1]),
        }
        return found

    def _attended(self, value: str | None, norm_name: str | None) -> str | None:
        """x of x + attention(x), where attention may work on a normalised x."""
        for added, source in self._sides(value):
            found = self._maker(added, "nw.MultiheadAttention")
            if found is None or len(found.inputs) != 1 or not found.attributes["bias"]:
                continue
            data: str | None = found.inputs[0]
            if norm_name is not None:
                norm = self._maker(found.inputs[0], *_NORMS)
                data = None if norm is None else self._norm(norm, norm_name)
            if data != source:
                continue
            self.attributes |= {"nhead": found.attributes["num_heads"], "causal": found.attributes["causal"]}
            self.scope = found.scope[:-1] if found.scope[-1:] == ("self_attn",) else found.scope
            self.weights |= {f"self_attn.{name}": kept for name, kept in found.attributes["weights"].items()}
            return source
        return None


# --- tokens ----------------------------------------------------------------------------------------------------------


def class_token(op: Operator, reading: Reading) -> Operator | None:
    """One step, the same for every sample, put before a sequence."""
    if op.kind not in {"Concat", "aten.cat"} or len(op.inputs) != 2:
        return None
    axis = op.attributes.get("axis", op.attributes.get("dim", 0))
    step = reading.numbers.get(op.inputs[0])
    shape = reading.graph.shapes.get(op.inputs[1])
    if step is None or step.ndim != 3 or step.shape[1] != 1 or axis != 1 or shape is None or len(shape) != 3:
        return None
    if not np.array_equal(step, np.broadcast_to(step[:1], step.shape)):
        return None
    weights = {"token": reading.keep(f"{op.outputs[0]}/token", step[0, 0], op.inputs[0])}
    return replace(op, kind="nw.ClassToken", inputs=(op.inputs[1],), attributes={"weights": weights})
