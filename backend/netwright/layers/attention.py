"""Layers in which every step of a sequence looks at every other."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from netwright.language import listed, say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Probability, Size, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."
_SEQUENCE = frozenset({3})
X = Port("x", "(N, T, F)", _SEQUENCE)
MASK = Port("mask", "(N, T)", frozenset({2}), frozenset({"bool"}), optional=True)
MASK_HELP = " `mask` is true where a step is padding, which nothing then looks at."


def heads_setting() -> Any:
    return setting(4, "How many times the steps are compared, each time in other features.", unit="heads")


def causal_setting(default: bool = False) -> Any:
    return setting(
        default, "Let a step see itself and earlier steps only: for a network that writes one step after another."
    )


CAUSAL_MASK = "torch.ones({0}.size(1), {0}.size(1), dtype=torch.bool, device={0}.device).triu(1)"
"""True for the steps that are hidden: all later ones."""


def check_heads(
    name: str, field: str, heads: int, spec: TensorSpec, port: str = "x", beside: int = 0
) -> Iterator[Complaint]:
    """One complaint when the features do not divide into heads, whose number must also divide ``beside``."""
    features = spec.shape[-1]
    if features % heads == 0:
        return
    common = math.gcd(features, beside)
    divisors = sorted((n for n in range(1, min(common, 64) + 1) if common % n == 0), key=lambda n: (abs(n - heads), n))
    wide = -(-features // heads) * heads
    yield Complaint(
        code="heads_do_not_divide",
        message=say(
            "{name} `{node}` splits the features into {heads} heads, but {features} features from "
            "`{source}` do not divide.",
            name=name,
            heads=heads,
            features=features,
        ),
        port=port,
        field=field,
        expected=say("a multiple of {heads} features", heads=heads),
        got=str(features),
        values={"heads": heads, "features": features},
        fixes=(
            Repair("set_param", {"name": field, "value": divisors[0]}),
            Repair("insert", {"nodes": [{"type": "Linear", "params": {"out_features": wide}}]}),
        ),
    )


def check_mask(name: str, mask: TensorSpec, steps: int, whose: str) -> Iterator[Complaint]:
    """One complaint when a mask has another number of steps than the sequence that it is for."""
    if mask.is_given and mask.shape != (steps,):
        yield Complaint(
            code="mask_does_not_fit",
            message=say(
                "{name} `{node}` needs a mask of N x {steps}, one truth value for each step of {whose}, but "
                "gets {mask} from `{source}`.",
                name=name,
                steps=steps,
                whose=whose,
                mask=mask,
            ),
            port="mask",
            expected=f"N x {steps}",
            got=str(mask),
            values={"expected": f"N x {steps}", "got": str(mask)},
        )


# --- attention alone -------------------------------------------------------------------------------------------------


def heads_line(count: int, *more: object) -> str:
    """The line on the card: ``8 heads, causal``."""
    return listed([say("1 head") if count == 1 else say("{count} heads", count=count), *more])


def if_causal(is_causal: bool) -> list[str]:
    return [say("causal")] if is_causal else []


class MultiheadAttentionParams(LayerParams):
    num_heads: Size = heads_setting()
    dropout: Probability = setting(0.0, "Chance that a step overlooks another while training.", unit="probability")
    bias: bool = setting(True, "Add learned offsets to the projections.")
    causal: bool = causal_setting()
    need_weights: bool = setting(
        False, "Give the weights too: how much each step looks at each other, as the mean over the heads."
    )


class MultiheadAttention(Layer[MultiheadAttentionParams]):
    """(N, T, F) -> (N, T, F); with a memory (N, T, F), (N, S, F') -> (N, T, F)."""

    family = "attention"
    Params = MultiheadAttentionParams
    inputs = (X, Port("memory", "(N, S, F')", _SEQUENCE, optional=True), MASK)
    outputs = (Port("y", "(N, T, F)", _SEQUENCE), Port("weights", "(N, T, S)", _SEQUENCE, only_if="need_weights"))
    documentation = Documentation(
        summary="Every step gathers from all steps what it needs: from its own sequence, or from `memory` where that is wired."
        + MASK_HELP,
        formula=r"y = \left[\mathrm{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt{F / h}}\right) V_i\right]_{i=1}^{h} W_o, \qquad "
        r"Q_i, K_i, V_i = x W_i",
        shape="(N, T, F), (N, S, F') -> (N, T, F)",
        use_when="Where any step may matter to any other, however far apart. With a residual connection and LayerNorm around "
        "it; "
        "`memory` for a decoder that reads an encoder.",
        pitfalls="It costs T squared in time and, where the weights are asked for, in memory. It does not know the order: add "
        "positions before. A row whose mask hides every step gives NaN. In evaluation PyTorch may take a faster way whose last "
        "digits differ.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; " + _DOCS + "nn.MultiheadAttention.html",
    )

    @classmethod
    def call(cls, params: MultiheadAttentionParams, inputs: Sequence[TensorSpec]) -> Call:
        x, memory, mask = inputs
        arguments: dict[str, Any] = {"embed_dim": x.shape[-1], "num_heads": params.num_heads}
        arguments |= {"dropout": params.dropout} if params.dropout else {}
        arguments |= {} if params.bias else {"bias": False}
        if memory.is_given and memory.shape[-1] != x.shape[-1]:
            arguments |= {"kdim": memory.shape[-1], "vdim": memory.shape[-1]}
        arguments["batch_first"] = True
        number = 1 + memory.is_given
        given = [f"key_padding_mask={{{number}}}"] if mask.is_given else []
        given += [] if params.need_weights else ["need_weights=False"]
        given += [f"attn_mask={CAUSAL_MASK}", "is_causal=True"] if params.causal else []
        other = "{1}" if memory.is_given else "{0}"
        invoke = f"{{self}}({', '.join(['{0}', other, other, *given])})"
        return Call(cls.type, arguments, 2, invoke=invoke if params.need_weights else f"{invoke}[0]")

    @classmethod
    def check(cls, params: MultiheadAttentionParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        x, memory, mask = inputs
        yield from check_heads(cls.type, "num_heads", params.num_heads, x)
        source, whose = (memory, "`memory`") if memory.is_given else (x, "`x`")
        yield from check_mask(cls.type, mask, source.shape[0], whose)
        if params.causal and memory.is_given and memory.shape[0] != x.shape[0]:
            yield Complaint(
                code="causal_with_memory",
                message=say(
                    "MultiheadAttention `{node}` is causal, which compares steps of one sequence, but `memory` "
                    "from `{source}` has {memory} steps and `x` has {steps}.",
                    memory=memory.shape[0],
                    steps=x.shape[0],
                ),
                port="memory",
                field="causal",
                expected=say("{count} steps", count=x.shape[0]),
                got=say("{count} steps", count=memory.shape[0]),
                values={"steps": x.shape[0], "memory": memory.shape[0]},
                fixes=(Repair("set_param", {"name": "causal", "value": False}),),
            )

    @classmethod
    def macs(cls, params: MultiheadAttentionParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        steps, features = inputs[0].shape
        seen, width = inputs[1].shape if inputs[1].is_given else (steps, features)
        return 2 * steps * features**2 + 2 * seen * width * features + 2 * steps * seen * features

    @classmethod
    def estimate_parameters(cls, params: MultiheadAttentionParams, inputs: Sequence[TensorSpec]) -> int:
        features = inputs[0].shape[-1]
        width = inputs[1].shape[-1] if inputs[1].is_given else features
        return 2 * features**2 + 2 * features * width + (4 * features if params.bias else 0)

    @classmethod
    def estimate_inner(cls, params: MultiheadAttentionParams, inputs: Sequence[TensorSpec]) -> int:
        steps, features = inputs[0].shape
        seen = inputs[1].shape[0] if inputs[1].is_given else steps
        return params.num_heads * steps * seen + (2 * steps + 2 * seen) * features

    @classmethod
    def summary(cls, params: MultiheadAttentionParams) -> str:
        return heads_line(params.num_heads, *if_causal(params.causal))


class ScaledDotProductAttentionParams(LayerParams):
    num_heads: Size = setting(1, "How many times the steps are compared, each time in other features.", unit="heads")
    causal: bool = causal_setting()


class ScaledDotProductAttention(Layer[ScaledDotProductAttentionParams]):
    """(N, T, F), (N, S, F), (N, S, F') -> (N, T, F')."""

    family = "attention"
    Params = ScaledDotProductAttentionParams
    inputs = (
        Port("query", "(N, T, F)", _SEQUENCE),
        Port("key", "(N, S, F)", _SEQUENCE),
        Port("value", "(N, S, F')", _SEQUENCE),
    )
    outputs = (Port("y", "(N, T, F')", _SEQUENCE),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Attention without weights of its own: compares queries with keys and mixes the values accordingly.",
        formula=r"y = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{F / h}}\right) V",
        shape="(N, T, F), (N, S, F), (N, S, F') -> (N, T, F')",
        use_when="To see attention from the inside, and to build one's own: Linear layers for query, key and value before it, "
        "RotaryEmbedding between.",
        pitfalls="It costs T times S. Without Linear layers before it there is nothing to learn. It does not know the order of "
        "the steps.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; "
        + _DOCS
        + "nn.functional.scaled_dot_product_attention.html",
    )

    @classmethod
    def call(cls, params: ScaledDotProductAttentionParams, inputs: Sequence[TensorSpec]) -> Call:
        names = ["{0}", "{1}", "{2}"]
        arguments: dict[str, Any] = {}
        joined = "{}"
        if params.num_heads > 1:
            arguments["num_heads"] = params.num_heads
            names = [f"{name}.unflatten(2, ({{num_heads}}, -1)).transpose(1, 2)" for name in names]
            joined = "torch.flatten({}.transpose(1, 2), 2)"
        causal = ", is_causal=True" if params.causal else ""
        attended = f"nn.functional.scaled_dot_product_attention({', '.join(names)}{causal})"
        return Call(template=joined.format(attended), arguments=arguments)

    @classmethod
    def check(cls, params: ScaledDotProductAttentionParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        query, key, value = inputs
        complaints = list(cls._check_sizes(query, key, value))
        for port, spec, other in (("query", query, value), ("value", value, query)):
            complaints = complaints or list(
                check_heads(cls.type, "num_heads", params.num_heads, spec, port, other.shape[-1])
            )
        yield from complaints

    @classmethod
    def _check_sizes(cls, query: TensorSpec, key: TensorSpec, value: TensorSpec) -> Iterator[Complaint]:
        if key.shape[-1] != query.shape[-1]:
            linear = {"type": "Linear", "params": {"out_features": query.shape[-1]}}
            yield Complaint(
                code="key_width_differs",
                message=say(
                    "ScaledDotProductAttention `{node}` compares queries of {features} features with keys of "
                    "{other} from `{source}`: both need the same.",
                    features=query.shape[-1],
                    other=key.shape[-1],
                ),
                port="key",
                expected=say("{count} features", count=query.shape[-1]),
                got=say("{count} features", count=key.shape[-1]),
                values={"query": query.shape[-1], "key": key.shape[-1]},
                fixes=(Repair("insert", {"nodes": [linear]}),),
            )
        elif key.shape[0] != value.shape[0]:
            yield Complaint(
                code="value_length_differs",
                message=say(
                    "ScaledDotProductAttention `{node}` gets {steps} keys but {values} values from `{source}`: "
                    "every key has one value.",
                    steps=key.shape[0],
                    values=value.shape[0],
                ),
                port="value",
                expected=say("{count} steps", count=key.shape[0]),
                got=say("{count} steps", count=value.shape[0]),
                values={"keys": key.shape[0], "values": value.shape[0]},
            )

    @classmethod
    def macs(
        cls, params: ScaledDotProductAttentionParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
    ) -> int:
        query, key, value = inputs
        return query.shape[0] * key.shape[0] * (query.shape[1] + value.shape[1])

    @classmethod
    def estimate_inner(cls, params: ScaledDotProductAttentionParams, inputs: Sequence[TensorSpec]) -> int:
        return params.num_heads * inputs[0].shape[0] * inputs[1].shape[0]

    @classmethod
    def summary(cls, params: ScaledDotProductAttentionParams) -> str:
        return heads_line(params.num_heads, *if_causal(params.causal))
