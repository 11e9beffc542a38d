"""Dropout: noise while training that keeps a network from leaning on single values."""

from collections.abc import Sequence
from typing import Any, ClassVar

from netwright.layers.base import ROWS, Call, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import Probability, setting
from netwright.layers.spatial import picture_port

_FORMULA = r"y = \frac{m \odot x}{1 - p}, \qquad m \sim \text{Bernoulli}(1 - p) \text{ while training, else } y = x"


_CHANNELS_FORMULA = (
    r"y_c = \frac{m_c}{1 - p} x_c, \qquad m_c \sim \text{Bernoulli}(1 - p) \text{ while training, else } y = x"
)
"""One draw for all values of a channel of a sample."""


class DropoutParams(LayerParams):
    p: Probability = setting(0.5, "Chance that a value is set to zero while training.", unit="probability")


class ChannelDropoutParams(LayerParams):
    p: Probability = setting(0.5, "Chance that a channel is set to zero while training.", unit="probability")


class AlphaDropoutParams(LayerParams):
    p: Probability = setting(0.5, "Chance that a value is put on SELU's floor while training.", unit="probability")


class FeatureAlphaDropoutParams(LayerParams):
    p: Probability = setting(0.5, "Chance that a channel is put on SELU's floor while training.", unit="probability")


class _Dropout(Layer[Any]):
    family = "regularization"
    Params: ClassVar[type[LayerParams]] = DropoutParams

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        # The rate is printed even where it is PyTorch's default: it is what a reader looks for.
        return Call(cls.type, {"p": params.p}, positional=1)

    @classmethod
    def summary(cls, params: Any) -> str:
        return f"p {params.p:g}"


class Dropout(_Dropout):
    """(N, *) -> (N, *)."""

    inputs = (Port("x", along=ROWS),)
    outputs = (Port("y"),)
    documentation = Documentation(
        summary="Sets random values to zero while training and scales up the rest; afterwards it does nothing.",
        formula=_FORMULA,
        shape="(N, *) -> (N, *)",
        use_when="Between the Linear layers of a head, where training accuracy runs away from validation accuracy. 0.2 to "
        "0.5 is usual.",
        pitfalls="The training loss is measured with the noise and may lie above the validation loss. Right before "
        "BatchNorm it spoils the statistics. With p of 1 nothing passes.",
        source="Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; "
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html",
    )


class Dropout2d(_Dropout):
    """(N, C, H, W) -> (N, C, H, W)."""

    Params = ChannelDropoutParams
    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2),)
    documentation = Documentation(
        summary="Sets whole channels to zero at random while training; afterwards it does nothing.",
        formula=_CHANNELS_FORMULA,
        shape="(N, C, H, W) -> (N, C, H, W)",
        use_when="Between convolutions: neighbouring pixels are so alike that dropping single ones hides nothing.",
        pitfalls="It is strong: start at 0.1 to 0.2. Convolutions with BatchNorm often need none.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html",
    )
    aliases = ("spatial dropout", "channel dropout")


class Dropout1d(_Dropout):
    """(N, C, L) -> (N, C, L)."""

    Params = ChannelDropoutParams
    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1),)
    documentation = Documentation(
        summary="Sets whole channels of a series to zero at random while training; afterwards it does nothing.",
        formula=_CHANNELS_FORMULA,
        shape="(N, C, L) -> (N, C, L)",
        use_when="Between Conv1d layers: neighbouring steps are so alike that dropping single ones hides nothing.",
        pitfalls="It is strong: start at 0.1 to 0.2. On a sequence (N, T, F) it drops whole steps, not features.",
        source="Tompson et al. 2015, https://arxiv.org/abs/1411.4280; "
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html",
    )
    aliases = ("spatial dropout", "channel dropout")


class Dropout3d(_Dropout):
    """(N, C, D, H, W) -> (N, C, D, H, W)."""

    Params = ChannelDropoutParams
    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3),)
    documentation = Documentation(
        summary="Sets whole channels of a volume to zero at random while training; afterwards it does nothing.",
        formula=_CHANNELS_FORMULA,
        shape="(N, C, D, H, W) -> (N, C, D, H, W)",
        use_when="Between Conv3d layers on scans and clips, where data are few and volumes large.",
        pitfalls="It is strong: start at 0.1 to 0.2. With few channels one dropped channel is a large part of the picture.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html",
    )
    aliases = ("spatial dropout", "channel dropout")


_ALPHA_FORMULA = (
    r"y = a \, (m \odot x + (1 - m) \, \alpha') + b, \qquad m \sim \text{Bernoulli}(1 - p) \text{ while "
    r"training, else } y = x"
)


class AlphaDropout(_Dropout):
    """(N, *) -> (N, *)."""

    Params = AlphaDropoutParams
    inputs = (Port("x"),)
    outputs = (Port("y"),)
    documentation = Documentation(
        summary="Dropout for SELU: puts SELU's floor in place of random values and keeps mean and variance as they were.",
        formula=_ALPHA_FORMULA,
        shape="(N, *) -> (N, *)",
        use_when="Behind SELU in self-normalising networks, with small rates: 0.05 to 0.1.",
        pitfalls="It assumes inputs of mean 0 and variance 1 that came out of SELU; behind any other activation use Dropout.",
        source="Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; "
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html",
    )
    aliases = ("selu dropout",)


class FeatureAlphaDropout(_Dropout):
    """(N, C, *) -> (N, C, *)."""

    Params = FeatureAlphaDropoutParams
    inputs = (Port("x", "(N, C, *)"),)
    outputs = (Port("y", "(N, C, *)"),)
    documentation = Documentation(
        summary="AlphaDropout that takes out whole channels.",
        formula=_ALPHA_FORMULA,
        shape="(N, C, *) -> (N, C, *)",
        use_when="Behind SELU in convolutional networks, where neighbouring pixels are too alike for AlphaDropout.",
        pitfalls="As AlphaDropout, it is right behind SELU alone. Start at 0.05.",
        source="Klambauer et al. 2017, https://arxiv.org/abs/1706.02515; "
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html",
    )
    aliases = ("selu dropout", "channel dropout")


_STOCHASTIC_DEPTH = '''class StochasticDepth(nn.Module):
    """While training, sets whole samples to zero with chance p and scales up the rest."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.p == 0.0:
            return x
        keep = 1.0 - self.p
        mask = x.new_empty((x.shape[0],) + (1,) * (x.dim() - 1)).bernoulli_(keep)
        return x * mask / keep if keep > 0.0 else x * mask
'''


class StochasticDepthParams(LayerParams):
    p: Probability = setting(0.1, "Chance that a sample does without this branch while training.", unit="probability")


class StochasticDepth(_Dropout):
    """(N, *) -> (N, *)."""

    Params = StochasticDepthParams
    inputs = (Port("x"),)
    outputs = (Port("y"),)
    documentation = Documentation(
        summary="Leaves a whole branch out for random samples while training; afterwards it does nothing.",
        formula=r"y_n = \frac{m_n}{1 - p} x_n, \qquad m_n \sim \text{Bernoulli}(1 - p) \text{ while training, else } y = x",
        shape="(N, *) -> (N, *)",
        use_when="As the last layer of a residual branch, right before Add, in deep networks (ResNets beyond 50 layers, "
        "ConvNeXt, ViT). Let p grow from 0 at the first block to 0.1 or more at the last.",
        pitfalls="Anywhere but in a branch beside a skip it wipes samples out: nothing of them is left. With p of 1 the "
        "branch never trains.",
        source="Huang et al. 2016, Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382; "
        "https://docs.pytorch.org/vision/stable/generated/torchvision.ops.stochastic_depth.html",
    )
    aliases = ("drop path", "droppath", "layer dropout")

    @classmethod
    def call(cls, params: StochasticDepthParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("StochasticDepth", {"p": params.p}, positional=1, prelude=_STOCHASTIC_DEPTH)
