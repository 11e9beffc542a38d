"""One or several axes reduced to a single value each."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from netwright.language import listed, say
from netwright.layers.axes import check_dims
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, TensorSpec
from netwright.layers.params import Axes, setting


class ReduceParams(LayerParams):
    dim: Axes = setting(
        (1,),
        "Axes that are reduced, with the batch counted as 0: 2, 3 for height and width, 1 for the steps of a sequence, -1 "
        "for the last.",
        unit="axes",
    )
    keepdim: bool = setting(False, "Keep the reduced axes, with size 1.")


class _Reduce(Layer[ReduceParams]):
    family = "shape"
    Params = ReduceParams
    inputs = (Port("x"),)
    outputs = (Port("y"),)
    method: ClassVar[str]

    @classmethod
    def call(cls, params: ReduceParams, inputs: Sequence[TensorSpec]) -> Call:
        keepdim = ", keepdim=True" if params.keepdim else ""
        dim = params.dim[0] if len(params.dim) == 1 else params.dim
        return Call(template=f"{{0}}.{cls.method}({{dim}}{keepdim})", arguments={"dim": dim})

    @classmethod
    def check(cls, params: ReduceParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        yield from check_dims(cls.type, params.dim, inputs[0])

    @classmethod
    def summary(cls, params: ReduceParams) -> str:
        dims = ", ".join(map(str, params.dim))
        axes = say("axis {dim}", dim=dims) if len(params.dim) == 1 else say("axes {dims}", dims=dims)
        return listed([axes, *([say("kept")] if params.keepdim else [])])


def _document(what: str, formula: str, use_when: str, pitfalls: str, function: str) -> Documentation:
    return Documentation(
        summary=f"{what} over one or several axes, which go.",
        formula=formula,
        shape="(N, *, A, *) -> (N, *, *)",
        use_when=use_when,
        pitfalls=f"{pitfalls} With all axes but the batch reduced, one number a sample is left, with no axis of its own; "
        "keepdim keeps them.",
        source=f"https://docs.pytorch.org/docs/stable/generated/torch.{function}.html",
    )


class ReduceMean(_Reduce):
    """(N, *, A, *) -> (N, *, *)."""

    method = "mean"
    documentation = _document(
        "The mean",
        r"y = \tfrac{1}{A} \sum_a x_{\dots a \dots}",
        "For means that no pool has: over channels (an attention map), over steps and features at once.",
        "Over axes of different meaning the mean says little.",
        "mean",
    )
    aliases = ("average over an axis", "mean over an axis", "global average pooling")


class ReduceSum(_Reduce):
    """(N, *, A, *) -> (N, *, *)."""

    method = "sum"
    documentation = _document(
        "The sum",
        r"y = \sum_a x_{\dots a \dots}",
        "Where amounts add up: counts, energies, the readout of a set of things, weighted sums after Multiply.",
        "Its size grows with the axis: a sum over a longer sequence is larger. ReduceMean is not.",
        "sum",
    )
    aliases = ("sum over an axis", "total")


class ReduceMax(_Reduce):
    """(N, *, A, *) -> (N, *, *)."""

    method = "amax"
    documentation = _document(
        "The largest value",
        r"y = \max_a x_{\dots a \dots}",
        "Where the strongest response counts, over channels (as in CBAM), steps or places.",
        "Only the winner gets a gradient; equal winners share it.",
        "amax",
    )
    aliases = ("max over an axis", "global max pooling")


class ReduceMin(_Reduce):
    """(N, *, A, *) -> (N, *, *)."""

    method = "amin"
    documentation = _document(
        "The smallest value",
        r"y = \min_a x_{\dots a \dots}",
        "Where the weakest counts: the nearest of several distances.",
        "Only the smallest gets a gradient; equal ones share it.",
        "amin",
    )
    aliases = ("min over an axis",)
