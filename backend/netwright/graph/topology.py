"""Order, cycles and reachability of a directed graph, in time linear in nodes and edges.

Nodes are the numbers ``0 .. count-1``; ``successors[i]`` lists where wires from ``i`` lead (a number may stand there twice).
Everything is deterministic: ties are broken by the smaller number.
"""

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush


def topological_order(successors: Sequence[Sequence[int]]) -> list[int]:
    """Every node after all that lead to it; among those that are ready, the smallest number first.

    Nodes on a cycle, and all behind one, are left out: the order is shorter than ``successors`` exactly when there is one.
    """
    if all(not targets or min(targets) > node for node, targets in enumerate(successors)):
        return list(range(len(successors)))  # drawn in the direction of the data, as most networks are
    waiting = [0] * len(successors)
    for targets in successors:
        for target in targets:
            waiting[target] += 1
    ready = [node for node, count in enumerate(waiting) if count == 0]
    heapify(ready)
    order = []
    while ready:
        node = heappop(ready)
        order.append(node)
        for target in successors[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heappush(ready, target)
    return order


def find_cycles(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """One cycle, in the direction of its wires, for every knot of nodes that lead to each other.

    Each begins with its smallest node; a self loop is a cycle of one.  Knots come in the order of their smallest node.
    """
    cycles = []
    for component in _components(successors):
        members = set(component)
        start = min(component)
        if len(component) > 1:
            cycles.append(_shortest_loop(successors, start, members))
        elif start in successors[start]:
            cycles.append([start])
    return sorted(cycles)


def reachable(successors: Sequence[Sequence[int]], starts: Iterable[int]) -> list[bool]:
    """For every node whether a path leads to it from ``starts`` (which reach themselves)."""
    seen = [False] * len(successors)
    stack = list(starts)
    for node in stack:
        seen[node] = True
    while stack:
        for target in successors[stack.pop()]:
            if not seen[target]:
                seen[target] = True
                stack.append(target)
    return seen


def fed_along(order: Sequence[int], successors: Sequence[Sequence[int]], starts: Iterable[int]) -> list[bool]:
    """``reachable`` for a graph without cycles whose topological order is known."""
    is_fed = [False] * len(successors)
    for node in starts:
        is_fed[node] = True
    for node in order:
        if is_fed[node]:
            for target in successors[node]:
                is_fed[target] = True
    return is_fed


def live_along(order: Sequence[int], successors: Sequence[Sequence[int]], ends: Iterable[int]) -> list[bool]:
    """For every node whether a path leads from it to ``ends`` (which lead to themselves), as ``fed_along`` the other way."""
    is_live = [False] * len(successors)
    for node in ends:
        is_live[node] = True
    for node in reversed(order):
        for target in successors[node]:
            if is_live[target]:
                is_live[node] = True
                break
    return is_live


def reverse(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same graph with every wire turned round."""
    predecessors: list[list[int]] = [[] for _ in successors]
    for node, targets in enumerate(successors):
        for target in targets:
            predecessors[target].append(node)
    return predecessors


def _shortest_loop(successors: Sequence[Sequence[int]], start: int, members: set[int]) -> list[int]:
    """A shortest way from ``start`` back to itself inside ``members``, by breadth-first search."""
    came_from: dict[int, int] = {}
    layer = [start]
    while True:
        following = []
        for node in layer:
            for target in successors[node]:
                if target == start:
                    loop = [node]
                    while loop[-1] != start:
                        loop.append(came_from[loop[-1]])
                    return loop[::-1]
                if target in members and target not in came_from:
                    came_from[target] = node
                    following.append(target)
        assert following, "a strongly connected component has a way back"
        layer = following


def _components(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected components (Tarjan's algorithm without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    components = []
    for root in range(len(successors)):
        if root in number:
            continue
        work = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                number[node] = low[node] = len(number)
                path.append(node)
                on_path.add(node)
            for index in range(position, len(successors[node])):
                target = successors[node][index]
                if target not in number:
                    work += [(node, index + 1), (target, 0)]
                    break
                if target in on_path:
                    low[node] = min(low[node], number[target])
            else:
                if low[node] == number[node]:
                    cut = _last_index(path, node)
                    components.append(path[cut:])
                    on_path.difference_update(path[cut:])
                    del path[cut:]
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return components


def _last_index(path: list[int], node: int) -> int:
    index = len(path) - 1
    while path[index] != node:
        index -= 1
    return index
