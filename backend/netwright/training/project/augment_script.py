"""``augment.py`` of a project and the lines of ``train.py`` that call it: as ``training.batches`` does in the product."""

from netwright.data.augment.base import Augment
from netwright.training.project.script_facts import Facts

_DOC = '"""What is done to the samples that are trained on, anew at every step: as in the run."""\n\n'

AUGMENTED = (
    "The network's inputs to train on, in an order and changed in a way that follow from seed and epoch (from 1) alone."
)


def augment_files(augment: Augment | None) -> dict[str, str | bytes]:
    """``augment.py``, where there is something to do."""
    return {} if augment is None else {"augment.py": _DOC + augment.source}


def augment_lines(augment: Augment, samples: str, targets: str | None) -> list[str]:
    """What ``batches`` does with the samples of one step.  ``targets`` None: a sample is its own target, as it was before the
    last augmentations."""
    chosen = "chosen" if targets is not None else "_"
    given = "chosen" if targets is not None else "None"
    return [
        "generator.manual_seed(((SEED * 1_000_003 + epoch) * 1_000_003 + number) % 2**63)",
        f"samples = {samples}" if targets is None else f"samples, chosen = {samples}, {targets}",
        *([f"samples, {chosen} = augment_samples(samples, {given}, generator)"] if augment.has_samples else []),
        "samples = preprocess(samples)",
        *(["chosen = samples"] if targets is None else []),
        *([f"samples, {chosen} = augment_inputs(samples, {given}, generator)"] if augment.has_inputs else []),
        "yield samples, chosen",
    ]


def augment_import(facts: Facts) -> str:
    """The line of import, with its end."""
    augment = facts.augment
    if augment is None:
        return ""
    names = [("augment_inputs", augment.has_inputs), ("augment_samples", augment.has_samples)]
    return f"from augment import {', '.join(name for name, is_there in names if is_there)}\n"


def ready_argument(facts: Facts) -> str:
    """What a call of ``forward`` says where ``batches`` gives the network's inputs and not raw samples."""
    return "" if facts.augment is None else ", is_ready=True"
