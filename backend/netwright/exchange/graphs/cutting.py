"""A level of a network as a chain of segments, which is what folding compares.

The level is cut wherever all data flows through one wire.  What leads to another output than the main one (the heads beside
GoogLeNet, a state that a network gives besides) is a chain of its own, right behind the segment that it takes from: so it does
not keep the rest from being cut.  Where a wire runs beside all else (the skips of U-Net), segments are opened: each is cut by
what flows within it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from netwright.exchange.graphs.items import OUTSIDE, Item

Segment = tuple[int, int]
"""Places in the level: the first and the one behind the last."""

_ENTRIES = {"Graph", "Input"}


@dataclass(frozen=True, slots=True)
class Chain:
    """A level, its items in an order in which those of a segment stand next to each other."""

    items: list[Item]
    segments: list[Segment]
    is_whole: list[bool]
    """Whether data comes into a segment by one wire and leaves it as its last item's output: it could be a block."""
    follows: list[bool]
    """Whether a segment takes what the one before it gives, and nothing else does: the two could be in one block."""

    def are_linked(self, start: int, end: int) -> bool:
        """Whether the segments from ``start`` to ``end`` (exclusive) could be one block."""
        return all(self.is_whole[start:end]) and all(self.follows[start + 1 : end])


def chain(items: Sequence[Item]) -> Chain:
    """The level cut wherever all data of one output flows through one wire."""
    parts = _parts(items, range(len(items)))
    order = [i for part in parts for i in part]
    segments, first = [], 0
    for part in parts:
        segments.append((first, first + len(part)))
        first += len(part)
    return _chain(_in_order(items, order), segments)


def opened(cut: Chain) -> Chain:
    """The level cut finer: each segment by what flows within it, and what is left of it again."""
    segments: list[Segment] = []
    waiting = cut.segments[::-1]
    while waiting:
        first, end = waiting.pop()
        parts = _cut(cut.items, range(first, end)) if end - first > 1 else []
        if len(parts) < 2:
            segments.append((first, end))
        else:
            waiting += [(part[0], part[-1] + 1) for part in reversed(parts)]
    return _chain(cut.items, segments)


def _chain(items: list[Item], segments: list[Segment]) -> Chain:
    owner = [number for number, (first, end) in enumerate(segments) for _ in range(first, end)]
    takers: defaultdict[int, set[int]] = defaultdict(set)
    """The segments that take from an item, others than its own."""
    for i, item in enumerate(items):
        for source, _ in item.sources:
            if owner[source] != owner[i]:
                takers[source].add(owner[i])
    is_whole, follows = [], []
    for number, (first, end) in enumerate(segments):
        entries = {wire for item in items[first:end] for wire in item.sources if wire[0] < first}
        is_whole.append(len(entries) == 1 and not any(takers[i] for i in range(first, end - 1)))
        follows.append(entries == {(first - 1, None)} and takers[first - 1] == {number})
    return Chain(items, segments, is_whole, follows)


def _in_order(items: Sequence[Item], order: Sequence[int]) -> list[Item]:
    place = {old: new for new, old in enumerate(order)} | {OUTSIDE: OUTSIDE}
    return [
        Item(each.type, each.params, [(place[source], port) for source, port in each.sources], each.leaf, each.bodies)
        for each in (items[i] for i in order)
    ]


def _parts(items: Sequence[Item], places: Sequence[int]) -> list[list[int]]:
    """The segments of the items at ``places``: of the main output, and behind each the chains that leave it there."""
    main = _main(items, places)
    parts = _cut(items, [i for i in places if i in main])
    if len(main) == len(places):
        return parts
    behind: defaultdict[int, list[list[int]]] = defaultdict(list)
    number_of = {i: number for number, part in enumerate(parts) for i in part}
    for group in _joined(items, [i for i in places if i not in main]):
        numbers = [number_of[source] for i in group for source, _ in items[i].sources if source in number_of]
        behind[max(numbers, default=len(parts) - 1)] += _parts(items, group)
    return [each for number, part in enumerate(parts) for each in (part, *behind[number])]


def _main(items: Sequence[Item], places: Sequence[int]) -> set[int]:
    """What the output depends on that depends on most; all of it where there is no output.  What a network takes stays in front
    in any case: its order is the order of the network's arguments."""
    wanted = set(places)
    best: set[int] = set()
    for i in places:
        if items[i].type == "Output":
            found = _ancestors(items, i, wanted)
            best = found if len(found) > len(best) else best
    return best | {i for i in places if items[i].type in _ENTRIES} if best else wanted


def _ancestors(items: Sequence[Item], place: int, among: Collection[int]) -> set[int]:
    found, waiting = {place}, [place]
    while waiting:
        for source, _ in items[waiting.pop()].sources:
            if source in among and source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _joined(items: Sequence[Item], places: Iterable[int]) -> Iterator[list[int]]:
    """The items at ``places`` in groups that no wire joins."""
    group: dict[int, list[int]] = {}
    for i in places:
        mine = [i]
        for source, _ in items[i].sources:
            other = group.get(source)
            if other is not None and other is not mine:
                mine = sorted({*mine, *other})
                for each in mine:
                    group[each] = mine
        for each in mine:
            group[each] = mine
    seen: set[int] = set()
    for mine in group.values():
        if mine[0] not in seen:
            seen.add(mine[0])
            yield mine


def _cut(items: Sequence[Item], places: Sequence[int]) -> list[list[int]]:
    """The items at ``places`` in segments: behind each, of what was made among them nothing but its last item's output is still
    needed among them."""
    among = set(places)
    last_use: dict[tuple[int, str | None], int] = {}
    for i in places:
        for source in items[i].sources:
            if source[0] in among:
                last_use[source] = i
    ending, produced = defaultdict(list), defaultdict(list)
    for source, i in last_use.items():
        ending[i].append(source)
        produced[source[0]].append(source)
    segments: list[list[int]] = []
    part: list[int] = []
    live: set[tuple[int, str | None]] = set()
    for i in places:
        part.append(i)
        live.update(produced[i])
        live.difference_update(ending[i])
        if items[i].type != "Output" and live <= {(i, None)}:
            segments.append(part)
            part = []
    return [*segments, part] if part else segments
