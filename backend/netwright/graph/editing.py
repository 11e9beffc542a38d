"""Applies edits to a document.

The TypeScript twin is ``frontend/src/document/edits.ts``; ``tests/contract/edits.json`` holds cases that both must pass.

A document may hold two nodes with one id (it opens so that it can be repaired).  Then an edit means the last of them, and
edges and position belong to the first.

Nodes that share their weights stay alike: parameters, type and repeat are set for all of them, and when the node that the
weights belong to goes, they belong to the first of the others.
"""

from collections.abc import Callable
from typing import Any

from netwright.graph.document import BLOCK_PREFIX, NETWORK, Block, Document, Edge, Fold, Marks, Node, Way
from netwright.graph.edits import (
    AddEdge,
    AddNode,
    Edit,
    MoveNode,
    RemoveEdge,
    RemoveNode,
    RenameNode,
    SetBlock,
    SetColor,
    SetFold,
    SetFrame,
    SetName,
    SetNode,
    SetNote,
    SetParam,
    SetParameter,
    SetWay,
)


class EditError(KeyError):
    """An edit names a block, node or edge that is not there, or an id or name that is taken."""

    def __str__(self) -> str:
        return str(self.args[0])


def apply_edits(document: Document, edits: list[Edit]) -> Document:
    """A copy of ``document`` with ``edits`` applied in order; all of them or none.

    Raises:
        EditError: an edit names a block, node or edge that is not there, or a new id or name is taken.
    """
    changed = document.model_copy(deep=True)
    for edit in edits:
        _APPLY[type(edit)](changed, edit)
    return changed


def _block(document: Document, name: str) -> Block:
    try:
        return document.block(name)
    except KeyError:
        raise EditError(f"There is no block {name!r}.") from None


def _index(block: Block, node_id: str) -> int:
    for index in range(len(block.nodes) - 1, -1, -1):
        if block.nodes[index].id == node_id:
            return index
    raise EditError(f"There is no node {node_id!r}.")


def _add_node(document: Document, edit: AddNode) -> None:
    block = _block(document, edit.block)
    if any(node.id == edit.node.id for node in block.nodes):
        raise EditError(f"The id {edit.node.id!r} is taken.")
    block.nodes.append(edit.node.model_copy(deep=True))
    if edit.position is not None:
        document.view.setdefault(edit.block, {})[edit.node.id] = edit.position


def _remove_node(document: Document, edit: RemoveNode) -> None:
    block = _block(document, edit.block)
    gone = block.nodes.pop(_index(block, edit.id))
    if any(node.id == edit.id for node in block.nodes):
        return
    _pass_weights_on(block, gone)
    block.edges = [edge for edge in block.edges if edit.id not in {edge.source, edge.target}]
    document.view.get(edit.block, {}).pop(edit.id, None)
    if edit.block in document.marks:
        marks = document.marks[edit.block]
        marks.colors.pop(edit.id, None)
        marks.ways = [way for way in marks.ways if edit.id not in {way.edge.source, way.edge.target}]
        _leave_folds(marks, {edit.id})


def _pass_weights_on(block: Block, gone: Node) -> None:
    """The weights of a node that is gone belong to the first that shares them; its own place in the order stays."""
    followers = [node for node in block.nodes if node.share == gone.id]
    heir = gone.share or (followers[0].id if followers else None)
    for node in followers:
        node.share = heir if heir != node.id else None


def _sharing(block: Block, node: Node) -> list[Node]:
    """The node and all of its type that have the same weights."""
    owner = node.share or node.id
    return [
        other
        for other in block.nodes
        if other is node or (other.type == node.type and owner in {other.id, other.share})
    ]


def _rename_node(document: Document, edit: RenameNode) -> None:
    block = _block(document, edit.block)
    node = block.nodes[_index(block, edit.id)]
    if edit.new_id == edit.id:
        return
    if any(other.id == edit.new_id for other in block.nodes):
        raise EditError(f"The id {edit.new_id!r} is taken.")
    node.id = edit.new_id
    if any(other.id == edit.id for other in block.nodes):
        return
    _rename_uses(block, edit.id, edit.new_id)
    positions = document.view.get(edit.block, {})
    if edit.id in positions:
        positions[edit.new_id] = positions.pop(edit.id)
    colors = document.marks[edit.block].colors if edit.block in document.marks else {}
    if edit.id in colors:
        colors[edit.new_id] = colors.pop(edit.id)
    for edge in _led(document, edit.block):
        _rename_ends(edge, edit.id, edit.new_id)
    for fold in document.marks[edit.block].folds.values() if edit.block in document.marks else ():
        fold.nodes = [edit.new_id if held == edit.id else held for held in fold.nodes]
    if node.type in {"Input", "Output"}:
        _rename_port(document, edit, node.type)


def _rename_uses(block: Block, old: str, new: str) -> None:
    """Wires, and nodes that use its weights, follow a node's new name."""
    for other in block.nodes:
        if other.share == old:
            other.share = new
    for edge in block.edges:
        _rename_ends(edge, old, new)


def _rename_ends(edge: Edge, old: str, new: str) -> None:
    if edge.source == old:
        edge.source = new
    if edge.target == old:
        edge.target = new


def _rename_port(document: Document, edit: RenameNode, side: str) -> None:
    for name in (NETWORK, *document.blocks):
        block = document.block(name)
        users = {node.id for node in block.nodes if node.type == BLOCK_PREFIX + edit.block}
        for edge in (*block.edges, *_led(document, name)):
            if side == "Input" and edge.target in users and edge.target_port == edit.id:
                edge.target_port = edit.new_id
            if side == "Output" and edge.source in users and edge.source_port == edit.id:
                edge.source_port = edit.new_id


def _set_param(document: Document, edit: SetParam) -> None:
    block = _block(document, edit.block)
    for node in _sharing(block, block.nodes[_index(block, edit.id)]):
        if edit.value is None:
            node.params.pop(edit.name, None)
        else:
            node.params[edit.name] = edit.value


def _set_node(document: Document, edit: SetNode) -> None:
    block = _block(document, edit.block)
    node = block.nodes[_index(block, edit.id)]
    if edit.muted is not None:
        node.muted = edit.muted
    for other in _sharing(block, node):
        other.repeat = edit.repeat if edit.repeat is not None else other.repeat
        other.type = edit.type if edit.type is not None else other.type
    if edit.share is not None:
        node.share = edit.share or None


def _add_edge(document: Document, edit: AddEdge) -> None:
    block = _block(document, edit.block)
    _index(block, edit.edge.source)
    _index(block, edit.edge.target)
    block.edges.insert(len(block.edges) if edit.index is None else edit.index, edit.edge.model_copy())


def _remove_edge(document: Document, edit: RemoveEdge) -> None:
    edges = _block(document, edit.block).edges
    for index in range(len(edges) - 1, -1, -1):
        if edges[index] == edit.edge:
            del edges[index]
            if edit.edge not in edges:
                _forget_way(document, edit.block, edit.edge)
            return
    raise EditError(f"There is no such edge from {edit.edge.source!r} to {edit.edge.target!r}.")


def _move_node(document: Document, edit: MoveNode) -> None:
    _index(_block(document, edit.block), edit.id)
    document.view.setdefault(edit.block, {})[edit.id] = edit.position


def _set_block(document: Document, edit: SetBlock) -> None:
    if edit.name == NETWORK:
        raise EditError(f"{NETWORK!r} is the network itself, not a block.")
    if edit.definition is not None:
        document.blocks[edit.name] = edit.definition.model_copy(deep=True)
        return
    if edit.name not in document.blocks:
        raise EditError(f"There is no block {edit.name!r}.")
    del document.blocks[edit.name]
    document.view.pop(edit.name, None)
    document.marks.pop(edit.name, None)


def _marks(document: Document, block: str) -> Marks:
    _block(document, block)
    return document.marks.setdefault(block, Marks())


def _set_frame(document: Document, edit: SetFrame) -> None:
    frames = _marks(document, edit.block).frames
    if edit.frame is None:
        frames.pop(edit.id, None)
    else:
        frames[edit.id] = edit.frame.model_copy()


def _set_note(document: Document, edit: SetNote) -> None:
    notes = _marks(document, edit.block).notes
    if edit.note is None:
        notes.pop(edit.id, None)
    else:
        notes[edit.id] = edit.note.model_copy()


def _set_color(document: Document, edit: SetColor) -> None:
    _index(_block(document, edit.block), edit.id)
    colors = _marks(document, edit.block).colors
    if edit.color is None:
        colors.pop(edit.id, None)
    else:
        colors[edit.id] = edit.color


def _led(document: Document, block: str) -> list[Edge]:
    """The wires of a block that a person has led, as the ways name them."""
    return [way.edge for way in document.marks[block].ways] if block in document.marks else []


def _forget_way(document: Document, block: str, edge: Edge) -> None:
    if block in document.marks:
        marks = document.marks[block]
        marks.ways = [way for way in marks.ways if way.edge != edge]


def _set_way(document: Document, edit: SetWay) -> None:
    if edit.edge not in _block(document, edit.block).edges:
        raise EditError(f"There is no such edge from {edit.edge.source!r} to {edit.edge.target!r}.")
    _forget_way(document, edit.block, edit.edge)
    if edit.points:
        way = Way(edge=edit.edge.model_copy(), points=list(edit.points))
        _marks(document, edit.block).ways.append(way)


def _leave_folds(marks: Marks, nodes: set[str]) -> None:
    """Takes nodes out of the folds that hold them; one node alone is no fold."""
    kept = {key: [node for node in fold.nodes if node not in nodes] for key, fold in marks.folds.items()}
    marks.folds = {key: Fold(nodes=left) for key, left in kept.items() if len(left) > 1}


def _set_fold(document: Document, edit: SetFold) -> None:
    marks = _marks(document, edit.block)
    marks.folds.pop(edit.id, None)
    if edit.fold is None:
        return
    for node in edit.fold.nodes:
        _index(_block(document, edit.block), node)
    _leave_folds(marks, set(edit.fold.nodes))
    marks.folds[edit.id] = edit.fold.model_copy(deep=True)


def _set_parameter(document: Document, edit: SetParameter) -> None:
    parameters = _block(document, edit.block).parameters
    if edit.value is None:
        parameters.pop(edit.name, None)
    else:
        parameters[edit.name] = edit.value


def _set_name(document: Document, edit: SetName) -> None:
    document.name = edit.name


_APPLY: dict[type, Callable[[Document, Any], None]] = {
    AddNode: _add_node,
    RemoveNode: _remove_node,
    RenameNode: _rename_node,
    SetParam: _set_param,
    SetNode: _set_node,
    AddEdge: _add_edge,
    RemoveEdge: _remove_edge,
    MoveNode: _move_node,
    SetBlock: _set_block,
    SetParameter: _set_parameter,
    SetName: _set_name,
    SetFrame: _set_frame,
    SetNote: _set_note,
    SetColor: _set_color,
    SetWay: _set_way,
    SetFold: _set_fold,
}
