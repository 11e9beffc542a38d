import type { LibraryBlockSummary } from "@/api";
import { BLOCK_PREFIX, type Catalogue, type Document } from "@/document";
import { fuzzyScore } from "./fuzzy";

/** One thing that can be put on the canvas. */
export interface PaletteItem {
  /** What a new node's type is. */
  type: string;
  name: string;
  family: string;
  /** A sentence; empty for blocks of the document, which have none, and for blocks that nobody described. */
  summary: string;
  /** The library's id of a block that is not in the document yet. */
  libraryId?: string;
  /** The rule of shapes in the legend's letters. */
  shape: string;
}

export interface PaletteGroup {
  family: string;
  items: PaletteItem[];
}

/** The group of the library's blocks. */
export const LIBRARY = "library";

/** The catalogue, the document's own blocks and the library's, by family in the catalogue's order. */
export function paletteItems(
  catalogue: Catalogue,
  blocks: Document["blocks"],
  library: readonly LibraryBlockSummary[] = [],
): PaletteItem[] {
  const layers = [...catalogue.values()].map((layer): PaletteItem => {
    const { summary, shape } = layer.documentation;
    return { type: layer.type, name: layer.type, family: layer.family, summary, shape };
  });
  const own = Object.keys(blocks).map((name): PaletteItem => {
    return { type: BLOCK_PREFIX + name, name, family: "block", summary: "", shape: "" };
  });
  const kept = library.map(({ id, name, description }): PaletteItem => {
    return { type: `library:${id}`, name, family: LIBRARY, summary: description, shape: "", libraryId: id };
  });
  return [...layers, ...own, ...kept];
}

/** All items where nothing is asked; else those that fit, best first within their families, best family first. */
export function searchPalette(items: readonly PaletteItem[], query: string): PaletteGroup[] {
  const scored = items.flatMap((item) => {
    const score = scoreOf(item, query);
    return score === null ? [] : [{ item, score }];
  });
  if (query.trim() !== "") scored.sort((a, b) => b.score - a.score);
  const groups = new Map<string, PaletteItem[]>();
  for (const { item } of scored) {
    const group = groups.get(item.family);
    if (group) group.push(item);
    else groups.set(item.family, [item]);
  }
  return [...groups].map(([family, found]) => ({ family, items: found }));
}

/** A name counts before a family, and a family before a word of the description. */
function scoreOf(item: PaletteItem, query: string): number | null {
  const byName = fuzzyScore(query, item.name);
  if (byName !== null) return byName + 2000;
  const words = query.trim().toLowerCase();
  if (item.family.toLowerCase().startsWith(words)) return 1000;
  return words.length >= 3 && item.summary.toLowerCase().includes(words) ? 0 : null;
}
