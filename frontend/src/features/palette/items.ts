import { BLOCK_PREFIX, type Catalogue, type Document } from "@/document";
import { fuzzyScore } from "./fuzzy";

/** One thing that can be put on the canvas. */
export interface PaletteItem {
  /** What a new node's type is. */
  type: string;
  name: string;
  family: string;
  /** The family's name in the page's language. */
  familyName: string;
  /** A sentence; empty for blocks of the document, which have none. */
  summary: string;
  /** The rule of shapes in the legend's letters. */
  shape: string;
}

export interface PaletteGroup {
  family: string;
  items: PaletteItem[];
}

/** The catalogue and the document's own blocks, by family in the catalogue's order. */
export function paletteItems(
  catalogue: Catalogue,
  blocks: Document["blocks"],
  nameOf: (family: string) => string,
): PaletteItem[] {
  const layers = [...catalogue.values()].map((layer): PaletteItem => {
    const { summary, shape } = layer.documentation;
    const { type, family } = layer;
    return { type, name: type, family, familyName: nameOf(family), summary, shape };
  });
  const own = Object.keys(blocks).map((name): PaletteItem => {
    return { type: BLOCK_PREFIX + name, name, family: "block", familyName: nameOf("block"), summary: "", shape: "" };
  });
  return [...layers, ...own];
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
  if ([item.family, item.familyName].some((name) => name.toLowerCase().startsWith(words))) return 1000;
  // Two letters stand in nearly every sentence; a Chinese character is half a word.
  const isWord = words.length >= 3 || /\p{Script=Han}/u.test(words);
  return isWord && item.summary.toLowerCase().includes(words) ? 0 : null;
}
