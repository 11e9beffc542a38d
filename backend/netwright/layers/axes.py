"""The parameter ``dim``, which several layers take."""

from collections.abc import Iterator

from netwright.language import say
from netwright.layers.base import Complaint, Repair, TensorSpec


def check_dim(name: str, dim: int, spec: TensorSpec) -> Iterator[Complaint]:
    """One complaint when ``dim`` is no axis of the input or is the batch."""
    rank = len(spec.shape) + 1
    if not -rank <= dim < rank:
        yield Complaint(
            code="no_such_axis",
            message=say(
                "{name} `{node}` works along axis {dim}, but {spec} from `{source}` has axes 0 to {last}.",
                name=name,
                dim=dim,
                spec=spec,
                last=rank - 1,
            ),
            port="x",
            field="dim",
            expected=say("1 to {last}, or -{last} to -1", last=rank - 1),
            got=str(dim),
            values={"dim": dim, "rank": rank, "got": str(spec)},
            fixes=(Repair("set_param", {"name": "dim", "value": -1}),),
        )
    elif dim % rank == 0:
        yield Complaint(
            code="axis_is_batch",
            message=say(
                "{name} `{node}` works along axis {dim}, which is the batch: samples would be mixed with each other.",
                name=name,
                dim=dim,
            ),
            field="dim",
            expected=say("1 to {last}, or -{last} to -1", last=rank - 1),
            got=str(dim),
            values={"dim": dim, "rank": rank},
            fixes=(Repair("set_param", {"name": "dim", "value": 1}),),
        )
