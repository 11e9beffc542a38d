/**
 * Edits of a document as data: the twin of `backend/netwright/graph/edits.py`.
 *
 * `tests/contract/edits.json` holds cases that both must pass. What an edit does not touch keeps its identity, so
 * that views can compare by reference.
 */
import { normalizeBlock, normalizeEdge, normalizeNode } from "./normalize";
import type { Block, Document, Edge, Edit, Node, Position, WireEdge } from "./types";
import { blockOf, NETWORK } from "./types";

/** An edit names a block, a node or an edge that is not there. */
export class EditError extends Error {
  override name = "EditError";
}

/** `document` with `edits` applied in order. Throws `EditError`; then nothing has changed. */
export function applyEdits(document: Document, edits: readonly Edit[]): Document {
  return edits.reduce(applyEdit, document);
}

function applyEdit(document: Document, edit: Edit): Document {
  switch (edit.op) {
    case "add_node": {
      const added = changeBlock(document, edit.block, (block) => ({
        ...block,
        nodes: [...block.nodes, normalizeNode(edit.node)],
      }));
      return edit.position ? setPosition(added, edit.block, edit.node.id, edit.position) : added;
    }
    case "remove_node":
      return removeNode(document, edit.block, edit.id);
    case "rename_node":
      return renameNode(document, edit.block, edit.id, edit.new_id);
    case "set_param":
      return changeNode(document, edit.block, edit.id, (node) => ({
        ...node,
        params: withEntry(node.params, edit.name, edit.value ?? null),
      }));
    case "set_node":
      return changeNode(document, edit.block, edit.id, (node) => ({
        ...node,
        muted: edit.muted ?? node.muted,
        repeat: edit.repeat ?? node.repeat,
        type: edit.type ?? node.type,
      }));
    case "add_edge":
      return changeBlock(document, edit.block, (block) => ({
        ...block,
        edges: [...block.edges, normalizeEdge(edit.edge)],
      }));
    case "remove_edge":
      return changeBlock(document, edit.block, (block) => ({ ...block, edges: withoutEdge(block.edges, edit.edge) }));
    case "move_node":
      requireNode(requireBlock(document, edit.block), edit.block, edit.id);
      return setPosition(document, edit.block, edit.id, edit.position);
    case "set_block":
      return setBlock(document, edit.name, edit.definition === null ? null : normalizeBlock(edit.definition));
    case "set_parameter":
      return changeBlock(document, edit.block, (block) => ({
        ...block,
        parameters: withEntry(block.parameters, edit.name, edit.value),
      }));
    case "set_name":
      return { ...document, name: edit.name };
  }
}

function requireBlock(document: Document, name: string): Block {
  const block = blockOf(document, name);
  if (!block) throw new EditError(`There is no block called ${name}.`);
  return block;
}

function requireNode(block: Block, blockName: string, id: string): number {
  const index = block.nodes.findIndex((node) => node.id === id);
  if (index < 0) throw new EditError(`There is no node called ${id} in ${blockName}.`);
  return index;
}

function changeBlock(document: Document, name: string, change: (block: Block) => Block): Document {
  const block = change(requireBlock(document, name));
  if (name === NETWORK) return { ...document, network: block };
  return { ...document, blocks: { ...document.blocks, [name]: block } };
}

function changeNode(document: Document, blockName: string, id: string, change: (node: Node) => Node): Document {
  return changeBlock(document, blockName, (block) => {
    const index = requireNode(block, blockName, id);
    return { ...block, nodes: block.nodes.map((node, at) => (at === index ? change(node) : node)) };
  });
}

/** `entries` with `name` set, or without it where `value` is null. */
function withEntry<T>(entries: { [name: string]: T }, name: string, value: T | null): { [name: string]: T } {
  if (value !== null) return { ...entries, [name]: value };
  const { [name]: _removed, ...rest } = entries;
  return rest;
}

function setPosition(document: Document, block: string, id: string, position: Position): Document {
  const positions = { ...document.view[block], [id]: position };
  return { ...document, view: { ...document.view, [block]: positions } };
}

function removeNode(document: Document, blockName: string, id: string): Document {
  const removed = changeBlock(document, blockName, (block) => {
    const index = requireNode(block, blockName, id);
    return {
      ...block,
      nodes: block.nodes.filter((_, at) => at !== index),
      edges: block.edges.filter((edge) => edge.source !== id && edge.target !== id),
    };
  });
  const positions = removed.view[blockName];
  if (!positions || !Object.hasOwn(positions, id)) return removed;
  const { [id]: _position, ...rest } = positions;
  return { ...removed, view: { ...removed.view, [blockName]: rest } };
}

function renameNode(document: Document, blockName: string, id: string, newId: string): Document {
  const renamed = changeBlock(document, blockName, (block) => {
    const index = requireNode(block, blockName, id);
    return {
      ...block,
      nodes: block.nodes.map((node, at) => (at === index ? { ...node, id: newId } : node)),
      edges: block.edges.map((edge) => renameEnds(edge, id, newId)),
    };
  });
  const positions = renamed.view[blockName];
  const position = positions?.[id];
  if (!positions || !position) return renamed;
  const { [id]: _position, ...rest } = positions;
  return { ...renamed, view: { ...renamed.view, [blockName]: { ...rest, [newId]: position } } };
}

function renameEnds(edge: Edge, id: string, newId: string): Edge {
  if (edge.source !== id && edge.target !== id) return edge;
  return {
    ...edge,
    source: edge.source === id ? newId : edge.source,
    target: edge.target === id ? newId : edge.target,
  };
}

/** Whether two edges join the same ports, a missing port name being the same as null. */
export function equalEdges(a: WireEdge, b: WireEdge): boolean {
  return (
    a.source === b.source &&
    a.target === b.target &&
    (a.source_port ?? null) === (b.source_port ?? null) &&
    (a.target_port ?? null) === (b.target_port ?? null)
  );
}

function withoutEdge(edges: Edge[], edge: WireEdge): Edge[] {
  const index = edges.findLastIndex((candidate) => equalEdges(candidate, edge));
  if (index < 0) throw new EditError(`There is no wire from ${edge.source} to ${edge.target}.`);
  return edges.filter((_, at) => at !== index);
}

function setBlock(document: Document, name: string, definition: Block | null): Document {
  if (name === NETWORK) {
    if (!definition) throw new EditError("The network itself cannot be removed.");
    return { ...document, network: definition };
  }
  if (definition) return { ...document, blocks: { ...document.blocks, [name]: definition } };
  requireBlock(document, name);
  const { [name]: _block, ...blocks } = document.blocks;
  const { [name]: _view, ...view } = document.view;
  return { ...document, blocks, view };
}
