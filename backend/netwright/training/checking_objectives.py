"""Whether the losses of a config fit the network's outputs and the data's targets."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from netwright.compiler.fixes_repairs import insert
from netwright.compiler.report import CheckReport
from netwright.data.base import CLASS_TASKS
from netwright.graph.document import NETWORK, Document, Edge, Node
from netwright.graph.edits import SetNode
from netwright.graph.problems import Fix, Problem
from netwright.language import any_of, listed, say
from netwright.training.answers import find_last
from netwright.training.checking_outputs import check_output_shape
from netwright.training.config import ObjectiveConfig, TrainingConfig
from netwright.training.facts import DataFacts
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.ways_out import put, without

APPLIED_BY_LOSS = {"CrossEntropyLoss": "Softmax", "BCEWithLogitsLoss": "Sigmoid"}
"""What a loss computes itself, so that the network should not end in it."""
INSTEAD = {"BCELoss": "BCEWithLogitsLoss", "NLLLoss": "CrossEntropyLoss"}
"""The loss of raw scores that does the same."""
LAST_PARAMS: dict[str, dict[str, JsonValue]] = {"LogSoftmax": {"dim": 1}}


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
            yield from check_output_shape(objective, field, document, report, data, outputs[name])
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
    match data.task:
        case "classification":
            return say("classes")
        case "multilabel":
            return say("several labels a sample")
        case "segmentation":
            return say("masks")
        case "reconstruction":
            return say("the samples themselves")
        case _:
            return say("numbers")


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
            fixes=_use_loss(field, fitting[0]),
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
            fixes=_use_loss(field, "CrossEntropyLoss"),
        )


def _use_loss(field: str, name: str) -> list[Fix]:
    return put(say("Use {loss}", loss=name), {f"{field}.loss": {"type": name, "params": {}}})


def _without_metric(training: TrainingConfig, place: int) -> list[Fix]:
    label = say("Remove `{name}`", name=training.metrics[place])
    return put(label, {"metrics": without(training.metrics, place)})


def _check_metrics(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    for i, name in enumerate(training.metrics):
        metric = METRICS.find(name)
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
                fixes=_without_metric(training, i),
            )
        elif metric is not None and data.task in CLASS_TASKS and data.num_outputs < metric.min_classes:
            yield Problem(
                code="metric_needs_classes",
                severity="warning",
                field=f"metrics.{i}",
                message=say(
                    "{name} is always 1 for {title}, which has {classes} classes. Remove it.",
                    name=name,
                    title=data.title,
                    classes=data.num_outputs,
                ),
                values={"metric": name, "classes": data.num_outputs},
                fixes=_without_metric(training, i),
            )


def _lacks_last(loss: str, needed: str, field: str, document: Document, output: Node, wire: Edge) -> Problem:
    """A loss of probabilities (or their logarithms) on a network that gives something else."""
    params = LAST_PARAMS.get(needed, {})
    return Problem(
        code="loss_needs_layer",
        block=NETWORK,
        node=output.id,
        path=output.id,
        field=f"{field}.loss.type",
        message=say(
            "{loss} is for a network that ends in {layer}, but `{node}` gets other values. Insert {layer}, or choose {other}.",
            loss=loss,
            layer=needed,
            node=output.id,
            other=INSTEAD[loss],
        ),
        values={"loss": loss, "layer": needed},
        fixes=[insert(document, NETWORK, wire, [{"type": needed, "params": params}])],
    )


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
    needed = LOSSES.get(loss).needs
    if needed is not None and len(wires) == 1 and find_last(document, output.id) != needed:
        yield _lacks_last(loss, needed, field, document, output, wires[0])
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
