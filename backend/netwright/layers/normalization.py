"""Normalisations: bring values to mean 0 and variance 1, then let two learned numbers undo it where that is better."""

import math
from collections.abc import Iterator, Sequence

from netwright.language import say
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
from netwright.layers.params import Positive, Probability, Size, setting
from netwright.layers.spatial import not_divided, picture_port

TORCH_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
_FORMULA = r"y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta"
EPS = "Added to the variance, so that a constant input does not divide by zero."


class BatchNormParams(LayerParams):
    eps: Positive = setting(1e-5, EPS)
    momentum: Probability = setting(0.1, "Share of each new batch in the running mean and variance.")
    affine: bool = setting(True, "Learn a scale and an offset for every channel.")
    track_running_stats: bool = setting(
        True,
        "Keep a running mean and variance for use after training; off, every batch is normalised by itself, always.",
    )


class _BatchNorm(Layer[BatchNormParams]):
    family = "normalization"
    Params = BatchNormParams

    @classmethod
    def call(cls, params: BatchNormParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"num_features": inputs[0].shape[0]}
        arguments |= params.changed("eps", "momentum", "affine", "track_running_stats")
        return Call(cls.type, arguments, positional=1)

    @classmethod
    def check(cls, params: BatchNormParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """With one value in each channel of a sample the statistics rest on the batch alone."""
        shape = inputs[0].shape
        if len(shape) > 1 and math.prod(shape[1:]) == 1:
            yield Complaint(
                code="one_value_per_channel",
                message=say(
                    "{type} `{node}` gets one value per channel ({got}) from `{source}`: its mean and variance "
                    "rest on the batch alone, and a batch of one sample cannot be trained.",
                    type=cls.type,
                    got=inputs[0],
                ),
                port="x",
                severity="warning",
                expected=say("more than one value per channel"),
                got=str(inputs[0]),
                values={"got": str(inputs[0])},
                fixes=(Repair("replace", {"type": "GroupNorm", "params": {}}),),
            )

    @classmethod
    def estimate_parameters(cls, params: BatchNormParams, inputs: Sequence[TensorSpec]) -> int:
        return 2 * inputs[0].shape[0] if params.affine else 0

    @classmethod
    def estimate_buffers(cls, params: BatchNormParams, inputs: Sequence[TensorSpec]) -> int:
        """Running mean and variance of each channel, and how many batches they are of."""
        return 2 * inputs[0].shape[0] + 1 if params.track_running_stats else 0

    @classmethod
    def infer(cls, params: BatchNormParams, inputs: Sequence[TensorSpec]) -> tuple[TensorSpec, ...]:
        """As what goes in: said here as by activations, and held to PyTorch's run by the same test."""
        return (inputs[0],)


def _batch_norm(dims: int, shape: str, use_when: str) -> Documentation:
    return Documentation(
        summary="Normalises every channel over the batch while training, and by running averages afterwards.",
        formula=_FORMULA,
        shape=shape,
        use_when=use_when,
        pitfalls="Training and evaluation differ: with batches under about 8 the running averages are poor "
        "(GroupNorm is not). A bias in the layer before it does nothing. The last, smaller batch of an epoch counts "
        "as much as a full one.",
        source=f"Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167; {TORCH_DOCS}BatchNorm{dims}d.html",
    )


class BatchNorm1d(_BatchNorm):
    """(N, C) -> (N, C), (N, C, L) -> (N, C, L)."""

    inputs = (Port("x", "(N, C) or (N, C, L)", frozenset({2, 3}), along=ROWS),)
    outputs = (Port("y", "(N, C) or (N, C, L)", frozenset({2, 3})),)
    documentation = _batch_norm(
        1,
        "(N, C) -> (N, C), (N, C, L) -> (N, C, L)",
        "Between a Linear or Conv1d layer and its activation, to train faster and with higher learning rates.",
    )
    aliases = ("batch normalization",)


class BatchNorm2d(_BatchNorm):
    """(N, C, H, W) -> (N, C, H, W)."""

    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2),)
    documentation = _batch_norm(
        2,
        "(N, C, H, W) -> (N, C, H, W)",
        "Between Conv2d (without bias) and its activation: the standard of convolutional networks since 2015.",
    )
    aliases = ("batch normalization",)


class BatchNorm3d(_BatchNorm):
    """(N, C, D, H, W) -> (N, C, D, H, W)."""

    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3),)
    documentation = _batch_norm(
        3,
        "(N, C, D, H, W) -> (N, C, D, H, W)",
        "Between Conv3d (without bias) and its activation, where volumes are small enough for batches of 8 and more.",
    )
    aliases = ("batch normalization",)


def check_normalized_dims(name: str, count: int, spec: TensorSpec) -> Iterator[Complaint]:
    """One complaint when more axes are normalised together than a sample has."""
    axes = len(spec.shape)
    if count > axes:
        yield Complaint(
            code="too_many_axes",
            message=say(
                "{name} `{node}` normalises the last {count} axes, but {got} from `{source}` has {axes} "
                "without the batch.",
                name=name,
                count=count,
                got=spec,
                axes=axes,
            ),
            port="x",
            field="normalized_dims",
            expected=say("1 to {axes}", axes=axes),
            got=str(count),
            values={"wanted": count, "axes": axes, "got": str(spec)},
            fixes=(Repair("set_param", {"name": "normalized_dims", "value": axes}),),
        )


class LayerNormParams(LayerParams):
    normalized_dims: Size = setting(
        1, "How many of the last axes are normalised together: 1 for features, 3 for a whole picture.", unit="axes"
    )
    eps: Positive = setting(1e-5, EPS)
    elementwise_affine: bool = setting(True, "Learn a scale and an offset for every normalised element.")
    bias: bool = setting(True, "Learn the offset; only with elementwise_affine.")


class LayerNorm(Layer[LayerNormParams]):
    """(N, *, F) -> (N, *, F)."""

    family = "normalization"
    Params = LayerNormParams
    inputs = (Port("x", "(N, *, F)", along=ROWS),)
    outputs = (Port("y", "(N, *, F)"),)
    documentation = Documentation(
        summary="Normalises each sample by itself, over its last axis or axes.",
        formula=_FORMULA,
        shape="(N, *, F) -> (N, *, F)",
        use_when="In transformers and recurrent networks, and wherever batches are small: it does not look at other samples.",
        pitfalls="On a picture N x C x H x W the last axis is the width, which is rarely meant: normalise three "
        "axes, or use GroupNorm with one group. Three axes fix the picture's size.",
        source=f"Ba et al. 2016, https://arxiv.org/abs/1607.06450; {TORCH_DOCS}LayerNorm.html",
    )
    aliases = ("layer normalization",)

    @classmethod
    def _shape(cls, params: LayerNormParams, inputs: Sequence[TensorSpec]) -> tuple[int, ...]:
        return inputs[0].shape[-params.normalized_dims :]

    @classmethod
    def call(cls, params: LayerNormParams, inputs: Sequence[TensorSpec]) -> Call:
        shape = cls._shape(params, inputs)
        arguments: dict[str, Value] = {"normalized_shape": shape[0] if len(shape) == 1 else shape}
        arguments |= params.changed("eps", "elementwise_affine", "bias")
        return Call("LayerNorm", arguments, positional=1)

    @classmethod
    def check(cls, params: LayerNormParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_normalized_dims("LayerNorm", params.normalized_dims, inputs[0])
        if params.normalized_dims == 1 and len(inputs[0].shape) == 3:
            yield Complaint(
                code="normalizes_width_only",
                message=say(
                    "LayerNorm `{node}` normalises only the last axis of {got} from `{source}`: each row of a "
                    "picture by itself.",
                    got=inputs[0],
                ),
                port="x",
                field="normalized_dims",
                severity="warning",
                expected=say("3 axes for a picture"),
                got=say("1 axis"),
                values={"got": str(inputs[0])},
                fixes=(
                    Repair("set_param", {"name": "normalized_dims", "value": 3}),
                    Repair("replace", {"type": "GroupNorm", "params": {}}),
                ),
            )

    @classmethod
    def estimate_parameters(cls, params: LayerNormParams, inputs: Sequence[TensorSpec]) -> int:
        return params.elementwise_affine * (1 + params.bias) * math.prod(cls._shape(params, inputs))

    @classmethod
    def summary(cls, params: LayerNormParams) -> str:
        return (
            say("last axis") if params.normalized_dims == 1 else say("last {count} axes", count=params.normalized_dims)
        )


class GroupNormParams(LayerParams):
    num_groups: Size = setting(
        1,
        "Groups that the channels are split into; each is normalised by itself. 1 normalises the whole sample.",
        unit="groups",
    )
    eps: Positive = setting(1e-5, EPS)
    affine: bool = setting(True, "Learn a scale and an offset for every channel.")


class GroupNorm(Layer[GroupNormParams]):
    """(N, C, *) -> (N, C, *)."""

    family = "normalization"
    Params = GroupNormParams
    inputs = (Port("x", "(N, C, *)", along=ROWS),)
    outputs = (Port("y", "(N, C, *)"),)
    documentation = Documentation(
        summary="Normalises groups of channels of each sample by themselves.",
        formula=_FORMULA,
        shape="(N, C, *) -> (N, C, *)",
        use_when="Instead of BatchNorm where batches are small: detection, segmentation, diffusion models. 32 groups "
        "are usual.",
        pitfalls="The channels must split evenly into the groups. As many groups as channels removes each channel's "
        "own strength, which classification often needs.",
        source=f"Wu and He 2018, https://arxiv.org/abs/1803.08494; {TORCH_DOCS}GroupNorm.html",
    )
    aliases = ("group normalization",)

    @classmethod
    def call(cls, params: GroupNormParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"num_groups": params.num_groups, "num_channels": inputs[0].shape[0]}
        arguments |= params.changed("eps", "affine")
        return Call("GroupNorm", arguments, positional=2)

    @classmethod
    def check(cls, params: GroupNormParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        channels = inputs[0].shape[0]
        if channels % params.num_groups:
            best = math.gcd(channels, params.num_groups)
            yield not_divided("GroupNorm", channels, params.num_groups, best, "num_groups")

    @classmethod
    def estimate_parameters(cls, params: GroupNormParams, inputs: Sequence[TensorSpec]) -> int:
        return 2 * inputs[0].shape[0] if params.affine else 0

    @classmethod
    def summary(cls, params: GroupNormParams) -> str:
        return say("1 group") if params.num_groups == 1 else say("{count} groups", count=params.num_groups)
