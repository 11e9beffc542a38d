"""Where two wires meet that are not alike: differences, products of vectors and matrices, distances."""

from collections.abc import Iterator, Sequence
from typing import Any

from netwright.language import Text, say
from netwright.layers.axes import check_dim
from netwright.layers.base import ROWS, Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.merge import _Elementwise, shapes_differ
from netwright.layers.params import Integer, Positive, setting

_DOCS = "https://docs.pytorch.org/docs/stable/generated/"
_PAIR = (Port("x", along=ROWS), Port("other", along=ROWS))


class Subtract(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    inputs = _PAIR
    documentation = Documentation(
        summary="The first tensor less the second, value by value.",
        formula=r"y = x - x'",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="Where the difference of two things matters: two views of one scene in a siamese network, a signal less "
        "its smoothed self.",
        pitfalls="Which is taken from which follows the inputs, not the order of drawing. If both come from layers that "
        "learn, Add can do the same.",
        source=_DOCS + "torch.sub.html",
    )
    aliases = ("minus", "difference", "sub")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return " - ".join(inputs)


class Divide(_Elementwise):
    """(N, *), (N, *) -> (N, *)."""

    inputs = _PAIR
    documentation = Documentation(
        summary="The first tensor divided by the second, value by value.",
        formula=r"y = x / x'",
        shape="(N, *), (N, *) -> (N, *)",
        use_when="To scale by something that was computed: a signal by its strength, counts by their total.",
        pitfalls="Near a divisor of zero values and gradients blow up, and one zero makes the loss NaN: keep the divisor "
        "positive, with Softplus before it.",
        source=_DOCS + "torch.div.html",
    )
    aliases = ("ratio", "quotient", "div")

    @classmethod
    def template(cls, inputs: Sequence[str]) -> str:
        return " / ".join(inputs)

    @classmethod
    def is_gate(cls, first: TensorSpec, other: TensorSpec) -> bool:
        """One divisor for each channel or sample: (C, 1, 1) under (C, H, W)."""
        return all(n in {1, m} for n, m in zip(other.shape, first.shape, strict=True))


class _OfOneShape(Layer[Any]):
    """Two tensors of exactly one shape."""

    family = "merge"
    inputs = _PAIR
    muted_is_identity = False

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        if inputs[0].shape != inputs[1].shape:
            yield shapes_differ(cls, inputs, 1)


class Dot(_OfOneShape):
    """(N, *, F), (N, *, F) -> (N, *, 1)."""

    inputs = (Port("x", "(N, *, F)"), Port("other", "(N, *, F)"))
    outputs = (Port("y", "(N, *, 1)"),)
    documentation = Documentation(
        summary="The inner product of two vectors along the last axis: one number that says how well they fit.",
        formula=r"y = \sum_f x_f x'_f",
        shape="(N, *, F), (N, *, F) -> (N, *, 1)",
        use_when="To score a pair: user and item in a recommender (matrix factorisation), query and document in a "
        "two-tower network.",
        pitfalls="Long vectors win over fitting ones: where only direction should count, take CosineSimilarity. Its size "
        "grows with F.",
        source=_DOCS + "torch.linalg.vecdot.html",
    )
    aliases = ("inner product", "dot product", "matrix factorization")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="({0} * {1}).sum(-1, keepdim=True)")

    @classmethod
    def macs(cls, params: LayerParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return inputs[0].numel


class CosineSimilarityParams(LayerParams):
    dim: Integer = setting(
        1,
        "Axis of the vectors that are compared, with the batch counted as 0: 1 for features, -1 for the last.",
        unit="axis",
    )
    eps: Positive = setting(1e-8, "The smallest length that is divided by, against division by zero.")


class CosineSimilarity(_OfOneShape):
    """(N, F, *), (N, F, *) -> (N, *)."""

    Params = CosineSimilarityParams
    inputs = (Port("x", "(N, F, *)"), Port("other", "(N, F, *)"))
    documentation = Documentation(
        summary="The cosine of the angle between two vectors: 1 for one direction, 0 for a right angle, -1 for opposite ones.",
        formula=r"y = \frac{x \cdot x'}{\max(\lVert x \rVert \lVert x' \rVert, \epsilon)}",
        shape="(N, F, *), (N, F, *) -> (N, *)",
        use_when="To compare embeddings whatever their length: siamese networks, retrieval, face verification.",
        pitfalls="The axis goes: of two vectors (N, F) one number a sample is left, with no axis behind the batch; put "
        "Unsqueeze behind it where the next layer wants one. Its range is narrow: scale it before a softmax.",
        source=_DOCS + "torch.nn.CosineSimilarity.html",
    )
    aliases = ("cosine distance", "angle", "siamese")

    @classmethod
    def call(cls, params: CosineSimilarityParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("CosineSimilarity", {"dim": params.dim, **params.changed("eps")})

    @classmethod
    def check(cls, params: CosineSimilarityParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(super().check(params, inputs))
        yield from complaints or check_dim(cls.type, params.dim, inputs[0])

    @classmethod
    def macs(cls, params: Any, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        """The inner product and the two lengths."""
        return 3 * inputs[0].numel

    @classmethod
    def summary(cls, params: CosineSimilarityParams) -> str:
        return say("axis {dim}", dim=params.dim)


class PairwiseDistanceParams(LayerParams):
    p: Positive = setting(2.0, "Which distance: 2 is the straight line, 1 the sum of absolute differences.")
    eps: Positive = setting(1e-6, "Added to every difference, so that equal vectors have a gradient.")
    keepdim: bool = setting(False, "Keep the axis, with size 1.")


class PairwiseDistance(_OfOneShape):
    """(N, *, F), (N, *, F) -> (N, *)."""

    Params = PairwiseDistanceParams
    inputs = (Port("x", "(N, *, F)"), Port("other", "(N, *, F)"))
    documentation = Documentation(
        summary="How far apart two vectors are, along the last axis.",
        formula=r"y = \Big( \sum_f |x_f - x'_f + \epsilon|^p \Big)^{1/p}",
        shape="(N, *, F), (N, *, F) -> (N, *)",
        use_when="In siamese networks and metric learning, where near means alike.",
        pitfalls="Without keepdim the axis goes, and of (N, F) one number a sample is left. Distances of unscaled "
        "embeddings can grow without bound: Normalize them first, or add a margin to the loss.",
        source=_DOCS + "torch.nn.PairwiseDistance.html",
    )
    aliases = ("euclidean distance", "l2 distance", "siamese")

    @classmethod
    def call(cls, params: PairwiseDistanceParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("PairwiseDistance", params.changed())

    @classmethod
    def summary(cls, params: PairwiseDistanceParams) -> str:
        return f"p {params.p:g}"


class MatMul(Layer[LayerParams]):
    """(N, *, A, B), (N, *, B, C) -> (N, *, A, C)."""

    family = "merge"
    inputs = (
        Port("x", "(N, *, A, B)", frozenset({3, 4, 5})),
        Port("other", "(N, *, B, C)", frozenset({3, 4, 5})),
    )
    outputs = (Port("y", "(N, *, A, C)", frozenset({3, 4, 5})),)
    muted_is_identity = False
    documentation = Documentation(
        summary="The matrix product of two tensors, sample by sample: rows of the first with columns of the second.",
        formula=r"y_{ac} = \sum_b x_{ab} \, x'_{bc}",
        shape="(N, *, A, B), (N, *, B, C) -> (N, *, A, C)",
        use_when="To build attention by hand (queries with transposed keys, weights with values), or to apply weights that "
        "the network itself computed.",
        pitfalls="The inner sizes must agree: Transpose one of the two where they do not. Products of A queries and C keys "
        "take A x C values a sample, which grows with the square of the sequence.",
        source=_DOCS + "torch.matmul.html",
    )
    aliases = ("matrix product", "batched matrix multiplication", "bmm", "matrix multiply")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0} @ {1}")

    @classmethod
    def check(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        first, other = inputs
        if len(first.shape) != len(other.shape) or first.shape[:-2] != other.shape[:-2]:
            yield cls._differs(say("the same axes before the last two"), first, other, ())
        elif first.shape[-1] != other.shape[-2]:
            turned = {"type": "Transpose", "params": {"dim0": -2, "dim1": -1}}
            fits = first.shape[-1] == other.shape[-1]
            fixes = (Repair("insert", {"nodes": [turned]}),) if fits else ()
            need = say("{count:,} rows in the second matrix, as many as the first has columns,", count=first.shape[-1])
            yield cls._differs(need, first, other, fixes)

    @classmethod
    def _differs(cls, need: Text, first: TensorSpec, other: TensorSpec, fixes: tuple[Repair, ...]) -> Complaint:
        return Complaint(
            code="matrices_differ",
            message=say(
                "MatMul `{node}` needs {need} but gets {first} first and {other} from `{source}`.",
                need=need,
                first=first,
                other=other,
            ),
            port="other",
            expected=f"N x ... x {first.shape[-1]} x C",
            got=str(other),
            values={"first": str(first), "got": str(other)},
            fixes=fixes,
        )

    @classmethod
    def macs(cls, params: LayerParams, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]) -> int:
        return outputs[0].numel * inputs[0].shape[-1]
