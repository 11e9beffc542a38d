"""Whether a training config fits a network and its data: problems with a field, a sentence, and a fix where there is one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, ValidationError

from netwright.compiler.report import CheckReport
from netwright.data.base import Kind, Task
from netwright.graph.document import NETWORK, Document, Node
from netwright.graph.edits import SetNode, SetParam
from netwright.graph.problems import Fix, Problem
from netwright.language import Text, any_of, listed, say
from netwright.layers.registry import LAYERS
from netwright.training.choices import Registry, UnknownChoiceError, explain
from netwright.training.config import Choice, TrainingConfig
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES

APPLIED_BY_LOSS = {"CrossEntropyLoss": "Softmax", "BCEWithLogitsLoss": "Sigmoid"}
"""What a loss computes itself, so that the network should not end in it."""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a config is checked against.  ``input_shape`` is what preprocessing gives, without the batch; ``num_outputs`` the
    classes, or the target columns of a regression; ``num_samples`` those that are split into training and validation."""

    title: str
    kind: Kind
    task: Task
    num_samples: int
    input_shape: tuple[int, ...]
    num_outputs: int
    classes: tuple[str, ...] = ()


def check_training(
    training: TrainingConfig,
    document: Document,
    report: CheckReport,
    data: DataFacts,
    devices: Sequence[str] | None = None,
) -> list[Problem]:
    """Problems of ``training``, in the order of the form, and those between network and data.

    ``report`` is the check of ``document``; where that has errors only the config itself is looked at.  ``devices`` are the ids
    that this machine has (see :func:`netwright.training.devices.list_devices`); None leaves the device unchecked.
    """
    problems = [*check_choices(training), *_check_lengths(training, data), *_check_monitors(training)]
    if devices is not None:
        problems += _check_device(training, devices)
    if report.ok:
        problems += _check_input(document, report, data)
        problems += _check_output(training, document, report, data)
        if report.totals.parameters == 0:
            problems.append(
                Problem(
                    code="nothing_to_train",
                    message=say("The network has no weights to train. Add a layer that has some, such as Linear."),
                )
            )
    return problems


def check_choices(training: TrainingConfig) -> Iterator[Problem]:
    """Unknown types and settings that are unknown or out of range."""
    for i, objective in enumerate(training.objectives):
        yield from _check_choice(LOSSES, objective.loss, f"objectives.{i}.loss")
    for i, name in enumerate(training.metrics):
        if name not in METRICS.classes:
            yield _unknown(METRICS, name, f"metrics.{i}")
        elif name in training.metrics[:i]:
            yield Problem(
                code="metric_doubled",
                field=f"metrics.{i}",
                message=say("The metric `{name}` is there twice. Remove one.", name=name),
            )
    yield from _check_choice(OPTIMIZERS, training.optimizer, "optimizer")
    yield from _check_choice(SCHEDULES, training.schedule, "schedule")


def _check_choice(registry: Registry[Any], choice: Choice, field: str) -> Iterator[Problem]:
    try:
        registry.params(choice.type, choice.params)
    except UnknownChoiceError:
        yield _unknown(registry, choice.type, f"{field}.type")
    except ValidationError as error:
        for name, sentence in explain(error):
            yield Problem(
                code="setting_invalid",
                field=f"{field}.params.{name}" if name else f"{field}.params",
                message=say("{type}: {why}", type=choice.type, why=sentence),
                values={"type": choice.type},
            )


def _unknown(registry: Registry[Any], name: str, field: str) -> Problem:
    known: list[JsonValue] = list(registry.classes)
    return Problem(
        code="choice_unknown",
        field=field,
        message=say(
            "There is no {kind} `{name}`. There are: {known}.",
            kind=say(registry.kind),
            name=name,
            known=listed(registry.classes),
        ),
        values={"kind": registry.kind, "type": name, "known": known},
    )


def _check_lengths(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    num_train = num_training_samples(training, data)
    size = training.data.batch_size
    if size > num_train:
        yield Problem(
            code="batch_larger_than_data",
            severity="warning",
            field="data.batch_size",
            message=say(
                "A batch of {size} is larger than the {samples} training samples: each epoch is a single step.",
                size=size,
                samples=num_train,
            ),
            values={"batch_size": size, "samples": num_train},
        )
    total = training.epochs * max(-(-num_train // size), 1)
    if training.schedule.warmup_steps >= total:
        yield Problem(
            code="warmup_too_long",
            severity="warning",
            field="schedule.warmup_steps",
            message=say(
                "The warm-up of {steps} steps is as long as the whole run ({total} steps).",
                steps=training.schedule.warmup_steps,
                total=total,
            ),
            values={"warmup_steps": training.schedule.warmup_steps, "total_steps": total},
        )


def num_training_samples(training: TrainingConfig, data: DataFacts) -> int:
    """Samples that are left to train on after the split (rounded; stratifying may shift it by a few)."""
    return data.num_samples - round(data.num_samples * training.data.split.validation)


def monitored_names(training: TrainingConfig) -> list[str]:
    """What a monitor may name: losses and metrics of the validation and the training part."""
    return [f"{part}/{name}" for part in ("val", "train") for name in ("loss", *training.metrics)]


def _check_monitors(training: TrainingConfig) -> Iterator[Problem]:
    watched = {"checkpoint": training.checkpoint.monitor}
    if training.early_stopping is not None:
        watched["early_stopping"] = training.early_stopping.monitor
    names = monitored_names(training)
    for field, monitor in watched.items():
        if monitor not in names:
            yield Problem(
                code="monitor_unknown",
                field=f"{field}.monitor",
                message=say(
                    "`{monitor}` cannot be monitored. There are: {names}.", monitor=monitor, names=listed(names)
                ),
                values={"monitor": monitor},
            )


def _check_device(training: TrainingConfig, devices: Sequence[str]) -> Iterator[Problem]:
    wanted = "cuda:0" if training.device == "cuda" else training.device
    if wanted != "auto" and wanted not in devices:
        yield Problem(
            code="device_missing",
            field="device",
            message=say(
                "The device `{device}` is not there. This machine has: {devices}.",
                device=training.device,
                devices=listed(devices),
            ),
            values={"device": training.device},
        )


def _text(shape: Sequence[int | None]) -> str:
    return " x ".join("N" if size is None else str(size) for size in shape)


def _check_input(document: Document, report: CheckReport, data: DataFacts) -> Iterator[Problem]:
    inputs = [node for node in document.network.nodes if node.type == "Input"]
    if len(inputs) != 1:
        yield Problem(
            code="inputs_several",
            message=say(
                "The network has {count} inputs, but {title} has one. Keep one Input.",
                count=len(inputs),
                title=data.title,
            ),
        )
        return
    node = inputs[0]
    shape = list(_first(report.nodes[node.id].outputs))[1:]
    if shape == list(data.input_shape):
        return
    wanted: list[JsonValue] = list(data.input_shape)
    expected, got = _text([None, *data.input_shape]), _text([None, *shape])
    yield Problem(
        code="input_shape_mismatch",
        block=NETWORK,
        node=node.id,
        path=node.id,
        field="shape",
        message=say(
            "{title} gives {expected}, but `{node}` expects {got}. Set its shape to {wanted}.",
            title=data.title,
            expected=expected,
            node=node.id,
            got=got,
            wanted=wanted,
        ),
        values={"data": data.title},
        expected=expected,
        got=got,
        fixes=[
            Fix(
                code="set_input_shape",
                label=say("Set `{node}` to {wanted}", node=node.id, wanted=wanted),
                values={"node": node.id, "shape": wanted},
                edits=[SetParam(block=NETWORK, id=node.id, name="shape", value=wanted)],
            )
        ],
    )


def _first(ports: dict[str, Any]) -> list[int | None]:
    shape: list[int | None] = next(iter(ports.values())).shape
    return shape


def _check_output(
    training: TrainingConfig, document: Document, report: CheckReport, data: DataFacts
) -> Iterator[Problem]:
    objective = training.objectives[0]
    if objective.loss.type not in LOSSES.classes:
        return
    yield from _check_task(training, data)
    outputs = {node.id: node for node in document.network.nodes if node.type == "Output"}
    if objective.output is not None and objective.output not in outputs:
        yield Problem(
            code="output_unknown",
            field="objectives.0.output",
            message=say(
                "There is no Output `{output}`. There are: {outputs}.",
                output=objective.output,
                outputs=listed(outputs),
            ),
        )
        return
    if objective.output is None and len(outputs) != 1:
        yield Problem(
            code="output_not_named",
            field="objectives.0.output",
            message=say(
                "The network has several outputs ({outputs}). Name the one that the loss is on.",
                outputs=listed(outputs),
            ),
        )
        return
    output = outputs[objective.output or next(iter(outputs))]
    yield from _check_output_shape(training, document, report, data, output)
    yield from _check_last_activation(objective.loss.type, document, output)


def _check_task(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    loss = LOSSES.get(training.objectives[0].loss.type)
    what = say("classes") if data.task == "classification" else say("numbers")
    if loss.tasks and data.task not in loss.tasks:
        fitting = [name for name, each in LOSSES.classes.items() if not each.tasks or data.task in each.tasks]
        yield Problem(
            code="loss_not_for_task",
            field="objectives.0.loss.type",
            message=say(
                "{type} does not fit {title}, whose targets are {what}. Choose {fitting}.",
                type=loss.type,
                title=data.title,
                what=what,
                fitting=any_of(fitting),
            ),
            values={"loss": loss.type, "task": data.task},
        )
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
                    what=what,
                ),
                values={"metric": name, "task": data.task},
            )


def _check_output_shape(
    training: TrainingConfig, document: Document, report: CheckReport, data: DataFacts, output: Node
) -> Iterator[Problem]:
    loss = LOSSES.get(training.objectives[0].loss.type)
    if loss.tasks and data.task not in loss.tasks:
        return
    shape = _first(report.nodes[output.id].inputs)
    allowed = loss.allowed_outputs(data.task, data.num_outputs)
    weight = training.objectives[0].loss.params.get("weight")
    if isinstance(weight, list) and len(weight) != data.num_outputs:
        yield Problem(
            code="class_weights_length",
            field="objectives.0.loss.params.weight",
            message=say(
                "`weight` has {count} factors, but {title} has {classes} classes.",
                count=len(weight),
                title=data.title,
                classes=data.num_outputs,
            ),
        )
    if len(shape) == 2 and shape[1] in allowed:
        return
    needs = _describe_need(data, allowed)
    gives = str(shape[1]) if len(shape) == 2 else _text(shape)
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
        expected=any_of(_text([None, size]) for size in allowed),
        got=_text(shape),
        fixes=_fix_width(document, report, output, allowed[0]) if len(shape) == 2 else [],
    )


def _describe_need(data: DataFacts, allowed: tuple[int, ...]) -> Text:
    count = allowed[0]
    if data.task == "regression":
        one = say("1 value, one a target column")
        return one if count == 1 else say("{count} values, one a target column", count=count)
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
        if layer is not None and "out_features" in layer.Params.model_fields:
            return [
                Fix(
                    code="set_out_features",
                    label=say("Set `{node}` to {width} outputs", node=node.id, width=width),
                    values={"node": node.id, "out_features": width},
                    edits=[SetParam(block=NETWORK, id=node.id, name="out_features", value=width)],
                )
            ]
        found = report.nodes.get(current)
        if found is None or not found.inputs or _first(found.inputs) != _first(found.outputs):
            break
    return []


def _check_last_activation(loss: str, document: Document, output: Node) -> Iterator[Problem]:
    applied = APPLIED_BY_LOSS.get(loss)
    sources = {edge.source for edge in document.network.edges if edge.target == output.id}
    for node in document.network.nodes:
        if node.id in sources and node.type == applied and not node.muted:
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
