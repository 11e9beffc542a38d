"""The layers of a transformer, one and stacked: attention, then two Linear layers for each step."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from netwright.language import say
from netwright.layers.attention import (
    CAUSAL_MASK,
    MASK,
    MASK_HELP,
    X,
    causal_setting,
    check_heads,
    check_mask,
    heads_line,
    heads_setting,
    if_causal,
)
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Positive, Probability, Size, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."
_SEQUENCE = frozenset({3})


class TransformerLayerParams(LayerParams):
    nhead: Size = heads_setting()
    dim_feedforward: Size = setting(2048, "Width of the two Linear layers that follow attention.", unit="features")
    dropout: Probability = setting(0.1, "Chance that a value is set to zero while training.", unit="probability")
    activation: Literal["relu", "gelu"] = setting("relu", "The function between the two Linear layers.")
    layer_norm_eps: Positive = setting(1e-5, "Added to the variance, so that nothing is divided by zero.")
    norm_first: bool = setting(
        False,
        "Normalise before attention and the Linear layers rather than after them: deep stacks then train more easily.",
    )
    bias: bool = setting(True, "Add learned offsets in the Linear layers and normalisations.")
    causal: bool = causal_setting()


class _TransformerLayer(Layer[Any]):
    """``attentions`` is how many attentions the layer holds; each has a normalisation, the Linear layers one more."""

    family = "attention"
    attentions: ClassVar[int]
    outputs = (Port("y", "(N, T, F)", _SEQUENCE),)

    @classmethod
    def arguments(cls, params: Any, inputs: Sequence[TensorSpec]) -> dict[str, Any]:
        """PyTorch's arguments without its defaults."""
        first: dict[str, Any] = {"d_model": inputs[0].shape[-1], "nhead": params.nhead}
        defaults = TransformerLayerParams.model_fields
        return (
            first
            | {
                name: value
                for name, value in params
                if name not in {"nhead", "causal"} and value != defaults[name].default
            }
            | {"batch_first": True}
        )

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        features, wide = inputs[0].shape[-1], params.dim_feedforward
        offsets = cls.attentions * 4 * features + wide + features
        norms = (cls.attentions + 1) * features * (2 if params.bias else 1)
        weights = int(cls.attentions * 4 * features**2 + 2 * features * wide)
        return weights + norms + (offsets if params.bias else 0)

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        steps, features = inputs[0].shape
        total = 2 * steps * features * params.dim_feedforward
        for seen in cls.seen(inputs):
            total += 2 * (steps + seen) * features**2 + 2 * steps * seen * features
        return int(total)

    @classmethod
    def estimate_inner(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        steps, features = inputs[0].shape
        total = 2 * steps * params.dim_feedforward + 4 * steps * features
        for seen in cls.seen(inputs):
            total += params.nhead * steps * seen + 2 * (steps + seen) * features
        return int(total)

    @classmethod
    def seen(cls, inputs: Sequence[TensorSpec]) -> list[int]:
        """The number of steps that each attention looks at."""
        return [inputs[0].shape[0]]

    @classmethod
    def summary(cls, params: Any) -> str:
        return heads_line(params.nhead, params.dim_feedforward, *if_causal(params.causal))


class TransformerEncoderLayer(_TransformerLayer):
    """(N, T, F) -> (N, T, F)."""

    attentions = 1
    Params = TransformerLayerParams
    inputs = (X, MASK)
    documentation = Documentation(
        summary="Self-attention, then two Linear layers for each step, both with a residual connection and a normalisation."
        + MASK_HELP,
        formula=r"x' = \mathrm{LN}(x + \mathrm{MHA}(x)), \qquad y = \mathrm{LN}(x' + W_2\, \mathrm{relu}(W_1 x'))",
        shape="(N, T, F) -> (N, T, F)",
        use_when="For texts, pictures in patches and other sequences: make a block of it and repeat it, or take "
        "TransformerEncoder. Causal, it is the layer of GPT. `gelu` and `norm_first` are what present networks use.",
        pitfalls="The first steps of training need a warm-up of the learning rate, unless `norm_first`. It does not know the "
        "order: add positions before. In evaluation PyTorch takes a faster way whose last digits differ from those in "
        "training.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; " + _DOCS + "nn.TransformerEncoderLayer.html",
    )

    @classmethod
    def call(cls, params: TransformerLayerParams, inputs: Sequence[TensorSpec]) -> Call:
        given = [f"src_mask={CAUSAL_MASK}", "is_causal=True"] if params.causal else []
        given += ["src_key_padding_mask={1}"] if inputs[1].is_given else []
        invoke = f"{{self}}({', '.join(['{0}', *given])})"
        return Call(cls.type, cls.arguments(params, inputs), 2, invoke=invoke)

    @classmethod
    def check(cls, params: TransformerLayerParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_heads(cls.type, "nhead", params.nhead, inputs[0])
        yield from check_mask(cls.type, inputs[1], inputs[0].shape[0], "`x`")


class TransformerDecoderLayerParams(TransformerLayerParams):
    causal: bool = causal_setting(default=True)


class TransformerDecoderLayer(_TransformerLayer):
    """(N, T, F), (N, S, F) -> (N, T, F)."""

    attentions = 2
    muted_is_identity = False
    Params: ClassVar[type[LayerParams]] = TransformerDecoderLayerParams
    inputs = (X, Port("memory", "(N, S, F)", _SEQUENCE), MASK)
    documentation = Documentation(
        summary="Self-attention, attention to a memory, then two Linear layers for each step; each with a residual connection "
        "and a normalisation. `mask` is true where a step of the memory is padding.",
        formula=r"\begin{aligned} x' &= \mathrm{LN}(x + \mathrm{MHA}(x)), \quad x'' = \mathrm{LN}(x' + \mathrm{MHA}(x', m)) \\ "
        r"y &= \mathrm{LN}(x'' + W_2\, \mathrm{relu}(W_1 x'')) \end{aligned}",
        shape="(N, T, F), (N, S, F) -> (N, T, F)",
        use_when="For the half of a transformer that writes: translation, captions. The memory is what the encoder gives.",
        pitfalls="It stays causal unless it is told otherwise; in training the wanted sequence goes in shifted by one step. "
        "Writing then takes one pass for each step.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; " + _DOCS + "nn.TransformerDecoderLayer.html",
    )

    @classmethod
    def call(cls, params: TransformerDecoderLayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(cls.type, cls.arguments(params, inputs), 2, invoke=cls.invoke(params, inputs))

    @classmethod
    def invoke(cls, params: Any, inputs: Sequence[TensorSpec]) -> str:
        """How the module is called, one layer or all of them."""
        given = [f"tgt_mask={CAUSAL_MASK}", "tgt_is_causal=True"] if params.causal else []
        given += ["memory_key_padding_mask={2}"] if inputs[2].is_given else []
        return f"{{self}}({', '.join(['{0}', '{1}', *given])})"

    @classmethod
    def check(cls, params: TransformerDecoderLayerParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        x, memory, mask = inputs
        yield from check_heads(cls.type, "nhead", params.nhead, x)
        yield from check_mask(cls.type, mask, memory.shape[0], "`memory`")
        if memory.shape[-1] != x.shape[-1]:
            linear = {"type": "Linear", "params": {"out_features": x.shape[-1]}}
            yield Complaint(
                code="memory_width_differs",
                message=say(
                    "{layer} `{node}` needs a memory of {features} features, as its own sequence has, but gets "
                    "{memory} from `{source}`.",
                    layer=cls.type,
                    features=x.shape[-1],
                    memory=memory,
                ),
                port="memory",
                expected=say("{count} features", count=x.shape[-1]),
                got=say("{count} features", count=memory.shape[-1]),
                values={"features": x.shape[-1], "memory": memory.shape[-1]},
                fixes=(Repair("insert", {"nodes": [linear]}),),
            )

    @classmethod
    def seen(cls, inputs: Sequence[TensorSpec]) -> list[int]:
        return [inputs[0].shape[0], inputs[1].shape[0]]
