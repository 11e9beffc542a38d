"""The weights that a run begins with, put into its network before the first step."""

from pathlib import Path

from torch import nn

from netwright.exchange.weights.loading import load_weights
from netwright.language import in_a_row, listed, say
from netwright.training.checkpoints import file_record
from netwright.training.spec import INITIAL_WEIGHTS, InitialWeights, RunSpec


class InitialWeightsError(ValueError):
    """The run's own copy of the weights is gone or damaged."""


def load_initial(network: nn.Module, spec: RunSpec, weights: InitialWeights, folder: Path) -> str:
    """Puts the run's initial weights into ``network``; gives a line for its notes.

    Raises:
        InitialWeightsError: the file is gone or differs from its SHA-256.
    """
    path = folder / INITIAL_WEIGHTS
    if not path.is_file() or file_record(path).sha256 != weights.sha256:
        raise InitialWeightsError(
            say(
                "The weights that this run begins with ({title}) are gone or damaged in its folder. Start a new run.",
                title=weights.title,
            )
        )
    match = load_weights(network, spec.document, path, weights.match)
    taken = sum(each.state != "new" for each in match.tensors)
    new = sorted({each.expected.path for each in match.tensors if each.state == "new" and each.reason != "missing"})
    note = say(
        "Weights: {taken} of {count} tensors from {title}, matched by {match}, SHA-256 {sha256}.",
        taken=taken,
        count=len(match.tensors),
        title=weights.title,
        match=say("order") if weights.match == "order" else say("name"),
        sha256=weights.sha256[:12],
    )
    if not new:
        return note
    shown, rest = listed(new[:10]), len(new) - 10
    if rest > 0:
        return in_a_row([note, say("Begun anew: {names} and {count} more.", names=shown, count=rest)])
    return in_a_row([note, say("Begun anew: {names}.", names=shown)])
