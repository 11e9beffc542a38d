"""Activations: functions applied to every value, and the two that turn scores into probabilities."""

from collections.abc import Sequence
from typing import Any

from netwright.layers.base import Call, Documentation, Layer, TensorSpec


class _Activation(Layer[Any]):
    family = "activation"

    @classmethod
    def call(cls, params: Any, inputs: Sequence[TensorSpec]) -> Call:
        """``nn.<type>(...)`` with the parameters that differ from the defaults, which are PyTorch's."""
        defaults = {name: info.default for name, info in cls.Params.model_fields.items()}
        return Call(cls.type, {name: value for name, value in params if value != defaults[name]})


class ReLU(_Activation):
    """(N, *) -> (N, *)."""

    documentation = Documentation(
        summary="Keeps positive values and sets negative ones to zero.",
        formula=r"y = \max(0, x)",
        shape="(N, *) -> (N, *)",
        use_when="The default after a convolution or a Linear layer: cheap, and its gradient does not shrink with depth.",
        pitfalls="A unit whose input is negative for every sample gets no gradient and never recovers (a dead ReLU). "
        "A high share of zeros after it points at too high a learning rate; LeakyReLU, ELU or a normalisation before it help.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html",
    )
