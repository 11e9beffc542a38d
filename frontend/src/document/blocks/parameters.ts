/** Parameters of blocks: a setting becomes one, and a setting that follows one becomes a number again. */
import type { Catalogue } from "../catalogue";
import { applyEdits } from "../edits";
import { idProblem } from "../ids";
import {
  type Block,
  blockNameOf,
  blockOf,
  type Document,
  type Edit,
  type JsonValue,
  type Label,
  NETWORK,
  type Node,
} from "../types";
import { isExpression, mapExpressions, namesIn, namesInValue, renameInText } from "./expressions";
import { numberOf, usesOf, valuesOf } from "./uses";

/** Why `name` cannot name a parameter of `block`: a key of the `inspector` catalogue, or null. */
export function parameterProblem(name: string, block: Block): "illegalName" | "takenName" | null {
  if (idProblem(name, new Set()) !== null) return "illegalName";
  return Object.hasOwn(block.parameters, name) ? "takenName" : null;
}

/** A name that is free in `block`: `width`, then `width2`, `width3`. */
export function freeParameterName(block: Block, name = "width"): string {
  if (!Object.hasOwn(block.parameters, name)) return name;
  let number = 2;
  while (Object.hasOwn(block.parameters, `${name}${number}`)) number += 1;
  return `${name}${number}`;
}

/** What a setting of a node is: what is set, else its default; undefined where there is none. */
export function settingOf(node: Node, field: string, document: Document, catalogue: Catalogue): JsonValue | undefined {
  if (Object.hasOwn(node.params, field)) return node.params[field];
  const name = blockNameOf(node.type);
  if (name !== null) return blockOf(document, name)?.parameters[field];
  const schema = catalogue.get(node.type)?.params_schema as { properties?: Record<string, { default?: JsonValue }> };
  return schema?.properties?.[field]?.default;
}

export interface Exposed {
  edits: Edit[];
  name: string;
}

/**
 * The edits that make the number in `field` of a node a parameter of the block `blockName`, which has it as its default. Null
 * where it is no number.
 */
export function exposeEdits(
  document: Document,
  blockName: string,
  id: string,
  field: string,
  catalogue: Catalogue,
): Exposed | null {
  const block = blockOf(document, blockName);
  const node = block?.nodes.find((candidate) => candidate.id === id);
  if (!block || !node) return null;
  const value = settingOf(node, field, document, catalogue);
  if (typeof value !== "number") return null;
  const short = field.replace(/^(out|num)_/, "");
  const taken = Object.hasOwn(block.parameters, short);
  const name = freeParameterName(block, taken ? `${id}_${short}` : short);
  return {
    name,
    edits: [
      { op: "set_parameter", block: blockName, name, value },
      { op: "set_param", block: blockName, id, name: field, value: `=${name}` },
    ],
  };
}

/**
 * The edits that put the number that an expression in `field` has in its place, and take away parameters that nothing follows
 * any more. A label says why where the uses of the block give it different numbers.
 */
export function inlineEdits(document: Document, blockName: string, id: string, field: string): Edit[] | Label {
  const block = blockOf(document, blockName);
  const node = block?.nodes.find((candidate) => candidate.id === id);
  const value = node?.params[field];
  if (!block || !node || !isExpression(value)) return { key: "parameter.notAnExpression", values: { field } };
  const numbers = valuesOf(document, blockName).map((values) => numberOf(value, values));
  const distinct = new Set(numbers.map((number) => number && `${number.value} ${number.isFloat}`));
  const [number] = numbers;
  if (distinct.size > 1) return { key: "parameter.differs", values: { field, text: value } };
  if (!number) return { key: "parameter.noValue", values: { text: value } };
  if (number.isFloat && Number.isInteger(number.value)) return { key: "parameter.noValue", values: { text: value } };
  const edits: Edit[] = [{ op: "set_param", block: blockName, id, name: field, value: number.value }];
  // Nodes that share weights follow together, and so they become numbers together.
  const after = blockOf(applyEdits(document, edits), blockName);
  const used = new Set(after?.nodes.flatMap(namesUsed));
  for (const name of namesIn(value)) {
    if (Object.hasOwn(block.parameters, name) && !used.has(name))
      edits.push(...removeParameter(document, blockName, name));
  }
  return edits;
}

/** The names that the expressions of a node use. */
function namesUsed(node: Node): string[] {
  return [...Object.values(node.params), node.repeat].flatMap((value) => [...namesInValue(value)]);
}

/** The edits that take a parameter away, at the nodes that use the block too. */
export function removeParameter(document: Document, blockName: string, name: string): Edit[] {
  const users = blockName === NETWORK ? [] : usesOf(document, blockName);
  return [
    { op: "set_parameter", block: blockName, name, value: null },
    ...users
      .filter(({ node }) => Object.hasOwn(node.params, name))
      .map(({ block, node }): Edit => ({ op: "set_param", block, id: node.id, name, value: null })),
  ];
}

/** The settings that follow a parameter of a block: `conv1.out_channels`, in document order. */
export function followersOf(block: Block, name: string): string[] {
  return block.nodes.flatMap((node) => {
    const fields = Object.entries(node.params).filter(([, value]) => namesInValue(value).has(name));
    const repeats = namesInValue(node.repeat).has(name) ? ["repeat"] : [];
    return [...fields.map(([field]) => field), ...repeats].map((field) => `${node.id}.${field}`);
  });
}

/**
 * The edits that give a parameter another name everywhere: in the block, in its expressions, and at the nodes that use the
 * block. All of them together are one step.
 */
export function renameParameter(document: Document, blockName: string, from: string, to: string): Edit[] {
  const block = blockOf(document, blockName);
  if (block === undefined || !Object.hasOwn(block.parameters, from)) return [];
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
  const rename = (value: JsonValue) => mapExpressions(value, (text) => renameInText(text, from, to));
  for (const [name, value] of Object.entries(node.params)) {
    const renamed = rename(value);
    if (renamed !== value) edits.push({ op: "set_param", block, id: node.id, name, value: renamed });
  }
  const repeat = rename(node.repeat);
  if (repeat !== node.repeat) edits.push({ op: "set_node", block, id: node.id, repeat: repeat as string });
  return edits;
}

/** Nodes that use the block give the parameter by its name. */
function renameAtUsers(document: Document, blockName: string, from: string, to: string): Edit[] {
  if (blockName === NETWORK) return [];
  return usesOf(document, blockName)
    .filter(({ node }) => Object.hasOwn(node.params, from))
    .flatMap(({ block, node }): Edit[] => [
      { op: "set_param", block, id: node.id, name: from, value: null },
      { op: "set_param", block, id: node.id, name: to, value: node.params[from] ?? null },
    ]);
}
