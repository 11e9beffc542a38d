/** What is different between two networks: nodes by their place, parameters by name, wires. No React here. */

import type { Block, Document } from "@/api";

export type Change = "added" | "removed" | "changed";

export interface NodeChange {
  /** `conv1`, or `Stage / conv1` within a block. */
  path: string;
  change: Change;
  type: string;
  /** Of a changed node each parameter that differs; the type counts as one. */
  params: readonly { name: string; before: string; after: string }[];
}

export interface WireChange {
  path: string;
  change: "added" | "removed";
}

export interface NetworkDiff {
  nodes: readonly NodeChange[];
  wires: readonly WireChange[];
}

function write(value: unknown): string {
  return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

interface FlatNode {
  type: string;
  params: Record<string, unknown>;
}

function* blocksOf(document: Document): Generator<[string, Block]> {
  if (document.network !== undefined) yield ["", document.network];
  for (const [name, block] of Object.entries(document.blocks ?? {})) yield [`${name} / `, block];
}

function nodesOf(document: Document): Map<string, FlatNode> {
  const nodes = new Map<string, FlatNode>();
  for (const [prefix, block] of blocksOf(document)) {
    const own = block.parameters ?? {};
    if (Object.keys(own).length > 0) nodes.set(`${prefix}=`, { type: "=", params: own });
    for (const node of block.nodes ?? []) {
      const { id, type, params = {}, repeat = 1, muted = false } = node;
      const more = { ...(repeat === 1 ? {} : { repeat }), ...(muted ? { muted } : {}) };
      nodes.set(prefix + id, { type, params: { ...params, ...more } });
    }
  }
  return nodes;
}

function wiresOf(document: Document): Set<string> {
  const wires = new Set<string>();
  for (const [prefix, block] of blocksOf(document)) {
    for (const { source, source_port, target, target_port } of block.edges ?? []) {
      const end = (node: string, port: string | null | undefined) => (port ? `${node}.${port}` : node);
      wires.add(`${prefix}${end(source, source_port)} -> ${end(target, target_port)}`);
    }
  }
  return wires;
}

export function diffNetworks(before: Document, after: Document): NetworkDiff {
  const [old, now] = [nodesOf(before), nodesOf(after)];
  const nodes: NodeChange[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [old.get(path), now.get(path)];
    if (a === undefined || b === undefined) {
      const change = a === undefined ? "added" : "removed";
      nodes.push({ path, change, type: (a ?? b)?.type ?? "", params: [] });
      continue;
    }
    const names = [...new Set([...Object.keys(a.params), ...Object.keys(b.params)])];
    const params = names
      .map((name) => ({ name, before: write(a.params[name]), after: write(b.params[name]) }))
      .filter((one) => one.before !== one.after);
    if (a.type !== b.type) params.unshift({ name: "type", before: a.type, after: b.type });
    if (params.length > 0) nodes.push({ path, change: "changed", type: b.type, params });
  }
  const [oldWires, newWires] = [wiresOf(before), wiresOf(after)];
  const wires: WireChange[] = [
    ...[...oldWires].filter((wire) => !newWires.has(wire)).map((path) => ({ path, change: "removed" as const })),
    ...[...newWires].filter((wire) => !oldWires.has(wire)).map((path) => ({ path, change: "added" as const })),
  ];
  return { nodes, wires };
}
