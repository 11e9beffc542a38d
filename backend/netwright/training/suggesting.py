"""A good config to begin with, and why."""

from dataclasses import dataclass

from netwright.compiler.report import CheckReport
from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.language import say
from netwright.training.checking import DataFacts, check_training
from netwright.training.config import (
    CheckpointConfig,
    Choice,
    DataConfig,
    EarlyStoppingConfig,
    ObjectiveConfig,
    ScheduleConfig,
    TrainingConfig,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``reasons`` says in one sentence why, by the field that is meant."""

    config: TrainingConfig
    reasons: dict[str, str]
    problems: list[Problem]


def suggest(document: Document, report: CheckReport, data: DataFacts, source: str) -> Suggestion:
    """A config for this network on the data set with the id ``source``, with the problems that are left."""
    reasons: dict[str, str] = {}
    batch_size = _choose_batch_size(data, reasons)
    epochs = _choose_epochs(data, reasons)
    objective, metrics = _choose_objective(document, report, data, reasons)
    is_class = data.task == "classification"
    is_small_table = data.kind == "table" and data.num_samples < 5000
    early_stopping = EarlyStoppingConfig(monitor="val/loss", mode="min", patience=15) if is_small_table else None
    if early_stopping is not None:
        reasons["early_stopping"] = say(
            "A small table is soon learnt by heart: stop when the validation loss no longer falls."
        )
    config = TrainingConfig(
        data=DataConfig(source=source, batch_size=batch_size),
        objectives=[objective],
        metrics=metrics,
        optimizer=Choice(type="AdamW", params={"lr": 0.001 if data.kind == "image" else 0.003}),
        schedule=ScheduleConfig(type="CosineAnnealingLR"),
        epochs=epochs,
        early_stopping=early_stopping,
        checkpoint=CheckpointConfig(
            monitor="val/Accuracy" if is_class else "val/loss", mode="max" if is_class else "min"
        ),
    )
    reasons["optimizer"] = say("AdamW finds a step size for each weight by itself and works well without tuning.")
    reasons["schedule"] = say("A learning rate that falls along a cosine ends with small, careful steps.")
    reasons["checkpoint"] = (
        say("The best checkpoint is the one with the highest validation accuracy.")
        if is_class
        else say("The best checkpoint is the one with the lowest validation loss.")
    )
    reasons["device"] = say("The first GPU, or the CPU where there is none.")
    return Suggestion(config, reasons, check_training(config, document, report, data))


def _choose_batch_size(data: DataFacts, reasons: dict[str, str]) -> int:
    size = 32 if data.num_samples < 5_000 else 64 if data.num_samples < 20_000 else 128
    reasons["data.batch_size"] = say(
        "{samples} samples: {size} a step gives many steps an epoch, yet few enough to be fast.",
        samples=data.num_samples,
        size=size,
    )
    return size


def _choose_epochs(data: DataFacts, reasons: dict[str, str]) -> int:
    if data.kind == "table" and data.num_samples < 5_000:
        epochs = 100
    else:
        epochs = 20 if data.num_samples < 5_000 else 10 if data.num_samples < 20_000 else 5
    reasons["epochs"] = say(
        "{epochs} passes over {samples} samples are usually enough; more can be added while it trains.",
        epochs=epochs,
        samples=data.num_samples,
    )
    return epochs


def _choose_objective(
    document: Document, report: CheckReport, data: DataFacts, reasons: dict[str, str]
) -> tuple[ObjectiveConfig, list[str]]:
    outputs = [node.id for node in document.network.nodes if node.type == "Output"]
    name = outputs[0] if len(outputs) > 1 else None
    if data.task == "regression":
        reasons["objectives"] = say("The targets are numbers: squared error is the usual loss.")
        loss, metrics = "MSELoss", ["MeanAbsoluteError"]
    elif data.num_outputs == 2 and outputs and _width(report, outputs[0]) == 1:
        reasons["objectives"] = say("Two classes and one score: binary cross entropy.")
        loss, metrics = "BCEWithLogitsLoss", ["Accuracy"]
    else:
        reasons["objectives"] = say(
            "One of {count} classes: cross entropy on one score a class.", count=data.num_outputs
        )
        loss, metrics = "CrossEntropyLoss", ["Accuracy"]
    return ObjectiveConfig(output=name, loss=Choice(type=loss)), metrics


def _width(report: CheckReport, output: str) -> int | None:
    found = report.nodes.get(output)
    shapes = [] if found is None else [port.shape for port in found.inputs.values()]
    return shapes[0][-1] if shapes and len(shapes[0]) == 2 else None
