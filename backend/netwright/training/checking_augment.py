"""Whether augmentation and sampler of a config fit its losses and its data."""

from collections.abc import Iterator

from netwright.compiler.report import CheckReport
from netwright.data.augment.registry import AUGMENTATIONS
from netwright.graph.document import Document
from netwright.graph.problems import Problem
from netwright.language import any_of, say
from netwright.training.config import TrainingConfig
from netwright.training.facts import DataFacts, first_shape
from netwright.training.objectives import LOSSES
from netwright.training.ways_out import put


def check_sampling(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    """Whether a balanced sampler has classes to balance."""
    if training.data.sampler == "balanced" and (data.task != "classification" or data.are_vertices):
        yield Problem(
            code="sampler_needs_classes",
            field="data.sampler",
            message=say(
                "The balanced sampler draws every class equally often, but the samples of {title} have no classes to draw by. "
                "Switch it off.",
                title=data.title,
            ),
            fixes=put(say("Switch the balanced sampler off"), {"data.sampler": "shuffle"}),
        )


def check_mixing(
    training: TrainingConfig, document: Document, report: CheckReport, data: DataFacts
) -> Iterator[Problem]:
    """Whether each loss takes shares of classes, where an augmentation makes them."""
    chosen = [AUGMENTATIONS.get(step.type) for step in training.data.augment]
    mixing = next((each for each in chosen if each is not None and each.mask == "mixes"), None)
    if mixing is None or data.task != "classification":
        return
    outputs = [node.id for node in document.network.nodes if node.type == "Output"]
    for i, objective in enumerate(training.objectives):
        loss = LOSSES.classes.get(objective.loss.type)
        if loss is None:
            continue
        name = objective.output or (outputs[0] if len(outputs) == 1 else None)
        shape = first_shape(report.nodes[name].inputs) if name in report.nodes else []
        if not loss.takes_shares:
            fitting = [each.type for each in LOSSES.classes.values() if each.takes_shares and data.task in each.tasks]
            yield Problem(
                code="loss_takes_no_shares",
                field=f"objectives.{i}.loss.type",
                message=say(
                    "{mixing} makes shares of classes out of targets, and {loss} takes one class a sample. Remove {mixing}, or "
                    "choose {fitting}.",
                    mixing=mixing.type,
                    loss=loss.type,
                    fitting=any_of(fitting),
                ),
                values={"loss": loss.type, "augmentation": mixing.type},
            )
        elif len(shape) == 2 and shape[1] == 1:
            yield Problem(
                code="mixing_needs_scores",
                field="data.augment",
                message=say(
                    "{mixing} needs one score a class, but `{output}` gives a single one. Remove {mixing}, or give the last "
                    "layer {classes} outputs.",
                    mixing=mixing.type,
                    output=name,
                    classes=data.num_outputs,
                ),
                values={"augmentation": mixing.type},
            )
