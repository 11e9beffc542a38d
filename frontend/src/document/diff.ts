/** What differs between two documents, in what they mean: places and the training config are left out. */
import { equalEdges } from "./edits";
import { normalizeBlock } from "./normalize";
import { type Block, blockOf, type Document, type Edge, type JsonValue, NETWORK, type Node } from "./types";

export type Change = "added" | "removed" | "changed";

/** A value that is another; undefined where there is none, which for a parameter means PyTorch's default. */
export interface FieldChange {
  field: string;
  before: JsonValue | undefined;
  after: JsonValue | undefined;
}

export interface NodeChange {
  id: string;
  type: string;
  change: Change;
  /** What differs in a node that both have. */
  fields: readonly FieldChange[];
}

export interface EdgeChange {
  edge: Edge;
  change: "added" | "removed";
}

/** One block, the network itself included, that differs. */
export interface BlockChange {
  block: string;
  change: Change;
  parameters: readonly FieldChange[];
  nodes: readonly NodeChange[];
  edges: readonly EdgeChange[];
}

const EMPTY = normalizeBlock({});

/** The blocks that differ, the network first; none where both documents mean the same. */
export function diffDocuments(before: Document, after: Document): BlockChange[] {
  const names = new Set([NETWORK, ...Object.keys(after.blocks), ...Object.keys(before.blocks)]);
  return [...names].flatMap((name): BlockChange[] => {
    const [old, now] = [blockOf(before, name), blockOf(after, name)];
    const inside = diffBlocks(old ?? EMPTY, now ?? EMPTY);
    const change = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    const isSame = [inside.parameters, inside.nodes, inside.edges].every((list) => list.length === 0);
    return change === "changed" && isSame ? [] : [{ block: name, change, ...inside }];
  });
}

function diffBlocks(before: Block, after: Block): Omit<BlockChange, "block" | "change"> {
  return {
    parameters: diffFields(before.parameters, after.parameters),
    nodes: diffNodes(before.nodes, after.nodes),
    edges: [
      ...missing(before.edges, after.edges).map((edge): EdgeChange => ({ edge, change: "removed" })),
      ...missing(after.edges, before.edges).map((edge): EdgeChange => ({ edge, change: "added" })),
    ],
  };
}

function diffNodes(before: readonly Node[], after: readonly Node[]): NodeChange[] {
  const old = new Map(before.map((node) => [node.id, node]));
  const now = new Set(after.map(({ id }) => id));
  const changes = after.flatMap((node): NodeChange[] => {
    const earlier = old.get(node.id);
    if (!earlier) return [{ id: node.id, type: node.type, change: "added", fields: [] }];
    const fields = diffNode(earlier, node);
    return fields.length === 0 ? [] : [{ id: node.id, type: node.type, change: "changed", fields }];
  });
  const gone = before.filter(({ id }) => !now.has(id));
  return [...changes, ...gone.map(({ id, type }): NodeChange => ({ id, type, change: "removed", fields: [] }))];
}

function diffNode(before: Node, after: Node): FieldChange[] {
  const own = (node: Node) => ({ type: node.type, repeat: node.repeat, muted: node.muted, share: node.share });
  return [...diffFields(own(before), own(after)), ...diffFields(before.params, after.params)];
}

type Fields = { readonly [name: string]: JsonValue };

function diffFields(before: Fields, after: Fields): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names].map((field) => ({ field, before: before[field], after: after[field] }));
  return changes.filter((change) => !equalJson(change.before, change.after));
}

/** The edges of `edges` that `others` does not have, each as often as it has more of them. */
function missing(edges: readonly Edge[], others: readonly Edge[]): Edge[] {
  const left = [...others];
  return edges.filter((edge) => {
    const at = left.findIndex((other) => equalEdges(other, edge));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Equal as JSON: the order of an object's keys says nothing. */
function equalJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && equalJson(a[name], b[name]));
}
