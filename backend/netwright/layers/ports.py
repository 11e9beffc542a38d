"""What a port itself demands, rank and dtype, said in our own words with ways out."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netwright.language import Text, any_of, say
from netwright.layers.base import Along, Complaint, Port, Repair, TensorSpec

if TYPE_CHECKING:
    from netwright.layers.base import Layer

_ROW_OF: dict[Along, Text] = {"N": say("sample"), "V": say("vertex of a graph"), "E": say("edge of a graph")}
_AVERAGE_POOL = {3: "AdaptiveAvgPool1d", 4: "AdaptiveAvgPool2d", 5: "AdaptiveAvgPool3d"}


MAX_COUNTED_PORTS = 64
"""Ports that one parameter may ask for; beyond it the layer's own check refuses the parameter."""


def ports_for(layer: "type[Layer[Any]]", ports: tuple[Port, ...], params: Mapping[str, Any]) -> tuple[Port, ...]:
    """The ports that are there for ``params``, by the rules ``only_if`` and ``count_from``; the page has the same.

    A parameter that is no truth value, or no number or list, counts as its default: what is wrong with it is said elsewhere.
    """
    if all(port.only_if is None and port.count_from is None for port in ports):
        return ports
    found: list[Port] = []
    for port in ports:
        if port.only_if is not None and not _value(layer, port.only_if, params, (bool,)):
            continue
        if port.count_from is None:
            found.append(port)
            continue
        value = _value(layer, port.count_from, params, (int, list, tuple))
        count = value if isinstance(value, int) else len(value)
        found += [
            dataclasses.replace(port, name=f"{port.name}{i}", count_from=None)
            for i in range(min(max(count, 1), MAX_COUNTED_PORTS))
        ]
    return tuple(found)


def _value(layer: "type[Layer[Any]]", name: str, params: Mapping[str, Any], kinds: tuple[type, ...]) -> Any:
    value = params.get(name)
    is_fitting = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    return value if is_fitting else layer.Params.model_fields[name].default


def check_ports(layer: "type[Layer[Any]]", inputs: Sequence[TensorSpec]) -> Iterator[Complaint]:
    """At most one complaint for each wire: what its rows are before its rank before its dtype."""
    variadic = bool(layer.inputs) and layer.inputs[-1].variadic
    ports = [layer.inputs[min(i, len(layer.inputs) - 1)] for i in range(len(inputs))] if variadic else layer.inputs
    for index, (port, spec) in enumerate(zip(ports, inputs, strict=True)):
        wire = index - layer.inputs.index(port) if port.variadic else 0
        if not spec.is_given:
            continue
        if spec.along not in port.along:
            yield _wrong_rows(layer, port, spec, wire)
        elif port.variadic and spec.along != inputs[index - wire].along:
            yield _mixed_rows(layer, port, inputs[index - wire], spec, wire)
        elif port.ranks is not None and len(spec.shape) + 1 not in port.ranks:
            yield _wrong_rank(layer, port, spec, wire)
        elif spec.dtype not in port.dtypes:
            yield _wrong_dtype(layer, port, spec, wire)


def _wrong_rows(layer: "type[Layer[Any]]", port: Port, spec: TensorSpec, wire: int) -> Complaint:
    expected = " or ".join(letter for letter in _ROW_OF if letter in port.along)
    return Complaint(
        code="wrong_rows",
        message=say(
            "{type} `{node}` needs {needed} but gets {spec} from `{source}`, one entry for each {row}. {way_out}",
            type=layer.type,
            needed=_needed(port),
            spec=spec,
            row=_ROW_OF[spec.along],
            way_out=_way_out(port, spec),
        ),
        port=port.name,
        wire=wire,
        expected=port.axes,
        got=str(spec),
        values={"expected": expected, "got": str(spec), "letter": spec.along},
    )


def _needed(port: Port) -> Text:
    if port.along == {"E"}:
        return say("the edges of a graph {axes} at `{port}`", axes=port.axes, port=port.name)
    if port.along == {"V"}:
        return say("one entry for each vertex of a graph {axes} at `{port}`", axes=port.axes, port=port.name)
    return say("one entry for each sample")


def _way_out(port: Port, spec: TensorSpec) -> Text:
    if port.along == {"E"}:
        return say("Connect the output edge_index of the Graph node (behind a top-k pool: that of the pool).")
    if port.along == {"V"}:
        return say(
            "Connect it to what comes from the Graph node: its output {port}, or a layer behind it.", port=port.name
        )
    if spec.along == "V":
        return say("Put a global pool before it, such as GraphMeanPool: it makes one row a graph.")
    return say("Only layers that pass messages along edges take it, such as GCNConv.")


def _mixed_rows(layer: "type[Layer[Any]]", port: Port, first: TensorSpec, spec: TensorSpec, wire: int) -> Complaint:
    return Complaint(
        code="mixed_rows",
        message=say(
            "{type} `{node}` cannot join {first}, one row for each {first_row}, with {spec} from "
            "`{source}`, one row for each {row}. Pool the vertices first, with GraphMeanPool.",
            type=layer.type,
            first=first,
            first_row=_ROW_OF[first.along],
            spec=spec,
            row=_ROW_OF[spec.along],
        ),
        port=port.name,
        wire=wire,
        expected=str(first),
        got=str(spec),
        values={"expected": str(first), "got": str(spec)},
    )


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
    if port.axes.startswith("(N, T") and port.ranks == {3} and "float32" in port.dtypes:
        yield from _sequence_repairs(spec, wire, rank)
        return
    if (sibling := _sibling(layer.type, rank)) is not None:
        yield Repair("replace", {"type": sibling, "params": {}}, wire)
    if port.ranks == {rank + 1}:
        # The channel axis was left out: (N, H, W) becomes (N, 1, H, W).
        reshape = {"type": "Reshape", "params": {"shape": [1, *spec.shape]}}
        yield Repair("insert", {"nodes": [reshape]}, wire)


def _sequence_repairs(spec: TensorSpec, wire: int, rank: int) -> Iterator[Repair]:
    """Ways to a sequence: vectors for indices, a step for each value of a row, a step for each row of a picture."""
    if rank == 2 and spec.dtype == "int64":
        yield Repair("insert", {"nodes": [{"type": "Embedding", "params": {}}]}, wire)
    elif rank == 2:
        for shape in ([spec.shape[0], 1], [1, spec.shape[0]]):
            yield Repair("insert", {"nodes": [{"type": "Reshape", "params": {"shape": shape}}]}, wire)
    elif rank == 4:
        channels, height, width = spec.shape
        rows: list[dict[str, Any]] = [{"type": "Reshape", "params": {"shape": [height, channels * width]}}]
        # With several channels the rows of all of them are brought side by side first.
        swap = {"type": "Formula", "params": {"formula": "transpose(a, 1, 2)"}}
        yield Repair("insert", {"nodes": [swap, *rows] if channels > 1 else rows}, wire)
        patches = [size for size in (16, 8, 7, 4, 2) if height % size == 0 and width % size == 0 and size < height]
        for size in patches[:1]:
            yield Repair("insert", {"nodes": [{"type": "PatchEmbedding", "params": {"patch_size": size}}]}, wire)


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
