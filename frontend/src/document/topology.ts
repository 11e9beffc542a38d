/** Ways along the wires of one block. */
import type { Block } from "./types";

type Neighbours = Map<string, string[]>;

function neighbours(block: Block, from: "source" | "target"): Neighbours {
  const to = from === "source" ? "target" : "source";
  const found: Neighbours = new Map();
  for (const edge of block.edges) {
    const list = found.get(edge[from]);
    if (list) list.push(edge[to]);
    else found.set(edge[from], [edge[to]]);
  }
  return found;
}

function walk(next: Neighbours, starts: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const other of next.get(id) ?? []) {
      if (!seen.has(other)) {
        seen.add(other);
        waiting.push(other);
      }
    }
  }
  return seen;
}

/** Every node that data from `id` reaches; `id` itself only where it stands in a cycle. */
export function downstream(block: Block, id: string): Set<string> {
  return walk(neighbours(block, "source"), [id]);
}

/** Every node whose data reaches `id`; `id` itself only where it stands in a cycle. */
export function upstream(block: Block, id: string): Set<string> {
  return walk(neighbours(block, "target"), [id]);
}

/** `starts` and every node that data from them reaches. */
export function downstreamOfAll(block: Block, starts: Iterable<string>): Set<string> {
  const first = new Set(starts);
  return new Set([...first, ...walk(neighbours(block, "source"), first)]);
}

/** `ends` and every node whose data reaches them. */
export function upstreamOfAll(block: Block, ends: Iterable<string>): Set<string> {
  const last = new Set(ends);
  return new Set([...last, ...walk(neighbours(block, "target"), last)]);
}

/** How many wires the longest way from an entry has, per node. Nodes of a cycle have no column. */
export function columnsOf(block: Block): Map<string, number> {
  const next = neighbours(block, "source");
  const ids = new Set(block.nodes.map((node) => node.id));
  const waiting = new Map<string, number>();
  for (const edge of block.edges) {
    if (ids.has(edge.source)) waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1);
  }
  const columns = new Map<string, number>();
  const ready = block.nodes.filter((node) => !waiting.get(node.id)).map((node) => node.id);
  for (let at = 0; at < ready.length; at += 1) {
    const id = ready[at] as string;
    const column = columns.get(id) ?? 0;
    columns.set(id, column);
    for (const target of next.get(id) ?? []) {
      if (!ids.has(target)) continue;
      columns.set(target, Math.max(columns.get(target) ?? 0, column + 1));
      const left = (waiting.get(target) ?? 1) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  for (const [id, left] of waiting) if (left > 0) columns.delete(id);
  return columns;
}

/** The ids of a block in the order of the data; nodes of a cycle come last. */
export function dataOrder(block: Block): string[] {
  const columns = columnsOf(block);
  const column = (id: string) => columns.get(id) ?? Number.POSITIVE_INFINITY;
  return block.nodes
    .map((node, index) => ({ id: node.id, column: column(node.id), index }))
    .sort((a, b) => (a.column === b.column ? a.index - b.index : a.column - b.column))
    .map(({ id }) => id);
}

/** The ids of a block in their order where its wires make one chain of all nodes, without branches; else null. */
export function chainOf(block: Block): string[] | null {
  const next = new Map(block.edges.map((edge) => [edge.source, edge.target]));
  const targets = new Set(next.values());
  const isPlain = next.size === block.edges.length && targets.size === block.edges.length;
  const [start, ...others] = block.nodes.filter(({ id }) => !targets.has(id));
  if (!isPlain || start === undefined || others.length > 0) return null;
  const chain: string[] = [];
  for (let id: string | undefined = start.id; id !== undefined; id = next.get(id)) chain.push(id);
  return chain.length === block.nodes.length ? chain : null;
}
