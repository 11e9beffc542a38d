"""Whether the losses of a config fit the network's outputs and the data's targets."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from netwright.compiler.fixes_repairs import insert
from netwright.compiler.report import CheckReport
from netwright.graph.document import NETWORK, Document, Node
from netwright.graph.edits import SetNode, SetParam, SetParameter
from netwright.graph.problems import Fix, Problem
from netwright.language import any_of, listed, say
from netwright.layers.base import Layer
from netwright.layers.registry import LAYERS
from netwright.training.checking_graph import wrong_sample
from netwright.training.config import ObjectiveConfig, TrainingConfig
from netwright.training.facts import DataFacts, describe_shape, first_shape
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES

APPLIED_BY_LOSS = {"CrossEntropyLoss": "Softmax", "BCEWithLogitsLoss": "Sigmoid"}
"""What a loss computes itself, so that the network should not end in it."""


def check_objectives(
    training: TrainingConfig, document: Document, report: CheckReport, data: DataFacts
) -> Iterator[Problem]:
    """Whether each loss fits its Output and the data, and each metric the data.  ``report`` has no errors."""
    outputs = {node.id: node for node in document.network.nodes if node.type == "Output"}
    seen: set[str] = set()
    for i, objective in enumerate(training.objectives):
        if objective.loss.type not in LOSSES.classes:
            continue
        field = f"objectives.{i}"
        is_fitting = True
        for problem in _check_task(objective, field, data):
            is_fitting = False
            yield problem
        name = _name_output(objective, outputs)
        if name is None:
            yield _no_output(objective, field, list(outputs))
            continue
        if name in seen:
            yield Problem(
                code="objective_doubled",
                field=f"{field}.output",
                message=say(
                    "Two objectives are on `{name}`. Give one of them another Output, or remove it.", name=name
                ),
                values={"output": name},
            )
        seen.add(name)
        if is_fitting:
            yield from _check_output_shape(objective, field, document, report, data, outputs[name])
        yield from _check_last_node(objective.loss.type, field, document, outputs[name])
    yield from _check_metrics(training, data)


def _name_output(objective: ObjectiveConfig, outputs: Mapping[str, Node]) -> str | None:
    """The Output that an objective is on; None where it names none that is there."""
    if objective.output is not None:
        return objective.output if objective.output in outputs else None
    return next(iter(outputs)) if len(outputs) == 1 else None


def _no_output(objective: ObjectiveConfig, field: str, names: list[str]) -> Problem:
    if objective.output is not None:
        code = "output_unknown"
        message = say(
            "There is no Output `{output}`. There are: {outputs}.", output=objective.output, outputs=listed(names)
        )
    else:
        code = "output_not_named"
        message = say(
            "The network has several outputs ({outputs}). Name the one that the loss is on.", outputs=listed(names)
        )
    return Problem(code=code, field=f"{field}.output", message=message, values={"outputs": list[JsonValue](names)})


def _describe_targets(data: DataFacts) -> str:
    return say("classes") if data.task == "classification" else say("numbers")


def _check_task(objective: ObjectiveConfig, field: str, data: DataFacts) -> Iterator[Problem]:
    loss = LOSSES.get(objective.loss.type)
    if loss.tasks and data.task not in loss.tasks:
        fitting = [name for name, each in LOSSES.classes.items() if not each.tasks or data.task in each.tasks]
        yield Problem(
            code="loss_not_for_task",
            field=f"{field}.loss.type",
            message=say(
                "{type} does not fit {title}, whose targets are {what}. Choose {fitting}.",
                type=loss.type,
                title=data.title,
                what=_describe_targets(data),
                fitting=any_of(fitting),
            ),
            values={"loss": loss.type, "task": data.task},
        )
    elif not loss.allowed_outputs(data.task, data.num_outputs):
        yield Problem(
            code="loss_needs_two_classes",
            field=f"{field}.loss.type",
            message=say(
                "{type} is for two classes, but {title} has {classes}. Choose CrossEntropyLoss.",
                type=loss.type,
                title=data.title,
                classes=data.num_outputs,
            ),
            values={"loss": loss.type, "classes": data.num_outputs},
        )


def _check_metrics(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    for i, name in enumerate(training.metrics):
        metric = METRICS.classes.get(name)
        if metric is not None and metric.tasks and data.task not in metric.tasks:
            yield Problem(
                code="metric_not_for_task",
                field=f"metrics.{i}",
                message=say(
                    "{name} does not fit {title}, whose targets are {what}. Remove it.",
                    name=name,
                    title=data.title,
                    what=_describe_targets(data),
                ),
                values={"metric": name, "task": data.task},
            )


def _check_output_shape(
    objective: ObjectiveConfig, field: str, document: Document, report: CheckReport, data: DataFacts, output: Node
) -> Iterator[Problem]:
    loss = LOSSES.get(objective.loss.type)
    shape = first_shape(report.nodes[output.id].inputs)
    allowed = loss.allowed_outputs(data.task, data.num_outputs)
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
    open_axis = "V" if data.are_vertices else None
    if shape[0] != open_axis and (data.kind == "graph" or shape[0] == "V"):
        yield wrong_sample(data, output, shape)
        return
    if len(shape) == 2 and shape[1] in allowed:
        return
    needs = _describe_need(data, allowed)
    gives = f"{shape[1]}" if len(shape) == 2 else describe_shape(shape)
    yield Problem(
        code="output_shape_mismatch",
        block=NETWORK,
        node=output.id,
        path=output.id,
        message=say(
            "{type} needs {needs}, but `{node}` gives {gives}.",
            type=loss.type,
            needs=needs,
            node=output.id,
            gives=gives,
        ),
        values={"loss": loss.type, "needs": allowed[0]},
        expected=any_of(describe_shape([open_axis, size]) for size in allowed),
        got=describe_shape(shape),
        fixes=_fix_width(document, report, output, allowed[0]) if len(shape) == 2 else [],
    )


def _describe_need(data: DataFacts, allowed: tuple[int, ...]) -> str:
    count = allowed[0]
    if data.task == "regression":
        if count == 1:
            return say("1 value, one a target column")
        return say("{count} values, one a target column", count=count)
    if count == 1:
        return say("1 score (positive: the second class) or 2, one a class")
    return say("{count} scores, one a class", count=count)


def _fix_width(document: Document, report: CheckReport, output: Node, width: int) -> list[Fix]:
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
        name = _width_name(layer)
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
                    label=say("Set `{node}` to {width} outputs", node=node.id, width=width),
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


def _width_name(layer: type[Layer[Any]] | None) -> str | None:
    """The parameter that sets how many values a layer gives for each row."""
    if layer is None:
        return None
    names = ("out_features", "out_channels") if layer.family == "graph" else ("out_features",)
    return next((name for name in names if name in layer.Params.model_fields), None)


def _check_last_node(loss: str, field: str, document: Document, output: Node) -> Iterator[Problem]:
    """Whether the node before the Output goes with the loss: what the loss applies itself, the Step that it needs."""
    applied = APPLIED_BY_LOSS.get(loss)
    wires = [edge for edge in document.network.edges if edge.target == output.id]
    sources = {edge.source for edge in wires}
    feeding = [node for node in document.network.nodes if node.id in sources and not node.muted]
    if loss == "PerceptronLoss" and wires and not any(node.type == "Step" for node in feeding):
        yield Problem(
            code="perceptron_needs_step",
            severity="warning",
            block=NETWORK,
            node=output.id,
            path=output.id,
            field=f"{field}.loss.type",
            message=say(
                "The perceptron's rule is made for a network that ends in Step, but `{node}` gets raw scores. "
                "Insert Step.",
                node=output.id,
            ),
            fixes=[insert(document, NETWORK, wires[0], [{"type": "Step", "params": {}}])],
        )
    for node in feeding:
        if node.type == applied:
            yield Problem(
                code="activation_applied_twice",
                severity="warning",
                block=NETWORK,
                node=node.id,
                path=node.id,
                message=say(
                    "{loss} applies {applied} itself: with `{node}` before it the network learns slowly. Mute it.",
                    loss=loss,
                    applied=applied,
                    node=node.id,
                ),
                values={"loss": loss, "activation": node.type},
                fixes=[
                    Fix(
                        code="mute_node",
                        label=say("Mute `{node}`", node=node.id),
                        values={"node": node.id},
                        edits=[SetNode(block=NETWORK, id=node.id, muted=True)],
                    )
                ],
            )
