/** Copies of nodes as JSON text: between levels, tabs and documents, through the system's clipboard. */
import { blockSet, mergeBlocks } from "./blocks/definitions";
import { usedBy } from "./blocks/uses";
import { equalEdges } from "./edits";
import { snapPosition } from "./geometry";
import { freeIdLike } from "./ids";
import { COLORS, marksOf } from "./marks";
import { normalizeBlock, normalizeEdge, normalizeNode } from "./normalize";
import type { Positions } from "./placement";
import type { Block, Color, Document, Edge, Edit, Node, Position, Way } from "./types";
import { blockOf } from "./types";

export interface Clip {
  /** Says that the text is ours, and its version. */
  netwright: 1;
  nodes: Node[];
  /** Wires among the nodes. */
  edges: Edge[];
  /** Wires from other nodes into these. */
  incoming: Edge[];
  positions: { [node: string]: Position };
  /** The nodes' own colours; an older clip has none. */
  colors: { [node: string]: Color };
  /** The ways of wires among the nodes; an older clip has none. */
  ways: Way[];
  /** Definitions of the blocks that the nodes use, directly or within one another. */
  blocks: { [name: string]: Block };
  /** Places of the nodes within those blocks; an older clip has none. */
  view: { [block: string]: Positions };
  /** Parameters of the block that the nodes come from, where all of it was taken: their expressions use them. */
  parameters?: Block["parameters"];
}

/** A clip of the nodes `ids` of a block; null where none of them exists. */
export function copyNodes(document: Document, blockName: string, ids: readonly string[]): Clip | null {
  const block = blockOf(document, blockName);
  const wanted = new Set(ids);
  const nodes = block?.nodes.filter((node) => wanted.has(node.id)) ?? [];
  if (!block || nodes.length === 0) return null;
  const within = block.edges.filter((edge) => wanted.has(edge.target));
  const stored = document.view[blockName] ?? {};
  return {
    netwright: 1,
    nodes,
    edges: within.filter((edge) => wanted.has(edge.source)),
    incoming: within.filter((edge) => !wanted.has(edge.source)),
    positions: Object.fromEntries(Object.entries(stored).filter(([id]) => wanted.has(id))),
    ways: marksOf(document, blockName).ways.filter(({ edge }) => wanted.has(edge.source) && wanted.has(edge.target)),
    colors: Object.fromEntries(Object.entries(marksOf(document, blockName).colors).filter(([id]) => wanted.has(id))),
    ...blockSet(document, usedBy({ ...block, nodes })),
  };
}

/** The clip that `text` holds; null where it is something else. */
export function parseClip(text: string): Clip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return isClip(value) ? cleanClip(value) : null;
}

function isClip(value: unknown): value is Clip {
  if (!isRecord(value) || value.netwright !== 1) return false;
  const { nodes, edges, incoming, positions, blocks, view = {}, colors = {}, ways = [] } = value;
  return (
    Array.isArray(nodes) &&
    nodes.every(isNode) &&
    [edges, incoming].every((list) => Array.isArray(list) && list.every(isEdge)) &&
    isPlaces(positions) &&
    isRecord(colors) &&
    Object.values(colors).every((color) => COLORS.some((known) => known === color)) &&
    Array.isArray(ways) &&
    ways.every(isWay) &&
    isRecord(view) &&
    Object.values(view).every(isPlaces) &&
    isRecord(blocks) &&
    Object.values(blocks).every(isBlock)
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPlace = (at: unknown) => Array.isArray(at) && at.length === 2 && at.every(Number.isFinite);

function isPlaces(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isPlace);
}

function isWay(value: unknown): boolean {
  return isRecord(value) && isEdge(value.edge) && Array.isArray(value.points) && value.points.every(isPlace);
}

function isNode(value: unknown): boolean {
  return isRecord(value) && typeof value.id === "string" && typeof value.type === "string" && isRecord(value.params);
}

function isEdge(value: unknown): boolean {
  return isRecord(value) && typeof value.source === "string" && typeof value.target === "string";
}

function isBlock(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { nodes, edges } = value;
  return Array.isArray(nodes) && nodes.every(isNode) && Array.isArray(edges) && edges.every(isEdge);
}

function cleanClip(clip: Clip): Clip {
  return {
    ...clip,
    nodes: clip.nodes.map(normalizeNode),
    edges: clip.edges.map(normalizeEdge),
    incoming: clip.incoming.map(normalizeEdge),
    blocks: Object.fromEntries(Object.entries(clip.blocks).map(([name, block]) => [name, normalizeBlock(block)])),
    colors: clip.colors ?? {},
    ways: (clip.ways ?? []).map(({ edge, points }) => ({ edge: normalizeEdge(edge), points })),
    view: clip.view ?? {},
  };
}

export interface PasteOptions {
  /** Where the upper left corner of the copies goes; left out, they go beside the originals' places. */
  at?: Position | null;
  /** Also draws the wires that led into the originals, where their sources exist here. */
  incoming?: boolean;
}

/** Copies that go beside their originals are shifted by this: just clear of them. */
const SHIFT = { x: 40, y: 80 };

/**
 * The edits that paste `clip` into a block, and the new nodes' ids. Nodes get free ids. A block definition is added under
 * its name, or under a free one where this document has another definition of that name.
 */
export function pasteEdits(
  document: Document,
  blockName: string,
  clip: Clip,
  options: PasteOptions = {},
): { edits: Edit[]; ids: string[] } {
  const block = blockOf(document, blockName);
  if (!block) return { edits: [], ids: [] };
  const blocks = mergeBlocks(document, clip);
  const ids = newIds(block, clip.nodes);
  const parameters = Object.entries(clip.parameters ?? {}).flatMap(([name, value]): Edit[] =>
    Object.hasOwn(block.parameters, name) ? [] : [{ op: "set_parameter", block: blockName, name, value }],
  );
  const place = placer(clip, options.at ?? null);
  const nodes = clip.nodes.map((node): Edit => {
    // Without the node whose weights it uses a copy has its own: here that name may be another's.
    const share = node.share === null ? null : (ids.get(node.share) ?? null);
    const copy = { ...node, id: ids.get(node.id) ?? node.id, type: blocks.rename(node.type), share };
    return { op: "add_node", block: blockName, node: copy, position: place.node(node.id) };
  });
  const existing = new Set(block.nodes.map((node) => node.id));
  const outside = options.incoming ? clip.incoming.filter((edge) => existing.has(edge.source)) : [];
  const wires = [
    ...clip.edges.map((edge) => ({ ...edge, source: ids.get(edge.source) ?? edge.source })),
    ...outside,
  ].map((edge): Edit => {
    return { op: "add_edge", block: blockName, edge: { ...edge, target: ids.get(edge.target) ?? edge.target } };
  });
  const colors = clip.nodes.flatMap((node): Edit[] => {
    const color = clip.colors[node.id];
    return color ? [{ op: "set_color", block: blockName, id: ids.get(node.id) ?? node.id, color }] : [];
  });
  const ways = clip.ways.flatMap(({ edge, points }): Edit[] => {
    const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
    const isDrawn = clip.edges.some((other) => equalEdges(other, edge));
    if (source === undefined || target === undefined || !isDrawn) return [];
    return [{ op: "set_way", block: blockName, edge: { ...edge, source, target }, points: points.map(place.point) }];
  });
  return { edits: [...blocks.edits, ...parameters, ...nodes, ...wires, ...colors, ...ways], ids: [...ids.values()] };
}

function newIds(block: Block, nodes: readonly Node[]): Map<string, string> {
  const taken = new Set(block.nodes.map((node) => node.id));
  const ids = new Map<string, string>();
  for (const node of nodes) {
    const id = freeIdLike(node.id, taken);
    taken.add(id);
    ids.set(node.id, id);
  }
  return ids;
}

interface Placer {
  node: (id: string) => Position;
  point: (at: Position) => Position;
}

function placer(clip: Clip, at: Position | null): Placer {
  const places = Object.values(clip.positions);
  const left = Math.min(...places.map(([x]) => x));
  const top = Math.min(...places.map(([, y]) => y));
  const point = ([x, y]: Position): Position => {
    if (at === null || places.length === 0) return snapPosition([x + SHIFT.x, y + SHIFT.y]);
    return snapPosition([at[0] + x - left, at[1] + y - top]);
  };
  return { node: (id) => point(clip.positions[id] ?? [0, 0]), point };
}
