"""Whether what the network answers has the form that loss and targets want, and the edit that gives it that form."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import JsonValue

from netwright.compiler.fixes_repairs import insert
from netwright.compiler.report import CheckReport
from netwright.graph.document import NETWORK, Document, Node
from netwright.graph.edits import SetParam, SetParameter
from netwright.graph.problems import Fix, Problem
from netwright.language import any_of, say, sized
from netwright.layers.base import Layer
from netwright.layers.registry import LAYERS
from netwright.training.checking_graph import wrong_sample
from netwright.training.config import ObjectiveConfig
from netwright.training.facts import DataFacts, describe_shape, first_shape
from netwright.training.objectives import LOSSES

Shape = Sequence[int | str | None]


def check_output_shape(
    objective: ObjectiveConfig, field: str, document: Document, report: CheckReport, data: DataFacts, output: Node
) -> Iterator[Problem]:
    """Problems of one Output and the loss on it.  ``report`` has no errors."""
    shape = first_shape(report.nodes[output.id].inputs)
    weight = objective.loss.params.get("weight")
    if isinstance(weight, list) and len(weight) != data.num_outputs:
        yield Problem(
            code="class_weights_length",
            field=f"{field}.loss.params.weight",
            message=say(
                "`weight` has {count} factors, but {title} has {classes} classes.",
                count=len(weight),
                title=data.title,
                classes=data.num_outputs,
            ),
        )
    elif isinstance(weight, list) and not any(weight):
        yield Problem(
            code="class_weights_zero",
            field=f"{field}.loss.params.weight",
            message=say("Every factor of `weight` is 0, so that nothing counts. Give at least one that is larger."),
        )
    yield from _check_positive_weights(objective, field, shape)
    open_axis = "V" if data.are_vertices else None
    if shape[0] != open_axis and (data.kind == "graph" or shape[0] == "V"):
        yield wrong_sample(data, output, shape)
        return
    match data.task:
        case "segmentation":
            yield from _check_mask(objective, document, report, data, output, shape)
        case "reconstruction":
            yield from _check_sample(document, data, output, shape)
        case _:
            yield from _check_row(objective, document, report, data, output, shape)


def _check_positive_weights(objective: ObjectiveConfig, field: str, shape: Shape) -> Iterator[Problem]:
    """One factor for all scores, or one for each."""
    weights = objective.loss.params.get("pos_weight")
    if not isinstance(weights, list) or len(weights) == 1 or len(shape) < 2 or len(weights) == shape[1]:
        return
    yield Problem(
        code="class_weights_length",
        field=f"{field}.loss.params.pos_weight",
        message=say(
            "`pos_weight` has {count} factors, but the network gives {scores} scores. Give one factor, or one for each score.",
            count=len(weights),
            scores=str(shape[1]),
        ),
    )


def _mismatch(output: Node, message: str, expected: str, shape: Shape, fixes: list[Fix], needs: int) -> Problem:
    return Problem(
        code="output_shape_mismatch",
        block=NETWORK,
        node=output.id,
        path=output.id,
        message=message,
        values={"needs": needs},
        expected=expected,
        got=describe_shape(shape),
        fixes=fixes,
    )


def _check_row(
    objective: ObjectiveConfig, document: Document, report: CheckReport, data: DataFacts, output: Node, shape: Shape
) -> Iterator[Problem]:
    """One row of scores or numbers for each sample."""
    loss = LOSSES.get(objective.loss.type)
    allowed = loss.allowed_outputs(data.task, data.num_outputs)
    if len(shape) == 2 and shape[1] in allowed:
        return
    open_axis = "V" if data.are_vertices else None
    message = say(
        "{type} needs {needs}, but `{node}` gives {gives}.",
        type=loss.type,
        needs=_describe_need(data, allowed),
        node=output.id,
        gives=f"{shape[1]}" if len(shape) == 2 else describe_shape(shape),
    )
    expected = any_of(describe_shape([open_axis, size]) for size in allowed)
    fixes = _fix_width(document, report, output, allowed[0]) if len(shape) == 2 else []
    yield _mismatch(output, message, expected, shape, fixes, allowed[0])


def _check_mask(
    objective: ObjectiveConfig, document: Document, report: CheckReport, data: DataFacts, output: Node, shape: Shape
) -> Iterator[Problem]:
    """Scores at every pixel, and as many pixels as the mask has."""
    loss = LOSSES.get(objective.loss.type)
    allowed = loss.allowed_outputs(data.task, data.num_outputs)
    pixels = list(data.input_shape[1:])
    expected = any_of(describe_shape([None, size, *pixels]) for size in allowed)
    if len(shape) != 4:
        message = say(
            "{title} has a mask for each picture, so the network must answer at every pixel, but `{node}` gives {gives}. Use a "
            "network that keeps the picture's height and width, such as a U-Net.",
            title=data.title,
            node=output.id,
            gives=describe_shape(shape),
        )
        yield _mismatch(output, message, expected, shape, [], allowed[0])
        return
    if shape[1] not in allowed:
        message = say(
            "{type} needs {needs}, but `{node}` gives {gives}.",
            type=loss.type,
            needs=_describe_need(data, allowed),
            node=output.id,
            gives=f"{shape[1]}",
        )
        fixes = _fix_width(document, report, output, allowed[0], is_mask=True)
        yield _mismatch(output, message, expected, shape, fixes, allowed[0])
    if list(shape[2:]) != pixels:
        message = say(
            "The masks of {title} have {wanted} pixels, but `{node}` gives {gives}. Pad the convolutions (half the kernel "
            "size), or bring the picture back to its size with Upsample or ConvTranspose2d.",
            title=data.title,
            wanted=sized(pixels),
            node=output.id,
            gives=sized(shape[2:]),
        )
        yield _mismatch(output, message, expected, shape, [], allowed[0])


def _check_sample(document: Document, data: DataFacts, output: Node, shape: Shape) -> Iterator[Problem]:
    """The sample back, in its own shape."""
    wanted = list(data.input_shape)
    if list(shape[1:]) == wanted:
        return
    expected, got = describe_shape([None, *wanted]), describe_shape(shape)
    sizes = [size for size in shape[1:] if isinstance(size, int)]
    wires = [edge for edge in document.network.edges if edge.target == output.id]
    fits = len(sizes) == len(shape) - 1 and math.prod(sizes) == math.prod(wanted) and len(wires) == 1
    fixes = [insert(document, NETWORK, wires[0], [{"type": "Reshape", "params": {"shape": wanted}}])] if fits else []
    message = say(
        "The network is to give back its input, {expected}, but `{node}` gives {got}.",
        expected=expected,
        node=output.id,
        got=got,
    )
    yield _mismatch(output, message, expected, shape, fixes, math.prod(wanted))


def _describe_need(data: DataFacts, allowed: tuple[int, ...]) -> str:
    count = allowed[0]
    if data.task == "segmentation":
        if len(allowed) > 1:
            return say("1 score at every pixel (positive: the second class) or 2, one a class")
        if count == 1:
            return say("1 score at every pixel (positive: the second class)")
        return say("{count} scores at every pixel, one a class", count=count)
    if data.task == "regression":
        if count == 1:
            return say("1 value, one a target column")
        return say("{count} values, one a target column", count=count)
    if data.task == "multilabel":
        return say("{count} scores, one a label", count=count)
    if count == 1:
        return say("1 score (positive: the second class) or 2, one a class")
    return say("{count} scores, one a class", count=count)


def _fix_width(
    document: Document, report: CheckReport, output: Node, width: int, *, is_mask: bool = False
) -> list[Fix]:
    """Corrects the layer that sets the output's width: the nearest one before it whose width is a parameter."""
    nodes = {node.id: node for node in document.network.nodes}
    feeding: dict[str, list[str]] = {}
    for edge in document.network.edges:
        feeding.setdefault(edge.target, []).append(edge.source)
    current = output.id
    while len(feeding.get(current, [])) == 1:
        current = feeding[current][0]
        node = nodes[current]
        layer = LAYERS.get(node.type)
        name = _width_name(layer, is_mask=is_mask)
        if name is not None:
            shared = _network_parameter(node.params.get(name), document)
            if shared is not None:
                return [
                    Fix(
                        code="set_out_features",
                        label=say("Set the network's `{name}` to {width}", name=shared, width=width),
                        values={"node": node.id, shared: width},
                        edits=[SetParameter(block=NETWORK, name=shared, value=width)],
                    )
                ]
            return [
                Fix(
                    code="set_out_features",
                    label=say("Set `{node}` to {width} channels", node=node.id, width=width)
                    if is_mask
                    else say("Set `{node}` to {width} outputs", node=node.id, width=width),
                    values={"node": node.id, name: width},
                    edits=[SetParam(block=NETWORK, id=node.id, name=name, value=width)],
                )
            ]
        found = report.nodes.get(current)
        if found is None or not found.inputs or first_shape(found.inputs) != first_shape(found.outputs):
            break
    return []


def _network_parameter(value: JsonValue, document: Document) -> str | None:
    """The parameter of the network that a layer's is (``=classes``): set there, it holds for every head alike."""
    name = value.removeprefix("=") if isinstance(value, str) else None
    return name if name in document.network.parameters and name != value else None


def _width_name(layer: type[Layer[Any]] | None, *, is_mask: bool) -> str | None:
    """The parameter that sets how many values a layer gives for each row, or at each pixel."""
    if layer is None:
        return None
    if is_mask:
        names: tuple[str, ...] = ("out_channels",)
    else:
        names = ("out_features", "out_channels") if layer.family == "graph" else ("out_features",)
    return next((name for name in names if name in layer.Params.model_fields), None)
