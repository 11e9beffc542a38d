"""Linear maps."""

from collections.abc import Sequence

from netwright.layers.base import ROWS, Call, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import Size, setting


class LinearParams(LayerParams):
    out_features: Size = setting(64, "How many values come out for each sample.", unit="features")
    bias: bool = setting(True, "Add a learned offset to every output. Switch it off where a normalisation follows.")


class Linear(Layer[LinearParams]):
    """(N, *, F) -> (N, *, F')."""

    family = "linear"
    Params = LinearParams
    inputs = (Port("x", "(N, F) or (N, T, F)", frozenset({2, 3}), along=ROWS),)
    outputs = (Port("y", "(N, F') or (N, T, F')", frozenset({2, 3})),)
    documentation = Documentation(
        summary="Every output is a weighted sum of all inputs plus an offset: a fully connected layer.",
        formula=r"y = x W^\top + b",
        shape="(N, F) -> (N, F')",
        use_when="As the head that turns features into scores, and as the layers of a multilayer perceptron. "
        "On a sequence (N, T, F) the same weights are applied at every step.",
        pitfalls="It sees no neighbourhood: on a picture use convolutions first. After Flatten of a large picture it "
        "holds most of the network's parameters; a global average pool before it saves them. Two Linear layers "
        "without an activation between them are no more than one.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    )

    @classmethod
    def call(cls, params: LinearParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, int | bool] = {"in_features": inputs[0].shape[-1], "out_features": params.out_features}
        if not params.bias:
            arguments["bias"] = False
        return Call("Linear", arguments, positional=2)

    @classmethod
    def macs(cls, params: LinearParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[-1] * outputs[0].numel

    @classmethod
    def estimate_parameters(cls, params: LinearParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[-1] + params.bias) * params.out_features

    @classmethod
    def summary(cls, params: LinearParams) -> str:
        return str(params.out_features) if params.bias else f"{params.out_features}, no bias"
