"""Order, cycles and reachability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netwright.graph.topology import fed_along, find_cycles, live_along, reachable, reverse, topological_order


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(0, 12))
    targets = st.lists(st.integers(0, count - 1), max_size=3) if count else st.just([])
    return [draw(targets) for _ in range(count)]


@st.composite
def acyclic(draw: st.DrawFn) -> list[list[int]]:
    names = draw(st.permutations(range(draw(st.integers(0, 12)))))
    successors: list[list[int]] = [[] for _ in names]
    for place, node in enumerate(names):
        if behind := names[place + 1 :]:
            successors[node] = draw(st.lists(st.sampled_from(behind), max_size=3))
    return successors


def paths(successors: list[list[int]], start: int) -> set[int]:
    """All nodes that one or more wires from ``start`` lead to, the slow way."""
    found: set[int] = set()
    waiting = list(successors[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(successors[node])
    return found


@given(graphs())
def test_topological_order_leaves_out_exactly_what_stands_on_or_behind_a_cycle(successors: list[list[int]]) -> None:
    order = topological_order(successors)
    place = {node: i for i, node in enumerate(order)}
    circular = {node for node in range(len(successors)) if node in paths(successors, node)}
    behind = circular.union(*(paths(successors, node) for node in circular))
    assert set(order) == set(range(len(successors))) - behind
    for node in order:
        for target in successors[node]:
            assert target not in place or place[node] < place[target]


@given(graphs())
def test_find_cycles_gives_one_true_cycle_for_each_knot(successors: list[list[int]]) -> None:
    cycles = find_cycles(successors)
    for cycle in cycles:
        assert len(set(cycle)) == len(cycle)
        for node, following in zip(cycle, cycle[1:] + cycle[:1], strict=True):
            assert following in successors[node]
    reach = [paths(successors, node) for node in range(len(successors))]
    knots = {
        frozenset(other for other in reach[node] if node in reach[other])
        for node in range(len(successors))
        if node in reach[node]
    }
    assert sorted(cycle[0] for cycle in cycles) == sorted(min(knot) for knot in knots)


@given(graphs(), st.sets(st.integers(0, 11), max_size=3))
def test_reachable_gives_what_a_search_finds(successors: list[list[int]], starts: set[int]) -> None:
    starts = {start for start in starts if start < len(successors)}
    expected = starts.union(*(paths(successors, start) for start in starts))
    assert {node for node, seen in enumerate(reachable(successors, starts)) if seen} == expected


@given(acyclic(), st.sets(st.integers(0, 11)))
def test_fed_and_live_along_give_what_a_search_finds(successors: list[list[int]], chosen: set[int]) -> None:
    order = topological_order(successors)
    ends = {node for node in chosen if node < len(successors)}
    assert fed_along(order, successors, ends) == reachable(successors, ends)
    assert live_along(order, successors, ends) == reachable(reverse(successors), ends)


@given(graphs())
def test_reverse_twice_keeps_every_wire(successors: list[list[int]]) -> None:
    again = reverse(reverse(successors))
    assert [sorted(targets) for targets in again] == [sorted(targets) for targets in successors]


def test_topological_order_breaks_ties_by_the_smaller_number() -> None:
    assert topological_order([[3], [3], [0], []]) == [1, 2, 0, 3]


@pytest.mark.parametrize("count", [100_000])
def test_long_chains_need_no_deep_recursion(count: int) -> None:
    chain = [[i + 1] for i in range(count - 1)] + [[]]
    assert topological_order(chain) == list(range(count))
    ring = [*chain[:-1], [0]]
    assert find_cycles(ring) == [list(range(count))]
