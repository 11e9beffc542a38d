/** Folded nodes: several that are shown as one small card, and the level as it is seen then. */
import type { Positions } from "./placement";
import { endsOf, type Level } from "./ports";
import { dataOrder, downstream } from "./topology";
import { type Block, type Edge, type Edit, EXIT_TYPE, type Marks, type Node, type PortRef } from "./types";

/** A fold of a block, with its nodes in the order of the data: its card stands where the first of them does. */
export interface Folded {
  id: string;
  nodes: readonly string[];
}

const NO_FOLDS: readonly Folded[] = [];
const known = new WeakMap<Block, WeakMap<Marks["folds"], readonly Folded[]>>();

/** The folds of a block, as far as their nodes are there; the same list as long as neither has changed. */
export function foldsOf(block: Block, { folds }: Pick<Marks, "folds">): readonly Folded[] {
  if (Object.keys(folds).length === 0) return NO_FOLDS;
  const own = known.get(block) ?? new WeakMap<Marks["folds"], readonly Folded[]>();
  known.set(block, own);
  const found = own.get(folds) ?? findFolds(block, folds);
  own.set(folds, found);
  return found;
}

function findFolds(block: Block, folds: Marks["folds"]): readonly Folded[] {
  const order = dataOrder(block);
  const taken = new Set<string>();
  return Object.entries(folds).flatMap(([id, fold]): Folded[] => {
    const wanted = new Set(fold.nodes);
    const nodes = [...new Set(order)].filter((node) => wanted.has(node) && !taken.has(node));
    if (nodes.length < 2) return [];
    for (const node of nodes) taken.add(node);
    return [{ id, nodes }];
  });
}

/** The fold in which a node is; undefined where it stands on the canvas itself. */
export function foldWith(folds: readonly Folded[], node: string): Folded | undefined {
  return folds.find(({ nodes }) => nodes.includes(node));
}

export function freeFoldId({ folds }: Marks): string {
  let number = 1;
  while (Object.hasOwn(folds, `fold${number}`)) number += 1;
  return `fold${number}`;
}

/**
 * The branch that begins with a node: the node, and what follows it until something joins from elsewhere. Where it feeds several
 * others, the branches of each of them, until they join. Exits of the block stay outside: they say how it ends.
 */
export function branchFrom(block: Block, start: string): string[] {
  const sources = new Map<string, Set<string>>();
  for (const { source, target } of block.edges) sources.set(target, (sources.get(target) ?? new Set()).add(source));
  const exits = new Set(block.nodes.filter(({ type }) => type === EXIT_TYPE).map(({ id }) => id));
  const next = [...new Set(block.edges.filter(({ source }) => source === start).map(({ target }) => target))];
  const reached = downstream(block, start);
  const follow = (first: string): Set<string> => {
    const branch = new Set([first]);
    const order = dataOrder(block).filter((id) => id !== start && reached.has(id));
    for (const id of order) {
      const own = sources.get(id) ?? new Set();
      if (!exits.has(id) && own.size > 0 && [...own].every((source) => branch.has(source))) branch.add(id);
    }
    return branch;
  };
  if (next.length < 2) return [...follow(start)];
  const begins = next.filter((id) => sources.get(id)?.size === 1 && !exits.has(id));
  return [...new Set([start, ...begins.flatMap((id) => [...follow(id)])])];
}

/** A level as it is seen: each fold is one node, with a port for every port within to which a wire leads from outside. */
export interface Seen {
  block: Block;
  /** By the id of the node that stands for it. */
  folds: ReadonlyMap<string, Folded>;
  /** The wire of the document that a wire of `block` stands for. */
  meant(edge: Edge): Edge;
}

/** No Python name: no node of a legal network is called so. */
const STAND_IN = "fold:";

export const standInOf = ({ id }: Folded): string => STAND_IN + id;

/** The port of the document that a port of a card stands for: that of a fold's card is named after the node within. */
export function meantPort({ node, port }: PortRef): PortRef {
  if (!node.startsWith(STAND_IN)) return { node, port };
  const [within = "", ...rest] = port.split(".");
  return { node: within, port: rest.join(".") };
}

/** The level with its folds folded; the same block where it has none. */
export function seenLevel(level: Level, folds: readonly Folded[]): Seen {
  if (folds.length === 0) return { block: level.block, folds: new Map(), meant: (edge) => edge };
  const holder = new Map(folds.flatMap((fold) => fold.nodes.map((node) => [node, fold] as const)));
  const origin = new Map<Edge, Edge>();
  const edges = level.block.edges.flatMap((edge): Edge[] => {
    const [from, to] = [holder.get(edge.source), holder.get(edge.target)];
    if (from && from === to) return [];
    if (!from && !to) return [edge];
    const { source, target } = endsOf(edge, level);
    const seen: Edge = {
      source: from ? standInOf(from) : edge.source,
      source_port: from ? `${source.node}.${source.port}` : edge.source_port,
      target: to ? standInOf(to) : edge.target,
      target_port: to ? `${target.node}.${target.port}` : edge.target_port,
    };
    origin.set(seen, edge);
    return [seen];
  });
  const nodes = level.block.nodes.flatMap((node): Node[] => {
    const fold = holder.get(node.id);
    if (!fold) return [node];
    if (fold.nodes[0] !== node.id) return [];
    return [{ id: standInOf(fold), type: STAND_IN, params: {}, repeat: 1, muted: false, share: null }];
  });
  return {
    block: { ...level.block, nodes, edges },
    folds: new Map(folds.map((fold) => [standInOf(fold), fold])),
    meant: (edge) => origin.get(edge) ?? edge,
  };
}

/** Places of what is seen: of each fold's card instead of its nodes. */
export function seenPositions(positions: Positions, folds: readonly Folded[]): Positions {
  if (folds.length === 0) return positions;
  const seen = { ...positions };
  for (const fold of folds) {
    seen[standInOf(fold)] = positions[fold.nodes[0] ?? ""] ?? [0, 0];
    for (const node of fold.nodes) delete seen[node];
  }
  return seen;
}

/** Places of the nodes of the document where what is seen stands at `moved`: what is folded goes with its card. */
export function meantPositions(moved: Positions, stored: Positions, folds: readonly Folded[]): Positions {
  const meant = { ...moved };
  for (const fold of folds) {
    const { [standInOf(fold)]: to } = meant;
    const from = stored[fold.nodes[0] ?? ""] ?? [0, 0];
    if (!to) continue;
    delete meant[standInOf(fold)];
    for (const node of fold.nodes) {
      const [x, y] = stored[node] ?? [0, 0];
      meant[node] = [x + to[0] - from[0], y + to[1] - from[1]];
    }
  }
  return meant;
}

export function setFold(block: string, id: string, nodes: readonly string[] | null): Edit {
  return { op: "set_fold", block, id, fold: nodes && { nodes: [...nodes] } };
}
