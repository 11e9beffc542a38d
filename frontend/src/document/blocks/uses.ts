/** Who uses a block, with which parameters, and what would be a block within itself. */
import {
  BLOCK_PREFIX,
  type Block,
  blockNameOf,
  blockOf,
  type Document,
  type Label,
  NETWORK,
  type Node,
} from "../types";
import { ExpressionError, evaluateExpression, isExpression, type Num, num, parseExpression } from "./expressions";

export interface Use {
  /** The block in which the node stands. */
  block: string;
  node: Node;
}

/** Every block with its name, the network first. */
export function allBlocks(document: Document): [name: string, block: Block][] {
  return [[NETWORK, document.network], ...Object.entries(document.blocks)];
}

/** The nodes that use the block `name`, in document order. */
export function usesOf(document: Document, name: string): Use[] {
  const type = BLOCK_PREFIX + name;
  return allBlocks(document).flatMap(([block, { nodes }]) =>
    nodes.filter((node) => node.type === type).map((node) => ({ block, node })),
  );
}

/** The blocks that `names` need, themselves included, as far as the document has them. */
export function blocksWithin(document: Document, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const block = found.has(name) ? undefined : blockOf(document, name);
    if (!block) continue;
    found.add(name);
    waiting.push(...usedBy(block));
  }
  return found;
}

/** The names of the blocks that nodes of `block` use. */
export function usedBy(block: Block): string[] {
  return block.nodes.flatMap((node) => blockNameOf(node.type) ?? []);
}

/** Why a node of this type cannot stand in the block `into`: the block would be within itself. Null where it can. */
export function recursionProblem(document: Document, into: string, type: string): Label | null {
  const name = blockNameOf(type);
  if (name === null || into === NETWORK) return null;
  if (name === into) return { key: "block.withinItself", values: { name } };
  if (!blocksWithin(document, [name]).has(into)) return null;
  return { key: "block.withinAnother", values: { name, into } };
}

export type Values = ReadonlyMap<string, Num>;

/** More ways to use a block than this are not looked at. */
const MOST_VALUES = 1000;

/** The values that a block's parameters have in the network: one entry for every different way in which it is used. */
export function valuesOf(document: Document, name: string): Values[] {
  const found = valuesFrom(document, name, new Set());
  return found.length > 0 ? found : [defaultsOf(document, name)];
}

function defaultsOf(document: Document, name: string): Values {
  const parameters = blockOf(document, name)?.parameters ?? {};
  return new Map(Object.entries(parameters).map(([parameter, value]) => [parameter, num(value)]));
}

function valuesFrom(document: Document, name: string, way: ReadonlySet<string>): Values[] {
  if (name === NETWORK) return [defaultsOf(document, NETWORK)];
  if (way.has(name)) return [];
  const defaults = defaultsOf(document, name);
  const found = new Map<string, Values>();
  for (const use of usesOf(document, name)) {
    for (const outer of valuesFrom(document, use.block, new Set([...way, name]))) {
      const values = new Map(defaults);
      for (const parameter of defaults.keys()) {
        const given = numberOf(use.node.params[parameter], outer);
        if (given) values.set(parameter, given);
      }
      found.set(JSON.stringify([...values]), values);
      if (found.size >= MOST_VALUES) return [...found.values()];
    }
  }
  return [...found.values()];
}

/** The number that a setting is, as Python computes it; null where it is none. */
export function numberOf(value: unknown, values: Values): Num | null {
  if (typeof value === "number") return num(value);
  if (!isExpression(value)) return null;
  try {
    return evaluateExpression(parseExpression(value), values);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return null;
  }
}
