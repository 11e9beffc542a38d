import { BLOCK_PREFIX, type Block, type Document, type Edit, type JsonValue, NETWORK, type Node } from "@/document";

/** Why `name` cannot name a parameter of `block`: a key of the `inspector` catalogue, or null. */
export function parameterProblem(name: string, block: Block): "illegalName" | "takenName" | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "illegalName";
  return Object.hasOwn(block.parameters, name) ? "takenName" : null;
}

/** A name that is free in `block`: `width`, then `width2`, `width3`. */
export function freeParameterName(block: Block): string {
  if (!Object.hasOwn(block.parameters, "width")) return "width";
  let number = 2;
  while (Object.hasOwn(block.parameters, `width${number}`)) number += 1;
  return `width${number}`;
}

/**
 * The edits that give a parameter another name everywhere: in the block, in its expressions, and at the nodes that use the
 * block. All of them together are one step.
 */
export function renameParameter(document: Document, blockName: string, from: string, to: string): Edit[] {
  const block = blockName === NETWORK ? document.network : document.blocks[blockName];
  const value = block?.parameters[from];
  if (block === undefined || value === undefined) return [];
  return [
    // In the old order: the renamed one stays where it was.
    ...Object.keys(block.parameters).map(
      (name): Edit => ({ op: "set_parameter", block: blockName, name, value: null }),
    ),
    ...Object.entries(block.parameters).map(
      ([name, held]): Edit => ({ op: "set_parameter", block: blockName, name: name === from ? to : name, value: held }),
    ),
    ...block.nodes.flatMap((node) => renameInNode(node, blockName, from, to)),
    ...renameAtUsers(document, blockName, from, to),
  ];
}

function renameInNode(node: Node, block: string, from: string, to: string): Edit[] {
  const edits: Edit[] = [];
  for (const [name, value] of Object.entries(node.params)) {
    const renamed = renameInValue(value as JsonValue, from, to);
    if (renamed !== value) edits.push({ op: "set_param", block, id: node.id, name, value: renamed });
  }
  const repeat = renameInValue(node.repeat, from, to);
  if (repeat !== node.repeat) edits.push({ op: "set_node", block, id: node.id, repeat: repeat as string });
  return edits;
}

/** The same value where nothing is renamed. */
function renameInValue(value: JsonValue, from: string, to: string): JsonValue {
  if (typeof value === "string" && value.startsWith("=")) {
    return value.replace(/[A-Za-z_][A-Za-z0-9_]*/g, (word) => (word === from ? to : word));
  }
  if (!Array.isArray(value)) return value;
  const renamed = value.map((item) => renameInValue(item as JsonValue, from, to));
  return renamed.some((item, at) => item !== value[at]) ? renamed : value;
}

/** Nodes that use the block give the parameter by its name. */
function renameAtUsers(document: Document, blockName: string, from: string, to: string): Edit[] {
  if (blockName === NETWORK) return [];
  const blocks: [string, Block][] = [[NETWORK, document.network], ...Object.entries(document.blocks)];
  return blocks.flatMap(([name, block]) =>
    block.nodes
      .filter((node) => node.type === BLOCK_PREFIX + blockName && Object.hasOwn(node.params, from))
      .flatMap((node): Edit[] => [
        { op: "set_param", block: name, id: node.id, name: from, value: null },
        { op: "set_param", block: name, id: node.id, name: to, value: node.params[from] ?? null },
      ]),
  );
}

/** How many nodes use the block `name`. */
export function countUses(document: Document, name: string): number {
  const blocks = [document.network, ...Object.values(document.blocks)];
  return blocks.flatMap((block) => block.nodes).filter((node) => node.type === BLOCK_PREFIX + name).length;
}
