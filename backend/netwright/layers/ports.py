"""What a port itself demands, rank and dtype, said in our own words with ways out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from netwright.language import any_of, say
from netwright.layers.base import Complaint, Port, Repair, TensorSpec

if TYPE_CHECKING:
    from netwright.layers.base import Layer

_AVERAGE_POOL = {3: "AdaptiveAvgPool1d", 4: "AdaptiveAvgPool2d", 5: "AdaptiveAvgPool3d"}


def check_ports(layer: "type[Layer[Any]]", inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
    """At most one complaint for each wire: its rank before its dtype."""
    variadic = bool(layer.inputs) and layer.inputs[-1].variadic
    ports = [layer.inputs[min(i, len(layer.inputs) - 1)] for i in range(len(inputs))] if variadic else layer.inputs
    for index, (port, spec) in enumerate(zip(ports, inputs, strict=True)):
        wire = index - layer.inputs.index(port) if port.variadic else 0
        if port.ranks is not None and len(spec.shape) + 1 not in port.ranks:
            yield _wrong_rank(layer, port, spec, wire)
        elif spec.dtype not in port.dtypes:
            yield _wrong_dtype(layer, port, spec, wire)


def _wrong_rank(layer: "type[Layer[Any]]", port: Port, spec: TensorSpec, wire: int) -> Complaint:
    assert port.ranks is not None
    rank = len(spec.shape) + 1
    flat = port.ranks <= {2, 3} and 2 in port.ranks
    axes = any_of(port.axes.split(" or "))
    expected = say("a flat input (N x F)") if flat else say("an input of shape {axes}", axes=axes)
    return Complaint(
        code="wrong_rank",
        message=say(
            "{type} `{node}` needs {expected} but gets {spec} from `{source}`.",
            type=layer.type,
            expected=expected,
            spec=spec,
        ),
        port=port.name,
        wire=wire,
        expected=axes,
        got=str(spec),
        values={"expected": port.axes, "got": str(spec), "rank": rank},
        fixes=tuple(_rank_repairs(layer, port, spec, wire, rank)),
    )


def _rank_repairs(layer: "type[Layer[Any]]", port: Port, spec: TensorSpec, wire: int, rank: int) -> Iterator[Repair]:
    assert port.ranks is not None
    if 2 in port.ranks and rank > 2:
        flatten: dict[str, Any] = {"type": "Flatten", "params": {}}
        yield Repair("insert", {"nodes": [flatten]}, wire)
        if rank in _AVERAGE_POOL:
            # Two nodes, in the order of the data: pool every channel to one value, then drop the spatial axes.
            pool: dict[str, Any] = {"type": _AVERAGE_POOL[rank], "params": {"output_size": 1}}
            yield Repair("insert", {"nodes": [pool, flatten]}, wire)
        return
    if (sibling := _sibling(layer.type, rank)) is not None:
        yield Repair("replace", {"type": sibling, "params": {}}, wire)
    if port.ranks == {rank + 1}:
        # The channel axis was left out: (N, H, W) becomes (N, 1, H, W).
        reshape = {"type": "Reshape", "params": {"shape": [1, *spec.shape]}}
        yield Repair("insert", {"nodes": [reshape]}, wire)


def _sibling(name: str, rank: int) -> str | None:
    """The layer of the same kind for this rank: Conv1d for Conv2d, Dropout for Dropout2d."""
    from netwright.layers.registry import LAYERS

    if name[-2:] not in {"1d", "2d", "3d"}:
        return None
    return next((other for other in (f"{name[:-2]}{rank - 2}d", name[:-2]) if other in LAYERS), None)


def _wrong_dtype(layer: "type[Layer[Any]]", port: Port, spec: TensorSpec, wire: int) -> Complaint:
    wanted = any_of(sorted(port.dtypes))
    fixes = tuple(
        Repair("set_source_param", {"type": "Input", "name": "dtype", "value": dtype}, wire)
        for dtype in sorted(port.dtypes)
    )
    return Complaint(
        code="wrong_dtype",
        message=say(
            "{type} `{node}` needs values of type {wanted} but gets {dtype} from `{source}`.",
            type=layer.type,
            wanted=wanted,
            dtype=spec.dtype,
        ),
        port=port.name,
        wire=wire,
        expected=wanted,
        got=spec.dtype,
        values={"expected": wanted, "got": spec.dtype},
        fixes=fixes,
    )
