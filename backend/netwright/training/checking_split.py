"""Whether the data can be split as a config says."""

from collections.abc import Iterator

from netwright.graph.problems import Problem
from netwright.language import any_of, say
from netwright.training.config import SplitConfig, TrainingConfig
from netwright.training.facts import DataFacts


def check_split(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    """A way to split, or folds, that the data does not allow; a split that leaks."""
    by = training.data.split.by
    if by != "sample" and by not in data.splits:
        yield Problem(
            code="split_not_possible",
            field="data.split.by",
            message=say(
                "{title} cannot be split by {by}: it does not know this of its samples. Choose {possible}.",
                title=data.title,
                by=by,
                possible=any_of(["sample", *data.splits]),
            ),
            values={"by": by},
        )
    elif by == "sample" and data.kind == "series" and "time" in data.splits:
        yield Problem(
            code="split_leaks",
            severity="warning",
            field="data.split.by",
            message=say(
                "Windows of one series overlap: drawn by chance, those to validate with hold what was trained on, and the "
                "figures look better than they are. Split by time."
            ),
        )
    yield from _check_folds(training.data.split, data)


def _check_folds(split: SplitConfig, data: DataFacts) -> Iterator[Problem]:
    if split.folds is None:
        return
    field = "data.split.folds"
    if data.num_validation is not None:
        yield Problem(
            code="folds_not_possible",
            field=field,
            message=say(
                "{title} comes with a split of its own, which is used, so that there are no folds to choose. Empty this field.",
                title=data.title,
            ),
        )
    elif split.by == "column":
        yield Problem(
            code="folds_not_possible",
            field=field,
            message=say(
                "A column of the set says which samples validate, so that there are no folds to choose. Split by sample "
                "instead, or empty this field."
            ),
        )
    elif data.num_samples < split.folds + (split.by == "time"):
        yield Problem(
            code="folds_not_possible",
            field=field,
            message=say(
                "{samples} samples cannot be put into {folds} folds. Take fewer folds.",
                samples=data.num_samples,
                folds=split.folds,
            ),
        )


def num_training_samples(training: TrainingConfig, data: DataFacts) -> int:
    """Samples that are left to train on after the split (rounded; stratifying may shift it by a few)."""
    if data.num_validation is not None:
        return data.num_samples - data.num_validation
    return training.data.split.count_training(data.num_samples)
