/** Nodes that have one set of weights: the one they belong to, and those that use them. */
import type { Block, Document, Edit, Node } from "./types";
import { blockNameOf, blockOf } from "./types";

/** The nodes of a block that use the weights of `id`. */
export function sharersOf(block: Block, id: string): Node[] {
  return block.nodes.filter((node) => node.share === id);
}

/** The nodes whose weights `node` could use: of its type, and with weights of their own. */
export function shareCandidates(block: Block, node: Node): Node[] {
  return block.nodes.filter((other) => other.id !== node.id && other.type === node.type && other.share === null);
}

/** Whether a node can have weights at all, as far as the report says: it, or a node of its type, has some. */
export function hasWeights(node: Node, document: Document, parameters: number | undefined): boolean {
  const name = blockNameOf(node.type);
  if (name !== null && !blockOf(document, name)) return false;
  return node.share !== null || parameters === undefined || parameters > 0;
}

/**
 * The edits after which node `id` uses the weights of `owner` (null: its own). It takes over the owner's settings, and nodes
 * that used its own weights go with it.
 */
export function shareEdits(block: Block, blockName: string, id: string, owner: string | null): Edit[] {
  const node = block.nodes.find((candidate) => candidate.id === id);
  if (!node || node.share === owner) return [];
  const own: Edit = { op: "set_node", block: blockName, id, share: owner ?? "" };
  const target = block.nodes.find((candidate) => candidate.id === owner);
  if (!target) return [own];
  const moved = sharersOf(block, id).map(
    (follower): Edit => ({ op: "set_node", block: blockName, id: follower.id, share: target.id }),
  );
  // Alone first, so that the settings it takes over are not set for those that it shares with now.
  const alone: Edit[] = node.share === null ? [] : [{ op: "set_node", block: blockName, id, share: "" }];
  return [...alone, ...adopt(node, target, blockName), own, ...moved];
}

/** The edits that give `node` the settings of `target`. */
function adopt(node: Node, target: Node, block: string): Edit[] {
  const names = new Set([...Object.keys(node.params), ...Object.keys(target.params)]);
  const params = [...names]
    .filter((name) => JSON.stringify(node.params[name]) !== JSON.stringify(target.params[name]))
    .map((name): Edit => ({ op: "set_param", block, id: node.id, name, value: target.params[name] ?? null }));
  const isRepeated = node.repeat !== target.repeat;
  return isRepeated ? [...params, { op: "set_node", block, id: node.id, repeat: target.repeat }] : params;
}
