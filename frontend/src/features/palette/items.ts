import type { LibraryBlockSummary } from "@/api";
import { BLOCK_PREFIX, type Catalogue, type Document } from "@/document";
import { createRecent, fuzzyScore } from "@/ui";

/** One thing that can be put on the canvas. */
export interface PaletteItem {
  /** What a new node's type is. */
  type: string;
  name: string;
  family: string;
  /** The family's name in the page's language. */
  familyName: string;
  /** Other names to find it by, in small letters. */
  aliases: readonly string[];
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
  nameOf: (family: string) => string,
  library: readonly LibraryBlockSummary[] = [],
): PaletteItem[] {
  const layers = [...catalogue.values()].map((layer): PaletteItem => {
    const { type, family, aliases } = layer;
    const { summary, shape } = layer.documentation;
    return { type, name: type, family, familyName: nameOf(family), aliases, summary, shape };
  });
  const own = Object.keys(blocks).map((name): PaletteItem => {
    const type = BLOCK_PREFIX + name;
    return { type, name, family: "block", familyName: nameOf("block"), aliases: [], summary: "", shape: "" };
  });
  const kept = library.map(({ id, name, description }): PaletteItem => {
    return {
      type: `library:${id}`,
      name,
      family: LIBRARY,
      familyName: nameOf(LIBRARY),
      aliases: [],
      summary: description,
      shape: "",
      libraryId: id,
    };
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

/** The groups of the first `count` items. */
export function beginningOf(groups: readonly PaletteGroup[], count: number): PaletteGroup[] {
  const beginning: PaletteGroup[] = [];
  let room = count;
  for (const { family, items } of groups) {
    if (room <= 0) break;
    beginning.push({ family, items: items.slice(0, room) });
    room -= items.length;
  }
  return beginning;
}

/** The types that were added last. */
export const recentItems = createRecent("netwright-recent-layers", 8);

/** What was added before comes before what fits as well. */
const RECENT = 15;

/** All items in one row, the best first: those that were added last where nothing is asked, and between equals. */
export function rankPalette(items: readonly PaletteItem[], query: string, recent: readonly string[]): PaletteItem[] {
  const asked = query.trim() !== "";
  const scored = items.flatMap((item, order) => {
    const score = scoreOf(item, query);
    if (score === null) return [];
    const at = recent.indexOf(item.type);
    const bonus = at < 0 ? 0 : asked ? RECENT - at / recent.length : recent.length - at;
    return [{ item, order, score: score + bonus }];
  });
  return scored.sort((a, b) => b.score - a.score || a.order - b.order).map(({ item }) => item);
}

/** Kinds of matches, better ones higher; a finer score within a kind is less than the step between two. */
const KIND = { name: 10_000, alias: 8000, letters: 6000, family: 4000, words: 2000, scattered: 0 } as const;

/** A whole other name beats a name that holds what is asked somewhere (`swish` is SiLU before Hardswish), not at its start. */
const AS_GOOD_AS_A_NAME = 970;

/**
 * A name that holds what is asked counts before another name for the same thing, then come the first letters of a name's parts
 * (`bn2`), a family, the words of all that is said of it in any order, and last letters scattered over a name.
 */
function scoreOf(item: PaletteItem, query: string): number | null {
  const asked = query.trim().toLowerCase();
  if (asked === "") return 0;
  const byLetters = fuzzyScore(query, item.name);
  if (item.aliases.includes(asked)) return KIND.name + AS_GOOD_AS_A_NAME;
  if (item.name.toLowerCase().includes(asked.replace(/\s+/g, ""))) return KIND.name + (byLetters ?? 0);
  const byAlias = Math.max(...item.aliases.map((alias) => aliasScore(asked, alias)));
  if (byAlias > 0) return KIND.alias + byAlias;
  if (byLetters !== null && byLetters > 0) return KIND.letters + byLetters;
  if ([item.family, item.familyName].some((name) => name.toLowerCase().startsWith(asked))) return KIND.family;
  if (holdsWords(item, asked)) return KIND.words;
  return byLetters === null ? null : KIND.scattered + byLetters;
}

/** 0 where the other name does not hold what is asked; the more of it is asked, the more it counts. */
function aliasScore(asked: string, alias: string): number {
  const at = alias.indexOf(asked);
  const beginsWord = at === 0 || (at > 0 && !/[a-z0-9]/.test(alias[at - 1] ?? ""));
  return beginsWord ? 1000 - at * 10 - (alias.length - asked.length) : 0;
}

const SHORTEST = 3;
const HAN = /\p{Script=Han}/u;

/**
 * Whether every word that is asked begins a word of the item's names, family or description; very short ones say nothing. Chinese
 * has no spaces: there it may stand anywhere, and one letter is a word.
 */
function holdsWords(item: PaletteItem, asked: string): boolean {
  const words = asked.split(NO_LETTERS).filter((word) => word !== "");
  if (!words.some((word) => word.length >= SHORTEST || HAN.test(word))) return false;
  const names = item.name.replace(/([a-z0-9])([A-Z])/g, "$1 $2");
  const parts = [names, item.name, item.family, item.familyName, ...item.aliases, item.summary]
    .join(" ")
    .toLowerCase()
    .split(NO_LETTERS);
  return words.every((word) => parts.some((part) => (HAN.test(word) ? part.includes(word) : part.startsWith(word))));
}

const NO_LETTERS = /[^\p{L}\p{N}]+/u;
