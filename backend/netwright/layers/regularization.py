"""Dropout: noise while training that keeps a network from leaning on single values."""

from collections.abc import Sequence
from typing import Any

from netwright.layers.base import ROWS, Call, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import Probability, setting
from netwright.layers.spatial import picture_port

_FORMULA = r"y = \frac{m \odot x}{1 - p}, \qquad m \sim \text{Bernoulli}(1 - p) \text{ while training, else } y = x"


class DropoutParams(LayerParams):
    p: Probability = setting(0.5, "Chance that a value is set to zero while training.", unit="probability")


class _Dropout(Layer[Any]):
    family = "regularization"
    Params = DropoutParams

    @classmethod
    def call(cls, params: DropoutParams, inputs: Sequence[TensorSpec]) -> Call:
        # The rate is printed even where it is PyTorch's default: it is what a reader looks for.
        return Call(cls.type, {"p": params.p}, positional=1)

    @classmethod
    def summary(cls, params: DropoutParams) -> str:
        return f"p {params.p:g}"


class Dropout(_Dropout):
    """(N, *) -> (N, *)."""

    inputs = (Port("x", along=ROWS),)
    outputs = (Port("y"),)
    documentation = Documentation(
        summary="Sets random values to zero while training and scales up the rest; afterwards it does nothing.",
        formula=_FORMULA,
        shape="(N, *) -> (N, *)",
        use_when="Between the Linear layers of a head, where training accuracy runs away from validation accuracy. "
        "0.2 to 0.5 is usual.",
        pitfalls="The training loss is measured with the noise and may lie above the validation loss. Right before "
        "BatchNorm it spoils the statistics. With p of 1 nothing passes.",
        source="Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; "
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html",
    )


class Dropout2d(_Dropout):
    """(N, C, H, W) -> (N, C, H, W)."""

    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2),)
    documentation = Documentation(
        summary="Sets whole channels to zero at random while training; afterwards it does nothing.",
        formula=_FORMULA,
        shape="(N, C, H, W) -> (N, C, H, W)",
        use_when="Between convolutions: neighbouring pixels are so alike that dropping single ones hides nothing.",
        pitfalls="It is strong: start at 0.1 to 0.2. Convolutions with BatchNorm often need none.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html",
    )
