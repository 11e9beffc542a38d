/**
 * Edits of a document as data: the twin of `backend/netwright/graph/edits.py` and `editing.py`.
 *
 * `tests/contract/edits.json` holds cases that both must pass. What an edit does not touch keeps its identity, so
 * that views can compare by reference.
 */
import { NO_MARKS } from "./marks";
import { normalizeBlock, normalizeEdge, normalizeFrame, normalizeNode, normalizeNote } from "./normalize";
import type { Block, Document, Edge, Edit, Marks, Node, Position, Way, WireEdge } from "./types";
import { BLOCK_PREFIX, blockOf, ENTRY_TYPE, EXIT_TYPE, NETWORK } from "./types";

/** An edit names a block, a node or an edge that is not there, or an id or a name that is taken. */
export class EditError extends Error {
  override name = "EditError";
}

/** `document` with `edits` applied in order. Throws `EditError`; then nothing has changed. */
export function applyEdits(document: Document, edits: readonly Edit[]): Document {
  return edits.reduce(applyEdit, document);
}

function applyEdit(document: Document, edit: Edit): Document {
  switch (edit.op) {
    case "add_node":
      return addNode(document, edit.block, normalizeNode(edit.node), edit.position ?? null);
    case "remove_node":
      return removeNode(document, edit.block, edit.id);
    case "rename_node":
      return renameNode(document, edit.block, edit.id, edit.new_id);
    case "set_param":
      return changeSharing(document, edit.block, edit.id, (node) => ({
        ...node,
        params: withEntry(node.params, edit.name, edit.value ?? null),
      }));
    case "set_node":
      return setNode(document, edit);
    case "add_edge":
      return addEdge(document, edit.block, normalizeEdge(edit.edge), edit.index ?? null);
    case "remove_edge":
      return removeEdge(document, edit.block, normalizeEdge(edit.edge));
    case "move_node":
      requireNode(requireBlock(document, edit.block), edit.id);
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
    case "set_frame":
      return changeMarks(document, edit.block, ({ frames, ...rest }) => {
        return { ...rest, frames: withEntry(frames, edit.id, edit.frame && normalizeFrame(edit.frame)) };
      });
    case "set_note":
      return changeMarks(document, edit.block, ({ notes, ...rest }) => {
        return { ...rest, notes: withEntry(notes, edit.id, edit.note && normalizeNote(edit.note)) };
      });
    case "set_color":
      requireNode(requireBlock(document, edit.block), edit.id);
      return changeMarks(document, edit.block, ({ colors, ...rest }) => {
        return { ...rest, colors: withEntry(colors, edit.id, edit.color) };
      });
    case "set_way":
      return setWay(document, edit.block, normalizeEdge(edit.edge), edit.points);
    case "set_fold":
      return setFold(document, edit.block, edit.id, edit.fold?.nodes ?? null);
  }
}

function requireBlock(document: Document, name: string): Block {
  const block = blockOf(document, name);
  if (!block) throw new EditError(`There is no block called ${name}.`);
  return block;
}

/** Where node `id` stands in its block: the last such where the id is doubled. */
function requireNode(block: Block, id: string): number {
  const index = block.nodes.findLastIndex((node) => node.id === id);
  if (index < 0) throw new EditError(`There is no node called ${id}.`);
  return index;
}

function requireFree(block: Block, id: string): void {
  if (hasNode(block, id)) throw new EditError(`The id ${id} is taken.`);
}

function hasNode(block: Block, id: string): boolean {
  return block.nodes.some((node) => node.id === id);
}

function changeBlock(document: Document, name: string, change: (block: Block) => Block): Document {
  const block = change(requireBlock(document, name));
  if (name === NETWORK) return { ...document, network: block };
  return { ...document, blocks: { ...document.blocks, [name]: block } };
}

function changeNode(document: Document, blockName: string, id: string, change: (node: Node) => Node): Document {
  return changeBlock(document, blockName, (block) => {
    const index = requireNode(block, id);
    return { ...block, nodes: block.nodes.map((node, at) => (at === index ? change(node) : node)) };
  });
}

/** Changes a node and all that share its weights. */
function changeSharing(document: Document, blockName: string, id: string, change: (node: Node) => Node): Document {
  return changeBlock(document, blockName, (block) => {
    const alike = sharingOf(block, requireNode(block, id));
    return { ...block, nodes: block.nodes.map((node) => (alike.has(node) ? change(node) : node)) };
  });
}

/** The node at `index` and all of its type that have the same weights. */
function sharingOf(block: Block, index: number): ReadonlySet<Node> {
  const node = block.nodes[index];
  if (!node) return new Set();
  const owner = node.share || node.id;
  const alike = (other: Node) => other.type === node.type && (other.id === owner || other.share === owner);
  return new Set([node, ...block.nodes.filter(alike)]);
}

function setNode(document: Document, edit: Extract<Edit, { op: "set_node" }>): Document {
  const { repeat, type, share } = edit;
  const isAboutAll = (repeat ?? null) !== null || (type ?? null) !== null;
  const shared = isAboutAll
    ? changeSharing(document, edit.block, edit.id, (node) => ({
        ...node,
        repeat: repeat ?? node.repeat,
        type: type ?? node.type,
      }))
    : document;
  return changeNode(shared, edit.block, edit.id, (node) => ({
    ...node,
    muted: edit.muted ?? node.muted,
    share: (share ?? null) === null ? node.share : share || null,
  }));
}

function changeMarks(document: Document, blockName: string, change: (marks: Marks) => Marks): Document {
  requireBlock(document, blockName);
  const marks = change(document.marks[blockName] ?? NO_MARKS);
  return { ...document, marks: { ...document.marks, [blockName]: marks } };
}

/** Changes the ways of a block's wires; nothing is new where `change` gives back what it got. */
function changeWays(document: Document, blockName: string, change: (ways: Way[]) => Way[]): Document {
  const ways = document.marks[blockName]?.ways ?? [];
  const changed = change(ways);
  return changed === ways ? document : changeMarks(document, blockName, (marks) => ({ ...marks, ways: changed }));
}

/** `ways` with what `change` makes of each, without those of which it makes null; the same list where it changes none. */
function mapWays(ways: Way[], change: (way: Way) => Way | null): Way[] {
  const changed = ways.map(change);
  return changed.every((way, at) => way === ways[at]) ? ways : changed.filter((way) => way !== null);
}

function setWay(document: Document, blockName: string, edge: Edge, points: readonly Position[]): Document {
  const { edges } = requireBlock(document, blockName);
  if (!edges.some((other) => equalEdges(other, edge))) {
    throw new EditError(`There is no wire from ${edge.source} to ${edge.target}.`);
  }
  return changeWays(document, blockName, (ways) => {
    const others = mapWays(ways, (way) => (equalEdges(way.edge, edge) ? null : way));
    return points.length > 0 ? [...others, { edge, points: [...points] }] : others;
  });
}

type Folds = Marks["folds"];

/** Changes the folds of a block; nothing is new where it has none. */
function changeFolds(document: Document, blockName: string, change: (folds: Folds) => Folds): Document {
  const folds = document.marks[blockName]?.folds ?? {};
  if (Object.keys(folds).length === 0) return document;
  return changeMarks(document, blockName, (marks) => ({ ...marks, folds: change(folds) }));
}

/** The folds with other nodes: one node alone is no fold. */
function mapFolds(folds: Folds, change: (nodes: string[]) => string[]): Folds {
  const changed = Object.entries(folds).map(([id, { nodes }]) => [id, { nodes: change(nodes) }] as const);
  return Object.fromEntries(changed.filter(([, { nodes }]) => nodes.length > 1));
}

function withoutNodes(folds: Folds, gone: ReadonlySet<string>): Folds {
  return mapFolds(folds, (nodes) => nodes.filter((node) => !gone.has(node)));
}

function setFold(document: Document, blockName: string, id: string, nodes: readonly string[] | null): Document {
  const block = requireBlock(document, blockName);
  for (const node of nodes ?? []) requireNode(block, node);
  return changeMarks(document, blockName, (marks) => {
    const others = withoutNodes(withEntry(marks.folds, id, null), new Set(nodes));
    return { ...marks, folds: withEntry(others, id, nodes && { nodes: [...nodes] }) };
  });
}

function removeEdge(document: Document, blockName: string, edge: Edge): Document {
  const removed = changeBlock(document, blockName, (block) => ({ ...block, edges: withoutEdge(block.edges, edge) }));
  // Where the wire was doubled its way stays with the one that is left.
  if (requireBlock(removed, blockName).edges.some((other) => equalEdges(other, edge))) return removed;
  return changeWays(removed, blockName, (ways) => mapWays(ways, (way) => (equalEdges(way.edge, edge) ? null : way)));
}

/** The colour of a node goes to its new id, or goes with it where that is null. */
function moveColor(document: Document, blockName: string, id: string, newId: string | null): Document {
  const color = document.marks[blockName]?.colors[id];
  if (color === undefined) return document;
  return changeMarks(document, blockName, ({ colors, ...rest }) => {
    const left = withEntry(colors, id, null);
    return { ...rest, colors: newId === null ? left : { ...left, [newId]: color } };
  });
}

function addNode(document: Document, blockName: string, node: Node, position: Position | null): Document {
  const added = changeBlock(document, blockName, (block) => {
    requireFree(block, node.id);
    return { ...block, nodes: [...block.nodes, node] };
  });
  return position ? setPosition(added, blockName, node.id, position) : added;
}

function addEdge(document: Document, blockName: string, edge: Edge, index: number | null): Document {
  return changeBlock(document, blockName, (block) => {
    requireNode(block, edge.source);
    requireNode(block, edge.target);
    return { ...block, edges: block.edges.toSpliced(index ?? block.edges.length, 0, edge) };
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
  const before = requireBlock(document, blockName);
  const gone = before.nodes[requireNode(before, id)];
  const removed = changeBlock(document, blockName, (block) => ({
    ...block,
    nodes: block.nodes.filter((node) => node !== gone),
  }));
  // Where the id was doubled, wires and position stay with the one that is left.
  if (!gone || hasNode(requireBlock(removed, blockName), id)) return removed;
  const unwired = changeBlock(removed, blockName, (block) => ({
    ...block,
    nodes: withWeightsPassedOn(block.nodes, gone),
    edges: block.edges.filter((edge) => edge.source !== id && edge.target !== id),
  }));
  const unled = changeWays(unwired, blockName, (ways) =>
    mapWays(ways, (way) => (way.edge.source === id || way.edge.target === id ? null : way)),
  );
  const unheld = changeFolds(unled, blockName, (folds) => withoutNodes(folds, new Set([id])));
  return moveColor(movePosition(unheld, blockName, id, null), blockName, id, null);
}

/** The weights of a node that is gone belong to the first that shares them; its own place in the order stays. */
function withWeightsPassedOn(nodes: Node[], gone: Node): Node[] {
  const heir = gone.share || (nodes.find((node) => node.share === gone.id)?.id ?? null);
  if (!nodes.some((node) => node.share === gone.id)) return nodes;
  return nodes.map((node) => (node.share === gone.id ? { ...node, share: heir === node.id ? null : heir } : node));
}

function renameNode(document: Document, blockName: string, id: string, newId: string): Document {
  const before = requireBlock(document, blockName);
  const node = before.nodes[requireNode(before, id)];
  if (newId === id || !node) return document;
  requireFree(before, newId);
  const renamed = changeNode(document, blockName, id, (found) => ({ ...found, id: newId }));
  if (hasNode(requireBlock(renamed, blockName), id)) return renamed;
  const rewired = changeBlock(renamed, blockName, (block) => ({
    ...block,
    nodes: block.nodes.map((other) => (other.share === id ? { ...other, share: newId } : other)),
    edges: block.edges.map((edge) => renameEnds(edge, id, newId)),
  }));
  const led = changeWays(rewired, blockName, (ways) =>
    mapWays(ways, (way) => {
      const edge = renameEnds(way.edge, id, newId);
      return edge === way.edge ? way : { ...way, edge };
    }),
  );
  const held = changeFolds(led, blockName, (folds) =>
    mapFolds(folds, (nodes) => nodes.map((node) => (node === id ? newId : node))),
  );
  const moved = moveColor(movePosition(held, blockName, id, newId), blockName, id, newId);
  return renamePort(moved, blockName, node.type, id, newId);
}

/** Gives the place of `id` to `newId`, or takes it away where that is null. */
function movePosition(document: Document, blockName: string, id: string, newId: string | null): Document {
  const positions = document.view[blockName];
  if (!positions || !Object.hasOwn(positions, id)) return document;
  const { [id]: position, ...rest } = positions;
  const moved = newId === null || !position ? rest : { ...rest, [newId]: position };
  return { ...document, view: { ...document.view, [blockName]: moved } };
}

/** An entry or exit of a block is one of its ports: wires to it follow wherever the block is used. */
function renamePort(document: Document, blockName: string, type: string, port: string, newPort: string): Document {
  if (type !== ENTRY_TYPE && type !== EXIT_TYPE) return document;
  const end = type === ENTRY_TYPE ? "target" : "source";
  const portField = type === ENTRY_TYPE ? "target_port" : "source_port";
  return [NETWORK, ...Object.keys(document.blocks)].reduce((current, name) => {
    const block = requireBlock(current, name);
    const users = new Set(block.nodes.filter((node) => node.type === BLOCK_PREFIX + blockName).map((node) => node.id));
    const follows = (edge: Edge) => users.has(edge[end]) && edge[portField] === port;
    if (!block.edges.some(follows)) return current;
    const renamed = (edge: Edge) => (follows(edge) ? { ...edge, [portField]: newPort } : edge);
    const rewired = changeBlock(current, name, (changed) => ({ ...changed, edges: changed.edges.map(renamed) }));
    return changeWays(rewired, name, (ways) =>
      mapWays(ways, (way) => (follows(way.edge) ? { ...way, edge: renamed(way.edge) } : way)),
    );
  }, document);
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
  if (name === NETWORK) throw new EditError("The network itself is not a block.");
  if (definition) return { ...document, blocks: { ...document.blocks, [name]: definition } };
  requireBlock(document, name);
  const { [name]: _block, ...blocks } = document.blocks;
  const { [name]: _view, ...view } = document.view;
  const { [name]: _marks, ...marks } = document.marks;
  return { ...document, blocks, view, marks };
}
