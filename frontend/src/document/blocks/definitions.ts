/** Block definitions as a whole: renamed, copied, taken away; and bringing others' blocks into a document. */

import { applyEdits } from "../edits";
import type { Positions } from "../placement";
import {
  BLOCK_PREFIX,
  type Block,
  blockNameOf,
  blockOf,
  type Document,
  type Edit,
  type Label,
  NETWORK,
} from "../types";
import { freeBlockName } from "./group";
import { blocksWithin, recursionProblem, usesOf } from "./uses";

/** Why `name` cannot name a block, or null. `own` is the name that it has now. */
export function blockNameProblem(document: Document, name: string, own: string | null = null): Label | null {
  if (name === "") return { key: "blockName.empty" };
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return { key: "blockName.illegal", values: { name } };
  if (name === own) return null;
  if (name === NETWORK || Object.hasOwn(document.blocks, name)) return { key: "blockName.taken", values: { name } };
  return null;
}

/** The edits that define a block with the places of its nodes. */
export function defineBlock(name: string, definition: Block, view: Positions): Edit[] {
  const ids = new Set(definition.nodes.map(({ id }) => id));
  const moves = Object.entries(view)
    .filter(([id]) => ids.has(id))
    .map(([id, position]): Edit => ({ op: "move_node", block: name, id, position }));
  return [{ op: "set_block", name, definition }, ...moves];
}

/** The edits that give a block another name wherever it is used. */
export function renameBlockEdits(document: Document, name: string, newName: string): Edit[] {
  const block = blockOf(document, name);
  if (!block || name === newName) return [];
  return [
    ...defineBlock(newName, block, document.view[name] ?? {}),
    ...usesOf(document, name)
      // What stands within the block itself (which the check refuses) goes with its definition.
      .filter((use) => use.block !== name)
      .map((use): Edit => ({ op: "set_node", block: use.block, id: use.node.id, type: BLOCK_PREFIX + newName })),
    { op: "set_block", name, definition: null },
  ];
}

/** The edits that define a copy of a block, and the copy's name. */
export function duplicateBlockEdits(document: Document, name: string): { edits: Edit[]; name: string } {
  const block = blockOf(document, name);
  const copy = freeBlockName(name, Object.keys(document.blocks));
  return { edits: block ? defineBlock(copy, block, document.view[name] ?? {}) : [], name: copy };
}

/** The edits that give the node `id` of block `at` a definition of its own, and that definition's name. */
export function makeUniqueEdits(document: Document, at: string, id: string): { edits: Edit[]; name: string } {
  const node = blockOf(document, at)?.nodes.find((candidate) => candidate.id === id);
  const used = node ? blockNameOf(node.type) : null;
  if (used === null) return { edits: [], name: "" };
  const { edits, name } = duplicateBlockEdits(document, used);
  return { edits: [...edits, { op: "set_node", block: at, id, type: BLOCK_PREFIX + name }], name };
}

/** Blocks that travel together: in a clip, from the library. */
export interface BlockSet {
  blocks: { [name: string]: Block };
  view: { [name: string]: Positions };
}

/** The blocks `names` of a document with all that they use, and the places of what is in them. */
export function blockSet(document: Document, names: Iterable<string>): BlockSet {
  const all = blocksWithin(document, names);
  const used = Object.entries(document.blocks).filter(([name]) => all.has(name));
  const placed = used.flatMap(([name]) => (document.view[name] ? [[name, document.view[name]] as const] : []));
  return { blocks: Object.fromEntries(used), view: Object.fromEntries(placed) };
}

export interface Merged {
  edits: Edit[];
  /** The type that a node has here. */
  rename: (type: string) => string;
}

/**
 * The edits that bring `set` into a document. A block that is there already, with everything in it, is that one; one that
 * is another block of the same name gets a free name.
 */
export function mergeBlocks(document: Document, set: BlockSet): Merged {
  const numbers = new Map<string, string>();
  const here = new Shapes(document.blocks, numbers);
  const there = new Shapes(set.blocks, numbers);
  const taken = new Set(Object.keys(document.blocks));
  const names = new Map<string, string>();
  const added: string[] = [];
  for (const name of Object.keys(set.blocks)) {
    const same = sameNamed(Object.keys(document.blocks), name).find((other) => here.of(other) === there.of(name));
    const target = same ?? freeBlockName(name, taken);
    names.set(name, target);
    taken.add(target);
    if (same === undefined) added.push(name);
  }
  const rename = (type: string): string => {
    const target = names.get(blockNameOf(type) ?? "");
    return target === undefined ? type : BLOCK_PREFIX + target;
  };
  const edits = added.flatMap((name): Edit[] => {
    const block = set.blocks[name];
    if (!block) return [];
    const nodes = block.nodes.map((node) => ({ ...node, type: rename(node.type) }));
    return defineBlock(names.get(name) ?? name, { ...block, nodes }, set.view[name] ?? {});
  });
  return { edits, rename };
}

/** Why a node of this type, with the blocks that it brings, cannot stand in the block `into`; null where it can. */
export function placingProblem(document: Document, into: string, type: string, bring?: BlockSet): Label | null {
  if (!bring) return recursionProblem(document, into, type);
  const { edits, rename } = mergeBlocks(document, bring);
  return recursionProblem(applyEdits(document, edits), into, rename(type));
}

/** The bundle of a block as the library keeps it: the block, under the name `as`, with all that it uses. */
export function bundleOf(document: Document, name: string, as: string): BlockSet & { name: string } {
  const { blocks, view } = blockSet(document, [name]);
  const rename = <T>(entries: { [key: string]: T }) =>
    Object.fromEntries(Object.entries(entries).map(([key, value]) => [key === name ? as : key, value]));
  return { name: as, blocks: rename(blocks), view: rename(view) };
}

/** The blocks among `names` that are called `name`, or so with a number: where an earlier copy may be. */
function sameNamed(names: readonly string[], name: string): string[] {
  const stem = name.replace(/\d+$/, "");
  return names.filter((other) => other === name || other.replace(/\d+$/, "") === stem);
}

/** What blocks are, names of blocks aside: two are the same where everything in them is. */
class Shapes {
  private readonly known = new Map<string, string>();

  /** `numbers` gives equal shapes one short name: shapes within shapes would grow with every level. */
  constructor(
    private readonly blocks: { [name: string]: Block },
    private readonly numbers: Map<string, string>,
  ) {}

  of(name: string): string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const block = this.blocks[name];
    if (!block) return name;
    // A block within itself (which the check refuses) is the same only under the same name.
    this.known.set(name, name);
    const nodes = block.nodes.map((node) => {
      const inner = blockNameOf(node.type);
      const type = inner === null ? node.type : { block: Object.hasOwn(this.blocks, inner) ? this.of(inner) : inner };
      return { ...node, type };
    });
    const written = sortedJson({ ...block, nodes });
    const shape = this.numbers.get(written) ?? `#${this.numbers.size}`;
    this.numbers.set(written, shape);
    this.known.set(name, shape);
    return shape;
  }
}

/** JSON with the keys of objects in one order: settings are told apart by name, not by place. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) =>
    typeof held === "object" && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );
}
