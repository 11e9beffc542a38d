"""Activations that look along an axis: probabilities that sum to 1, and a half that gates the other half."""

from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.activation import TORCH_DOCS, _Activation
from netwright.layers.axes import check_dim
from netwright.layers.base import Call, Complaint, Documentation, LayerParams, Repair, TensorSpec
from netwright.layers.params import Integer, setting
from netwright.layers.spatial import picture_port


class SoftmaxParams(LayerParams):
    dim: Integer = setting(
        1,
        "Axis along which the results sum to 1, with the batch counted as 0: 1 for classes, -1 for the last.",
        unit="axis",
    )


class _Softmax(_Activation):
    Params = SoftmaxParams

    @classmethod
    def flat(cls, params: SoftmaxParams) -> None:
        """It works along an axis, not value by value."""

    @classmethod
    def call(cls, params: SoftmaxParams, inputs: Sequence[TensorSpec]) -> Call:
        # PyTorch guesses the axis where none is given, and warns: it is always printed.
        return Call(cls.type, {"dim": params.dim})

    @classmethod
    def check(cls, params: SoftmaxParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_dim(cls.type, params.dim, inputs[0])

    @classmethod
    def summary(cls, params: SoftmaxParams) -> str:
        return say("axis {dim}", dim=params.dim)


class Softmax(_Softmax):
    """(N, C, *) -> (N, C, *)."""

    documentation = Documentation(
        summary="Turns scores into probabilities: all positive, summing to 1 along one axis.",
        formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        shape="(N, C, *) -> (N, C, *)",
        use_when="To read scores as a choice between classes, and inside attention.",
        pitfalls="Do not put it before CrossEntropyLoss, which wants raw scores: training becomes slow and stops early. "
        "Large scores saturate to 0 and 1. High probability is not the same as being right.",
        source=TORCH_DOCS + "Softmax.html",
    )
    aliases = ("probabilities", "softmax over classes")


class LogSoftmax(_Softmax):
    """(N, C, *) -> (N, C, *)."""

    documentation = Documentation(
        summary="The logarithm of Softmax, computed so that tiny probabilities do not become zero.",
        formula=r"y_i = x_i - \log \sum_j e^{x_j}",
        shape="(N, C, *) -> (N, C, *)",
        use_when="Before NLLLoss, or where log probabilities are added up.",
        pitfalls="CrossEntropyLoss is LogSoftmax and NLLLoss in one: do not use both. Its values are negative, not "
        "probabilities.",
        source=TORCH_DOCS + "LogSoftmax.html",
    )
    aliases = ("log probabilities",)


class Softmin(_Softmax):
    """(N, C, *) -> (N, C, *)."""

    documentation = Documentation(
        summary="Softmax of the negated input: the smallest score gets the largest probability.",
        formula=r"y_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}",
        shape="(N, C, *) -> (N, C, *)",
        use_when="Where the input is a cost or a distance and the nearest is to be chosen, as in matching and in prototypes.",
        pitfalls="Distances must be on a sensible scale: far larger than 1 they give a hard choice with no gradient, far "
        "smaller than 1 an even split. Like Softmax it has no place before CrossEntropyLoss.",
        source=TORCH_DOCS + "Softmin.html",
    )


class Softmax2d(_Activation):
    """(N, C, H, W) -> (N, C, H, W)."""

    inputs = (picture_port("x", 2),)
    outputs = (picture_port("y", 2),)
    documentation = Documentation(
        summary="Softmax over the channels at every pixel: each pixel's channels sum to 1.",
        formula=r"y_{c,h,w} = \frac{e^{x_{c,h,w}}}{\sum_{c'} e^{x_{c',h,w}}}",
        shape="(N, C, H, W) -> (N, C, H, W)",
        use_when="To read the scores of a segmentation network as one class for each pixel. It is Softmax with dim 1, for "
        "pictures alone.",
        pitfalls="It does not normalise over places: for an attention map over the picture, Flatten the places and use "
        "Softmax along them. CrossEntropyLoss wants the raw scores.",
        source=TORCH_DOCS + "Softmax2d.html",
    )
    aliases = ("softmax over channels", "pixelwise softmax")

    @classmethod
    def flat(cls, params: LayerParams) -> None:
        """It works along an axis, not value by value."""


class GLUParams(LayerParams):
    dim: Integer = setting(
        -1,
        "Axis that is cut in two halves, with the batch counted as 0: 1 for channels, -1 for the last.",
        unit="axis",
    )


class GLU(_Activation):
    """(N, *, 2F) -> (N, *, F)."""

    Params = GLUParams
    documentation = Documentation(
        summary="Cuts one axis in two halves; the second half, through a sigmoid, says how much of the first passes.",
        formula=r"y = a \odot \sigma(b), \qquad [a; b] = x",
        shape="(N, *, 2F) -> (N, *, F)",
        use_when="In convolutional sequence models and Conformers: a learned gate with a linear path for the gradient. Let "
        "the layer before it give twice as many features.",
        pitfalls="It halves the axis, so the layer before it costs twice as much; an odd size cannot be cut. On a picture "
        "the default axis is the width: choose 1 for channels.",
        source=f"Dauphin et al. 2017, https://arxiv.org/abs/1612.08083; {TORCH_DOCS}GLU.html",
    )
    aliases = ("gated linear unit", "gate")

    @classmethod
    def flat(cls, params: GLUParams) -> None:
        """It works along an axis, not value by value."""

    @classmethod
    def infer(cls, params: GLUParams, inputs: Sequence[TensorSpec]) -> None:
        """It halves an axis: PyTorch says what comes out."""

    @classmethod
    def check(cls, params: GLUParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if complaints:
            return
        shape = inputs[0].shape
        size = shape[params.dim % (len(shape) + 1) - 1]
        if size % 2:
            even = [axis for axis, other in enumerate(shape, start=1) if other % 2 == 0]
            yield Complaint(
                code="size_does_not_divide",
                message=say(
                    "GLU `{node}` cuts axis {dim} in two halves, but {got} from `{source}` has {size} there, an "
                    "odd number.",
                    dim=params.dim,
                    got=inputs[0],
                    size=size,
                ),
                port="x",
                field="dim",
                expected=say("an even size"),
                got=str(size),
                values={"dim": params.dim, "size": size, "got": str(inputs[0])},
                fixes=tuple(Repair("set_param", {"name": "dim", "value": axis}) for axis in even),
            )

    @classmethod
    def summary(cls, params: GLUParams) -> str:
        return say("axis {dim}", dim=params.dim)
