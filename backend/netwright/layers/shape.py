"""The same values in another shape."""

import math
from collections.abc import Iterator, Sequence

from netwright.language import Text, say, sized
from netwright.layers.axes import check_dim
from netwright.layers.base import (
    ANY_DTYPE,
    Call,
    Complaint,
    Documentation,
    Layer,
    LayerParams,
    Port,
    Repair,
    TensorSpec,
)
from netwright.layers.params import Integer, SizesOrFill, setting


class Flatten(Layer[LayerParams]):
    """(N, *) -> (N, F)."""

    family = "shape"
    inputs = (Port("x", dtypes=ANY_DTYPE),)
    outputs = (Port("y", "(N, F)", frozenset({2}), ANY_DTYPE),)
    documentation = Documentation(
        summary="Lays all values of a sample in one row.",
        formula=r"F = \prod_i d_i",
        shape="(N, *) -> (N, F)",
        use_when="Between the last convolution or pool and the first Linear layer.",
        pitfalls="After it nothing knows any more which values were neighbours. The Linear layer behind it fixes the "
        "picture's size; AdaptiveAvgPool2d before it leaves the size free and saves parameters.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html",
    )
    aliases = ("to a row", "view")

    @classmethod
    def call(cls, params: LayerParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("Flatten")


class ReshapeParams(LayerParams):
    shape: SizesOrFill = setting(
        (-1,),
        "Size of each axis of one sample, without the batch; one of them may be -1 and takes what is left.",
        unit="elements",
    )


class Reshape(Layer[ReshapeParams]):
    """(N, *) -> (N, *)."""

    family = "shape"
    Params = ReshapeParams
    inputs = (Port("x", dtypes=ANY_DTYPE),)
    outputs = (Port("y", dtypes=ANY_DTYPE),)
    documentation = Documentation(
        summary="Reads the values of each sample in the same order into another shape.",
        formula=r"\prod_i d'_i = \prod_i d_i",
        shape="(N, *) -> (N, *)",
        use_when="To make a picture out of a row of values (784 to 1 x 28 x 28), or groups out of channels.",
        pitfalls="It does not swap axes: values stay in reading order, so turning H x W x C into C x H x W by Reshape "
        "scrambles the picture. The batch is never touched.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.reshape.html",
    )
    aliases = ("view", "rearrange")

    @classmethod
    def call(cls, params: ReshapeParams, inputs: Sequence[TensorSpec]) -> Call:
        # Written the same for every input, so that one class serves all uses of a block; flatten of a row is a no-op.
        if len(params.shape) == 1:
            return Call(template="{0}.flatten(1)")
        return Call(
            template=f"{{0}}.reshape({{0}}.size(0), {', '.join(map(str, params.shape))})",
            general="{0}.reshape({0}.size(0), *{shape})",
            arguments={"shape": params.shape},
        )

    @classmethod
    def check(cls, params: ReshapeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        sentence = say(
            "Reshape `{node}` asks for {shape} = {wanted} values a sample but `{source}` gives {got}, {count} values.",
            got=inputs[0],
            count=inputs[0].numel,
        )
        yield from _check_sizes("Reshape", "shape", params.shape, inputs[0].numel, sentence)

    @classmethod
    def summary(cls, params: ReshapeParams) -> str:
        return sized(params.shape)


def _check_sizes(name: str, field: str, sizes: tuple[int, ...], numel: int, sentence: Text) -> Iterator[Complaint]:
    """One complaint when ``sizes`` do not hold exactly ``numel`` values: ``sentence``, whose ``{shape}`` and ``{wanted}`` are
    open."""
    text = sized(sizes)
    if sizes.count(-1) > 1 or 0 in sizes:
        wrong = say("two axes of -1, and only one can take what is left" if sizes.count(-1) > 1 else "an axis of 0")
        yield Complaint(
            code="reshape_ambiguous",
            message=say("{name} `{node}` asks for {shape}: {wrong}.", name=name, shape=text, wrong=wrong),
            field=field,
            expected=say("sizes of at least 1, at most one of them -1"),
            got=text,
            values={"shape": text},
            fixes=(Repair("set_param", {"name": field, "value": [-1]}),),
        )
        return
    known = math.prod(size for size in sizes if size != -1)
    if numel % known if -1 in sizes else known != numel:
        wanted = say("{count} times a whole number", count=known) if -1 in sizes else known
        yield Complaint(
            code="reshape_size_differs",
            message=sentence.with_values(shape=text, wanted=wanted),
            port="x",
            field=field,
            expected=say("{count} values", count=numel),
            got=text,
            values={"shape": text, "known": known, "numel": numel},
            fixes=tuple(Repair("set_param", {"name": field, "value": value}) for value in _fitting(sizes, numel)),
        )


def _fitting(shape: tuple[int, ...], numel: int) -> Iterator[list[int]]:
    """The nearest shapes that hold ``numel`` values: one axis freed, the first possible, else a plain row."""
    for axis in range(len(shape)):
        rest = math.prod(size for i, size in enumerate(shape) if i != axis and size != -1)
        if len(shape) > 1 and -1 not in (shape[:axis] + shape[axis + 1 :]) and numel % rest == 0:
            yield [-1 if i == axis else size for i, size in enumerate(shape)]
            return
    yield [-1]


class UnflattenParams(LayerParams):
    dim: Integer = setting(
        1, "Axis that is split, with the batch counted as 0: 1 for channels, -1 for the last.", unit="axis"
    )
    unflattened_size: SizesOrFill = setting(
        (1, -1), "Sizes of the axes that it becomes; one of them may be -1 and takes what is left.", unit="elements"
    )


class Unflatten(Layer[UnflattenParams]):
    """(N, *, F, *) -> (N, *, F1, F2, *)."""

    family = "shape"
    Params = UnflattenParams
    inputs = (Port("x", dtypes=ANY_DTYPE),)
    outputs = (Port("y", dtypes=ANY_DTYPE),)
    documentation = Documentation(
        summary="Splits one axis into several and leaves the others as they are.",
        formula=r"F = \prod_i F_i",
        shape="(N, *, F, *) -> (N, *, F1, F2, *)",
        use_when="In a decoder, from the row that a Linear layer gives back to channels and places (128 to 8 x 4 x 4), and "
        "to split features into heads or channels into groups.",
        pitfalls="Values stay in reading order: the sizes must be in the order in which Flatten laid them out. Only one of "
        "them may be -1.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html",
    )
    aliases = ("split an axis", "view")

    @classmethod
    def call(cls, params: UnflattenParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call("Unflatten", {"dim": params.dim, "unflattened_size": params.unflattened_size}, positional=2)

    @classmethod
    def check(cls, params: UnflattenParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if not complaints:
            size = inputs[0].shape[params.dim % (len(inputs[0].shape) + 1) - 1]
            sentence = say(
                "Unflatten `{node}` asks for {shape} = {wanted} elements but axis {dim} of {got} from `{source}` has "
                "{size}.",
                dim=params.dim,
                got=inputs[0],
                size=size,
            )
            yield from _check_sizes(cls.type, "unflattened_size", params.unflattened_size, size, sentence)

    @classmethod
    def summary(cls, params: UnflattenParams) -> str:
        return say("axis {dim} to {sizes}", dim=params.dim, sizes=sized(params.unflattened_size))
