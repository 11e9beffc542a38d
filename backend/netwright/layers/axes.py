"""Parameters that name axes, which several layers take: none may touch the batch."""

from collections.abc import Iterator, Sequence

from netwright.language import say
from netwright.layers.base import Complaint, Repair, TensorSpec


def check_dim(
    name: str, dim: int, spec: TensorSpec, *, field: str = "dim", is_new: bool = False
) -> Iterator[Complaint]:
    """One complaint when ``dim`` is no axis of the input or is the batch; ``is_new`` for an axis that is to be added."""
    rank = len(spec.shape) + 1 + is_new
    if not -rank <= dim < rank:
        yield _no_such_axis(name, dim, spec, rank, field, -1)
    elif dim % rank == 0:
        yield _axis_is_batch(name, dim, rank, field, 1)


def check_dims(name: str, dims: Sequence[int], spec: TensorSpec) -> Iterator[Complaint]:
    """One complaint about the parameter ``dim`` when it is a list: an axis that is not there, the batch, or one named twice."""
    rank = len(spec.shape) + 1
    missing = [dim for dim in dims if not -rank <= dim < rank]
    batch = [dim for dim in dims if dim in {0, -rank}]
    rest = list(dict.fromkeys(dim % rank for dim in dims if dim not in missing + batch))
    if missing:
        yield _no_such_axis(name, missing[0], spec, rank, "dim", rest or [-1])
    elif batch:
        yield _axis_is_batch(name, batch[0], rank, "dim", rest or [1])
    elif len(rest) < len(dims):
        yield Complaint(
            code="axis_twice",
            message=say(
                "{name} `{node}` names an axis twice in {dims}: negative numbers count from the last axis.",
                name=name,
                dims=", ".join(map(str, dims)),
            ),
            field="dim",
            expected=say("every axis once"),
            got=", ".join(map(str, dims)),
            values={"dims": list(dims)},
            fixes=(Repair("set_param", {"name": "dim", "value": rest}),),
        )


def _no_such_axis(name: str, dim: int, spec: TensorSpec, rank: int, field: str, instead: int | list[int]) -> Complaint:
    return Complaint(
        code="no_such_axis",
        message=say(
            "{name} `{node}` works along axis {dim}, but {spec} from `{source}` has axes 0 to {last}.",
            name=name,
            dim=dim,
            spec=spec,
            last=rank - 1,
        )
        if rank == len(spec.shape) + 1
        else say(
            "{name} `{node}` puts an axis at {dim}, but with it {spec} from `{source}` has axes 0 to {last}.",
            name=name,
            dim=dim,
            spec=spec,
            last=rank - 1,
        ),
        port="x",
        field=field,
        expected=say("1 to {last}, or -{last} to -1", last=rank - 1),
        got=str(dim),
        values={"dim": dim, "rank": rank, "got": str(spec)},
        fixes=(Repair("set_param", {"name": field, "value": instead}),),
    )


def _axis_is_batch(name: str, dim: int, rank: int, field: str, instead: int | list[int]) -> Complaint:
    return Complaint(
        code="axis_is_batch",
        message=say(
            "{name} `{node}` works along axis {dim}, which is the batch: samples would be mixed with each other.",
            name=name,
            dim=dim,
        ),
        field=field,
        expected=say("1 to {last}, or -{last} to -1", last=rank - 1),
        got=str(dim),
        values={"dim": dim, "rank": rank},
        fixes=(Repair("set_param", {"name": field, "value": instead}),),
    )
