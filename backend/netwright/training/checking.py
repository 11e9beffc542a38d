"""Whether a training config fits a network and its data: problems with a field, a sentence, and a fix where there is one."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import JsonValue, ValidationError

from netwright.compiler.report import CheckReport
from netwright.data.transforms import KIND_NAMES
from netwright.graph.document import NETWORK, Document
from netwright.graph.edits import SetParam
from netwright.graph.problems import Fix, Problem
from netwright.language import listed, say
from netwright.layers.registry import LAYERS
from netwright.training.averaging import AVERAGINGS
from netwright.training.capturable import check_capture, may_use_gpu
from netwright.training.checking_augment import check_mixing, check_sampling
from netwright.training.checking_graph import check_graph_input, wrong_entry
from netwright.training.checking_learning import check_average, check_combinations, check_milestones, updates_per_epoch
from netwright.training.checking_objectives import check_objectives
from netwright.training.checking_split import check_split, num_training_samples
from netwright.training.checking_tokens import check_dtype, check_vocabulary
from netwright.training.choices import Registry, UnknownChoiceError, explain
from netwright.training.config import Choice, TrainingConfig
from netwright.training.devices import bfloat16_instructions
from netwright.training.facts import DataFacts, describe_shape, first_shape
from netwright.training.initializers import INITIALIZERS, check_initialization
from netwright.training.metrics import METRICS
from netwright.training.objectives import LOSSES
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.parameter_groups import check_groups
from netwright.training.schedules import SCHEDULES
from netwright.training.ways_out import put, smaller_batch, use_float32, watch_loss, without


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
    problems += check_sampling(training, data)
    if training.compile and data.kind == "graph":
        problems.append(
            Problem(
                code="compile_not_for_graphs",
                field="compile",
                message=say(
                    "torch.compile makes kernels for fixed sizes, and each batch of graphs has sizes of its own. Switch it off."
                ),
                fixes=put(say("Switch torch.compile off"), {"compile": False}),
            )
        )
    problems += check_capture(training, data.kind, devices)
    problems += check_split(training, data)
    if devices is not None:
        problems += _check_device(training, devices)
        problems += _check_kernels(training, document, devices)
    if report.ok:
        problems += check_groups(training, report)
        problems += check_initialization(training, report)
        problems += _check_task_choice(training, data)
        problems += _check_input(document, report, data)
        problems += check_objectives(training, document, report, data)
        problems += check_mixing(training, document, report, data)
        problems += _check_frozen(training, report)
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
        if METRICS.find(name) is None:
            yield _unknown(METRICS, name, f"metrics.{i}")
        elif name in training.metrics[:i]:
            yield Problem(
                code="metric_doubled",
                field=f"metrics.{i}",
                message=say("The metric `{name}` is there twice. Remove one.", name=name),
                fixes=put(say("Remove `{name}`", name=name), {"metrics": without(training.metrics, i)}),
            )
    yield from _check_choice(OPTIMIZERS, training.optimizer, "optimizer")
    yield from _check_choice(SCHEDULES, training.schedule, "schedule")
    for i, schedule in enumerate(training.schedule.chain):
        yield from _check_choice(SCHEDULES, schedule, f"schedule.chain.{i}")
    yield from check_milestones(training)
    if training.averaging is not None:
        yield from _check_choice(AVERAGINGS, training.averaging, "averaging")
    for i, rule in enumerate(training.initialization):
        yield from _check_choice(INITIALIZERS, rule, f"initialization.{i}")
    yield from check_combinations(training)


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
    if size > num_train > 0 and not data.are_vertices:  # that nothing is left is said of the split
        yield Problem(
            code="batch_larger_than_data",
            severity="warning",
            field="data.batch_size",
            message=say(
                "A batch of {size} is larger than the one training sample: each epoch is a single step."
                if num_train == 1
                else "A batch of {size} is larger than the {samples:,} training samples: each epoch is a single step.",
                size=size,
                samples=num_train,
            ),
            values={"batch_size": size, "samples": num_train},
            fixes=smaller_batch(num_train),
        )
    total = training.epochs * updates_per_epoch(training, num_train)
    if training.schedule.warmup_steps >= total:
        yield Problem(
            code="warmup_too_long",
            severity="warning",
            field="schedule.warmup_steps",
            message=say(
                "The warm-up of {steps} steps is as long as the whole run ({total:,} steps).",
                steps=training.schedule.warmup_steps,
                total=total,
            ),
            values={"warmup_steps": training.schedule.warmup_steps, "total_steps": total},
            fixes=put(say("Warm up over {steps:,} steps", steps=total // 10), {"schedule.warmup_steps": total // 10}),
        )
    yield from check_average(training, total)


def monitored_names(training: TrainingConfig) -> list[str]:
    """What a monitor may name: losses and metrics of the validation and the training part."""
    return [f"{part}/{name}" for part in ("val", "train") for name in ("loss", *training.metrics)]


def watched_values(training: TrainingConfig) -> dict[str, str]:
    """The monitors of a config by their fields."""
    watched = {"checkpoint.monitor": training.checkpoint.monitor}
    if training.early_stopping is not None:
        watched["early_stopping.monitor"] = training.early_stopping.monitor
    schedule = SCHEDULES.classes.get(training.schedule.type)
    if schedule is not None and schedule.watches:
        watched["schedule.params.monitor"] = str(training.schedule.params.get("monitor", "val/loss"))
    return watched


def _check_monitors(training: TrainingConfig) -> Iterator[Problem]:
    names = monitored_names(training)
    for field, monitor in watched_values(training).items():
        if monitor not in names:
            yield Problem(
                code="monitor_unknown",
                field=field,
                message=say(
                    "`{monitor}` cannot be monitored. There are: {names}.", monitor=monitor, names=listed(names)
                ),
                values={"monitor": monitor},
                fixes=watch_loss(field),
            )


def frozen_paths(training: TrainingConfig) -> list[str]:
    """The frozen paths without those that lie inside of another: what is frozen, each once."""
    every = set(training.frozen)
    return [path for path in sorted(every) if not any(path.startswith(f"{other}.") for other in every)]


def count_frozen(training: TrainingConfig, report: CheckReport) -> int:
    """Parameters that do not move."""
    return sum(_parameters_at(path, report) for path in frozen_paths(training))


def _parameters_at(path: str, report: CheckReport) -> int:
    node = report.nodes.get(path)
    if node is not None:
        return node.parameters
    # One repetition of a block (``stage.0``) has no entry of its own: the sum of its nodes that lie in no other one.
    inside = [each for each in report.nodes if each.startswith(f"{path}.")]
    top = [each for each in inside if not any(each.startswith(f"{other}.") for other in inside)]
    return sum(report.nodes[each].parameters for each in top)


def _check_frozen(training: TrainingConfig, report: CheckReport) -> Iterator[Problem]:
    """Paths that lead nowhere, and a network of which nothing is left to train."""
    if not training.frozen:
        return
    prefixes = {path[:i] for path in report.nodes for i, letter in enumerate(path) if letter == "."}
    for i, path in enumerate(training.frozen):
        if path not in report.nodes and path not in prefixes:
            yield Problem(
                code="frozen_unknown",
                field=f"frozen.{i}",
                message=say("The network has no node `{path}` that could be frozen. Take it off the list.", path=path),
                values={"path": path},
                fixes=put(say("Take `{path}` off the list", path=path), {"frozen": without(training.frozen, i)}),
            )
    total = report.totals.parameters
    if total and count_frozen(training, report) >= total:
        yield Problem(
            code="everything_frozen",
            field="frozen",
            message=say(
                "All weights of the network are frozen, so nothing would be trained. Unfreeze the layers that "
                "should learn."
            ),
            fixes=put(say("Unfreeze all"), {"frozen": []}),
        )


def _check_task_choice(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    if training.data.task == "reconstruction" and data.kind not in {"image", "table"}:
        yield Problem(
            code="cannot_be_own_target",
            field="data.task",
            message=say(
                "{title} holds {kind}, which cannot be their own target. Choose the set's own target, or pictures or rows.",
                title=data.title,
                kind=KIND_NAMES[data.kind],
            ),
            values={"data": data.title},
            fixes=put(say("Learn the set's own target"), {"data.task": "own"}),
        )


def _check_kernels(training: TrainingConfig, document: Document, devices: Sequence[str]) -> Iterator[Problem]:
    """PyTorch hands an LSTM in bfloat16 to oneDNN, which has none for a CPU without the instructions."""
    if training.precision != "bfloat16" or may_use_gpu(training, devices) or bfloat16_instructions():
        return
    blocks = (document.network, *document.blocks.values())
    found = next((node.id for block in blocks for node in block.nodes if node.type == "LSTM"), None)
    if found is not None:
        yield Problem(
            code="precision_not_there",
            field="precision",
            message=say(
                "The LSTM `{node}` cannot compute in bfloat16 on this CPU, which has no instructions for it (AVX-512 BF16 or "
                "AMX). Choose float32.",
                node=found,
            ),
            values={"node": found},
            fixes=use_float32(),
        )


def _check_device(training: TrainingConfig, devices: Sequence[str]) -> Iterator[Problem]:
    if training.precision == "tf32" and not may_use_gpu(training, devices):
        yield Problem(
            code="precision_not_there",
            field="precision",
            message=say("TF32 is for NVIDIA GPUs, and this run trains on the CPU. Choose another precision."),
            fixes=use_float32(),
        )
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
            fixes=put(say("Let the device be chosen"), {"device": "auto"}),
        )


def _check_input(document: Document, report: CheckReport, data: DataFacts) -> Iterator[Problem]:
    entries = [node for node in document.network.nodes if node.type in LAYERS and LAYERS[node.type].is_entry]
    inputs = [node for node in entries if node.type == "Input"]
    wanted_type = "Graph" if data.kind == "graph" else "Input"
    if {node.type for node in entries} != {wanted_type}:
        yield wrong_entry(entries, data)
        return
    if data.kind == "graph":
        yield from check_graph_input(entries, report, data)
        return
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
    wrong_dtype = list(check_dtype(document, node, report, data))
    yield from wrong_dtype
    if wrong_dtype:
        return
    yield from check_vocabulary(document, node, data)
    shape = list(first_shape(report.nodes[node.id].outputs))[1:]
    if shape == list(data.input_shape):
        return
    wanted: list[JsonValue] = list(data.input_shape)
    expected, got = describe_shape([None, *data.input_shape]), describe_shape([None, *shape])
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
