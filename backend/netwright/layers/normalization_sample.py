"""Normalisations that look at one sample alone: by channel, by length, by neighbouring channels."""

import math
from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.axes import check_dim
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec, Value
from netwright.layers.normalization import EPS, TORCH_DOCS, check_normalized_dims
from netwright.layers.params import Integer, Positive, Probability, Real, Size, setting
from netwright.layers.spatial import AXES, picture_port


class InstanceNormParams(LayerParams):
    eps: Positive = setting(1e-5, EPS)
    momentum: Probability = setting(
        0.1, "Share of each new batch in the running mean and variance, where they are kept."
    )
    affine: bool = setting(False, "Learn a scale and an offset for every channel.")
    track_running_stats: bool = setting(
        False,
        "Keep a running mean and variance for use after training; off, every sample is normalised by itself, always.",
    )


class _InstanceNorm(Layer[InstanceNormParams]):
    family = "normalization"
    Params = InstanceNormParams

    @classmethod
    def call(cls, params: InstanceNormParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"num_features": inputs[0].shape[0]}
        return Call(cls.type, arguments | params.changed(), positional=1)

    @classmethod
    def check(cls, params: InstanceNormParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        """PyTorch refuses to train on a single value: it would always give zero."""
        if math.prod(inputs[0].shape[1:]) == 1:
            yield Complaint(
                code="nothing_to_normalize",
                message=say(
                    "{type} `{node}` gets a single value per channel ({got}) from `{source}`: less its own mean "
                    "it is always zero.",
                    type=cls.type,
                    got=inputs[0],
                ),
                port="x",
                expected=say("more than one value per channel"),
                got=str(inputs[0]),
                values={"got": str(inputs[0])},
                fixes=(Repair("replace", {"type": "GroupNorm", "params": {}}),),
            )

    @classmethod
    def estimate_parameters(cls, params: InstanceNormParams, inputs: Sequence[TensorSpec]) -> int:
        return 2 * inputs[0].shape[0] if params.affine else 0


def _instance(dims: int, use_when: str) -> Documentation:
    return Documentation(
        summary="Normalises every channel of every sample by itself, over its places.",
        formula=r"y = \frac{x - \mathrm{E}_{c}[x]}{\sqrt{\mathrm{Var}_{c}[x] + \epsilon}} \cdot \gamma + \beta",
        shape=f"(N, C, {AXES[dims]}) -> (N, C, {AXES[dims]})",
        use_when=use_when,
        pitfalls="It removes each channel's own strength, the contrast and brightness of a picture, which classification "
        "often needs: there GroupNorm or BatchNorm is better. Unlike BatchNorm it learns no scale and offset unless affine "
        "is on.",
        source=f"Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022; {TORCH_DOCS}InstanceNorm{dims}d.html",
    )


class InstanceNorm1d(_InstanceNorm):
    """(N, C, L) -> (N, C, L)."""

    inputs = (picture_port("x", 1),)
    outputs = (picture_port("y", 1),)
    documentation = _instance(
        1, "On series of which the shape matters and not the level: recordings at different volumes."
    )
    aliases = ("instance normalization",)


class InstanceNorm2d(_InstanceNorm):
    """(N, C, H, W) -> (N, C, H, W)."""

    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2),)
    documentation = _instance(
        2, "In style transfer and in generators of pictures, where the contrast of the input is to go."
    )
    aliases = ("instance normalization", "style transfer", "contrast normalization")


class InstanceNorm3d(_InstanceNorm):
    """(N, C, D, H, W) -> (N, C, D, H, W)."""

    inputs = (picture_port("x", 3),)
    outputs = (picture_port("y", 3),)
    documentation = _instance(
        3, "In 3-d U-Nets on scans, where a volume is large, a batch small, and scanners differ in scale."
    )
    aliases = ("instance normalization",)


class RMSNormParams(LayerParams):
    normalized_dims: Size = setting(
        1, "How many of the last axes are normalised together: 1 for features.", unit="axes"
    )
    eps: Positive | None = setting(
        None, "Added to the mean square against division by zero. Empty: the smallest step of the number format."
    )
    elementwise_affine: bool = setting(True, "Learn a scale for every normalised element.")


class RMSNorm(Layer[RMSNormParams]):
    """(N, *, F) -> (N, *, F)."""

    family = "normalization"
    Params = RMSNormParams
    inputs = (Port("x", "(N, *, F)"),)
    outputs = (Port("y", "(N, *, F)"),)
    documentation = Documentation(
        summary="Divides each sample by its root mean square over the last axis or axes: LayerNorm without the mean.",
        formula=r"y = \frac{x}{\sqrt{\frac1F \sum_f x_f^2 + \epsilon}} \cdot \gamma",
        shape="(N, *, F) -> (N, *, F)",
        use_when="In place of LayerNorm in transformers (Llama, T5): as good there, and cheaper.",
        pitfalls="It does not centre: a large common offset stays and uses up the range. There is no learned offset. On a "
        "picture the last axis is the width.",
        source=f"Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467; {TORCH_DOCS}RMSNorm.html",
    )
    aliases = ("root mean square normalization",)

    @classmethod
    def call(cls, params: RMSNormParams, inputs: Sequence[TensorSpec]) -> Call:
        shape = inputs[0].shape[-params.normalized_dims :]
        arguments: dict[str, Value] = {"normalized_shape": shape[0] if len(shape) == 1 else shape}
        return Call("RMSNorm", arguments | params.changed("eps", "elementwise_affine"), positional=1)

    @classmethod
    def check(cls, params: RMSNormParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_normalized_dims("RMSNorm", params.normalized_dims, inputs[0])

    @classmethod
    def estimate_parameters(cls, params: RMSNormParams, inputs: Sequence[TensorSpec]) -> int:
        return params.elementwise_affine * math.prod(inputs[0].shape[-params.normalized_dims :])

    @classmethod
    def summary(cls, params: RMSNormParams) -> str:
        return (
            say("last axis") if params.normalized_dims == 1 else say("last {count} axes", count=params.normalized_dims)
        )


class LocalResponseNormParams(LayerParams):
    size: Size = setting(5, "How many neighbouring channels are looked at.", unit="channels")
    alpha: Real = setting(1e-4, "How strongly the neighbours' squares count.")
    beta: Real = setting(0.75, "The power that the sum is raised to.")
    k: Real = setting(1.0, "Added to the sum, so that quiet places are not blown up.")


class LocalResponseNorm(Layer[LocalResponseNormParams]):
    """(N, C, *) -> (N, C, *)."""

    family = "normalization"
    Params = LocalResponseNormParams
    inputs = (Port("x", "(N, C, *)", frozenset({3, 4, 5})),)
    outputs = (Port("y", "(N, C, *)", frozenset({3, 4, 5})),)
    documentation = Documentation(
        summary="Divides each value by the strength of the neighbouring channels at the same place: the loud silence the "
        "quiet.",
        formula=r"y_c = x_c \Big( k + \frac{\alpha}{n} \sum_{c' = c - n/2}^{c + n/2} x_{c'}^2 \Big)^{-\beta}",
        shape="(N, C, *) -> (N, C, *)",
        use_when="To rebuild AlexNet (size 5, k 2) and GoogLeNet as they were published.",
        pitfalls="Later networks found it to add next to nothing for its cost: BatchNorm took its place. PyTorch divides "
        "alpha by the size, so the alpha of Caffe carries over but that of some papers does not.",
        source="Krizhevsky et al. 2012, https://doi.org/10.1145/3065386; " + TORCH_DOCS + "LocalResponseNorm.html",
    )
    aliases = ("lrn", "alexnet")

    @classmethod
    def call(cls, params: LocalResponseNormParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("LocalResponseNorm", {"size": params.size, **params.changed("alpha", "beta", "k")}, positional=1)

    @classmethod
    def summary(cls, params: LocalResponseNormParams) -> str:
        return say("{count} channels", count=params.size)


class NormalizeParams(LayerParams):
    p: Positive = setting(2.0, "Which length: 2 is the straight-line length, 1 the sum of absolute values.")
    dim: Integer = setting(
        1,
        "Axis whose vectors get length 1, with the batch counted as 0: 1 for features or channels, -1 for the last.",
        unit="axis",
    )
    eps: Positive = setting(1e-12, "The smallest length that is divided by, against division by zero.")


class Normalize(Layer[NormalizeParams]):
    """(N, F, *) -> (N, F, *)."""

    family = "normalization"
    Params = NormalizeParams
    inputs = (Port("x", "(N, F, *)"),)
    outputs = (Port("y", "(N, F, *)"),)
    documentation = Documentation(
        summary="Scales vectors to length 1 and keeps their direction.",
        formula=r"y = \frac{x}{\max(\lVert x \rVert_p, \epsilon)}",
        shape="(N, F, *) -> (N, F, *)",
        use_when="Before comparing embeddings: of vectors of length 1, the inner product is the cosine of the angle. In "
        "metric learning, contrastive learning and face recognition.",
        pitfalls="How long a vector was is lost, and with it how sure the network was. Products of such vectors lie "
        "between -1 and 1, too small for a softmax: multiply by a temperature of 10 or more.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html",
    )
    aliases = ("l2 normalization", "unit length", "unit vector")

    @classmethod
    def call(cls, params: NormalizeParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: dict[str, Value] = {"p": params.p, "dim": params.dim, "eps": params.eps}
        template = "nn.functional.normalize({0}, "
        if params.changed("p"):
            template += "p={p}, "
        template += "dim={dim}"
        if params.changed("eps"):
            template += ", eps={eps}"
        general = "nn.functional.normalize({0}, p={p}, dim={dim}, eps={eps})"
        return Call(template=template + ")", general=general, arguments=arguments)

    @classmethod
    def check(cls, params: NormalizeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_dim(cls.type, params.dim, inputs[0])

    @classmethod
    def summary(cls, params: NormalizeParams) -> str:
        return say("axis {dim}", dim=params.dim)
