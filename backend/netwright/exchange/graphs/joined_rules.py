"""Rules for what patterns have put back together (kinds ``nw.*``): the same for every format."""

from typing import Any

from netwright.exchange.graphs.flat import Builder, Rule, one_or_all
from netwright.exchange.graphs.foreign import Array, Operator
from netwright.exchange.graphs.unpooling import max_unpool, pool_indices
from netwright.layers.registry import LAYERS


def _weights(build: Builder, op: Operator) -> dict[str, Array | None]:
    return {name: build.array(value) for name, value in op.attributes["weights"].items()}


def _real(value: float) -> float:
    """A number that was kept in 32 bits as a person wrote it."""
    return float(f"{value:.6g}")


def step(build: Builder, op: Operator) -> None:
    build.add(op, "Step")


def multihead_attention(build: Builder, op: Operator) -> None:
    params = {name: op.attributes[name] for name in ("num_heads", "bias", "causal")}
    build.add(op, "MultiheadAttention", params, op.inputs, _weights(build, op))


def encoder_layer(build: Builder, op: Operator) -> None:
    names = ("nhead", "dim_feedforward", "dropout", "activation", "norm_first", "causal")
    params: dict[str, Any] = {name: op.attributes[name] for name in names}
    params |= {"layer_norm_eps": _real(op.attributes["eps"])}
    build.add(op, "TransformerEncoderLayer", params, op.inputs, _weights(build, op))


def adaptive_pool(build: Builder, op: Operator) -> None:
    build.add(op, "AdaptiveAvgPool2d", {"output_size": one_or_all(op.attributes["output_size"])})


def local_response_norm(build: Builder, op: Operator) -> None:
    """Its attributes are those of ONNX's own operator."""
    numbers = {"alpha": ("alpha", 1e-4), "beta": ("beta", 0.75), "k": ("bias", 1.0)}
    params = {name: _real(op.attributes.get(theirs, usual)) for name, (theirs, usual) in numbers.items()}
    build.add(op, "LocalResponseNorm", {"size": op.attributes["size"], **params})


def embedding_bag(build: Builder, op: Operator) -> None:
    weight = build.array(op.inputs[1])
    params: dict[str, Any] = {"num_embeddings": weight.shape[0], "embedding_dim": weight.shape[1], **op.attributes}
    build.add(op, "EmbeddingBag", params, op.inputs[:1], {"weight": weight})


def class_token(build: Builder, op: Operator) -> None:
    build.add(op, "ClassToken", {}, op.inputs, _weights(build, op))


def graph_layer(build: Builder, op: Operator) -> None:
    """A layer over graphs; a weight that the file does not hold as it is was computed from what it holds."""
    given = op.attributes
    weights = {name: build.array(value) for name, value in given["weights"].items() if value is not None}
    build.add(op, given["type"], given["params"], op.inputs, weights | given["computed"])
    if len(LAYERS[given["type"]].outputs) > 1:
        build.name_outputs(op, given["ports"])


_PORTS = ("y", "last", "h", "c")


def recurrent(build: Builder, op: Operator) -> None:
    """Its outputs are ``y``, ``last`` and the states, as far as it has them."""
    name = op.kind.removeprefix("nw.")
    kept = ("hidden_size", "num_layers", "dropout", "bias", "bidirectional")
    params = {each: op.attributes[each] for each in kept if each in op.attributes}
    if name == "RNN":
        params["nonlinearity"] = op.attributes["nonlinearity"]
    taken = {value for each in build.graph.operators for value in each.inputs}
    params["return_state"] = any(value in taken for value in op.outputs[2:])
    build.add(op, name, params, op.inputs, _weights(build, op))
    build.name_outputs(op, _PORTS[: len(op.outputs)])


JOINED: dict[str, Rule] = {
    "nw.Step": step,
    "nw.MultiheadAttention": multihead_attention,
    "nw.TransformerEncoderLayer": encoder_layer,
    "nw.AdaptiveAvgPool": adaptive_pool,
    "nw.ClassToken": class_token,
    "nw.LocalResponseNorm": local_response_norm,
    "nw.EmbeddingBag": embedding_bag,
    "nw.GraphLayer": graph_layer,
    "nw.PoolIndices": pool_indices,
    "nw.MaxUnpool": max_unpool,
    **dict.fromkeys(("nw.LSTM", "nw.GRU", "nw.RNN"), recurrent),
}
