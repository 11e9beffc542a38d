"""Pools over all there is: one value a channel for a picture, one vector for a sequence."""

from collections.abc import Sequence
from typing import Literal

from netwright.layers.base import Call, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import setting

_PICTURES = (Port("x", "(N, C, L), (N, C, H, W) or (N, C, D, H, W)", frozenset({3, 4, 5})),)
_CHANNELS = (Port("y", "(N, C)", frozenset({2})),)


class GlobalAvgPool(Layer[LayerParams]):
    """(N, C, *) -> (N, C)."""

    family = "pooling"
    inputs = _PICTURES
    outputs = _CHANNELS
    documentation = Documentation(
        summary="The mean of each channel over all places: one value a channel, and no spatial axes left.",
        formula=r"y_c = \frac{1}{HW} \sum_{h,w} x_{c,h,w}",
        shape="(N, C, *) -> (N, C)",
        use_when="Between the last convolution and the head, instead of Flatten: inputs of any size fit, and the head "
        "needs only C weights a class. It is AdaptiveAvgPool with output size 1 and Flatten in one.",
        pitfalls="All knowledge of place is gone. A small thing in a large picture is watered down by the rest: "
        "GlobalMaxPool is not. It wants channels first: on a sequence (N, T, F) use PoolOverTime.",
        source="Lin et al. 2014, Network in Network, https://arxiv.org/abs/1312.4400",
    )
    aliases = ("global average pooling", "gap", "spatial mean")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.flatten(2).mean(2)")


class GlobalMaxPool(Layer[LayerParams]):
    """(N, C, *) -> (N, C)."""

    family = "pooling"
    inputs = _PICTURES
    outputs = _CHANNELS
    documentation = Documentation(
        summary="The largest value of each channel over all places: one value a channel, and no spatial axes left.",
        formula=r"y_c = \max_{h,w} x_{c,h,w}",
        shape="(N, C, *) -> (N, C)",
        use_when="Between the last convolution and the head, where it matters whether a pattern occurs at all, not how "
        "often: keywords in a sentence, a small defect in a large picture.",
        pitfalls="Only the place that wins gets a gradient (equal winners share it), so it learns more slowly than the "
        "mean, and one bright pixel of noise is enough to fool it.",
        source="Oquab et al. 2015, Is Object Localization for Free?, https://doi.org/10.1109/CVPR.2015.7298668",
    )
    aliases = ("global max pooling", "gmp", "max over time")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.flatten(2).amax(2)")


_SEQUENCE = (Port("x", "(N, T, F)", frozenset({3})),)
_VECTOR = (Port("y", "(N, F)", frozenset({2})),)
_OVER_TIME = {"mean": "{0}.mean(1)", "max": "{0}.amax(1)", "last": "{0}[:, -1]", "first": "{0}[:, 0]"}


class PoolOverTimeParams(LayerParams):
    mode: Literal["mean", "max", "last", "first"] = setting(
        "mean", "What is kept of each feature: its mean over all steps, its largest value, or its value at one end."
    )


class PoolOverTime(Layer[PoolOverTimeParams]):
    """(N, T, F) -> (N, F)."""

    family = "pooling"
    Params = PoolOverTimeParams
    inputs = _SEQUENCE
    outputs = _VECTOR
    documentation = Documentation(
        summary="Makes one vector out of a sequence: the mean of its steps, their largest values, the last step or the first.",
        formula=r"y_f = \tfrac{1}{T} \sum_t x_{t,f} \quad\text{or}\quad \max_t x_{t,f} \quad\text{or}\quad x_{T,f} "
        r"\quad\text{or}\quad x_{1,f}",
        shape="(N, T, F) -> (N, F)",
        use_when="Behind an RNN, LSTM, GRU or a transformer, before the head of a classifier. The last step has seen all "
        "before it; the first is the class token of a ViT; max finds a single strong step, mean a tendency.",
        pitfalls="Padded steps count like real ones: the mean is diluted and the last step may be padding. With a network "
        "that reads both ways, the last step has seen only one step backwards.",
        source="Collobert et al. 2011, Natural Language Processing (Almost) from Scratch, https://arxiv.org/abs/1103.0398",
    )
    aliases = ("temporal pooling", "mean over time", "max over time", "last step", "last hidden state", "class token")

    @classmethod
    def call(cls, params: PoolOverTimeParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template=_OVER_TIME[params.mode])

    @classmethod
    def summary(cls, params: PoolOverTimeParams) -> str:
        return params.mode


_ATTENTION_POOL = '''class AttentionPool(nn.Module):
    """The mean over all steps, weighted by how well each fits a learned query."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.query = nn.Linear(num_features, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weights = self.query(x).softmax(dim=1)
        return (weights.transpose(1, 2) @ x).squeeze(1)
'''


class AttentionPool(Layer[LayerParams]):
    """(N, T, F) -> (N, F)."""

    family = "pooling"
    inputs = _SEQUENCE
    outputs = _VECTOR
    documentation = Documentation(
        summary="Makes one vector out of a sequence: a weighted mean of its steps, with weights from a learned query.",
        formula=r"y = \sum_t a_t x_t, \qquad a = \operatorname{softmax}_t(q^\top x_t), \quad q \text{ learned}",
        shape="(N, T, F) -> (N, F)",
        use_when="Behind an RNN or a transformer, where some steps matter far more than others and the network should find "
        "out which. The weights can be read as what it looked at.",
        pitfalls="Padded steps get weight too. At the start the weights are nearly even, so that it begins as a mean; with "
        "large features the softmax soon picks a single step: put a LayerNorm before it.",
        source="Yang et al. 2016, Hierarchical Attention Networks, https://aclanthology.org/N16-1174",
    )
    aliases = ("attention pooling", "weighted mean over time", "self-attentive pooling")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("AttentionPool", {"num_features": inputs[0].shape[-1]}, positional=1, prelude=_ATTENTION_POOL)

    @classmethod
    def macs(cls, params: LayerParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        """A score for each step, and the weighted sum."""
        return 2 * inputs[0].numel

    @classmethod
    def estimate_parameters(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[-1]
