/** Which ports a node has, and which wires may join them. */
import type { Catalogue } from "./catalogue";
import type { Block, CheckReport, Document, Edge, Label, LayerRead, Node, PortRead, PortRef } from "./types";
import { blockNameOf, blockOf, ENTRY_TYPE, EXIT_TYPE } from "./types";

export interface NodePorts {
  inputs: readonly PortRead[];
  outputs: readonly PortRead[];
  /** False for a type that neither the catalogue nor the document knows: its ports are read off its wires. */
  known: boolean;
}

const ofLayer = new WeakMap<LayerRead, NodePorts>();
const ofBlock = new WeakMap<Block, NodePorts>();

/** The ports of `node`, which stands in `block`. The same object as long as nothing that it depends on changes. */
export function portsOf(node: Node, block: Block, document: Document, catalogue: Catalogue): NodePorts {
  const layer = catalogue.get(node.type);
  if (layer) return layerPorts(layer);
  const name = blockNameOf(node.type);
  const definition = name === null ? undefined : blockOf(document, name);
  if (definition) return blockPorts(definition);
  return portsFromWires(node, block);
}

function layerPorts(layer: LayerRead): NodePorts {
  const known = ofLayer.get(layer);
  if (known) return known;
  const ports = { inputs: layer.inputs, outputs: layer.outputs, known: true };
  ofLayer.set(layer, ports);
  return ports;
}

function anyPort(name: string): PortRead {
  return { name, axes: "", ranks: null, dtypes: [], variadic: false };
}

/** A block's ports are its entries and exits, in the order of its nodes, named by their ids. */
function blockPorts(definition: Block): NodePorts {
  const known = ofBlock.get(definition);
  if (known) return known;
  const named = (type: string) => definition.nodes.filter((node) => node.type === type).map((node) => anyPort(node.id));
  const ports = { inputs: named(ENTRY_TYPE), outputs: named(EXIT_TYPE), known: true };
  ofBlock.set(definition, ports);
  return ports;
}

function portsFromWires(node: Node, block: Block): NodePorts {
  const inputs = new Map<string, PortRead>();
  const outputs = new Map<string, PortRead>();
  for (const edge of block.edges) {
    if (edge.target === node.id) {
      const name = edge.target_port ?? "x";
      inputs.set(name, { ...anyPort(name), variadic: true });
    }
    if (edge.source === node.id) outputs.set(edge.source_port ?? "y", anyPort(edge.source_port ?? "y"));
  }
  return { inputs: [...inputs.values()], outputs: [...outputs.values()], known: false };
}

export function findNode(block: Block, id: string): Node | undefined {
  return block.nodes.find((node) => node.id === id);
}

/** Where the wires of one block may go: what legality needs to know. */
export interface Level {
  document: Document;
  block: Block;
  catalogue: Catalogue;
}

export function portsAt(level: Level, id: string): NodePorts {
  const node = findNode(level.block, id);
  return node ? portsOf(node, level.block, level.document, level.catalogue) : { inputs: [], outputs: [], known: false };
}

/** The ports that a wire joins, with the names that the document leaves out. */
export function endsOf(edge: Edge, level: Level): { source: PortRef; target: PortRef } {
  return {
    source: { node: edge.source, port: edge.source_port ?? portsAt(level, edge.source).outputs[0]?.name ?? "y" },
    target: { node: edge.target, port: edge.target_port ?? portsAt(level, edge.target).inputs[0]?.name ?? "x" },
  };
}

/** The wire between two ports as the document holds it: ports are named only where there is a choice. */
export function edgeBetween(source: PortRef, target: PortRef, level: Level): Edge {
  return {
    source: source.node,
    target: target.node,
    source_port: portsAt(level, source.node).outputs.length > 1 ? source.port : null,
    target_port: portsAt(level, target.node).inputs.length > 1 ? target.port : null,
  };
}

/**
 * What may be said of a wire before it is drawn. An illegal one is refused. One that does not `fit` (rank or dtype) can be
 * drawn: the check then offers the repair. `replaces` is the wire that must go because its input takes only one.
 */
export interface Verdict {
  legal: boolean;
  fits: boolean;
  reason: Label | null;
  replaces: Edge | null;
}

const LEGAL: Verdict = { legal: true, fits: true, reason: null, replaces: null };
const illegal = (key: string, values: Label["values"] = {}): Verdict => ({
  legal: false,
  fits: false,
  reason: { key, values },
  replaces: null,
});

/** `prefix` is the path of the level in the report (`stage.0.`), empty at the top. */
export function judgeConnection(
  source: PortRef,
  target: PortRef,
  level: Level,
  report: CheckReport | null,
  prefix = "",
): Verdict {
  const output = portsAt(level, source.node).outputs.find((port) => port.name === source.port);
  const input = portsAt(level, target.node).inputs.find((port) => port.name === target.port);
  if (!output || !input) return illegal("connect.noPort", { node: output ? target.node : source.node });
  if (source.node === target.node) return illegal("connect.selfLoop", { node: source.node });
  const occupants = wiresInto(target, level);
  if (occupants.some((edge) => sameSource(edge, source, level))) {
    return illegal("connect.alreadyJoined", { source: source.node, target: target.node });
  }
  if (reaches(level.block, target.node, source.node)) {
    return illegal("connect.cycle", { source: source.node, target: target.node });
  }
  const replaces = input.variadic ? null : (occupants[0] ?? null);
  const mismatch = judgeTensor(source, target, input, report, prefix);
  if (mismatch) return { legal: true, fits: false, reason: mismatch, replaces };
  if (!replaces) return LEGAL;
  return { ...LEGAL, reason: { key: "connect.replaces", values: { source: replaces.source } }, replaces };
}

/** The wires that end at `target`. */
export function wiresInto(target: PortRef, level: Level): Edge[] {
  return level.block.edges.filter(
    (edge) => edge.target === target.node && endsOf(edge, level).target.port === target.port,
  );
}

function sameSource(edge: Edge, source: PortRef, level: Level): boolean {
  return edge.source === source.node && endsOf(edge, level).source.port === source.port;
}

/** Whether there is a way along the wires from node `from` to node `to`. */
export function reaches(block: Block, from: string, to: string): boolean {
  const next = new Map<string, string[]>();
  for (const edge of block.edges) {
    const targets = next.get(edge.source);
    if (targets) targets.push(edge.target);
    else next.set(edge.source, [edge.target]);
  }
  const seen = new Set([from]);
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === to) return true;
    for (const target of next.get(id) ?? []) {
      if (!seen.has(target)) {
        seen.add(target);
        waiting.push(target);
      }
    }
  }
  return false;
}

function judgeTensor(
  source: PortRef,
  target: PortRef,
  input: PortRead,
  report: CheckReport | null,
  prefix: string,
): Label | null {
  const tensor = report?.nodes[prefix + source.node]?.outputs?.[source.port];
  if (!tensor) return null;
  const values = { source: source.node, target: target.node, shape: formatShape(tensor.shape), axes: input.axes };
  if (input.ranks && !input.ranks.includes(tensor.shape.length)) return { key: "connect.rank", values };
  if (input.dtypes.length > 0 && !input.dtypes.includes(tensor.dtype)) {
    return { key: "connect.dtype", values: { ...values, dtype: tensor.dtype, expected: input.dtypes.join(", ") } };
  }
  return null;
}

/** `[null, 16, 28, 28]` to `N x 16 x 28 x 28`. */
export function formatShape(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? "N").join(" x ");
}

/** The best port pair for a wire from one node's outputs to another's inputs: free and fitting before occupied. */
export function findConnection(
  source: string,
  target: string,
  level: Level,
  report: CheckReport | null,
  prefix = "",
  given: { sourcePort?: string; targetPort?: string } = {},
): { source: PortRef; target: PortRef; verdict: Verdict } | null {
  let best: { source: PortRef; target: PortRef; verdict: Verdict; rank: number } | null = null;
  for (const output of portsAt(level, source).outputs) {
    if (given.sourcePort !== undefined && output.name !== given.sourcePort) continue;
    for (const input of portsAt(level, target).inputs) {
      if (given.targetPort !== undefined && input.name !== given.targetPort) continue;
      const ends = { source: { node: source, port: output.name }, target: { node: target, port: input.name } };
      const verdict = judgeConnection(ends.source, ends.target, level, report, prefix);
      const rank = (verdict.legal ? 4 : 0) + (verdict.replaces ? 0 : 2) + (verdict.fits ? 1 : 0);
      if (!best || rank > best.rank) best = { ...ends, verdict, rank };
    }
  }
  return best && { source: best.source, target: best.target, verdict: best.verdict };
}
