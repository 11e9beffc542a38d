"""Whether optimizer, schedule and regularisation go with each other."""

from collections.abc import Iterator

from pydantic import JsonValue, ValidationError

from netwright.graph.problems import Fix, Problem
from netwright.language import say
from netwright.training.averaging import AVERAGINGS
from netwright.training.choices import UnknownChoiceError
from netwright.training.config import TrainingConfig
from netwright.training.optimizers import OPTIMIZERS
from netwright.training.schedules import SCHEDULES
from netwright.training.ways_out import put, use_float32


def updates_per_epoch(training: TrainingConfig, num_samples: int) -> int:
    """Updates of an epoch of so many training samples (a last batch of one sample is not counted out here)."""
    batches = max(-(-num_samples // training.data.batch_size), 1)
    return -(-batches // training.accumulate_steps)


def check_average(training: TrainingConfig, num_updates: int) -> Iterator[Problem]:
    """An average that spans more updates than half the run makes.  What is wrong with its settings is said elsewhere."""
    average = training.averaging
    if average is None:
        return
    try:
        span = AVERAGINGS.get(average.type).span(AVERAGINGS.params(average.type, average.params))
    except (UnknownChoiceError, ValidationError):
        return
    if span is None or num_updates < 4 or num_updates >= 2 * span:
        return
    decay = round(1.0 - 1.0 / max(num_updates // 10, 2), 4)
    yield Problem(
        code="average_too_slow",
        severity="warning",
        field="averaging.params.decay",
        message=say(
            "The average of the weights spans about {span:,} updates and the run makes {total:,}, so that it would hardly "
            "leave the first weights. Take a lower decay.",
            span=round(span),
            total=num_updates,
        ),
        fixes=put(say("Set the decay to {decay}", decay=f"{decay:g}"), {"averaging.params.decay": decay}),
    )


def check_milestones(training: TrainingConfig) -> Iterator[Problem]:
    """A chain whose milestones do not rise, that goes on after the run's end, or that holds a schedule that watches a
    metric."""
    chain = training.schedule.chain
    before = 0
    for i, schedule in enumerate(chain):
        field = f"schedule.chain.{i}.milestone"
        if schedule.milestone <= before:
            yield Problem(
                code="milestones_not_rising",
                field=field,
                message=say(
                    "Schedule {number} of the chain begins after epoch {milestone}, which must be later than the one before "
                    "it (epoch {before}).",
                    number=i + 2,
                    milestone=schedule.milestone,
                    before=before,
                ),
            )
        elif schedule.milestone >= training.epochs:
            yield Problem(
                code="milestone_after_end",
                severity="warning",
                field=field,
                message=say(
                    "The run ends after epoch {epochs}, so that a schedule from epoch {milestone} on never begins.",
                    epochs=training.epochs,
                    milestone=schedule.milestone,
                ),
                fixes=[*_begin_earlier(training, before, field), *_remove_schedule(training, i)],
            )
        before = max(before, schedule.milestone)
    names = [training.schedule.type, *(each.type for each in chain)]
    if not chain:
        return
    for i, name in enumerate(names):
        if name in SCHEDULES.classes and SCHEDULES.classes[name].watches:
            yield Problem(
                code="schedule_not_for_chain",
                field="schedule.type" if i == 0 else f"schedule.chain.{i - 1}.type",
                message=say(
                    "{type} watches a value from the first epoch to the last and cannot be part of a chain. Use it alone, "
                    "or take another schedule.",
                    type=name,
                ),
                fixes=_use_alone(name) if i == 0 else _remove_schedule(training, i - 1),
            )


def _begin_earlier(training: TrainingConfig, before: int, field: str) -> list[Fix]:
    """Half-way through what is left of the run, where something is left."""
    milestone = max(before + 1, (before + training.epochs) // 2)
    if milestone >= training.epochs:
        return []
    return put(say("Begin after epoch {milestone}", milestone=milestone), {field: milestone})


def _use_alone(name: str) -> list[Fix]:
    return put(say("Use {type} alone", type=name), {"schedule.chain": []})


def _remove_schedule(training: TrainingConfig, place: int) -> list[Fix]:
    chain: list[JsonValue] = [each.model_dump() for i, each in enumerate(training.schedule.chain) if i != place]
    return put(say("Remove schedule {number}", number=place + 2), {"schedule.chain": chain})


def check_combinations(training: TrainingConfig) -> Iterator[Problem]:
    """Settings that exclude each other."""
    split = training.data.split
    if split.folds is not None and split.fold > split.folds:
        yield Problem(
            code="fold_unknown",
            field="data.split.fold",
            message=say(
                "There are {folds} folds, so that fold {fold} cannot be held out.", folds=split.folds, fold=split.fold
            ),
            fixes=put(say("Hold fold {fold} out", fold=split.folds), {"data.split.fold": split.folds}),
        )
    if training.gradient_clip_norm is not None and training.gradient_clip_value is not None:
        yield Problem(
            code="clipped_twice",
            field="gradient_clip_value",
            message=say("Gradients are clipped by their norm or by their values, not both. Empty one of the two."),
            fixes=put(say("Clip by the norm alone"), {"gradient_clip_value": None}),
        )
    for i, group in enumerate(training.parameter_groups):
        if not group.nodes:
            yield Problem(
                code="group_empty",
                field=f"parameter_groups.{i}.nodes",
                message=say("Group {number} names no nodes. Choose some, or remove the group.", number=i + 1),
                fixes=_remove_group(training, i),
            )
    optimizer = OPTIMIZERS.classes.get(training.optimizer.type)
    if optimizer is None or not optimizer.needs_closure:
        return
    if training.parameter_groups:
        yield Problem(
            code="groups_not_for_optimizer",
            field="parameter_groups",
            message=say(
                "{type} moves all weights together and takes no groups. Remove the groups, or choose another optimizer.",
                type=optimizer.type,
            ),
            fixes=put(say("Remove the groups"), {"parameter_groups": []}),
        )
    if training.precision == "float16":
        yield Problem(
            code="precision_not_for_optimizer",
            field="precision",
            message=say(
                "{type} computes the loss several times a step, which the scaling of float16 cannot follow. Choose float32 or "
                "bfloat16, or another optimizer.",
                type=optimizer.type,
            ),
            fixes=use_float32(),
        )
    if training.accumulate_steps > 1:
        yield Problem(
            code="accumulation_not_for_optimizer",
            field="accumulate_steps",
            message=say(
                "{type} computes the loss of a batch several times a step and cannot add up several batches. Set "
                "accumulation to 1 and make the batch larger.",
                type=optimizer.type,
            ),
            fixes=put(
                say("One batch of {size} an update", size=training.data.batch_size * training.accumulate_steps),
                {
                    "accumulate_steps": 1,
                    "data.batch_size": training.data.batch_size * training.accumulate_steps,
                },
            ),
        )


def _remove_group(training: TrainingConfig, place: int) -> list[Fix]:
    groups: list[JsonValue] = [each.model_dump() for i, each in enumerate(training.parameter_groups) if i != place]
    return put(say("Remove group {number}", number=place + 1), {"parameter_groups": groups})
