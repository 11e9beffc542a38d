"""Linear maps."""

from collections.abc import Iterator, Sequence

from netwright.language import listed, say
from netwright.layers.base import (
    ROWS,
    Call,
    Complaint,
    Documentation,
    Layer,
    LayerParams,
    Port,
    Repair,
    TensorSpec,
    Value,
)
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
        use_when="As the head that turns features into scores, and as the layers of a multilayer perceptron. On a sequence "
        "(N, T, F) the same weights are applied at every step.",
        pitfalls="It sees no neighbourhood: on a picture use convolutions first. After Flatten of a large picture it holds "
        "most of the network's parameters; a global average pool before it saves them. Two Linear layers without an "
        "activation between them are no more than one.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    )
    aliases = ("dense", "fully connected", "fc", "affine", "perceptron")

    @classmethod
    def call(cls, params: LinearParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, int | bool] = {"in_features": inputs[0].shape[-1], "out_features": params.out_features}
        if not params.bias:
            arguments["bias"] = False
        return Call("Linear", arguments, positional=2)

    @classmethod
    def infer(cls, params: LinearParams, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        """As it came, with other features: said here, as by convolutions, and held to PyTorch's run by the same test."""
        x = inputs[0]
        return (TensorSpec((*x.shape[:-1], params.out_features), x.dtype, x.along, x.open_axis),)

    @classmethod
    def macs(cls, params: LinearParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].shape[-1] * outputs[0].numel

    @classmethod
    def estimate_parameters(cls, params: LinearParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[-1] + params.bias) * params.out_features

    @classmethod
    def summary(cls, params: LinearParams) -> str:
        return str(params.out_features) if params.bias else listed([params.out_features, say("no bias")])


class BilinearParams(LayerParams):
    out_features: Size = setting(64, "How many values come out for each sample.", unit="features")
    bias: bool = setting(True, "Add a learned offset to every output.")


class Bilinear(Layer[BilinearParams]):
    """(N, *, F1), (N, *, F2) -> (N, *, F')."""

    family = "linear"
    Params = BilinearParams
    inputs = (
        Port("x", "(N, F1) or (N, T, F1)", frozenset({2, 3})),
        Port("other", "(N, F2) or (N, T, F2)", frozenset({2, 3})),
    )
    outputs = (Port("y", "(N, F') or (N, T, F')", frozenset({2, 3})),)
    muted_is_identity = False
    documentation = Documentation(
        summary="Every output is a weighted sum of all products of a value of one input with a value of the other.",
        formula=r"y_k = x_1^\top W_k x_2 + b_k",
        shape="(N, F1), (N, F2) -> (N, F')",
        use_when="To score how two things fit together: a head and a dependent in parsing, two entities and their "
        "relation, a picture and a question.",
        pitfalls="It holds F1 x F2 x F' weights: two inputs of 512 features with 512 outputs are 134 million. Make both "
        "narrow by Linear layers before it.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html",
    )
    aliases = ("biaffine", "two inputs", "pair score")

    @classmethod
    def call(cls, params: BilinearParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {
            "in1_features": inputs[0].shape[-1],
            "in2_features": inputs[1].shape[-1],
            "out_features": params.out_features,
        }
        return Call("Bilinear", arguments | params.changed("bias"), positional=3)

    @classmethod
    def check(cls, params: BilinearParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        first, other = inputs
        if first.shape[:-1] != other.shape[:-1]:
            flatten = {"type": "PoolOverTime", "params": {}}
            longer = {"x": first, "other": other}
            port = max(longer, key=lambda name: len(longer[name].shape))
            yield Complaint(
                code="shapes_differ",
                message=say(
                    "Bilinear `{node}` needs two inputs that differ in the last axis alone but gets {first} and "
                    "{other}.",
                    first=first,
                    other=other,
                ),
                port=port,
                expected=say("the same axes but the last"),
                got=say("{first} and {other}", first=first, other=other),
                values={"expected": str(first), "got": str(other)},
                fixes=(Repair("insert", {"nodes": [flatten]}),) if len(first.shape) != len(other.shape) else (),
            )

    @classmethod
    def macs(cls, params: BilinearParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        """One product of the two inputs with each weight."""
        return inputs[0].shape[-1] * inputs[1].shape[-1] * outputs[0].numel

    @classmethod
    def estimate_parameters(cls, params: BilinearParams, inputs: Sequence[TensorSpec]) -> int:
        return (inputs[0].shape[-1] * inputs[1].shape[-1] + params.bias) * params.out_features

    @classmethod
    def summary(cls, params: BilinearParams) -> str:
        return str(params.out_features) if params.bias else listed([params.out_features, say("no bias")])
