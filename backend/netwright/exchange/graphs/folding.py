"""Repeated structure of a network, folded into blocks.

A level is cut into a chain of segments (:mod:`cutting`): a layer, or a whole residual or Inception module.  Runs of segments
of equal make (types, wiring, settings; sizes such as channels and stride may differ) that occur more than once become a block,
the smallest first; uses that follow each other with equal sizes become one with a repeat.  Folding goes on with the folded
level until nothing is won any more, so stages of blocks fold, too.  A level of many cards is then cut finer, and folds again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from netwright.exchange.graphs.block_parameters import find_parameters
from netwright.exchange.graphs.cutting import Chain, Segment, chain, opened
from netwright.exchange.graphs.items import OUTSIDE, FoldedDefinition, Item, common_class, common_scope
from netwright.exchange.graphs.sharing import Tie, can_be_uses, has_ties, tie_of
from netwright.graph.document import BLOCK_PREFIX
from netwright.layers.registry import LAYERS

MAY_DIFFER = frozenset(
    {
        "out_channels",
        "out_features",
        "stride",
        "groups",
        "num_groups",
        "hidden_size",
        "num_heads",
        "p",
        "dim_feedforward",
    }
)
"""Settings of layers that may differ between the uses of a block; they become its parameters."""

MIN_SAVED = 4
"""A block is made where it saves at least so many cards."""

MANY, MAX_OPENED = 24, 2_000
"""A level is cut finer where it has more cards than a person takes in at a look, and no more than that takes a moment for."""

MAX_PERIOD = 24
REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class _Run:
    """Occurrences of one structure: each from a segment to another (exclusive)."""

    places: tuple[Segment, ...]


def fold(items: list[Item]) -> tuple[list[Item], dict[str, FoldedDefinition]]:
    """The level with its repeated structure as uses of blocks, and the blocks, inner ones before outer ones."""
    blocks: dict[str, FoldedDefinition] = {}
    is_tied = has_ties(items)
    while True:
        level = chain(items)
        run = _find_run(level, is_tied=is_tied)
        if run is None and MANY < len(items) <= MAX_OPENED:
            level = opened(level)
            run = _find_run(level, is_tied=is_tied)
        if run is None:
            return items, blocks
        items = _replace(level, run, blocks)


# --- segments --------------------------------------------------------------------------------------------------------


def _signature(level: Chain, number: int) -> tuple[object, ...] | None:
    """The make of a segment: equal where two could be one block.  None where it cannot be in a block."""
    if not level.is_whole[number]:
        return None
    first, end = level.segments[number]
    rows = []
    for item in level.items[first:end]:
        if item.type in {"Graph", "Input", "Output"}:
            return None
        sources = tuple((source - first if source >= first else OUTSIDE, port) for source, port in item.sources)
        weights = () if item.leaf is None else tuple(sorted(item.leaf.weights))
        rows.append((item.type, _fixed(item), sources, weights))
    return tuple(rows)


def _fixed(item: Item) -> tuple[tuple[str, str], ...]:
    """The settings that must agree."""
    return tuple(sorted((name, repr(value)) for name, value in item.params.items() if not _is_free(item, name, value)))


def _is_free(item: Item, name: str, value: JsonValue) -> bool:
    """Whether a setting may differ: a plain number of a kind that blocks take as a parameter."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return item.is_block or name in MAY_DIFFER


def free_values(item: Item) -> dict[str, JsonValue]:
    """The settings of an item that may differ, defaults filled in; for a use of a block its repeat too."""
    if item.is_block:
        return {**item.params, REPEAT: len(item.bodies)}
    layer = LAYERS.get(item.type)
    if layer is None:
        return {}
    values = {name: info.default for name, info in layer.Params.model_fields.items() if name in MAY_DIFFER}
    values |= {name: value for name, value in item.params.items() if name in MAY_DIFFER}
    return {name: value for name, value in values.items() if _is_free(item, name, value)}


# --- runs ------------------------------------------------------------------------------------------------------------


def _find_run(level: Chain, *, is_tied: bool) -> _Run | None:
    """The structure to fold next: of the shortest period, the one that occurs most often, made as long as it can be.  Where
    nodes share weights (``is_tied``), it must be able to say so."""
    made: dict[object, int] = {}
    makes = []
    segments = level.segments
    for number in range(len(segments)):
        signature = _signature(level, number)
        # What cannot be in a block is unlike everything, itself included.
        makes.append(-number - 1 if signature is None else made.setdefault(signature, len(made)))
    for period in range(1, min(MAX_PERIOD, len(segments) // 2) + 1):
        groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for start in range(len(segments) - period + 1):
            window = tuple(makes[start : start + period])
            if min(window) >= 0 and level.are_linked(start, start + period):
                groups[window].append(start)
        best: tuple[tuple[int, int], _Run] | None = None
        for starts in groups.values():
            first = segments[starts[0]][0], segments[starts[0] + period - 1][1]
            if len(starts) < 2 or first[1] - first[0] < 2:
                continue
            places = _apart(starts, period)
            run = _extend(places, makes, level.follows)
            if is_tied:
                run = _sayable(level, (run, _Run(tuple(places))))
            saved = _saved(level, run)
            # What occurs most often is the smallest unit; what it is a part of folds in the next round.
            rank = (len(run.places), saved)
            if saved >= MIN_SAVED and (best is None or rank > best[0]):
                best = (rank, run)
        if best is not None:
            return best[1]
    return None


def _apart(starts: list[int], period: int) -> list[Segment]:
    """Occurrences that do not overlap, from the left."""
    places: list[Segment] = []
    for start in starts:
        if not places or start >= places[-1][1]:
            places.append((start, start + period))
    return places


def _extend(places: list[Segment], makes: list[int], follows: list[bool]) -> _Run:
    """Takes in what stands behind, then before, every occurrence alike."""
    while True:
        ends = [end for _, end in places]
        free = all(end < len(makes) and (i + 1 == len(places) or end < places[i + 1][0]) for i, end in enumerate(ends))
        if not free or len({makes[end] for end in ends}) != 1 or makes[ends[0]] < 0:
            break
        if not all(follows[end] for end in ends):
            break
        places = [(start, end + 1) for start, end in places]
    while True:
        free = all(start > 0 and (i == 0 or start > places[i - 1][1]) for i, (start, _) in enumerate(places))
        if not free or len({makes[start - 1] for start, _ in places}) != 1 or makes[places[0][0] - 1] < 0:
            break
        if not all(follows[start] for start, _ in places):
            break
        places = [(start - 1, end) for start, end in places]
    return _Run(tuple(places))


def _sayable(level: Chain, runs: Sequence[_Run]) -> _Run:
    """The first that can be said; one of no occurrence, which saves nothing, where none can."""
    return next((run for run in runs if _is_sayable(level, run)), _Run(()))


def _is_sayable(level: Chain, run: _Run) -> bool:
    """Whether the weights that occurrences share can be shared by uses of one block."""
    copies = [_body(level, place) for place in run.places]
    inside = {i for place in run.places for i in range(*_span(level, place))}
    others = [item for i, item in enumerate(level.items) if i not in inside]
    owners: dict[Tie, list[Item]] = {}
    return can_be_uses(copies, others) and all(
        _equal_values(owners.setdefault(tie_of(copy), copy), copy) for copy in copies
    )


def _saved(level: Chain, run: _Run) -> int:
    """Cards that folding saves: those of all occurrences, less the block's own and those that use it."""
    if len(run.places) < 2:
        return 0
    bodies = [_body(level, place) for place in run.places]
    size = len(bodies[0])
    if size < 2:
        return 0
    uses = len(run.places)
    if not _is_one_for_all(bodies):
        uses = 1 + sum(
            not _is_next(level, run, number) or not _equal_values(bodies[number], bodies[number - 1])
            for number in range(1, len(bodies))
        )
    return len(run.places) * size - (size + 2 + uses)


def _span(level: Chain, place: Segment) -> Segment:
    """The items of an occurrence: the first and the one behind the last."""
    return level.segments[place[0]][0], level.segments[place[1] - 1][1]


def _body(level: Chain, place: Segment) -> list[Item]:
    first, end = _span(level, place)
    return level.items[first:end]


def _is_next(level: Chain, run: _Run, number: int) -> bool:
    """Whether an occurrence takes what the one before it gives, and nothing else does: a repetition of it, then."""
    start = run.places[number][0]
    return number > 0 and run.places[number - 1][1] == start and level.follows[start]


def _is_one_for_all(bodies: list[list[Item]]) -> bool:
    """Whether some have the same weights: then each is a use of its own, as repetitions have weights of their own."""
    ties = [tie for body in bodies if (tie := tie_of(body))]
    return len(set(ties)) < len(ties)


def _equal_values(a: list[Item], b: list[Item]) -> bool:
    return all(free_values(x) == free_values(y) for x, y in zip(a, b, strict=True))


# --- folding ---------------------------------------------------------------------------------------------------------


def _replace(level: Chain, run: _Run, blocks: dict[str, FoldedDefinition]) -> list[Item]:
    """The level with one use of a new block for every group of occurrences that follow each other with equal sizes."""
    items = level.items
    copies = [_localise(_body(level, place), _span(level, place)[0]) for place in run.places]
    name = _name(copies[0], blocks)
    found = find_parameters([[free_values(item) for item in copy] for copy in copies])
    definition = FoldedDefinition(name, _with_expressions(copies[0], found.expressions), found.defaults)
    definition.repeats = {i: values[REPEAT] for i, values in found.expressions.items() if REPEAT in values}
    blocks[name] = definition
    replaced: list[Item] = []
    moved: dict[int, int] = {OUTSIDE: OUTSIDE}
    position = 0
    one_for_all = _is_one_for_all(copies)
    for number, (place, copy) in enumerate(zip(run.places, copies, strict=True)):
        first, end = _span(level, place)
        for i in range(position, first):
            moved[i] = len(replaced)
            replaced.append(_moved(items[i], moved))
        position = end
        values = found.values[number]
        follows = _is_next(level, run, number) and not one_for_all and found.values[number - 1] == values
        definition.num_copies += 1
        if follows:
            replaced[-1].bodies.append(copy)
        else:
            definition.num_uses += 1
            replaced.append(Item(f"{BLOCK_PREFIX}{name}", values, [_entry(items, first, end, moved)], None, [copy]))
        moved[end - 1] = len(replaced) - 1
    for i in range(position, len(items)):
        moved[i] = len(replaced)
        replaced.append(_moved(items[i], moved))
    return replaced


def _entry(items: list[Item], first: int, end: int, moved: dict[int, int]) -> tuple[int, str | None]:
    """The one wire that leads into the items from ``first`` to ``end``."""
    for item in items[first:end]:
        for source, port in item.sources:
            if source < first:
                return moved[source], port
    raise AssertionError("what can be a block takes from outside")


def _localise(body: list[Item], first: int) -> list[Item]:
    return [
        Item(
            item.type,
            item.params,
            [(source - first, port) if source >= first else (OUTSIDE, None) for source, port in item.sources],
            item.leaf,
            item.bodies,
        )
        for item in body
    ]


def _moved(item: Item, moved: dict[int, int]) -> Item:
    return Item(
        item.type, item.params, [(moved[source], port) for source, port in item.sources], item.leaf, item.bodies
    )


def _with_expressions(copy: list[Item], expressions: dict[int, dict[str, str]]) -> list[Item]:
    return [
        Item(
            item.type,
            {**item.params, **{name: text for name, text in expressions.get(i, {}).items() if name != REPEAT}},
            item.sources,
            item.leaf,
            item.bodies,
        )
        for i, item in enumerate(copy)
    ]


def _name(copy: list[Item], blocks: dict[str, FoldedDefinition]) -> str:
    """What a person would call the block: its class in the program it comes from, else what it is made of."""
    wish = common_class(copy, common_scope(copy)) or _describe(copy)
    number = 1
    name = wish
    while name in blocks:
        number += 1
        name = f"{wish}{number}"
    return name


def _describe(copy: list[Item]) -> str:
    types = [item.type for item in copy]
    if "Concat" in types:
        return "Branches"
    if "Add" in types and types[0] != "Add":
        return "Residual"
    words = [
        item.type.removeprefix(BLOCK_PREFIX).removesuffix("1d").removesuffix("2d").removesuffix("3d") for item in copy
    ]
    return "".join(words) if len(words) <= 4 and all(word.isidentifier() for word in words) else "Stage"
