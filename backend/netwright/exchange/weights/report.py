"""What becomes of a network's weights when a file is put into it, node by node, as the page shows it."""

import math
from collections.abc import Sequence
from typing import Literal

from netwright.exchange.weights.expected import Expected
from netwright.exchange.weights.matching import Match, MatchBy, Matched, Reason, State
from netwright.exchange.weights.tensors import TensorInfo
from netwright.graph.model import Model

NodeState = Literal["kept", "resized", "partial", "new"]

MAX_UNUSED = 1000
"""More are counted but not listed."""


class WeightTensor(Model):
    """One tensor of a node (``name``: ``weight``); ``source`` and its shape are those of the file's tensor found for it."""

    name: str
    shape: list[int]
    state: State
    source: str | None
    source_shape: list[int] | None
    reason: Reason


class NodeWeights(Model):
    """``partial``: some of the node's tensors are kept and some begin anew."""

    state: NodeState
    tensors: list[WeightTensor]


class UnusedTensor(Model):
    name: str
    shape: list[int]


class WeightsTotals(Model):
    """Counts of tensors; ``kept_values`` and ``values`` count single numbers (parameters only, without running statistics)."""

    kept: int
    resized: int
    new: int
    unused: int
    kept_values: int
    values: int


class WeightsReport(Model):
    """Keys of ``nodes`` are paths (``stage.0.conv``); nodes without weights are not there.

    ``is_sorted`` says that the file keeps its tensors in the order of their names only, so that a match by order may take one
    tensor for another of the same shape.
    """

    match: MatchBy
    nodes: dict[str, NodeWeights]
    unused: list[UnusedTensor]
    totals: WeightsTotals
    is_sorted: bool


def to_report(match: Match, *, is_sorted: bool) -> WeightsReport:
    """The report of a match."""
    nodes: dict[str, list[Matched]] = {}
    for each in match.tensors:
        nodes.setdefault(each.expected.path, []).append(each)
    parameters = [each for each in match.tensors if each.expected.is_parameter]
    return WeightsReport(
        match=match.by,
        nodes={
            path: NodeWeights(state=_state_of(found), tensors=[*map(_tensor, found)]) for path, found in nodes.items()
        },
        unused=[_unused(info) for info in match.unused[:MAX_UNUSED]],
        totals=WeightsTotals(
            kept=sum(each.state == "kept" for each in match.tensors),
            resized=sum(each.state == "resized" for each in match.tensors),
            new=sum(each.state == "new" for each in match.tensors),
            unused=len(match.unused),
            kept_values=sum(_numel(each.expected) for each in parameters if each.state != "new"),
            values=sum(_numel(each.expected) for each in parameters),
        ),
        is_sorted=is_sorted and match.by == "order",
    )


def _state_of(found: Sequence[Matched]) -> NodeState:
    # The counter of batches matters to a momentum of None alone, and old files lack it.
    states = {each.state for each in found if each.expected.name != "num_batches_tracked"} or {
        each.state for each in found
    }
    if states == {"new"}:
        return "new"
    if "new" in states:
        return "partial"
    return "resized" if "resized" in states else "kept"


def _tensor(each: Matched) -> WeightTensor:
    source = each.source
    return WeightTensor(
        name=each.expected.name,
        shape=list(each.expected.shape),
        state=each.state,
        source=None if source is None else source.name,
        source_shape=None if source is None else list(source.shape),
        reason=each.reason,
    )


def _unused(info: TensorInfo) -> UnusedTensor:
    return UnusedTensor(name=info.name, shape=list(info.shape))


def _numel(expected: Expected) -> int:
    return math.prod(expected.shape)
