import type { Outline } from "@/api";
import {
  type Block,
  type BlockChange,
  blockNameOf,
  blockOf,
  type Catalogue,
  type Change,
  completePositions,
  type Document,
  equalEdges,
} from "@/document";
import type { Marks } from "@/features/outline";

export interface Drawing {
  outline: Outline;
  marks: Marks;
}

/** Both states of a block in one picture: what is there now, and what is gone where it was. */
export function drawChange(before: Document, after: Document, change: BlockChange, catalogue: Catalogue): Drawing {
  const name = change.block;
  const places = { ...placesIn(before, name, catalogue), ...placesIn(after, name, catalogue) };
  const now = blockOf(after, name);
  const gone = change.nodes.filter((node) => node.change === "removed" || now === undefined);
  const nodes = [...(now?.nodes ?? []), ...gone];
  const numbers = new Map(nodes.map(({ id }, number) => [id, number]));
  const removed = change.edges.filter((one) => one.change === "removed").map(({ edge }) => edge);
  const edges = [...(now?.edges ?? []), ...removed].flatMap((edge) => {
    const [source, target] = [numbers.get(edge.source), numbers.get(edge.target)];
    return source === undefined || target === undefined ? [] : [{ edge, ends: [source, target] as [number, number] }];
  });
  const edgeMarks = new Map<number, Change>();
  edges.forEach(({ edge }, place) => {
    const found = change.edges.find((one) => equalEdges(one.edge, edge));
    if (found) edgeMarks.set(place, found.change);
  });
  return {
    outline: {
      nodes: nodes.map(({ id, type }) => {
        const [x, y] = places[id] ?? [0, 0];
        return { x, y, family: familyOf(type, catalogue), label: id };
      }),
      edges: edges.map(({ ends }) => ends),
    },
    marks: { nodes: new Map(change.nodes.map((node) => [node.id, node.change])), edges: edgeMarks },
  };
}

function placesIn(document: Document, name: string, catalogue: Catalogue) {
  const block: Block | undefined = blockOf(document, name);
  return block ? completePositions({ document, block, catalogue }, document.view[name] ?? {}) : {};
}

function familyOf(type: string, catalogue: Catalogue): string {
  return blockNameOf(type) === null ? (catalogue.get(type)?.family ?? "unknown") : "block";
}
