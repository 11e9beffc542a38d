"""Operations with several outputs: one tensor cut into pieces along an axis."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, Strict

from netwright.language import listed, say
from netwright.layers.axes import check_dim
from netwright.layers.base import Call, Complaint, Documentation, Layer, LayerParams, Port, Repair, TensorSpec
from netwright.layers.params import Integer, Size, setting
from netwright.layers.ports import MAX_COUNTED_PORTS

MAX_PIECES = MAX_COUNTED_PORTS
"""Every piece is a port on the card, and a card has at most so many."""

PieceSizes = Annotated[tuple[Size, ...], Strict(strict=False), Field(min_length=2, max_length=MAX_PIECES)]


def _dim() -> Any:
    return setting(
        1, "Axis that is cut, with the batch counted as 0: 1 cuts the channels, -1 the last axis.", unit="axis"
    )


class _Cut(Layer[Any]):
    """One input, several outputs along an axis."""

    family = "shape"
    inputs = (Port("x", "(N, *)", dtypes=frozenset({"float32", "int64", "bool"})),)
    muted_is_identity = False

    @classmethod
    def check(cls, params: Any, inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
        complaints = list(check_dim(cls.type, params.dim, inputs[0]))
        yield from complaints
        if not complaints:
            axis = params.dim % (len(inputs[0].shape) + 1) - 1
            yield from cls.check_pieces(params, inputs[0], inputs[0].shape[axis])

    @classmethod
    def check_pieces(cls, params: Any, spec: TensorSpec, size: int) -> Iterator[Complaint]:
        """Complaints about how ``size`` is cut."""
        yield from ()


class SplitParams(LayerParams):
    split_size_or_sections: PieceSizes = setting(
        (2, 2), "Size of each piece along the axis; together they are the whole axis.", unit="elements"
    )
    dim: Integer = _dim()


class Split(_Cut):
    """(N, *) -> (N, *), (N, *)."""

    Params = SplitParams
    outputs = (Port("part", "(N, *)", count_from="split_size_or_sections"),)
    documentation = Documentation(
        summary="Cuts a tensor along one axis into pieces of the sizes that are given.",
        formula=r"x = [y_0; y_1; \dots]",
        shape="(N, *) -> (N, *), (N, *)",
        use_when="To send parts of the channels or features along different ways: the mean and the variance of an "
        "autoencoder, the coordinates and the class of a detector.",
        pitfalls="The sizes must add up to the axis, so they change with the layer before it. The batch is never cut.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.split.html",
    )

    @classmethod
    def call(cls, params: SplitParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: Mapping[str, Any] = {"split_size_or_sections": params.split_size_or_sections, "dim": params.dim}
        return Call(template="{0}.split({split_size_or_sections}, dim={dim})", arguments=arguments)

    @classmethod
    def check_pieces(cls, params: SplitParams, spec: TensorSpec, size: int) -> Iterator[Complaint]:
        sizes = params.split_size_or_sections
        total = sum(sizes)
        if total == size:
            return
        text = " + ".join(map(str, sizes))
        rest = size - sum(sizes[:-1])
        count = len(sizes)
        equal = [size // count + (i < size % count) for i in range(count)]
        wishes = [[*sizes[:-1], rest]] if rest > 0 else []
        wishes += [equal] if size >= count and equal not in wishes else []
        yield Complaint(
            code="split_sizes_differ",
            message=say(
                "Split `{node}` cuts into {sizes} = {total:,}, but the axis {dim} of {spec} from `{source}` has {size}.",
                sizes=text,
                total=total,
                dim=params.dim,
                spec=spec,
                size=size,
            ),
            port="x",
            field="split_size_or_sections",
            expected=say("sizes that add up to {size}", size=size),
            got=f"{text} = {total}",
            values={"sizes": text, "total": total, "size": size},
            fixes=tuple(Repair("set_param", {"name": "split_size_or_sections", "value": wish}) for wish in wishes),
        )

    @classmethod
    def summary(cls, params: SplitParams) -> str:
        sizes = params.split_size_or_sections
        shown = " + ".join(map(str, sizes[:4]))
        return listed([f"{shown}{' ...' if len(sizes) > 4 else ''}", say("axis {dim}", dim=params.dim)])


class ChunkParams(LayerParams):
    chunks: Annotated[int, Strict(), Field(ge=2, le=MAX_PIECES)] = setting(
        2, "How many pieces of equal size.", unit="pieces"
    )
    dim: Integer = _dim()


class Chunk(_Cut):
    """(N, *) -> (N, *), (N, *)."""

    Params = ChunkParams
    outputs = (Port("part", "(N, *)", count_from="chunks"),)
    documentation = Documentation(
        summary="Cuts a tensor along one axis into pieces of equal size.",
        formula=r"x = [y_0; y_1; \dots], \qquad \dim y_i = \dim x / n",
        shape="(N, *) -> (N, *), (N, *)",
        use_when="For gated units, where one half of the channels decides how much of the other passes, and to make query, "
        "key and value out of one Linear layer.",
        pitfalls="Where the axis does not divide, PyTorch makes the last piece smaller. The batch is never cut.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.chunk.html",
    )

    @classmethod
    def call(cls, params: ChunkParams, inputs: Sequence[TensorSpec]) -> Call:
        arguments: Mapping[str, Any] = {"chunks": params.chunks, "dim": params.dim}
        return Call(template="{0}.chunk({chunks}, dim={dim})", arguments=arguments)

    @classmethod
    def check_pieces(cls, params: ChunkParams, spec: TensorSpec, size: int) -> Iterator[Complaint]:
        chunks = params.chunks
        if size % chunks == 0:
            return
        each = math.ceil(size / chunks)
        made = math.ceil(size / each)
        wishes = sorted((n for n in range(2, MAX_PIECES + 1) if size % n == 0), key=lambda n: abs(n - chunks))
        outcome = say("PyTorch makes only {count}", count=made)
        if made == chunks:
            last = size - each * (chunks - 1)
            outcome = say("the last piece has {last} in place of {each}", last=last, each=each)
        yield Complaint(
            code="chunks_do_not_fit",
            message=say(
                "Chunk `{node}` cuts the axis {dim} of {spec} from `{source}` into {chunks} pieces, but its "
                "size {size} does not divide: {outcome}.",
                dim=params.dim,
                spec=spec,
                chunks=chunks,
                size=size,
                outcome=outcome,
            ),
            port="x",
            field="chunks",
            severity="warning" if made == chunks else "error",
            expected=say("a number that divides {size}", size=size),
            got=str(chunks),
            values={"chunks": chunks, "size": size, "pieces": made},
            fixes=tuple(Repair("set_param", {"name": "chunks", "value": n}) for n in wishes[:1]),
        )

    @classmethod
    def summary(cls, params: ChunkParams) -> str:
        return say("{count} pieces, axis {dim}", count=params.chunks, dim=params.dim)


class UnbindParams(LayerParams):
    pieces: Annotated[int, Strict(), Field(ge=1, le=MAX_PIECES)] = setting(
        4, "How many entries the axis has: each becomes an output.", unit="pieces"
    )
    dim: Integer = setting(
        1,
        "Axis that is taken apart, with the batch counted as 0: 1 for channels or steps, -1 for the last.",
        unit="axis",
    )


class Unbind(_Cut):
    """(N, A, *) -> (N, *), (N, *)."""

    Params = UnbindParams
    outputs = (Port("part", "(N, *)", count_from="pieces"),)
    documentation = Documentation(
        summary="Takes an axis apart: each of its entries becomes an output without that axis.",
        formula=r"y_i = x_{\dots, i, \dots}",
        shape="(N, A, *) -> (N, *), (N, *)",
        use_when="To send steps, channels or heads along ways of their own: query, key and value behind one Linear layer and "
        "an Unflatten. It is what Stack puts together.",
        pitfalls="The number of outputs is fixed by the axis, so it changes with the layer before it. For a single entry take "
        "Select. The batch is never taken apart.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.unbind.html",
    )

    @classmethod
    def call(cls, params: UnbindParams, inputs: Sequence[TensorSpec]) -> Call:
        return Call(template="{0}.unbind({dim})", arguments={"dim": params.dim})

    @classmethod
    def check_pieces(cls, params: UnbindParams, spec: TensorSpec, size: int) -> Iterator[Complaint]:
        if params.pieces != size:
            yield Complaint(
                code="pieces_differ",
                message=say(
                    "Unbind `{node}` has {pieces} outputs, but the axis {dim} of {spec} from `{source}` has {size} entries.",
                    pieces=params.pieces,
                    dim=params.dim,
                    spec=spec,
                    size=size,
                ),
                port="x",
                field="pieces",
                expected=str(size),
                got=str(params.pieces),
                values={"pieces": params.pieces, "size": size},
                fixes=(Repair("set_param", {"name": "pieces", "value": size}),) if size <= MAX_PIECES else (),
            )

    @classmethod
    def summary(cls, params: UnbindParams) -> str:
        return say("{count} pieces, axis {dim}", count=params.pieces, dim=params.dim)
