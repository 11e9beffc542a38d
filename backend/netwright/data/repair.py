"""Ways out of a list of steps that makes no sense: found by trying, so that what is offered does work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from netwright.data.base import DataError, Step
from netwright.language import Text, say

Check = Callable[[Sequence[Step]], object]
"""Raises DataError where a list makes no sense."""


@dataclass(frozen=True, slots=True)
class Repair:
    """``steps`` is the list mended, ``label`` says how."""

    label: Text
    steps: tuple[Step, ...]


def find_repair(steps: Sequence[Step], error: DataError, check: Check, insertable: Sequence[str]) -> Repair | None:
    """The first change of the list that mends it, else the first with which ``check`` comes further than ``error``: the step
    moved, one of ``insertable`` put in, the step removed; None where none of these helps."""
    further: Repair | None = None
    for repair in _candidates(steps, error.step, insertable):
        try:
            check(repair.steps)
        except DataError as left:
            if further is None and error.step is not None and (left.step is None or left.step > error.step):
                further = repair
        else:
            return repair
    return further


def _candidates(steps: Sequence[Step], place: int | None, insertable: Sequence[str]) -> Iterator[Repair]:
    whole = tuple(steps)
    if place is not None:
        step = whole[place]
        others = whole[:place] + whole[place + 1 :]
        # The nearest place first.
        for target in sorted(range(len(whole)), key=lambda each: abs(each - place)):
            if target < place:
                label = say("Move {type} before {other}", type=step.type, other=others[target].type)
            elif target > place:
                label = say("Move {type} behind {other}", type=step.type, other=others[target - 1].type)
            else:
                continue
            yield Repair(label, (*others[:target], step, *others[target:]))
    for type_name in insertable:
        added = Step(type_name)
        if place is not None:
            label = say("Put {type} before {other}", type=type_name, other=whole[place].type)
            yield Repair(label, (*whole[:place], added, *whole[place:]))
        else:
            yield Repair(say("Add {type}", type=type_name), (added, *whole))
            yield Repair(say("Add {type}", type=type_name), (*whole, added))
    if place is not None:
        yield Repair(say("Remove {type}", type=whole[place].type), others)
