/** Two states of a network in one drawing: what is there now, and what is gone where it was. */
import { blocksWithin } from "./blocks/uses";
import type { Catalogue } from "./catalogue";
import type { BlockChange } from "./diff";
import { marksOf, NO_MARKS } from "./marks";
import { completePositions, dropToClear, type Positions } from "./placement";
import { type Block, blockNameOf, blockOf, type Document, NETWORK, type Node } from "./types";

/**
 * `after` with the nodes, wires and blocks of `before` that it has no more. Nothing is folded in it and no card has a colour
 * of its own: what differs is to be seen. It is a picture, and no network that could be trained.
 */
export function mergeDocuments(
  before: Document,
  after: Document,
  changes: readonly BlockChange[],
  catalogue: Catalogue,
): Document {
  const byBlock = new Map(changes.map((change) => [change.block, change]));
  const names = [...new Set([NETWORK, ...Object.keys(after.blocks), ...Object.keys(before.blocks)])];
  const merged = new Map(names.map((name) => [name, mergeBlock(before, after, name, byBlock.get(name))]));
  const network = merged.get(NETWORK) ?? after.network;
  const blocks = Object.fromEntries([...merged].filter(([name]) => name !== NETWORK));
  const bare: Document = { ...after, network, blocks, view: {}, marks: {}, training: null };
  const view = names.map((name) => [name, placesOf(before, after, bare, name, catalogue)]);
  const marks = names.map((name) => {
    const { frames, notes, ways } = marksOf(after, name);
    return [name, { ...NO_MARKS, frames, notes, ways }];
  });
  return { ...bare, view: Object.fromEntries(view), marks: Object.fromEntries(marks) };
}

function mergeBlock(before: Document, after: Document, name: string, change: BlockChange | undefined): Block {
  const [old, now] = [blockOf(before, name), blockOf(after, name)];
  const base = now ?? old;
  if (!base) throw new Error(`Neither of the documents has a block ${name}.`);
  if (!now || !old || !change) return base;
  const gone = new Set(change.nodes.filter((node) => node.change === "removed").map(({ id }) => id));
  const lost = change.edges.filter((edge) => edge.change === "removed").map(({ edge }) => edge);
  return {
    ...now,
    nodes: [...now.nodes, ...old.nodes.filter(({ id }) => gone.has(id))],
    edges: [...now.edges, ...lost],
  };
}

/** What is there now stands where it stands; what is gone where it stood, further down where something stands there now. */
function placesOf(before: Document, after: Document, merged: Document, name: string, catalogue: Catalogue): Positions {
  const now = placesIn(after, name, catalogue);
  const places = { ...placesIn(before, name, catalogue), ...now };
  const block = blockOf(merged, name);
  const gone = Object.keys(places).filter((id) => !Object.hasOwn(now, id));
  if (!block || gone.length === 0) return places;
  const drop = dropToClear({ document: merged, block, catalogue }, places, gone);
  for (const id of gone) {
    const [x, y] = places[id] ?? [0, 0];
    places[id] = [x, y + drop];
  }
  return places;
}

function placesIn(document: Document, name: string, catalogue: Catalogue): Positions {
  const block = blockOf(document, name);
  if (!block) return {};
  const ids = new Set(block.nodes.map(({ id }) => id));
  const places = completePositions({ document, block, catalogue }, document.view[name] ?? {});
  return Object.fromEntries(Object.entries(places).filter(([id]) => ids.has(id)));
}

/** Whether something differs inside the block that a node uses, however deep. */
export function differsWithin(node: Node, merged: Document, changes: readonly BlockChange[]): boolean {
  const name = blockNameOf(node.type);
  if (name === null) return false;
  const within = blocksWithin(merged, [name]);
  return changes.some(({ block }) => within.has(block));
}
