"""``augment.py`` of a project and the lines of ``train.py`` that call it: as ``training.batches`` does in the product."""

from netwright.data.augment.base import Augment
from netwright.training.project.script_facts import Facts

_DOC = '"""What is done to the samples that are trained on, anew at every step: as in the run."""\n\n'

_BATCHES = '''def batches(part: tuple[Tensor, Tensor], epoch: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """The network's inputs to train on, in an order and changed in a way that follow from seed and epoch (from 1) alone."""
    inputs, targets = part
    generator = torch.Generator().manual_seed((SEED * 1_000_003 + epoch) % 2**63)
    order = torch.randperm(len(targets), generator=generator)
    for number, indices in enumerate(torch.split(order, BATCH_SIZE)[: num_batches(len(targets))]):
        generator.manual_seed(((SEED * 1_000_003 + epoch) * 1_000_003 + number) % 2**63)
        samples, chosen = inputs[indices].to(device), targets[indices].to(device)
{calls}        yield samples, chosen'''


def augment_files(augment: Augment | None) -> dict[str, str | bytes]:
    """``augment.py``, where there is something to do."""
    return {} if augment is None else {"augment.py": _DOC + augment.source}


_SHUFFLED = "    order = torch.randperm(len(targets), generator=generator)\n"
_BALANCED = """    # Every class is drawn equally often.
    weights = targets.bincount().double().clamp_min(1).reciprocal()[targets]
    order = torch.multinomial(weights, len(targets), replacement=True, generator=generator)
"""


def write_batches(batches: str, facts: Facts) -> str:
    """``num_batches`` and ``batches`` of the script; ``batches`` is their source as it is without augmentation, shuffled."""
    written = _write_batches(batches, facts)
    return written.replace(_SHUFFLED, _BALANCED) if facts.is_balanced else written


def _write_batches(batches: str, facts: Facts) -> str:
    augment = facts.augment
    if augment is None:
        return batches
    calls = [
        "samples, chosen = augment_samples(samples, chosen, generator)" if augment.has_samples else "",
        "samples = preprocess(samples)",
        "samples, chosen = augment_inputs(samples, chosen, generator)" if augment.has_inputs else "",
    ]
    lines = "".join(f"        {call}\n" for call in calls if call)
    return batches.split("def batches", 1)[0] + _BATCHES.format(calls=lines)


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
