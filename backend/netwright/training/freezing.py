"""Parts of a network that keep what they have learned while the rest trains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from torch import nn

from netwright.language import in_a_row, say


@dataclass(frozen=True, slots=True)
class Frozen:
    """``num_values`` counts the parameters that do not move; ``held`` are the normalisations whose running statistics stand
    still with them."""

    num_values: int = 0
    held: Sequence[nn.Module] = field(default_factory=tuple)

    def hold(self) -> None:
        """Puts the held normalisations back into evaluation, after ``network.train()`` has taken them out of it.

        They normalise by their running statistics and leave them as they are.  Dropout in a frozen part goes on dropping.
        """
        for module in self.held:
            module.eval()


def freeze(network: nn.Module, paths: Iterable[str]) -> Frozen:
    """Takes the gradients off the nodes and blocks at ``paths`` (``stem``, ``stage.0.conv``).

    A path without a module (Add) has nothing to freeze; that it exists is checked before a run (``check_training``).
    """
    frozen: dict[int, nn.Module] = {}
    for path in paths:
        try:
            part = network.get_submodule(path)
        except AttributeError:
            continue
        frozen |= {id(module): module for module in part.modules()}
    num_values = 0
    for module in frozen.values():
        for parameter in module.parameters(recurse=False):
            if parameter.requires_grad:
                parameter.requires_grad_(False)
                num_values += parameter.numel()
    held = [module for module in frozen.values() if getattr(module, "track_running_stats", False)]
    return Frozen(num_values, tuple(held))


def describe_frozen(frozen: Frozen) -> str:
    """One line for the run's notes."""
    moved = say(
        "Frozen: {count:,} parameter does not move."
        if frozen.num_values == 1
        else "Frozen: {count:,} parameters do not move.",
        count=frozen.num_values,
    )
    if not frozen.held:
        return moved
    return in_a_row(
        [
            moved,
            say(
                "The running statistics of {count} normalisation stand still."
                if len(frozen.held) == 1
                else "The running statistics of {count} normalisations stand still.",
                count=len(frozen.held),
            ),
        ]
    )
