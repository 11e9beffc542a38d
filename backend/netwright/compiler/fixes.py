"""Ways out of problems, as edits of the document.

Every fix here, applied by ``apply_edits``, removes the problem that it is offered for (another may come to light behind it).
New nodes get a free id and a place between their neighbours.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count, islice
from typing import TYPE_CHECKING

from pydantic import JsonValue

from netwright.compiler.check_names import illegal_id_reason
from netwright.compiler.check_params import Wish
from netwright.graph.document import BLOCK_PREFIX, MAX_NAME_LENGTH, NETWORK, Block, Document, Edge, Node
from netwright.graph.edits import (
    AddEdge,
    AddNode,
    Edit,
    RemoveEdge,
    RemoveNode,
    RenameNode,
    SetBlock,
    SetNode,
    SetParam,
    SetParameter,
)
from netwright.graph.expressions import ExpressionError, is_expression, names_in
from netwright.graph.problems import Fix
from netwright.graph.topology import reachable
from netwright.language import all_of, say
from netwright.layers.registry import LAYERS

if TYPE_CHECKING:
    from netwright.compiler.check_definition import Definition

_CARD = (200.0, 60.0)
_GAP = 20.0
_PITCH = 340.0
"""A card of the page, the least room round it, and the distance of two cards along the data, in pixels."""

_FAMILY_WORDS = {"convolution": "conv", "pooling": "pool", "normalization": "norm", "activation": "act"}


# --- names and places ------------------------------------------------------------------------------------------------


def stem(type_name: str) -> str:
    """The stem of new ids for a type: ``conv``, ``act``, ``linear``, ``conv_stage``; the page uses the same."""
    layer = LAYERS.get(type_name)
    if layer is not None and layer.family in _FAMILY_WORDS:
        return _FAMILY_WORDS[layer.family]
    name = re.sub(r"\d[dD]$", "", type_name.removeprefix(BLOCK_PREFIX))
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"[^A-Za-z0-9_]+", "_", name).lower().strip("_")
    return re.sub(r"^(?=\d)", "n", name)[: MAX_NAME_LENGTH // 2] or "node"


def free_id(taken: Iterable[str], wish: str) -> str:
    """``wish`` with the smallest number from 1 that gives a free and legal id."""
    used = set(taken)
    return next(name for i in count(1) if (name := f"{wish}{i}") not in used and illegal_id_reason(name) is None)


def ids_of(block: Block) -> set[str]:
    return {node.id for node in block.nodes}


def between(
    document: Document, block: str, before: str | None, after: str | None, number: int = 1, of: int = 1
) -> tuple[float, float] | None:
    """A free place for new card ``number`` of ``of`` between two nodes; None where the drawing has no places."""
    places = document.view.get(block, {})
    start, end = places.get(before or ""), places.get(after or "")
    if start and end:
        share = number / (of + 1)
        x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
    elif start:
        x, y = start[0] + _PITCH * number, start[1]
    elif end:
        x, y = end[0] - _PITCH * (of + 1 - number), end[1]
    else:
        return None
    in_the_way = sorted(other_y for other_x, other_y in places.values() if abs(x - other_x) < _CARD[0] + _GAP)
    for other_y in in_the_way:
        if abs(y - other_y) < _CARD[1] + _GAP:
            y = other_y + _CARD[1] + _GAP
    return (round(x, 1), round(y, 1))


# --- wires -----------------------------------------------------------------------------------------------------------


def remove_edges(block: str, edges: Sequence[Edge]) -> list[Fix]:
    """Take wires out."""
    first = edges[0]
    label = (
        say("Remove the wire from {source} to {target}", source=first.source, target=first.target)
        if len(edges) == 1
        else say("Remove {count} wires", count=len(edges))
    )
    return [
        Fix(
            code="remove_edge" if len(edges) == 1 else "remove_edges",
            label=label,
            values={"source": first.source, "target": first.target, "count": len(edges)},
            edits=[RemoveEdge(block=block, edge=edge) for edge in edges],
        )
    ]


def remove_wires_between(definition: Block, block: str, edge: Edge) -> list[Fix]:
    """Take out every wire between the two nodes of one."""
    ends = (edge.source, edge.target)
    return remove_edges(block, [other for other in definition.edges if (other.source, other.target) == ends])


def correct_port(definition: Block, block: str, edge: Edge, known: Sequence[str], is_output: bool) -> list[Fix]:
    """Lead a wire (drawn once or more) to a port that exists, the nearest by name, or take it out."""
    fixes = []
    edges = [other for other in definition.edges if other == edge]
    gone: list[Edit] = [RemoveEdge(block=block, edge=edge) for _ in edges]
    named = edge.source_port if is_output else edge.target_port
    near = difflib.get_close_matches(named or "", known, n=1, cutoff=0.0)
    for port in near:
        change = {"source_port": port} if is_output else {"target_port": port}
        corrected = edge.model_copy(update=change)
        fixes.append(
            Fix(
                code="correct_port",
                label=say("Use the output {port}" if is_output else "Use the input {port}", port=port),
                values={"port": port},
                edits=[*gone, AddEdge(block=block, edge=corrected)],
            )
        )
    return [*fixes, *remove_edges(block, edges)]


def keep_one_wire(document: Document, block: str, edges: Sequence[Edge]) -> list[Fix]:
    """Of several wires into one input keep one (the newest first), or add their values up before it."""
    fixes = [
        Fix(
            code="keep_edge",
            label=say("Keep the wire from {source}", source=kept.source),
            values={"source": kept.source},
            edits=[RemoveEdge(block=block, edge=edge) for edge in edges if edge is not kept],
        )
        for kept in list(reversed(edges))[:4]
    ]
    target = edges[0]
    new = free_id(ids_of(document.block(block)), stem("Add"))
    place = between(document, block, target.source, target.target)
    join: list[Edit] = [RemoveEdge(block=block, edge=edge) for edge in edges]
    join.append(AddNode(block=block, node=Node(id=new, type="Add"), position=place))
    join += [
        AddEdge(block=block, edge=Edge(source=edge.source, source_port=edge.source_port, target=new)) for edge in edges
    ]
    join.append(AddEdge(block=block, edge=Edge(source=new, target=target.target, target_port=target.target_port)))
    return [*fixes, Fix(code="insert", label=say("Insert Add"), values={"types": ["Add"]}, edits=join)]


def break_cycle(
    name: str,
    block: Block,
    index: Mapping[str, int],
    successors: Sequence[Sequence[int]],
    start: int,
    entries: Sequence[int],
) -> list[Fix]:
    """Take out the wires that lead back: those that close a circle when one follows the data from the entries."""
    state = [0] * len(successors)  # 0 not met, 1 on the way, 2 done
    back: set[tuple[int, int]] = set()
    for root in (*entries, start):
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(successors[root]))]
        while stack:
            node, targets = stack[-1]
            for target in targets:
                if state[target] == 1:
                    back.add((node, target))
                elif state[target] == 0:
                    state[target] = 1
                    stack.append((target, iter(successors[target])))
                    break
            else:
                state[node] = 2
                stack.pop()
    edges = [edge for edge in block.edges if (index.get(edge.source), index.get(edge.target)) in back]
    return remove_edges(name, edges)


def connect(definition: "Definition", node: int, port: str, needs: int) -> list[Fix]:
    """Wire the most plausible ``needs`` nodes to an input: those that lead nowhere yet, the nearest before it in the
    drawing's order first; never one that the node itself leads to."""
    block, targets = definition.block, definition.successors
    own = block.nodes[node].id
    wired = {edge.source for edge in block.edges if edge.target == own}
    behind = reachable(targets, [node])
    fed = definition.fed

    def is_candidate(i: int) -> bool:
        name = block.nodes[i].id
        return bool(definition.signatures[i].outputs) and name not in wired and definition.index[name] == i

    # Before the node, nearest first, then behind it; what leads nowhere goes before the others, of which few are looked at.
    nearest = [i for i in (*range(node - 1, -1, -1), *range(node, len(fed))) if fed[i] and not behind[i]]
    idle = filter(is_candidate, [i for i in nearest if not targets[i]])
    busy = filter(is_candidate, (i for i in nearest if targets[i]))
    chosen = list(islice(chain(idle, busy), needs))
    if len(chosen) < needs:
        return []
    names = [block.nodes[i].id for i in chosen]
    is_named = len(definition.signatures[node].inputs) > 1
    edits: list[Edit] = [
        AddEdge(
            block=definition.name,
            edge=Edge(source=source, target=block.nodes[node].id, target_port=port if is_named else None),
        )
        for source in names
    ]
    return [
        Fix(
            code="connect",
            label=say("Connect {names}", names=all_of(names)),
            values={"sources": list(names)},
            edits=edits,
        ),
    ]


# --- nodes -----------------------------------------------------------------------------------------------------------


def remove_node(block: str, node: str) -> Fix:
    """Take a node out with its wires."""
    return Fix(
        code="remove_node",
        label=say("Remove {node}", node=node),
        values={"id": node},
        edits=[RemoveNode(block=block, id=node)],
    )


def rename(document: Document, block: str, node: str, type_names: Sequence[str]) -> list[Fix]:
    """Other ids for all nodes called ``node`` of these types, made from the old id where it gives a name, else from the
    type."""
    base = re.sub(r"\W+", "_", node, flags=re.ASCII).strip("_").rstrip("0123456789") if node.isascii() else ""
    taken = ids_of(document.block(block))
    edits: list[Edit] = []
    # An edit means the last node of an id, so the types are taken from the last on.
    for type_name in reversed(type_names):
        wish = base if base and not base[0].isdigit() else stem(type_name)
        new = free_id(taken, wish[: MAX_NAME_LENGTH // 2])
        taken.add(new)
        edits.append(RenameNode(block=block, id=node, new_id=new))
    names = [edit.new_id for edit in edits if isinstance(edit, RenameNode)]
    label = (
        say("Rename it to {name}", name=names[0]) if len(names) == 1 else say("Rename {count} nodes", count=len(names))
    )
    return [Fix(code="rename_node", label=label, values={"id": node, "new_ids": list(names)}, edits=edits)]


def rename_parameter(document: Document, block: str, name: str) -> list[Fix]:
    """Another name for a block's parameter, in the block's expressions and in the nodes that pass it."""
    definition = document.block(block)
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    base = base if base and not base[0].isdigit() else "size"
    new = next(
        wish
        for i in count(1)
        if (wish := f"{base}{i}") not in definition.parameters and illegal_id_reason(wish, is_parameter=True) is None
    )
    edits: list[Edit] = [
        SetParameter(block=block, name=name, value=None),
        SetParameter(block=block, name=new, value=definition.parameters[name]),
    ]
    for node in definition.nodes:
        for key, value in node.params.items():
            renamed = _with_name(value, name, new)
            if renamed != value:
                edits.append(SetParam(block=block, id=node.id, name=key, value=renamed))
        if isinstance(node.repeat, str) and (repeat := _with_name(node.repeat, name, new)) != node.repeat:
            edits.append(SetNode(block=block, id=node.id, repeat=str(repeat)))
    for user_name in (NETWORK, *document.blocks):
        for node in document.block(user_name).nodes:
            if node.type == BLOCK_PREFIX + block and name in node.params:
                edits.append(SetParam(block=user_name, id=node.id, name=name, value=None))
                edits.append(SetParam(block=user_name, id=node.id, name=new, value=node.params[name]))
    return [
        Fix(
            code="rename_parameter",
            label=say("Rename it to {name}", name=new),
            values={"name": name, "new_name": new},
            edits=edits,
        )
    ]


def _with_name(value: JsonValue, name: str, new: str) -> JsonValue:
    """A parameter's value with a name in its expressions replaced."""
    if isinstance(value, list):
        return [_with_name(item, name, new) for item in value]
    if isinstance(value, str) and is_expression(value):
        return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", new, value)
    return value


def other_type(block: str, node: str, word: str, known: Sequence[str], prefix: str) -> list[Fix]:
    """The nearest type by name, or no node at all."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=2, cutoff=0.6)
    fixes = [
        Fix(
            code="set_type",
            label=say("Make it {type}", type=by_lower[name]),
            values={"type": by_lower[name]},
            edits=[SetNode(block=block, id=node, type=prefix + by_lower[name])],
        )
        for name in near
    ]
    return [*fixes, remove_node(block, node)]


def add_input(document: Document, block: str) -> list[Fix]:
    """An Input, wired to the first node that no wire comes into."""
    definition = document.block(block)
    fed = {edge.target for edge in definition.edges}
    first = next((node for node in definition.nodes if node.id not in fed and node.type != "Output"), None)
    new = "image" if "image" not in ids_of(definition) else free_id(ids_of(definition), "input")
    place = between(document, block, None, first.id if first else None)
    edits: list[Edit] = [AddNode(block=block, node=Node(id=new, type="Input"), position=place)]
    if first is not None:
        edits.append(AddEdge(block=block, edge=Edge(source=new, target=first.id)))
    return [Fix(code="add_node", label=say("Add an Input"), values={"type": "Input", "id": new}, edits=edits)]


def add_output(document: Document, block: str, behind: str | None = None) -> list[Fix]:
    """An Output, wired to ``behind``, else to the last node that leads nowhere."""
    definition = document.block(block)
    if behind is None:
        used = {edge.source for edge in definition.edges}
        behind = next((node.id for node in reversed(definition.nodes) if node.id not in used), None)
    new = "scores" if "scores" not in ids_of(definition) else free_id(ids_of(definition), "output")
    place = between(document, block, behind, None)
    edits: list[Edit] = [AddNode(block=block, node=Node(id=new, type="Output"), position=place)]
    if behind is not None:
        edits.append(AddEdge(block=block, edge=Edge(source=behind, target=new)))
    label = say("Add an Output behind {node}", node=behind) if behind is not None else say("Add an Output")
    return [Fix(code="add_node", label=label, values={"type": "Output", "id": new}, edits=edits)]


def set_repeat(block: str, node: str, repeat: int) -> Fix:
    """Another number of repetitions."""
    return Fix(
        code="set_repeat",
        label=say("Set repeat to {repeat}", repeat=repeat),
        values={"repeat": repeat},
        edits=[SetNode(block=block, id=node, repeat=repeat)],
    )


def set_repeats(changes: Sequence[tuple[str, str, int]]) -> Fix:
    """Other numbers of repetitions of several nodes: block, node, repeat."""
    if len(changes) == 1:
        return set_repeat(*changes[0])
    return Fix(
        code="set_repeats",
        label=say("Repeat {count} blocks less", count=len(changes)),
        values={node: repeat for _, node, repeat in changes},
        edits=[SetNode(block=block, id=node, repeat=repeat) for block, node, repeat in changes],
    )


def unmute(block: str, node: str) -> Fix:
    """Take a node in again."""
    return Fix(
        code="unmute",
        label=say("Unmute {node}", node=node),
        values={"id": node},
        edits=[SetNode(block=block, id=node, muted=False)],
    )


def set_share(block: str, node: str, owner: str | None) -> Fix:
    """The weights of another node, or its own."""
    label = say("Give it weights of its own" if owner is None else "Use the weights of {owner}", owner=owner)
    edits: list[Edit] = [SetNode(block=block, id=node, share=owner or "")]
    return Fix(code="own_weights" if owner is None else "set_share", label=label, values={"share": owner}, edits=edits)


def adopt_settings(block: str, node: Node, owner: Node) -> Fix:
    """The parameters and the repeat of the node whose weights this one uses."""
    names = dict.fromkeys([*node.params, *owner.params])
    edits: list[Edit] = [
        SetParam(block=block, id=node.id, name=name, value=owner.params.get(name))
        for name in names
        if name not in node.params or name not in owner.params or node.params[name] != owner.params[name]
    ]
    if node.repeat != owner.repeat:
        edits.append(SetNode(block=block, id=node.id, repeat=owner.repeat))
    label = say("Use the settings of {owner}", owner=owner.id)
    return Fix(code="adopt_settings", label=label, values={"share": owner.id}, edits=edits)


def wrap_in_block(document: Document, block: str, node: Node) -> Fix:
    """A block of its own for one layer, so that it can repeat.  Names in its expressions become the block's parameters."""
    words = {name for value in node.params.values() for name in _names(value)}
    outer = document.block(block).parameters
    name = next(wish for i in count(1) if (wish := f"{node.type}Block{i if i > 1 else ''}") not in document.blocks)
    inner = stem(node.type)
    inner = inner if illegal_id_reason(inner) is None and inner not in {"x", "y"} else f"{inner}1"
    definition = Block(
        parameters={word: outer[word] for word in outer if word in words},
        nodes=[
            Node(id="x", type="Input"),
            Node(id=inner, type=node.type, params=node.params, muted=node.muted),
            Node(id="y", type="Output"),
        ],
        edges=[Edge(source="x", target=inner), Edge(source=inner, target="y")],
    )
    edits: list[Edit] = [
        SetBlock(name=name, definition=definition),
        SetNode(block=block, id=node.id, type=BLOCK_PREFIX + name, muted=False),
    ]
    edits += [SetParam(block=block, id=node.id, name=parameter, value=None) for parameter in node.params]
    edits += [SetParam(block=block, id=node.id, name=word, value=f"={word}") for word in outer if word in words]
    return Fix(code="wrap_in_block", label=say("Make it a block that repeats"), values={"block": name}, edits=edits)


def _names(value: JsonValue) -> frozenset[str]:
    if isinstance(value, list):
        return frozenset().union(*(_names(item) for item in value))
    if not isinstance(value, str) or not is_expression(value):
        return frozenset()
    try:
        return names_in(value)
    except ExpressionError:
        return frozenset()  # what is no expression stays as it is typed, and is said so of the layer in its block


# --- parameters ------------------------------------------------------------------------------------------------------


def from_wish(block: str, node: str, wish: Wish) -> Fix:
    """A change of a node's parameters."""
    edits: list[Edit] = [SetParam(block=block, id=node, name=name, value=value) for name, value in wish.changes]
    if wish.parameter is not None:
        edits.append(SetParameter(block=block, name=wish.parameter, value=1))
    return Fix(code=wish.code, label=wish.label, values={name: value for name, value in wish.changes}, edits=edits)  # noqa: C416
