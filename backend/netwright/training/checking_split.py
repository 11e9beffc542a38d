"""Whether the data can be split as a config says."""

from collections.abc import Iterator

from netwright.graph.problems import Fix, Problem
from netwright.language import any_of, say
from netwright.training.config import SplitConfig, TrainingConfig
from netwright.training.facts import DataFacts
from netwright.training.ways_out import put


def check_split(training: TrainingConfig, data: DataFacts) -> Iterator[Problem]:
    """A way to split, shares or folds that the data does not allow; a split that leaks."""
    if data.num_samples < 2 and data.num_validation is None and not data.are_vertices:
        yield Problem(
            code="too_few_samples",
            field="data.source",
            message=say(
                "{title} has {count} sample to train on and to validate with; a run needs at least 2. Add samples, or mark "
                "fewer as its test part.",
                title=data.title,
                count=data.num_samples,
            ),
        )
    by = training.data.split.by
    if by != "sample" and by not in data.splits:
        yield Problem(
            code="split_not_possible",
            field="data.split.by",
            message=data.no_parts
            if by == "column" and data.no_parts is not None
            else say(
                "{title} cannot be split by {by}: it does not know this of its samples. Choose {possible}.",
                title=data.title,
                by=by,
                possible=any_of(["sample", *data.splits]),
            ),
            values={"by": by},
            fixes=put(say("Split by chance"), {"data.split.by": "sample"}),
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
            fixes=put(say("Split by time"), {"data.split.by": "time"}),
        )
    yield from _check_test(training.data.split, data)
    yield from _check_folds(training.data.split, data)


def _check_test(split: SplitConfig, data: DataFacts) -> Iterator[Problem]:
    if not split.test:
        return
    message = None
    if data.num_test is not None:
        message = say(
            "{title} comes with a test part of its own, which is used. Set the test share to 0.", title=data.title
        )
    elif data.num_validation is not None:
        message = say(
            "{title} comes with a split of its own, which is used. Set the test share to 0.", title=data.title
        )
    elif split.by == "column":
        message = say(
            "A column of the set says which samples are held out, so that there is no test share to draw. Write test in "
            "the rows that are to be the test part, or set the test share to 0."
        )
    elif split.count_left(data.num_samples) < 2 <= data.num_samples:
        message = say(
            "The test part takes {count:,} of {total:,} samples; at least 2 must be left, one to train on and one to "
            "validate with. Lower its share.",
            count=data.num_samples - split.count_left(data.num_samples),
            total=data.num_samples,
        )
    elif split.folds is None and split.test + split.validation >= 1.0:
        message = say(
            "The shares for validation ({validation}) and for the test part ({test}) leave nothing to train on. Lower one.",
            validation=f"{split.validation:g}",
            test=f"{split.test:g}",
        )
    if message is not None:
        yield Problem(
            code="test_share_not_possible",
            field="data.split.test",
            message=message,
            fixes=put(say("Draw no test part"), {"data.split.test": 0.0}),
        )


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
            fixes=_no_folds(),
        )
    elif split.by == "column":
        yield Problem(
            code="folds_not_possible",
            field=field,
            message=say(
                "A column of the set says which samples validate, so that there are no folds to choose. Split by sample "
                "instead, or empty this field."
            ),
            fixes=_no_folds(),
        )
    elif split.count_left(data.num_samples) < split.folds + (split.by == "time"):
        yield Problem(
            code="folds_not_possible",
            field=field,
            message=say(
                "{samples:,} samples cannot be put into {folds} folds. Take fewer folds.",
                samples=split.count_left(data.num_samples),
                folds=split.folds,
            ),
            fixes=_no_folds(),
        )


def _no_folds() -> list[Fix]:
    return put(say("Split once, without folds"), {"data.split.folds": None})


def num_training_samples(training: TrainingConfig, data: DataFacts) -> int:
    """Samples that are left to train on after the split (rounded; stratifying may shift it by a few)."""
    if data.num_validation is not None:
        return data.num_samples - data.num_validation
    return training.data.split.count_training(data.num_samples)
