/** Which ports a node has, and which wires may join them. */
import type { Catalogue } from "./catalogue";
import { downstream, upstream } from "./topology";
import type {
  Block,
  CheckReport,
  Document,
  Edge,
  JsonValue,
  Label,
  LayerRead,
  Node,
  PortRead,
  PortRef,
  TensorShape,
} from "./types";
import { blockNameOf, blockOf, ENTRY_TYPE, EXIT_TYPE } from "./types";

export interface NodePorts {
  inputs: readonly PortRead[];
  outputs: readonly PortRead[];
  /** False for a type that neither the catalogue nor the document knows: its ports are read off its wires. */
  known: boolean;
}

const ofLayer = new WeakMap<LayerRead, Map<string, NodePorts>>();
const ofBlock = new WeakMap<Block, NodePorts>();

/** The ports of `node`, which stands in `block`. The same object as long as nothing that it depends on changes. */
export function portsOf(node: Node, block: Block, document: Document, catalogue: Catalogue): NodePorts {
  const layer = catalogue.get(node.type);
  if (layer) return knownPorts(layer, node.params);
  const name = blockNameOf(node.type);
  const definition = name === null ? undefined : blockOf(document, name);
  if (definition) return blockPorts(definition);
  return portsFromWires(node, block);
}

/** Whether leaving the node out has a meaning: what the catalogue says of a layer; else one way in and one way out. */
export function canBeMuted(node: Node, { block, document, catalogue }: Level): boolean {
  const layer = catalogue.get(node.type);
  const { inputs, outputs } = portsOf(node, block, document, catalogue);
  const isOneWay = inputs.filter((port) => !port.optional).length === 1 && outputs.length === 1;
  return layer ? layer.can_be_muted && isOneWay : isOneWay;
}

const ofParams = new WeakMap<LayerRead, WeakMap<Node["params"], NodePorts>>();

/** As `layerPorts`, worked out once for the settings of one node. */
function knownPorts(layer: LayerRead, params: Node["params"]): NodePorts {
  const own = ofParams.get(layer) ?? new WeakMap<Node["params"], NodePorts>();
  ofParams.set(layer, own);
  const ports = own.get(params) ?? layerPorts(layer, params);
  own.set(params, ports);
  return ports;
}

/** The ports of a layer; those that depend on the parameters come out as the server's `layers/ports.py` has them. */
function layerPorts(layer: LayerRead, params: Node["params"]): NodePorts {
  const made = ofLayer.get(layer) ?? new Map<string, NodePorts>();
  ofLayer.set(layer, made);
  const outputs = layer.outputs.flatMap((port) => portsFor(port, layer, params));
  const key = outputs.map(({ name }) => name).join(" ");
  const known = made.get(key);
  if (known) return known;
  const ports = { inputs: layer.inputs, outputs, known: true };
  made.set(key, ports);
  return ports;
}

const MAX_COUNTED_PORTS = 64;

/** What stands for one port of the catalogue: itself, nothing, or as many as a parameter says. */
function portsFor(port: PortRead, layer: LayerRead, params: Node["params"]): PortRead[] {
  if (port.only_if) {
    const value = parameterOf(port.only_if, layer, params, (candidate) => typeof candidate === "boolean");
    if (value !== true) return [];
  }
  if (!port.count_from) return [port];
  const value = parameterOf(
    port.count_from,
    layer,
    params,
    (candidate) => Array.isArray(candidate) || isWhole(candidate),
  );
  const count = Array.isArray(value) ? value.length : Number(value);
  const length = Math.min(Math.max(count, 1), MAX_COUNTED_PORTS);
  return Array.from({ length }, (_, number) => ({ ...port, name: `${port.name}${number}`, count_from: null }));
}

const isWhole = (value: unknown) => Number.isInteger(value);

/** A parameter's value, or its default where it has none that could count. */
function parameterOf(
  name: string,
  layer: LayerRead,
  params: Node["params"],
  fits: (value: unknown) => boolean,
): JsonValue | undefined {
  if (fits(params[name])) return params[name];
  const properties = (layer.params_schema.properties ?? {}) as { [name: string]: { default?: JsonValue } };
  return properties[name]?.default;
}

function anyPort(name: string): PortRead {
  return { name, axes: "", ranks: null, dtypes: [], variadic: false, along: [], optional: false };
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

/** The ports that a wire joins, with the names that the document leaves out. A port that is not there is kept by name. */
export function endsOf(edge: Edge, level: Level): { source: PortRef; target: PortRef } {
  const port = (name: string | null, first: () => PortRead | undefined) => name ?? first()?.name ?? "";
  return {
    source: { node: edge.source, port: port(edge.source_port, () => portsAt(level, edge.source).outputs[0]) },
    target: { node: edge.target, port: port(edge.target_port, () => portsAt(level, edge.target).inputs[0]) },
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

/**
 * `prefix` is the path of the level in the report (`stage.0.`), empty at the top. `behind` is what feeds the source, where
 * the caller knows it already.
 */
export function judgeConnection(
  source: PortRef,
  target: PortRef,
  level: Level,
  report: CheckReport | null,
  prefix = "",
  behind?: ReadonlySet<string>,
): Verdict {
  const output = portsAt(level, source.node).outputs.find((port) => port.name === source.port);
  const input = portsAt(level, target.node).inputs.find((port) => port.name === target.port);
  if (!output || !input) return illegal("connect.noPort", { node: output ? target.node : source.node });
  if (source.node === target.node) return illegal("connect.selfLoop", { node: source.node });
  const occupants = wiresInto(target, level);
  if (occupants.some((edge) => sameSource(edge, source, level))) {
    return illegal("connect.alreadyJoined", { source: source.node, target: target.node });
  }
  if ((behind ?? upstream(level.block, source.node)).has(target.node)) {
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

/** The wires that join exactly these two ports. */
export function edgesBetween(source: PortRef, target: PortRef, level: Level): Edge[] {
  return wiresInto(target, level).filter((edge) => sameSource(edge, source, level));
}

function sameSource(edge: Edge, source: PortRef, level: Level): boolean {
  return edge.source === source.node && endsOf(edge, level).source.port === source.port;
}

function judgeTensor(
  source: PortRef,
  target: PortRef,
  input: PortRead,
  report: CheckReport | null,
  prefix: string,
): Label | null {
  const tensor = report?.nodes[prefix + source.node]?.outputs?.[source.port];
  const mismatch = tensor ? mismatchOf(tensor, input) : null;
  if (!tensor || !mismatch) return null;
  const values = { source: source.node, target: target.node, shape: formatShape(tensor.shape), axes: input.axes };
  if (mismatch !== "dtype") return { key: mismatch === "along" ? "connect.along" : "connect.rank", values };
  return { key: "connect.dtype", values: { ...values, dtype: tensor.dtype, expected: input.dtypes.join(", ") } };
}

/** In what a tensor is not what a port takes; null where it is. */
function mismatchOf(tensor: TensorShape, input: PortRead): "along" | "rank" | "dtype" | null {
  if (input.along.length > 0 && !input.along.includes(alongOf(tensor.shape))) return "along";
  if (input.ranks && !input.ranks.includes(tensor.shape.length)) return "rank";
  if (input.dtypes.length > 0 && !input.dtypes.includes(tensor.dtype)) return "dtype";
  return null;
}

/** Whether a port takes a tensor of this rank and dtype. */
export function fitsTensor(tensor: TensorShape, input: PortRead): boolean {
  return mismatchOf(tensor, input) === null;
}

/** What the open axis of a tensor counts: samples where it is null, else what its letter says. */
function alongOf(shape: TensorShape["shape"]): "N" | "V" | "E" {
  for (const size of shape) {
    if (size === "V" || size === "E") return size;
  }
  return "N";
}

/** What may be said of a wire from (or to, by `kind`) one port, for every port it could end at: by node, then by port. */
export function judgeAll(
  from: PortRef,
  kind: "source" | "target",
  level: Level,
  report: CheckReport | null,
  prefix = "",
): Map<string, Map<string, Verdict>> {
  const behind = kind === "source" ? upstream(level.block, from.node) : null;
  const ahead = kind === "target" ? downstream(level.block, from.node) : null;
  const verdicts = new Map<string, Map<string, Verdict>>();
  for (const node of level.block.nodes) {
    const ports = portsOf(node, level.block, level.document, level.catalogue);
    const own = new Map<string, Verdict>();
    for (const port of kind === "source" ? ports.inputs : ports.outputs) {
      const to = { node: node.id, port: port.name };
      const [source, target] = kind === "source" ? [from, to] : [to, from];
      // From an input backwards: a node ahead of it would close a circle, and nothing else would.
      const feeds = behind ?? (ahead?.has(node.id) ? new Set([from.node]) : NOTHING);
      own.set(port.name, judgeConnection(source, target, level, report, prefix, feeds));
    }
    verdicts.set(node.id, own);
  }
  return verdicts;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The port of a verdict map that a wire dropped on the whole node goes to: legal, free and fitting before the others. */
export function bestPort(
  verdicts: ReadonlyMap<string, Verdict> | undefined,
): { port: string; verdict: Verdict } | null {
  let best: { port: string; verdict: Verdict } | null = null;
  for (const [port, verdict] of verdicts ?? []) {
    if (!best || merit(verdict) > merit(best.verdict)) best = { port, verdict };
  }
  return best;
}

function merit(verdict: Verdict): number {
  return (verdict.legal ? 4 : 0) + (verdict.replaces ? 0 : 2) + (verdict.fits ? 1 : 0);
}

/** `[null, 16, 28, 28]` to `N x 16 x 28 x 28`, `["V", 1433]` to `V x 1433`. */
export function formatShape(shape: TensorShape["shape"]): string {
  return shape.map((size) => size ?? "N").join(" x ");
}

/** The best wire from one node to another; null where one of them has no port for it. */
export function findConnection(
  source: string,
  target: string,
  level: Level,
  report: CheckReport | null,
  prefix = "",
): { source: PortRef; target: PortRef; verdict: Verdict } | null {
  let best: { source: PortRef; target: PortRef; verdict: Verdict } | null = null;
  for (const output of portsAt(level, source).outputs) {
    for (const input of portsAt(level, target).inputs) {
      const ends = { source: { node: source, port: output.name }, target: { node: target, port: input.name } };
      const verdict = judgeConnection(ends.source, ends.target, level, report, prefix);
      if (!best || merit(verdict) > merit(best.verdict)) best = { ...ends, verdict };
    }
  }
  return best;
}
