"""What a call gives, taken apart as a person would: ``y, (h, _) = self.lstm(x)``, then ``last = h[-1]``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NAME = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"\w+")
_UNUSED_GROUP = re.compile(r"\((?:_, )*_\)")


@dataclass(frozen=True, slots=True)
class Results:
    """``pattern`` names the parts (``y, (h, _)``); ``outputs`` make the node's outputs from them, in the order of its ports."""

    pattern: str
    outputs: tuple[str, ...]


def targets_of(results: Results, names: Sequence[str | None]) -> tuple[str, list[str]]:
    """What stands left of the call, and the statements that follow it; ``names`` are the outputs', None for what nobody uses.

    A part gets the name of the output that is made from it last, so that it is held no longer than that.
    """
    owners: dict[str, str] = {}
    made = list(_made(results, names))
    for name, parts, _ in made:
        owners |= dict.fromkeys(parts, name)
    pattern = _WORD.sub(lambda match: owners.get(match.group(), "_"), results.pattern)
    while (shorter := _UNUSED_GROUP.sub("_", pattern)) != pattern:
        pattern = shorter
    statements = []
    for name, parts, text in made:
        value = _NAME.sub(lambda match: owners[match.group(1)], text)
        if not (parts == [text.strip("{}")] and value == name):
            statements.append(f"{name} = {value}")
    return pattern, statements


def _made(results: Results, names: Sequence[str | None]) -> Iterator[tuple[str, list[str], str]]:
    """For every output that is used its name, the parts that it is made from, and the text over them."""
    for name, text in zip(names, results.outputs, strict=True):
        if name is not None:
            yield name, _NAME.findall(text), text
