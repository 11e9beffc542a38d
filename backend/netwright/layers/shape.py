"""Operations that change the shape and nothing else."""

import math
from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import SizesOrFill, setting


class Flatten(Layer[LayerParams]):
    """(N, *) -> (N, F)."""

    family = "shape"
    inputs = (Port("x"),)
    outputs = (Port("y", "(N, F)", frozenset({2})),)
    documentation = Documentation(
        summary="Lays all values of a sample in one row.",
        formula=r"F = \prod_i d_i",
        shape="(N, *) -> (N, F)",
        use_when="Between the last convolution or pool and the first Linear layer.",
        pitfalls="After it nothing knows any more which values were neighbours. The Linear layer behind it fixes the "
        "picture's size; AdaptiveAvgPool2d before it leaves the size free and saves parameters.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html",
    )

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
    inputs = (Port("x"),)
    outputs = (Port("y"),)
    documentation = Documentation(
        summary="Reads the values of each sample in the same order into another shape.",
        formula=r"\prod_i d'_i = \prod_i d_i",
        shape="(N, *) -> (N, *)",
        use_when="To make a picture out of a row of values (784 to 1 x 28 x 28), or groups out of channels.",
        pitfalls="It does not swap axes: values stay in reading order, so turning H x W x C into C x H x W by "
        "Reshape scrambles the picture. The batch is never touched.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.reshape.html",
    )

    @classmethod
    def call(cls, params: ReshapeParams, inputs: Sequence[TensorSpec]) -> Call:
        # Written the same for every input, so that one class serves all uses of a block; flatten of a row is a no-op.
        if len(params.shape) == 1:
            return Call(template="{0}.flatten(1)")
        return Call(template="{0}.flatten(1).unflatten(1, {shape})", arguments={"shape": params.shape})

    @classmethod
    def check(cls, params: ReshapeParams, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        shape, numel = params.shape, inputs[0].numel
        text = " x ".join(map(str, shape))
        if shape.count(-1) > 1 or 0 in shape:
            doubled = say("two axes of -1, and only one can take what is left")
            wrong = doubled if shape.count(-1) > 1 else say("an axis of 0")
            yield Complaint(
                code="reshape_ambiguous",
                message=say("Reshape `{node}` asks for {shape}: {wrong}.", shape=text, wrong=wrong),
                field="shape",
                expected=say("sizes of at least 1, at most one of them -1"),
                got=text,
                values={"shape": text},
                fixes=(Repair("set_param", {"name": "shape", "value": [-1]}),),
            )
            return
        known = math.prod(size for size in shape if size != -1)
        if numel % known if -1 in shape else known != numel:
            yield Complaint(
                code="reshape_size_differs",
                message=say(
                    "Reshape `{node}` asks for {shape} = {wanted} values a sample but `{source}` gives {got}, {count} values.",
                    shape=text,
                    wanted=say("{count} times a whole number", count=known) if -1 in shape else known,
                    got=inputs[0],
                    count=numel,
                ),
                port="x",
                field="shape",
                expected=say("{count} values", count=numel),
                got=text,
                values={"shape": text, "known": known, "numel": numel},
                fixes=tuple(Repair("set_param", {"name": "shape", "value": value}) for value in _fitting(shape, numel)),
            )

    @classmethod
    def summary(cls, params: ReshapeParams) -> str:
        return " x ".join(map(str, params.shape))


def _fitting(shape: tuple[int, ...], numel: int) -> Iterator[list[int]]:
    """The nearest shapes that hold ``numel`` values: one axis freed, the first possible, else a plain row."""
    for axis in range(len(shape)):
        rest = math.prod(size for i, size in enumerate(shape) if i != axis and size != -1)
        if len(shape) > 1 and -1 not in (shape[:axis] + shape[axis + 1 :]) and numel % rest == 0:
            yield [-1 if i == axis else size for i, size in enumerate(shape)]
            return
    yield [-1]
