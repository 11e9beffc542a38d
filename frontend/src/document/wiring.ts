/** Wires that follow a node: into a wire, out of it, and across the gap that it leaves. */
import { equalEdges } from "./edits";
import { reportPrefix } from "./levels";
import { bestPort, edgeBetween, endsOf, judgeAll, type Level, portsAt } from "./ports";
import type { CheckReport, Edge, Edit, PortRef } from "./types";

/** One end of a wire whose other end is not there yet. */
export interface LooseWire {
  from: PortRef;
  /** The kind of port it starts from. */
  kind: "source" | "target";
}

/** Takes `edge` out and leads it through node `id`. The place among the target's wires is kept: it is their order. */
export function wiresThrough(edge: Edge, id: string, level: Level, block: string): Edit[] {
  const ports = portsAt(level, id);
  const [input] = ports.inputs;
  const [output] = ports.outputs;
  const index = level.block.edges.findLastIndex((other) => equalEdges(other, edge));
  if (!input || !output || index < 0) return [];
  const incoming = { ...edge, target: id, target_port: ports.inputs.length > 1 ? input.name : null };
  const outgoing = { ...edge, source: id, source_port: ports.outputs.length > 1 ? output.name : null };
  return [
    { op: "remove_edge", block, edge },
    { op: "add_edge", block, edge: outgoing, index },
    { op: "add_edge", block, edge: incoming },
  ];
}

/** Whether a wire could be led through node `id`: it has a way in and a way out, and no wires of its own. */
export function canTakeWire(id: string, level: Level): boolean {
  const { inputs, outputs } = portsAt(level, id);
  if (inputs.length === 0 || outputs.length === 0) return false;
  return !level.block.edges.some((edge) => edge.source === id || edge.target === id);
}

/** The edits that join a loose wire to node `id` at the port that is free and fits; none where no port takes it. */
export function wireTo(
  { from, kind }: LooseWire,
  id: string,
  level: Level,
  here: { blockName: string; path: readonly string[]; report: CheckReport | null },
): Edit[] {
  const verdicts = judgeAll(from, kind, level, here.report, reportPrefix(here.report, here.path));
  const found = bestPort(verdicts.get(id));
  if (!found?.verdict.legal) return [];
  const to = { node: id, port: found.port };
  const [source, target] = kind === "source" ? [from, to] : [to, from];
  const edge = edgeBetween(source, target, level);
  const { replaces } = found.verdict;
  const freed: Edit[] = replaces ? [{ op: "remove_edge", block: here.blockName, edge: replaces }] : [];
  return [...freed, { op: "add_edge", block: here.blockName, edge }];
}

/**
 * The edits that lead wires across `ids` once these are gone from the way: every wire out of one of them that has one wire in
 * begins where that one does, in its old place among the target's wires. What has several wires in, or gives several values,
 * is no way across.
 */
function crossings(level: Level, block: string, ids: readonly string[]): { edits: Edit[]; healed: Set<Edge> } {
  const gone = new Set(ids);
  const { edges } = level.block;
  const edits: Edit[] = [];
  const healed = new Set<Edge>();
  const made: Edge[] = [];
  for (const [index, edge] of edges.entries()) {
    if (!gone.has(edge.source) || gone.has(edge.target)) continue;
    const begin = beginOf(edge, level, gone);
    if (!begin) continue;
    const bridge = { ...edge, source: begin.source, source_port: begin.source_port };
    if ([...edges, ...made].some((other) => equalEdges(other, bridge))) continue;
    made.push(bridge);
    healed.add(edge);
    edits.push({ op: "remove_edge", block, edge }, { op: "add_edge", block, edge: bridge, index });
  }
  return { edits, healed };
}

/** The wire into the first of the nodes in `gone` on the way that ends with `edge`; null where there is no single one. */
function beginOf(edge: Edge, level: Level, gone: ReadonlySet<string>): Edge | null {
  const { edges } = level.block;
  const seen = new Set<string>();
  let current = edge;
  while (gone.has(current.source)) {
    const id = current.source;
    if (seen.has(id)) return null;
    seen.add(id);
    const into = edges.filter((other) => other.target === id);
    const outPorts = new Set(edges.filter((other) => other.source === id).map((out) => endsOf(out, level).source.port));
    const [only] = into;
    if (!only || into.length > 1 || outPorts.size > 1) return null;
    current = only;
  }
  return current;
}

/** The edits that delete nodes; the wires of what had one way in and one way out heal. */
export function deleteEdits(level: Level, block: string, ids: readonly string[]): Edit[] {
  const { edits } = crossings(level, block, ids);
  return [...edits, ...ids.map((id): Edit => ({ op: "remove_node", block, id }))];
}

/** The edits that take nodes out of their wires and heal these; wires among the nodes stay. */
export function detachEdits(level: Level, block: string, ids: readonly string[]): Edit[] {
  const out = new Set(ids);
  const { edits, healed } = crossings(level, block, ids);
  const loose = level.block.edges.filter((edge) => out.has(edge.source) !== out.has(edge.target) && !healed.has(edge));
  return [...edits, ...loose.map((edge): Edit => ({ op: "remove_edge", block, edge }))];
}
