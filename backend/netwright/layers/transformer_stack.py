"""Transformer layers on each other in one node, as ``torch.nn`` has them and as their weights are named."""

from collections.abc import Sequence
from typing import Any, ClassVar

from netwright.language import say
from netwright.layers.attention import CAUSAL_MASK, MASK_HELP, causal_setting, heads_line, if_causal
from netwright.layers.base import Call, Documentation, Layer, TensorSpec
from netwright.layers.params import Size, setting
from netwright.layers.transformer import TransformerDecoderLayer, TransformerEncoderLayer, TransformerLayerParams

_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


class TransformerEncoderParams(TransformerLayerParams):
    num_layers: Size = setting(6, "How many layers follow each other.", unit="layers")
    final_norm: bool = setting(
        False, "Normalise what the last layer gives: needed with `norm_first`, which leaves it as it grew."
    )


class TransformerDecoderParams(TransformerEncoderParams):
    causal: bool = causal_setting(default=True)


class _Stack(Layer[Any]):
    """Stands before the class of one layer, whose ports and checks it has.  ``last`` is what PyTorch's call takes besides."""

    last: ClassVar[str] = ""

    @classmethod
    def infer(cls, params: Any, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        """As it came in: to build all layers at every edit would take many times the time that a check has."""
        return (inputs[0],)

    @classmethod
    def stacked(cls, params: Any, inputs: Sequence[TensorSpec], invoke: str) -> Call:
        """The call, whose numbers are all printed: in another use of a block they may be others."""
        kept = params.changed("activation", "norm_first", "bias")
        numbers = {name: getattr(params, name) for name in ("dim_feedforward", "dropout", "layer_norm_eps")}
        inside = ["{d_model}", "{nhead}", *(f"{name}={{{name}}}" for name in (*numbers, *kept)), "batch_first=True"]
        outside = [f"nn.{cls.type}Layer({', '.join(inside)})", "{num_layers}"]
        if params.final_norm:
            outside.append(f"nn.LayerNorm({{d_model}}, {{layer_norm_eps}}{'' if params.bias else ', bias={bias}'})")
        outside += [cls.last] if cls.last else []
        arguments = {"d_model": inputs[0].shape[-1], "nhead": params.nhead, **numbers, **kept}
        return Call(
            cls.type,
            {**arguments, "num_layers": params.num_layers},
            invoke=invoke,
            construction=f"nn.{cls.type}({', '.join(outside)})",
        )

    @classmethod
    def estimate_parameters(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        norm = inputs[0].shape[-1] * (2 if params.bias else 1) if params.final_norm else 0
        return int(params.num_layers * super().estimate_parameters(params, inputs) + norm)

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return int(params.num_layers * super().macs(params, inputs, outputs))

    @classmethod
    def estimate_inner(cls, params: Any, inputs: Sequence[TensorSpec]) -> int:
        return int(params.num_layers * super().estimate_inner(params, inputs))

    @classmethod
    def summary(cls, params: Any) -> str:
        layers = say("{count} layers", count=params.num_layers)
        return heads_line(params.nhead, layers, params.dim_feedforward, *if_causal(params.causal))


class TransformerEncoder(_Stack, TransformerEncoderLayer):
    """(N, T, F) -> (N, T, F)."""

    Params = TransformerEncoderParams
    # Nested tensors would give zeros for padding in evaluation, and other values than in training.
    last = "enable_nested_tensor=False"
    documentation = Documentation(
        summary="Several TransformerEncoderLayers, each on what the one before gives." + MASK_HELP,
        formula=r"y = (L_n \circ \dots \circ L_1)(x)",
        shape="(N, T, F) -> (N, T, F)",
        use_when="For the whole encoder in one node, with weights named as in PyTorch's own class. To look into the layers, "
        "to freeze some or to change one, make a block of TransformerEncoderLayer and repeat it.",
        pitfalls="PyTorch copies one layer: all begin with the same weights, where a repeated block draws new ones for each. "
        "It does not know the order: add positions before. More than a few layers need `norm_first` with `final_norm`, or a "
        "warm-up of the learning rate.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; " + _DOCS + "nn.TransformerEncoder.html",
    )

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        given = [f"mask={CAUSAL_MASK}", "is_causal=True"] if params.causal else []
        given += ["src_key_padding_mask={1}"] if inputs[1].is_given else []
        return cls.stacked(params, inputs, f"{{self}}({', '.join(['{0}', *given])})")


class TransformerDecoder(_Stack, TransformerDecoderLayer):
    """(N, T, F), (N, S, F) -> (N, T, F)."""

    Params = TransformerDecoderParams
    documentation = Documentation(
        summary="Several TransformerDecoderLayers, each on what the one before gives and all on one memory. `mask` is true "
        "where a step of the memory is padding.",
        formula=r"y = (L_n(\cdot, m) \circ \dots \circ L_1(\cdot, m))(x)",
        shape="(N, T, F), (N, S, F) -> (N, T, F)",
        use_when="For the whole half of a transformer that writes, in one node, with weights named as in PyTorch's own class. "
        "The memory is what the encoder gives.",
        pitfalls="PyTorch copies one layer: all begin with the same weights. It stays causal unless it is told otherwise; in "
        "training the wanted sequence goes in shifted by one step.",
        source="Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; " + _DOCS + "nn.TransformerDecoder.html",
    )

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        return cls.stacked(params, inputs, cls.invoke(params, inputs))
