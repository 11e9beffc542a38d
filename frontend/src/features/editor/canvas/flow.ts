/** The document's level as React Flow wants it: objects that stay the same as long as what they show does. */
import { type NodeHandle, type Edge as RawFlowEdge, type Node as RawFlowNode, Position as Side } from "@xyflow/react";
import type { NetworkTimes } from "@/api";
import {
  blockNameOf,
  type CheckReport,
  type Color,
  cardSize,
  type Edge,
  type Folded,
  type FrozenState,
  frozenState,
  type Level,
  type LevelPath,
  type Marks,
  type Node,
  type NodePorts,
  type NodeReport,
  type Point,
  type Position,
  type Positions,
  type Problem,
  portOffset,
  portsOf,
  problemsWithin,
  reportPrefix,
  type Seen,
  type Selection,
  type Size,
  seenLevel,
  seenPositions,
} from "@/document";
import type { Difference, Heat, LevelDifferences } from "../canvasStore";
import type { WeightsMark } from "../weights";
import { createHeat } from "./heat";

export interface CardProblem {
  severity: "error" | "warning";
  message: string;
  count: number;
  /** The worst of them. */
  worst: Problem;
  /** It stands inside the block that the node uses. */
  isInside: boolean;
}

export interface CardData extends Record<string, unknown> {
  node: Node;
  ports: NodePorts;
  size: Size;
  family: string;
  isKnown: boolean;
  summary: string;
  /** What a block costs, all its repetitions together; null for a layer, and where it is not known. */
  cost: { parameters: number; macs: number } | null;
  problem: CardProblem | null;
  /** What the attached weights do here; null where none are attached, or the node has none. */
  weights: WeightsMark | null;
  frozen: FrozenState | null;
  /** Other nodes that use this one's weights. */
  lendsTo: string;
  color: Color | null;
  /** The nodes that this card stands for, in the order of the data; null where it is one node. */
  fold: Folded | null;
  /** How much of the level's greatest cost it has, 0 to 10, and the cost in words; null where families colour the cards. */
  heat: { part: number; words: string } | null;
  difference: Difference | null;
}

export interface WireData extends Record<string, unknown> {
  edge: Edge;
  label: string | null;
  /** Where the label's middle stands; null for the middle of the wire. */
  labelAt: Point | null;
  /** Line width in pixels: it tells the tensor's size. */
  width: number;
  /** A height at which the wire can pass the cards that stand between its ends. */
  lane: number | null;
  isWrong: boolean;
  /** Whether it came or went, where two states of a network are compared. */
  difference: "added" | "removed" | null;
  /** The points that a person leads it through; empty where the canvas finds its way. */
  points: readonly Position[];
}

export type FlowNode = RawFlowNode<CardData, "card" | "fold">;
export type FlowEdge = RawFlowEdge<WireData, "wire">;

export const HANDLE_SIZE = 12;

export interface LevelView extends Level {
  blockName: string;
  path: LevelPath;
  report: CheckReport | null;
  selection: Selection;
  positions: Positions;
  weights: ReadonlyMap<string, WeightsMark>;
  frozen: readonly string[];
  colors: Marks["colors"];
  ways: Marks["ways"];
  folds: readonly Folded[];
  /** How far cards that are being dragged are from their places; null while none is. */
  shifts: Positions | null;
  heat: Heat | null;
  /** For cards that are coloured by time. */
  times: NetworkTimes | null;
  differences: LevelDifferences | null;
}

interface Remembered<K, V> {
  key: K;
  value: V;
}

const sameKey = (a: readonly unknown[], b: readonly unknown[]) => a.every((value, at) => Object.is(value, b[at]));

/** Returns the value made for an equal key before, else makes it: a card whose inputs are the same is the same card. */
export function createMemory<V>() {
  let current = new Map<string, Remembered<readonly unknown[], V>>();
  let next = new Map<string, Remembered<readonly unknown[], V>>();
  let last: V[] = [];
  return {
    start: () => {
      next = new Map();
    },
    take: (id: string, key: readonly unknown[], make: () => V): V => {
      const known = current.get(id);
      const entry = known && sameKey(known.key, key) ? known : { key, value: make() };
      next.set(id, entry);
      return entry.value;
    },
    /** The same list where all that was taken is what it was. */
    finish: (values: V[]): V[] => {
      current = next;
      if (values.length !== last.length || values.some((value, at) => value !== last[at])) last = values;
      return last;
    },
  };
}

const seen = new WeakMap<LevelView, Seen>();

/** The level of a view as it is seen: what is folded is one card. */
export function seenIn(view: LevelView): Seen {
  const known = seen.get(view) ?? seenLevel(view, view.folds);
  seen.set(view, known);
  return known;
}

/** The nodes of the document that a card stands for. */
export function nodesOf({ data }: FlowNode): readonly string[] {
  return data.fold?.nodes ?? [data.node.id];
}

/** React Flow's id of a node: its own, with a number where the document doubles an id. */
export function flowIds(nodes: readonly Node[]): string[] {
  const seen = new Map<string, number>();
  return nodes.map(({ id }) => {
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return count === 0 ? id : `${id}~${count + 1}`;
  });
}

/** The document's id of a node of React Flow. */
export function nodeIdOf(flowId: string): string {
  return flowId.replace(/~\d+$/, "");
}

export function createNodeBuilder(): (view: LevelView) => FlowNode[] {
  const memory = createMemory<FlowNode>();
  return (view) => {
    memory.start();
    const selected = new Set(view.selection.nodes);
    const problems = problemsByNode(view);
    const prefix = reportPrefix(view.report, view.path);
    const { block, folds } = seenIn(view);
    const positions = seenPositions(view.positions, view.folds);
    const ids = flowIds(block.nodes);
    const lent = lendersOf(view.block.nodes);
    const heatOf = createHeat(view, prefix);
    const nodes = block.nodes.map((node, index) => {
      const id = ids[index] ?? node.id;
      const ports = portsOf(node, block, view.document, view.catalogue);
      const [x, y] = positions[node.id] ?? [0, 0];
      const fold = folds.get(node.id);
      if (fold) return takeFold(memory, { id, node, ports, fold, x, y }, view, { selected, problems, prefix });
      const layer = view.catalogue.get(node.type);
      const family = layer?.family ?? (blockNameOf(node.type) !== null && ports.known ? "block" : "unknown");
      const report = view.report?.nodes[prefix + node.id];
      const summary = report?.summary ?? "";
      const parameters = family === "block" && hasOutputs(report) ? report.parameters : null;
      const problem = problems.get(node.id) ?? null;
      const weights = view.weights.get(node.id) ?? null;
      const frozen = view.frozen.length === 0 ? null : frozenAt(view, prefix, node.id);
      const lendsTo = lent.get(node.id)?.join(", ") ?? "";
      const color = view.colors[node.id] ?? null;
      const heat = heatOf(node.id);
      const difference = view.differences?.nodes.get(node.id) ?? null;
      const shift = id === node.id ? 0 : cardSize(ports).height + 20;
      const key = [
        node,
        ports,
        family,
        summary,
        parameters,
        // A layer shows its costs only where the cards are coloured by them.
        parameters === null ? null : report?.macs,
        x,
        y,
        selected.has(node.id),
        problem?.severity,
        problem?.message,
        problem?.count,
        problem?.worst.path,
        weights,
        frozen,
        lendsTo,
        color,
        heat?.part,
        heat?.words,
        difference?.change,
        difference?.words,
      ];
      return memory.take(id, key, () => {
        const size = cardSize(ports);
        const cost = parameters === null ? null : { parameters, macs: report?.macs ?? 0 };
        const isKnown = ports.known;
        const data = {
          node,
          ports,
          size,
          family,
          isKnown,
          summary,
          cost,
          problem,
          weights,
          frozen,
          lendsTo,
          color,
          fold: null,
          heat,
          difference,
        };
        return buildNode(id, data, { x, y: y + shift }, selected.has(node.id));
      });
    });
    return memory.finish(nodes);
  };
}

interface FoldCard {
  id: string;
  node: Node;
  ports: NodePorts;
  fold: Folded;
  x: number;
  y: number;
}

interface Known {
  selected: ReadonlySet<string>;
  problems: ReadonlyMap<string, CardProblem>;
  prefix: string;
}

/** The card of a fold: what its nodes cost together, their worst problem; it is chosen where one of them is. */
function takeFold(
  memory: ReturnType<typeof createMemory<FlowNode>>,
  { id, node, ports, fold, x, y }: FoldCard,
  view: LevelView,
  { selected, problems, prefix }: Known,
): FlowNode {
  const own = fold.nodes.flatMap((held) => problems.get(held) ?? []);
  const worst = own.find(({ severity }) => severity === "error") ?? own[0];
  const count = own.reduce((sum, one) => sum + one.count, 0);
  const problem = worst ? { ...worst, count, isInside: true } : null;
  const reports = fold.nodes.flatMap((held) => view.report?.nodes[prefix + held] ?? []);
  const total = (field: "parameters" | "macs") => reports.reduce((sum, report) => sum + report[field], 0);
  const cost = reports.length === fold.nodes.length ? { parameters: total("parameters"), macs: total("macs") } : null;
  const isSelected = fold.nodes.some((held) => selected.has(held));
  const names = [...ports.inputs, "", ...ports.outputs].map((port) => (typeof port === "string" ? port : port.name));
  const key = [
    fold.nodes.join("\n"),
    names.join("\n"),
    x,
    y,
    isSelected,
    cost?.parameters,
    cost?.macs,
    problem?.severity,
    problem?.message,
    problem?.count,
    problem?.worst.path,
  ];
  return memory.take(id, key, () => {
    const data: CardData = {
      node,
      ports,
      size: cardSize(ports),
      family: "fold",
      isKnown: true,
      summary: "",
      cost,
      problem,
      weights: null,
      frozen: null,
      lendsTo: "",
      color: null,
      fold,
      heat: null,
      difference: null,
    };
    return buildNode(id, data, { x, y }, isSelected);
  });
}

/** Only what has parameters can be frozen: a lock on an Add would say nothing. */
function frozenAt(view: LevelView, prefix: string, id: string): FrozenState | null {
  const hasParameters = (view.report?.nodes[prefix + id]?.parameters ?? 0) > 0;
  return hasParameters ? frozenState(view.frozen, view.path, id) : null;
}

/** For every node whose weights others use, those others. */
function lendersOf(nodes: readonly Node[]): Map<string, string[]> {
  const lent = new Map<string, string[]>();
  for (const { id, share } of nodes) {
    if (share !== null) lent.set(share, [...(lent.get(share) ?? []), id]);
  }
  return lent;
}

function buildNode(id: string, data: CardData, position: { x: number; y: number }, selected: boolean): FlowNode {
  const { node, size, ports, fold, difference } = data;
  const ends = fold && [fold.nodes[0], fold.nodes.at(-1)].join(" ... ");
  return {
    id,
    type: fold ? "fold" : "card",
    position,
    selected,
    data,
    ...size,
    measured: size,
    handles: [...handlesOf(ports.inputs, "target", size), ...handlesOf(ports.outputs, "source", size)],
    ariaLabel: ends ?? [node.id, blockNameOf(node.type) ?? node.type, difference?.words ?? []].flat().join(", "),
    domAttributes: {
      tabIndex: -1,
      role: "group",
      // React Flow's own word for it is not translated.
      "aria-roledescription": undefined,
      // What is folded is no node that a wire could be drawn to; the keyboard finds its card by any of its nodes.
      "data-node": fold ? undefined : node.id,
      "data-folded": fold?.nodes.join(" "),
    } as FlowNode["domAttributes"],
  };
}

function handlesOf(ports: NodePorts["inputs"], type: "source" | "target", size: Size): NodeHandle[] {
  return ports.map((port, index) => ({
    id: port.name,
    type,
    position: type === "source" ? Side.Right : Side.Left,
    x: (type === "source" ? size.width : 0) - HANDLE_SIZE / 2,
    y: portOffset(index, ports.length, size.height) - HANDLE_SIZE / 2,
    width: HANDLE_SIZE,
    height: HANDLE_SIZE,
  }));
}

function hasOutputs(report: NodeReport | undefined): report is NodeReport {
  return Object.keys(report?.outputs ?? {}).length > 0;
}

/** The worst problem of each node of the level, those inside a block included, and how many it has. */
function problemsByNode(view: LevelView): Map<string, CardProblem> {
  const found = new Map<string, CardProblem>();
  const add = (id: string, problem: Problem, isInside: boolean) => {
    const known = found.get(id);
    const isWorse = !known || (known.worst.severity === "warning" && problem.severity === "error");
    const worst = isWorse ? problem : known.worst;
    const { severity, message } = worst;
    const count = (known?.count ?? 0) + 1;
    found.set(id, { severity, message, count, worst, isInside: isWorse ? isInside : known.isInside });
  };
  const all = view.report?.problems ?? [];
  for (const problem of all) {
    if (problem.block === view.blockName && problem.node) add(problem.node, problem, false);
  }
  for (const node of view.block.nodes) for (const problem of problemsWithin(node, view)) add(node.id, problem, true);
  return found;
}
