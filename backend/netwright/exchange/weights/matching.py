"""Which tensor of a file goes to which tensor of a network.  Pure: names, shapes and order, no numbers, no torch.

By *name*: keys are equal, or equal once a wrapper's prefix (``module.``) is taken off.

By *order*: tensors are looked at in groups of one module (``layer1.0.conv1``: weight, bias).  Groups of equal make (names and
shapes) are aligned in the longest common sequence, as a diff aligns lines; what that leaves is paired by make in order of
appearance; what that leaves, by names alone where shapes differ (another head).  So names play no part in which module it
is, and a skip that is drawn before its branch instead of behind it does no harm.  Layers of a transformer, whose norms are
alike, are known by the names that others give their parts (:mod:`transformers`), and a tensor that is a module by itself in one
library and a loose parameter in another (the class token, the positions) by a shape that nothing else has.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netwright.exchange.weights.expected import Expected
from netwright.exchange.weights.tensors import TensorInfo
from netwright.exchange.weights.transformers import in_torch_order

MatchBy = Literal["name", "order"]
State = Literal["kept", "resized", "new"]
Reason = Literal["", "shape_differs", "missing", "with_its_layer", "channels_summed", "channels_spread"]

_COUNTER = "num_batches_tracked"
_WRAPPERS = ("module.", "_orig_mod.", "model.", "network.", "net.", "state_dict.")
_FEW_CHANNELS = 4
_MAX_ALIGNED = 4_000_000


@dataclass(frozen=True, slots=True)
class Matched:
    """What becomes of one tensor of the network.

    ``source`` is the file's tensor that was found for it, also where ``state`` is ``new`` because its shape differs.
    ``reason``: ``channels_summed`` and ``channels_spread`` say how a first convolution was resized; ``with_its_layer`` that the
    tensor would fit but another of its layer does not.
    """

    expected: Expected
    state: State
    source: TensorInfo | None = None
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Match:
    """``tensors`` in the network's order; ``unused`` are those of the file that go nowhere."""

    by: MatchBy
    tensors: tuple[Matched, ...]
    unused: tuple[TensorInfo, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Tensors of one module: by their own names, in order."""

    owner: str
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def make(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple(sorted((name, shape) for name, shape in self.shapes.items() if name != _COUNTER))

    def key(self, name: str) -> str:
        """The whole name of one of its tensors."""
        return f"{self.owner}.{name}" if self.owner else name


def match_tensors(expected: Sequence[Expected], found: Sequence[TensorInfo], by: MatchBy | None = None) -> Match:
    """The match by ``by``; by default by name where that finds at least half of the network's tensors, else by order."""
    names = _pair_by_name(expected, found)
    if by is None:
        by = "name" if 2 * len(names) >= len(expected) else "order"
    pairs = names if by == "name" else _pair_by_order(expected, found)
    matched = _judge(expected, pairs)
    used = {each.source.name for each in matched if each.source is not None and each.state != "new"}
    return Match(by, tuple(matched), tuple(info for info in found if info.name not in used))


def _pair_by_name(expected: Sequence[Expected], found: Sequence[TensorInfo]) -> dict[str, TensorInfo]:
    keys = [each.key for each in expected]
    best: dict[str, TensorInfo] = {}
    for prefix in ("", *_WRAPPERS):
        by_name = {info.name.removeprefix(prefix): info for info in found if info.name.startswith(prefix)}
        pairs = {key: by_name[key] for key in keys if key in by_name}
        if len(pairs) > len(best):
            best = pairs
    return best


# --- by order --------------------------------------------------------------------------------------------------------


def _pair_by_order(expected: Sequence[Expected], found: Sequence[TensorInfo]) -> dict[str, TensorInfo]:
    by_name = dict(in_torch_order(found))
    ours = _group((each.key, each.shape) for each in expected)
    theirs = _group((name, info.shape) for name, info in by_name.items())
    pairs = _align(ours, theirs)
    pairs |= _pair_rest(ours, theirs, pairs, by_names_only=False)
    pairs |= _pair_rest(ours, theirs, pairs, by_names_only=True)
    loose = _pair_loose(
        [group for i, group in enumerate(ours) if i not in pairs],
        [group for k, group in enumerate(theirs) if k not in pairs.values()],
    )
    return {
        ours[i].key(name): by_name[theirs[k].key(name)]
        for i, k in pairs.items()
        for name in ours[i].shapes
        if name in theirs[k].shapes
    } | {key: by_name[name] for key, name in loose.items()}


def _group(tensors: Iterable[tuple[str, tuple[int, ...]]]) -> list[_Group]:
    groups: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, shape in tensors:
        owner, _, name = key.rpartition(".")
        groups.setdefault(owner, {})[name] = shape
    return [_Group(owner, shapes) for owner, shapes in groups.items()]


def _align(ours: Sequence[_Group], theirs: Sequence[_Group]) -> dict[int, int]:
    """The longest common sequence of groups of equal make; larger ones weigh no more than small ones."""
    if len(ours) * len(theirs) > _MAX_ALIGNED:
        return {}
    a, b = [group.make for group in ours], [group.make for group in theirs]
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for k in range(len(b) - 1, -1, -1):
            row[k] = below[k + 1] + 1 if a[i] == b[k] else max(below[k], row[k + 1])
    pairs, i, k = {}, 0, 0
    while i < len(a) and k < len(b):
        if a[i] == b[k]:
            pairs[i] = k
            i, k = i + 1, k + 1
        elif lengths[i + 1][k] >= lengths[i][k + 1]:
            i += 1
        else:
            k += 1
    return pairs


def _pair_rest(
    ours: Sequence[_Group], theirs: Sequence[_Group], pairs: Mapping[int, int], *, by_names_only: bool
) -> dict[int, int]:
    """Groups that are left over, paired in order of appearance: of equal make, or with the same names and numbers of axes and
    in the same gap between two pairs."""
    taken = set(pairs.values())
    waiting: defaultdict[object, list[int]] = defaultdict(list)
    for k, group in enumerate(theirs):
        if k not in taken:
            waiting[_trait(group, by_names_only)].append(k)
    more: dict[int, int] = {}
    for i, group in enumerate(ours):
        if i in pairs:
            continue
        candidates = waiting[_trait(group, by_names_only)]
        if by_names_only:
            low = max((k for j, k in pairs.items() if j < i), default=-1)
            high = min((k for j, k in pairs.items() if j > i), default=len(theirs))
            candidates = [k for k in candidates if low < k < high and k not in more.values()]
        if candidates:
            more[i] = candidates.pop(0)
    return more


def _pair_loose(ours: Iterable[_Group], theirs: Iterable[_Group]) -> dict[str, str]:
    """Of groups that are left over, the tensors whose shape occurs once on each side; what has a bias is a layer, not loose."""

    def by_shape(groups: Iterable[_Group]) -> dict[tuple[int, ...], list[str]]:
        found: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
        for group in groups:
            for name, shape in group.shapes.items():
                if "bias" not in group.shapes and math.prod(shape) > 1:
                    found[_without_batch(shape)].append(group.key(name))
        return found

    there = by_shape(theirs)
    return {
        keys[0]: there[shape][0]
        for shape, keys in by_shape(ours).items()
        if len(keys) == 1 and len(there.get(shape, ())) == 1
    }


def _without_batch(shape: tuple[int, ...]) -> tuple[int, ...]:
    """``shape`` without the axes of length 1 in front, which some libraries keep for the batch."""
    ones = next((i for i, size in enumerate(shape) if size != 1), len(shape))
    return shape[ones:]


def _trait(group: _Group, by_names_only: bool) -> object:
    return tuple((name, len(shape)) for name, shape in group.make) if by_names_only else group.make


# --- what becomes of each --------------------------------------------------------------------------------------------


def _judge(expected: Sequence[Expected], pairs: Mapping[str, TensorInfo]) -> list[Matched]:
    """A module is kept whole or not at all: a kept bias beside new weights would be of no use."""
    judged = [_judge_one(each, pairs.get(each.key)) for each in expected]
    spoiled = {_owner(each.expected) for each in judged if each.reason == "shape_differs"}
    return [
        Matched(each.expected, "new", each.source, "with_its_layer")
        if each.state != "new" and _owner(each.expected) in spoiled
        else each
        for each in judged
    ]


def _owner(expected: Expected) -> str:
    return expected.key.rpartition(".")[0]


def _judge_one(expected: Expected, source: TensorInfo | None) -> Matched:
    if source is None:
        return Matched(expected, "new", None, "missing")
    if source.shape == expected.shape:
        return Matched(expected, "kept", source)
    if _without_batch(source.shape) == _without_batch(expected.shape):
        return Matched(expected, "kept", source)
    how = _resizing(expected, source.shape)
    return Matched(expected, "resized" if how else "new", source, how or "shape_differs")


def _resizing(expected: Expected, shape: tuple[int, ...]) -> Reason:
    """How a first convolution for pictures of other channels takes over its weights.

    Either way the sum of a filter over its channels stays, so that a grey picture (all channels equal) gives what it gave.
    """
    wanted = expected.shape
    is_first = len(wanted) >= 3 and expected.name == "weight" and expected.groups == 1
    if not is_first or len(shape) != len(wanted) or shape[0] != wanted[0] or shape[2:] != wanted[2:]:
        return ""
    if max(shape[1], wanted[1]) > _FEW_CHANNELS:
        return ""
    return "channels_summed" if wanted[1] == 1 else "channels_spread"
