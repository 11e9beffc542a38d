"""Nodes that use the weights of another: who may, and whether both would be the very same module."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import orjson

from netwright.compiler import fixes
from netwright.compiler.check_definition import Definition, Finding
from netwright.compiler.fragments import Fragment
from netwright.graph.problems import Fix
from netwright.language import Text, all_of, say

if TYPE_CHECKING:
    from netwright.compiler.check_walk import Instance, NodeResult


def find_shares(definition: Definition) -> dict[int, int]:
    """For every node that uses the weights of another, that other; a share that cannot be is a finding and left out."""
    shares = {}
    for i, node in enumerate(definition.block.nodes):
        if node.share is None or definition.index[node.id] != i:
            continue
        owner = definition.index.get(node.share)
        fault = _fault(definition, i, owner)
        if fault is not None:
            definition.findings.append(fault)
        elif owner is not None:
            shares[i] = owner
    return shares


def _fault(definition: Definition, i: int, owner: int | None) -> Finding | None:
    nodes = definition.block.nodes
    name, wanted = definition.say(i), nodes[i].share
    if owner is None:
        message = say(
            "{node} uses the weights of `{wanted}`, but there is no node of that name. Give it weights of its own.",
            node=name,
            wanted=wanted,
        )
        return _finding(definition, i, "share_unknown", message, ())
    if owner == i or nodes[owner].share is not None:
        end = _end_of_chain(definition, owner)
        chain = (
            say("itself")
            if owner == i
            else say("`{wanted}`, which uses those of `{other}`", wanted=wanted, other=nodes[owner].share)
        )
        way = (
            say("Give it weights of its own")
            if end is None
            else say("Let it use those of `{other}`", other=nodes[end].id)
        )
        message = say("{node} uses the weights of {chain}. {way}.", node=name, chain=chain, way=way)
        return _finding(definition, i, "share_chain", message, () if end is None else (nodes[end].id,))
    if nodes[owner].type != nodes[i].type:
        message = say(
            "{node} uses the weights of {owner}, which is of another type. Give it weights of its own.",
            node=name,
            owner=definition.say(owner),
        )
        return _finding(definition, i, "share_other_type", message, ())
    return None


def _end_of_chain(definition: Definition, start: int) -> int | None:
    """The node that a chain of shares leads to; None where it runs in a circle or to nowhere."""
    nodes, met = definition.block.nodes, set()
    at: int | None = start
    while at is not None and at not in met:
        met.add(at)
        following = nodes[at].share
        if following is None:
            return at
        at = definition.index.get(following)
    return None


def _finding(definition: Definition, i: int, code: str, message: Text, owners: Sequence[str]) -> Finding:
    node = definition.block.nodes[i]
    return Finding(
        code,
        message,
        definition.name,
        i,
        "share",
        values={"id": node.id, "share": node.share},
        fixes=partial(_share_or_own, definition.name, node.id, owners),
    )


def _share_or_own(block: str, node: str, owners: Sequence[str]) -> list[Fix]:
    return [*(fixes.set_share(block, node, owner) for owner in owners), fixes.set_share(block, node, None)]


# --- in one instance -------------------------------------------------------------------------------------------------


def check_shares(instance: "Instance") -> tuple[int, int]:
    """Complain about nodes that could not be one module with the node whose weights they use, and take the weights that are
    there already out of their reports.  Gives the parameters and buffers that were counted twice."""
    definition = instance.definition
    parameters = buffers = 0
    groups: dict[int, list[int]] = {}
    for follower, owner in definition.shares.items():
        groups.setdefault(owner, [owner]).append(follower)
    for members in groups.values():
        # The weights are counted where they are used: at the first node that an output depends on.
        members.sort(key=lambda member: not definition.live[member])
        running = [(i, result) for i in members if (result := _running(instance, i)) is not None]
        for i, result in running[1:]:
            finding = _difference(instance, i, running[0][0])
            if finding is not None:
                instance.report(definition.block.nodes[i].id, finding)
            report = orjson.loads(bytes(result.fragment))
            if definition.live[i]:
                parameters += report["parameters"]
                buffers += report["buffers"]
            # A result of its own: that of a layer is shared by all documents.
            written = orjson.dumps(report | {"parameters": 0, "buffers": 0})
            instance.nodes[i] = replace(result, fragment=Fragment(written, result.fragment.summary))
    return parameters, buffers


def _running(instance: "Instance", i: int) -> "NodeResult | None":
    """The result of a node that calls something: it is neither broken nor left out."""
    result = instance.nodes[i]
    is_called = result is not None and not result.is_identity and (result.leaf or result.iterations)
    return result if is_called else None


def _difference(instance: "Instance", i: int, home: int) -> Finding | None:
    """Why nodes ``i`` and ``home`` cannot have the same weights; None where they can."""
    one, other = instance.nodes[i], instance.nodes[home]
    assert one is not None
    assert other is not None
    definition = instance.definition
    node, owner = definition.block.nodes[i], definition.block.nodes[home]
    name = definition.say(i)
    if _settings(one) != _settings(other):
        return Finding(
            "share_params_differ",
            say(
                "{node} uses the weights of `{owner}` but has other settings. Give both the same, or give it weights of its "
                "own.",
                node=name,
                owner=owner.id,
            ),
            definition.name,
            i,
            "share",
            values={"id": node.id, "share": owner.id},
            fixes=partial(_adopt_or_own, definition, i, home),
        )
    if one.outputs is not None and other.outputs is not None and not _are_alike(one, other):
        got, expected = (all_of(result.inputs) if result.inputs else say("nothing") for result in (one, other))
        return Finding(
            "share_sizes_differ",
            say(
                "{node} uses the weights of `{owner}` but gets {got} where that gets {expected}: the weights would have "
                "another size. Bring both inputs to one size, or give it weights of its own.",
                node=name,
                owner=owner.id,
                got=got,
                expected=expected,
            ),
            definition.name,
            i,
            "share",
            values={"id": node.id, "share": owner.id, "expected": expected, "got": got},
            expected=expected,
            got=got,
            fixes=partial(_share_or_own, definition.name, node.id, ()),
        )
    if one.outputs is not None and one.leaf is not None and not (one.leaf.parameters or one.leaf.buffers):
        return Finding(
            "share_nothing",
            say(
                "{node} uses the weights of `{owner}`, but neither has any. Give it its own, which changes nothing.",
                node=name,
                owner=owner.id,
            ),
            definition.name,
            i,
            "share",
            severity="warning",
            values={"id": node.id, "share": owner.id},
            fixes=partial(_share_or_own, definition.name, node.id, ()),
        )
    return None


def _adopt_or_own(definition: Definition, i: int, home: int) -> Iterator[Fix]:
    node, owner = definition.block.nodes[i], definition.block.nodes[home]
    yield fixes.adopt_settings(definition.name, node, owner)
    yield fixes.set_share(definition.name, node.id, None)


def _settings(result: "NodeResult") -> tuple[object, ...]:
    if result.leaf is not None:
        return (result.leaf.params,)
    return (len(result.iterations), result.is_repeated, *(_plain(inner.values) for inner in result.iterations[:1]))


def _plain(values: Mapping[str, int | float]) -> tuple[tuple[str, type, int | float], ...]:
    return tuple((name, type(value), value) for name, value in values.items())


def _are_alike(one: "NodeResult", other: "NodeResult") -> bool:
    """Whether two results of one type and equal settings are made by the same calls."""
    if one.leaf is not None and other.leaf is not None:
        a, b = one.leaf.call, other.leaf.call
        return a is b or (a is not None and b is not None and (a.target, a.arguments) == (b.target, b.arguments))
    # A block inside that breaks off early has fewer repetitions; why is said where it breaks.
    return all(
        a is b or all(map(_are_alike_or_none, a.nodes, b.nodes))
        for a, b in zip(one.iterations, other.iterations, strict=False)
    )


def _are_alike_or_none(one: "NodeResult | None", other: "NodeResult | None") -> bool:
    return one is None or other is None or _are_alike(one, other)
