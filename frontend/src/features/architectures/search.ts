/** Which cards the gallery shows. No React here. */
import type { ArchitectureSummary } from "@/api";

/** All that a person may type to find a network: its names and sentences in every language, paper, year, task, and `titles`. */
function haystack(one: ArchitectureSummary, titles: string): string {
  const { paper } = one;
  const texts = [
    ...Object.values(one.name),
    ...Object.values(one.summary),
    paper.citation,
    String(paper.year),
    one.task,
  ];
  return [one.id, titles, ...texts].join("\n").toLowerCase();
}

/** Letters and digits alone: `resnet152` finds ResNet-152. */
function bare(text: string): string {
  return text.replace(/[\s_-]/g, "");
}

/** The networks that hold every word; `titlesOf` gives the family's and chapter's titles as the page writes them. */
export function findArchitectures(
  all: readonly ArchitectureSummary[],
  words: string,
  titlesOf: (one: ArchitectureSummary) => string,
): ArchitectureSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...all];
  return all.filter((one) => {
    const text = haystack(one, titlesOf(one));
    const joined = bare(text);
    return wanted.every((word) => text.includes(word) || (bare(word) !== "" && joined.includes(bare(word))));
  });
}

/** Families in the order in which they come, each with its networks. */
export function groupByFamily(all: readonly ArchitectureSummary[]): Map<string, ArchitectureSummary[]> {
  const groups = new Map<string, ArchitectureSummary[]>();
  for (const one of all) groups.set(one.family, [...(groups.get(one.family) ?? []), one]);
  return groups;
}
