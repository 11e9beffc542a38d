/** Places for nodes that have none: documents from elsewhere, nodes that a fix inserted. */

import type { Catalogue } from "./catalogue";
import { CARD_WIDTH, COLUMN_GAP, cardSize, GRID, overlaps, ROW_GAP, type Size } from "./geometry";
import { normalizeNode } from "./normalize";
import { type Level, portsAt, portsOf } from "./ports";
import type { Rect } from "./routing";
import { chainOf, columnsOf, downstream } from "./topology";
import { type Block, blockOf, type Document, type Edit, NETWORK, type Position } from "./types";

export type Positions = { [node: string]: Position };

const PITCH = CARD_WIDTH + COLUMN_GAP;

/** `stored` with a place for every node of the block; the same object where none was missing. */
export function completePositions(level: Level, stored: Positions): Positions {
  const missing = level.block.nodes.filter((node) => !Object.hasOwn(stored, node.id));
  if (missing.length === 0) return stored;
  if (missing.length === level.block.nodes.length) return chainPositions(level) ?? layeredPositions(level);
  const positions = { ...stored };
  for (const node of missing) {
    positions[node.id] = freePlace(level, positions, node.id, besideNeighbours(level.block, positions, node.id));
  }
  return positions;
}

/** `document` with a place for every node of every block, so that moving one never makes the others jump. */
export function withPositions(document: Document, catalogue: Catalogue): Document {
  let view = document.view;
  for (const name of [NETWORK, ...Object.keys(document.blocks)]) {
    const block = blockOf(document, name);
    if (!block) continue;
    const stored = view[name] ?? {};
    const positions = completePositions({ document, block, catalogue }, stored);
    if (positions !== stored) view = { ...view, [name]: positions };
  }
  return view === document.view ? document : { ...document, view };
}

/** A chain of more cards is laid in rows: in one they would be shown too small to read, or in part only. */
const MOST_IN_A_ROW = 4;
/** Rows of so many are shown large; a chain of more than `LONG_CHAIN` would not be whole so. */
const CHAIN_IN_A_ROW = 3;
const LONG_CHAIN = 16;
/** Between two rows of a chain: room for the wire that leads back to the left, with its shape. */
const CHAIN_ROW_GAP = 80;

/** Rows that are read like lines of a text, of about the same length, where the level is one chain; else null. */
export function chainPositions(level: Level): Positions | null {
  const chain = chainOf(level.block);
  if (!chain) return null;
  const isMiddling = chain.length > MOST_IN_A_ROW && chain.length <= LONG_CHAIN;
  const rows = Math.ceil(chain.length / (isMiddling ? CHAIN_IN_A_ROW : MOST_IN_A_ROW));
  const perRow = Math.ceil(chain.length / rows);
  const positions: Positions = {};
  let y = 0;
  for (let start = 0; start < chain.length; start += perRow) {
    const row = chain.slice(start, start + perRow);
    row.forEach((id, column) => {
      positions[id] = [column * PITCH, y];
    });
    y += Math.max(...row.map((id) => cardSize(portsAt(level, id)).height)) + CHAIN_ROW_GAP;
  }
  return positions;
}

/** Columns by the longest way from an entry, rows in the block's order; cycles end where they are met. */
export function layeredPositions(level: Level): Positions {
  const columns = columnsOf(level.block);
  const heights = new Map<number, number>();
  const positions: Positions = {};
  for (const node of level.block.nodes) {
    const column = columns.get(node.id) ?? 0;
    const y = heights.get(column) ?? 0;
    positions[node.id] = [column * PITCH, y];
    heights.set(column, y + cardSize(portsAt(level, node.id)).height + ROW_GAP);
  }
  return positions;
}

/** Between the nodes it is wired to, else to the right of what feeds it, else left of what it feeds. */
function besideNeighbours(block: Block, positions: Positions, id: string): Position {
  const before = placed(
    positions,
    block.edges.filter((edge) => edge.target === id).map((edge) => edge.source),
  );
  const after = placed(
    positions,
    block.edges.filter((edge) => edge.source === id).map((edge) => edge.target),
  );
  const source = before.at(-1);
  const target = after[0];
  if (source && target) return [(source[0] + target[0]) / 2, (source[1] + target[1]) / 2];
  if (source) return [source[0] + PITCH, source[1]];
  if (target) return [target[0] - PITCH, target[1]];
  return [0, 0];
}

function placed(positions: Positions, ids: string[]): Position[] {
  return ids.map((id) => positions[id]).filter((position) => position !== undefined);
}

/** The first place at or below `wanted` where the card of `id` touches no other. */
export function freePlace(level: Level, positions: Positions, id: string, wanted: Position): Position {
  const size = cardSize(portsAt(level, id));
  return freePlaceForSize(level, positions, size, wanted);
}

export function freePlaceForSize(level: Level, positions: Positions, size: Size, wanted: Position): Position {
  const others = Object.entries(positions).map(([id, at]) => ({ at, size: cardSize(portsAt(level, id)) }));
  let [x, y] = wanted;
  for (let tries = 0; tries <= others.length; tries += 1) {
    const hit = others.find((other) => overlaps([x, y], size, other.at, other.size));
    if (!hit) break;
    y = hit.at[1] + hit.size.height + GRID * 2;
  }
  return [x, y];
}

/** Where the card of a new node of this type goes that comes after node `after`; null where that one has no place. */
export function placeAfter(level: Level, positions: Positions, type: string, after: string): Rect | null {
  const from = positions[after];
  if (!from) return null;
  const size = cardSize(portsOf(normalizeNode({ id: "", type }), level.block, level.document, level.catalogue));
  const [x, y] = freePlaceForSize(level, positions, size, [from[0] + PITCH, from[1]]);
  return { x, y, ...size };
}

/** How far down the cards of `ids` must move together so that none of them touches another card. */
export function dropToClear(level: Level, positions: Positions, ids: readonly string[]): number {
  const moving = new Set(ids);
  const cards = Object.entries(positions).map(([id, at]) => ({ id, at, size: cardSize(portsAt(level, id)) }));
  const others = cards.filter(({ id }) => !moving.has(id));
  const own = cards.filter(({ id }) => moving.has(id));
  const dropPast = (drop: number): number => {
    for (const { at, size } of own) {
      const hit = others.find((other) => overlaps([at[0], at[1] + drop], size, other.at, other.size));
      if (hit) return hit.at[1] + hit.size.height + ROW_GAP - at[1];
    }
    return drop;
  };
  let drop = 0;
  // It grows with every turn, and below the lowest card nothing is met.
  for (let next = dropPast(drop); next > drop; next = dropPast(drop)) drop = next;
  return drop;
}

/** Whether the card of `id` touches another one. */
export function isCrowded(level: Level, positions: Positions, id: string): boolean {
  const at = positions[id];
  if (!at) return false;
  const size = cardSize(portsAt(level, id));
  return Object.entries(positions).some(
    ([other, place]) => other !== id && overlaps(at, size, place, cardSize(portsAt(level, other))),
  );
}

/**
 * Moves that make room for nodes a fix has inserted into a wire: each is placed after what feeds it, and everything
 * downstream of it moves right until no card touches.
 */
export function makeRoom(level: Level, blockName: string, stored: Positions, inserted: readonly string[]): Edit[] {
  const positions = { ...stored };
  const moved = new Set<string>();
  for (const id of inserted) {
    const source = level.block.edges.find((edge) => edge.target === id && positions[edge.source])?.source;
    const from = source === undefined ? undefined : positions[source];
    if (!from) continue;
    positions[id] = [from[0] + PITCH, from[1]];
    moved.add(id);
    const shift = downstreamShift(level.block, positions, id);
    for (const other of shift.ids) {
      const at = positions[other];
      if (!at) continue;
      positions[other] = [at[0] + shift.by, at[1]];
      moved.add(other);
    }
  }
  return [...moved].flatMap((id): Edit[] => {
    const position = positions[id];
    return position ? [{ op: "move_node", block: blockName, id, position }] : [];
  });
}

/** A wire that leads back to the left (to the next row of a chain) ends the move: what comes after it has its own row. */
function downstreamShift(block: Block, positions: Positions, id: string): { by: number; ids: string[] } {
  const left = (node: string) => positions[node]?.[0] ?? Number.NEGATIVE_INFINITY;
  const x = left(id);
  // The inserted node has its place, one pitch behind its source, before what it feeds has made way.
  const edges = block.edges.filter((edge) => left(edge.target) > left(edge.source) - (edge.source === id ? PITCH : 0));
  const nearest = Math.min(...edges.filter(({ source }) => source === id).map(({ target }) => left(target)));
  const by = x + PITCH - nearest;
  if (!Number.isFinite(by) || by <= 0) return { by: 0, ids: [] };
  return { by, ids: [...downstream({ ...block, edges }, id)] };
}
