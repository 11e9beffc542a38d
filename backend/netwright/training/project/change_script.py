"""What was changed by hand while a run trained, as ``train.py`` repeats it and its head tells it."""

from collections.abc import Iterator, Sequence

from netwright.compiler.source import to_comment
from netwright.training.config import TrainingConfig
from netwright.training.spec import Change, RunSpec

CHANGED = '''def changed(name: str, value: float, step: int) -> float:
    """A setting at update ``step`` (from 1): ``value`` until somebody changed it."""
    for after, what, new in CHANGES:
        if what == name and after < step:
            value = new
    return value'''

_TITLES = {"lr": "learning rate", "epochs": "epochs"}


def first_value(changes: Sequence[Change], name: str, chosen: float) -> float:
    """What the run began with: what the first change found, or what was ``chosen``.  A run that goes on from another one was
    created with values of its own."""
    return next((change.before for change in changes if change.name == name), chosen)


def last_epochs(changes: Sequence[Change], config: TrainingConfig) -> int:
    return int(next((change.value for change in reversed(changes) if change.name == "epochs"), config.epochs))


def change_lines(changes: Sequence[Change], config: TrainingConfig) -> list[str]:
    """Constants; nothing where nothing was changed."""
    if not changes:
        return []
    begun = int(first_value(changes, "epochs", config.epochs))
    lines = ["CHANGES = ["]
    lines += [f'    ({change.step}, "{change.name}", {_plain(change)!r}),' for change in changes]
    lines += ["]", '"""What was changed while the run trained: after which update, what, and to what."""']
    if has_epochs(changes):
        lines += [
            f"BEGUN_EPOCHS = {begun}",
            '"""How long the run was to be when it began: schedules look at the length."""',
        ]
    return lines


def has_epochs(changes: Sequence[Change]) -> bool:
    return any(change.name == "epochs" for change in changes)


def planned_epochs(changes: Sequence[Change], step: str) -> str:
    """The epochs that the run was to have at an update, as an expression; whoever asks for another number gets that."""
    if not has_epochs(changes):
        return "arguments.epochs"
    return f'int(changed("epochs", BEGUN_EPOCHS, {step}) if arguments.epochs == EPOCHS else arguments.epochs)'


def tell_changes(changes: Sequence[Change]) -> Iterator[str]:
    """``learning rate from 0.1 to 0.01 after step 40``, for each."""
    for change in changes:
        yield f"{_TITLES[change.name]} from {change.before:g} to {change.value:g} after step {change.step}"


def tell_history(spec: RunSpec, changes: Sequence[Change], *, is_beginning_known: bool) -> Iterator[str]:
    """Sentences: what a reader must know of how the run came to be."""
    origin, stopping = spec.origin, spec.training.early_stopping
    if origin is not None and origin.mode == "everything":
        yield (
            f"The run went on from step {origin.step} (epoch {origin.epoch}) of run {to_comment(origin.run)}: this script "
            "begins where that one began."
        )
    elif origin is not None:
        yield f"The weights are those of step {origin.step} (epoch {origin.epoch}) of run {to_comment(origin.run)}."
    if not is_beginning_known:
        yield "NOT REPEATED: a run before it is gone, and with it what may have been changed while that one trained."
    if stopping is not None and stopping.restore_best_weights and has_epochs(changes):
        yield (
            "NOT REPEATED: where the run had stopped early before it got more epochs, it went on with its best weights; "
            "this script goes on with the newest."
        )


def _plain(change: Change) -> float | int:
    return int(change.value) if change.name == "epochs" else change.value
