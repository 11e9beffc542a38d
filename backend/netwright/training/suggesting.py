"""A good config to begin with, and why."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from netwright.compiler.report import CheckReport
from netwright.data.base import NAMED_TASKS, Kind, SplitBy, Task
from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.language import in_a_row, listed, say
from netwright.training.checking import check_training
from netwright.training.config import (
    MAX_OBJECTIVES,
    CheckpointConfig,
    Choice,
    DataConfig,
    EarlyStoppingConfig,
    ObjectiveConfig,
    ScheduleConfig,
    SplitConfig,
    TaskChoice,
    TrainingConfig,
)
from netwright.training.devices import Device
from netwright.training.facts import DataFacts, first_shape

_LEARNING_RATES: dict[Kind, float] = {"image": 0.001, "table": 0.003, "graph": 0.01, "text": 0.003, "series": 0.003}

_MONITORS: dict[Task, str] = {"classification": "Accuracy", "multilabel": "F1Score", "segmentation": "JaccardIndex"}
"""What the best checkpoint is judged by; the loss where nothing is said."""
MANY_PIXELS = 96 * 96

AUXILIARY_WEIGHT = 0.3
"""Szegedy et al. 2015, Going Deeper with Convolutions, section 5, https://arxiv.org/abs/1409.4842."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``reasons`` says in one sentence why, by the field that is meant."""

    config: TrainingConfig
    reasons: dict[str, str]
    problems: list[Problem]
    augment: list[Choice]


def suggest(
    document: Document, report: CheckReport, data: DataFacts, source: str, devices: Sequence[Device] = ()
) -> Suggestion:
    """A config for this network on the data set with the id ``source``, with the problems that are left.  ``devices`` are those
    of the machine that trains."""
    reasons: dict[str, str] = {}
    if not data.is_task_chosen and _gives_back(document, report, data):
        data = data.as_reconstruction()
        reasons["data.task"] = say("The network ends in the shape of its input: it can learn to give the input back.")
    batch_size = _choose_batch_size(data, reasons)
    epochs = _choose_epochs(data, reasons)
    objectives, metrics = _choose_objectives(document, report, data, reasons)
    is_perceptron = objectives[0].loss.type == "PerceptronLoss"
    monitor = _MONITORS.get(data.task)
    split = SplitConfig()
    if data.num_validation is not None:
        split = SplitConfig(validation=data.num_validation / data.num_samples)
        reasons["data.split"] = say("{title} comes with a split of its own, which is used.", title=data.title)
    elif data.splits:
        split = SplitConfig(by=_choose_split(data, reasons))
    augment = _choose_augment(data, reasons)
    is_small_table = data.kind == "table" and data.num_samples < 5000
    early_stopping = EarlyStoppingConfig(monitor="val/loss", mode="min", patience=15) if is_small_table else None
    if early_stopping is not None:
        reasons["early_stopping"] = say(
            "A small table is soon learnt by heart: stop when the validation loss no longer falls."
        )
    config = TrainingConfig(
        data=DataConfig(
            source=source,
            batch_size=1 if is_perceptron else batch_size,
            split=split,
            augment=augment if data.augment else [],
            task=_choice_of(data),
        ),
        objectives=objectives,
        metrics=metrics,
        optimizer=Choice(type="SGD", params={"lr": 1.0})
        if is_perceptron
        else Choice(type="AdamW", params={"lr": _LEARNING_RATES[data.kind]}),
        schedule=ScheduleConfig(type="ConstantLR" if is_perceptron else "CosineAnnealingLR"),
        epochs=epochs,
        precision=_choose_precision(data, devices, reasons, is_perceptron=is_perceptron),
        early_stopping=early_stopping,
        checkpoint=CheckpointConfig(
            monitor="val/loss" if monitor is None else f"val/{monitor}", mode="min" if monitor is None else "max"
        ),
    )
    if is_perceptron:
        reasons["optimizer"] = say(
            "Plain steps of size 1: each wrong answer adds the sample to the weights or takes it away."
        )
        reasons["schedule"] = say("The rule knows no schedule.")
        reasons["data.batch_size"] = say("The rule looks at one sample at a time.")
    else:
        reasons["optimizer"] = say("AdamW finds a step size for each weight by itself and works well without tuning.")
        reasons["schedule"] = say("A learning rate that falls along a cosine ends with small, careful steps.")
    reasons["checkpoint"] = _describe_best(data.task)
    reasons["device"] = say("The first GPU, or the CPU where there is none.")
    return Suggestion(config, reasons, check_training(config, document, report, data), augment)


def _choose_precision(
    data: DataFacts, devices: Sequence[Device], reasons: dict[str, str], *, is_perceptron: bool
) -> Literal["float32", "bfloat16"]:
    """bfloat16 where the GPU that is chosen by itself has units for it, and the task can spare the digits: an answer that is
    a class, not a number that is to be met exactly.  On a CPU with instructions for it the choice is said and left to the
    person: there the figures are often compared to the last digit with those of plain PyTorch."""
    device = next((each for each in devices if each.id != "cpu"), None) or next(iter(devices), None)
    if device is None or not device.has_bfloat16 or is_perceptron or data.task not in NAMED_TASKS:
        return "float32"
    if device.id == "cpu":
        if data.kind == "image":
            reasons["precision"] = say(
                "float32, so that plain PyTorch computes the same figures to the last digit. This CPU has instructions for "
                "bfloat16: try it where pictures train slowly."
            )
        return "float32"
    reasons["precision"] = say(
        "{device} computes bfloat16 several times as fast as float32. The weights stay in float32; a class is told as well "
        "with fewer digits.",
        device=device.name,
    )
    return "bfloat16"


def _choose_augment(data: DataFacts, reasons: dict[str, str]) -> list[Choice]:
    """Known to help on the set, so that the config gets it; or worth a try on colour photos, which a person must decide."""
    if data.augment:
        reasons["data.augment"] = say(
            "Things in these pictures stay what they are when moved a little or mirrored: cropping and flipping gives more "
            "different samples, and on this set several points of accuracy."
        )
        return [Choice(type=step.type, params=dict(step.params)) for step in data.augment]
    if data.kind != "image" or data.task != "classification" or data.input_shape[0] != 3:
        return []
    reasons["data.augment"] = say(
        "On colour pictures cropping and flipping usually helps, unless a mirrored picture means something else, as a "
        "letter or a hand sign does."
    )
    padding = max(1, min(data.input_shape[1:]) // 8)
    return [Choice(type="RandomCrop", params={"padding": padding}), Choice(type="RandomHorizontalFlip")]


def _describe_best(task: Task) -> str:
    if task == "classification":
        return say("The best checkpoint is the one with the highest validation accuracy.")
    if task == "multilabel":
        return say("The best checkpoint is the one with the highest validation F1, the mean over the labels.")
    if task == "segmentation":
        return say("The best checkpoint is the one whose masks overlap most with those of the validation part (IoU).")
    return say("The best checkpoint is the one with the lowest validation loss.")


def _choice_of(data: DataFacts) -> TaskChoice:
    return "reconstruction" if data.task == "reconstruction" else "own"


def _gives_back(document: Document, report: CheckReport, data: DataFacts) -> bool:
    """Whether the network's only Output has the shape of its input, which no other task of this data wants."""
    outputs = [node.id for node in document.network.nodes if node.type == "Output"]
    if not report.ok or len(outputs) != 1 or data.kind not in {"image", "table"} or data.task == "segmentation":
        return False
    shape = first_shape(report.nodes[outputs[0]].inputs)
    return shape[1:] == list(data.input_shape) and math.prod(data.input_shape) not in {1, data.num_outputs}


def _choose_split(data: DataFacts, reasons: dict[str, str]) -> SplitBy:
    """What a column says goes before all; else time, so that nothing of the future is trained on; else groups."""
    ways: tuple[SplitBy, ...] = ("column", "time", "group")
    by = next(way for way in ways if way in data.splits)
    why = {
        "column": say("A column of the set says which samples are for validation."),
        "time": say("The latest samples are held out: a network that forecasts is only asked about what comes later."),
        "group": say(
            "Samples of one group stay together: a network that has met half of a group knows the other half."
        ),
    }
    reasons["data.split"] = why[by]
    return by


def _choose_batch_size(data: DataFacts, reasons: dict[str, str]) -> int:
    if data.are_vertices:
        size = data.num_samples - (data.num_validation or 0)
        reasons["data.batch_size"] = say(
            "Every step passes the whole graph through the network: the loss is taken of all {size} vertices at once.",
            size=size,
        )
        return size
    if data.task == "segmentation":
        size = 16 if math.prod(data.input_shape[1:]) <= MANY_PIXELS else 8
        reasons["data.batch_size"] = say(
            "Every pixel is answered: {size} pictures a step are {pixels:,} answers.",
            size=size,
            pixels=size * math.prod(data.input_shape[1:]),
        )
        return size
    size = 32 if data.num_samples < 5_000 else 64 if data.num_samples < 20_000 else 128
    reasons["data.batch_size"] = say(
        "{samples:,} samples: {size} a step gives many steps an epoch, yet few enough to be fast.",
        samples=data.num_samples,
        size=size,
    )
    return size


def _choose_epochs(data: DataFacts, reasons: dict[str, str]) -> int:
    if data.are_vertices:
        reasons["epochs"] = say(
            "An epoch is one step on the whole graph: 200 of them are what the papers on graph networks use."
        )
        return 200
    if data.kind == "table" and data.num_samples < 5_000:
        epochs = 100
    else:
        epochs = 20 if data.num_samples < 5_000 else 10 if data.num_samples < 20_000 else 5
    reasons["epochs"] = say(
        "{epochs} passes over {samples:,} samples are usually enough; more can be added while it trains.",
        epochs=epochs,
        samples=data.num_samples,
    )
    return epochs


def _choose_objectives(
    document: Document, report: CheckReport, data: DataFacts, reasons: dict[str, str]
) -> tuple[list[ObjectiveConfig], list[str]]:
    outputs = [node.id for node in document.network.nodes if node.type == "Output"]
    width = _width(report, outputs[0]) if outputs else None
    if data.task == "regression":
        reasons["objectives"] = say("The targets are numbers: squared error is the usual loss.")
        loss, metrics = "MSELoss", ["MeanAbsoluteError"]
    elif data.task == "multilabel":
        reasons["objectives"] = say(
            "A sample may have any of {count} labels, each a yes or no of its own: binary cross entropy on one score a label.",
            count=data.num_outputs,
        )
        loss, metrics = "BCEWithLogitsLoss", ["Accuracy", "F1Score", "AveragePrecision", "ExactMatch"]
    elif data.task == "reconstruction":
        reasons["objectives"] = say("Every value is to come back as it was: squared error is the usual loss.")
        loss, metrics = "MSELoss", ["MeanAbsoluteError", "RootMeanSquaredError"]
    elif data.task == "segmentation" and data.num_outputs == 2 and width == 1:
        reasons["objectives"] = say("Two classes and one score at every pixel: binary cross entropy.")
        loss, metrics = "BCEWithLogitsLoss", ["Accuracy", "JaccardIndex", "DiceScore"]
    elif data.task == "segmentation":
        reasons["objectives"] = say(
            "One of {count} classes at every pixel: cross entropy on one score a class.", count=data.num_outputs
        )
        loss, metrics = "CrossEntropyLoss", ["Accuracy", "JaccardIndex", "DiceScore"]
    elif _ends_in_step(document) and data.num_outputs == 2:
        reasons["objectives"] = say("Two classes and a network that ends in Step: the perceptron's own rule.")
        loss, metrics = "PerceptronLoss", ["Accuracy"]
    elif data.num_outputs == 2 and width == 1:
        reasons["objectives"] = say("Two classes and one score: binary cross entropy.")
        loss, metrics = "BCEWithLogitsLoss", ["Accuracy"]
    else:
        reasons["objectives"] = say(
            "One of {count} classes: cross entropy on one score a class.", count=data.num_outputs
        )
        loss, metrics = "CrossEntropyLoss", ["Accuracy"]
    if len(outputs) < 2:
        return [ObjectiveConfig(loss=Choice(type=loss))], metrics
    # Outputs as wide as the first can learn the same: heads half way through, as GoogLeNet has them.
    heads = [name for name in outputs[1:] if width is not None and _width(report, name) == width][: MAX_OBJECTIVES - 1]
    if heads:
        reasons["objectives"] = in_a_row(
            [
                reasons["objectives"],
                say(
                    "{heads} as auxiliary heads, at a weight of {weight}.", heads=listed(heads), weight=AUXILIARY_WEIGHT
                ),
            ]
        )
    return [
        ObjectiveConfig(output=outputs[0], loss=Choice(type=loss)),
        *(ObjectiveConfig(output=name, loss=Choice(type=loss), weight=AUXILIARY_WEIGHT) for name in heads),
    ], metrics


def _ends_in_step(document: Document) -> bool:
    network = document.network
    steps = {node.id for node in network.nodes if node.type == "Step" and not node.muted}
    outputs = {node.id for node in network.nodes if node.type == "Output"}
    return any(edge.source in steps and edge.target in outputs for edge in network.edges)


def _width(report: CheckReport, output: str) -> int | None:
    found = report.nodes.get(output)
    shapes = [] if found is None else [port.shape for port in found.inputs.values()]
    width = shapes[0][1] if shapes and len(shapes[0]) in {2, 4} else None
    return width if isinstance(width, int) else None
