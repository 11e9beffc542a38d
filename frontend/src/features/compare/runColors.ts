import { hueOf } from "@/features/charts";
import { keep, readKeptJson } from "@/ui";

/** A colour for each run, the same wherever it is compared: kept in this browser from the first time on. */

const KEY = "netwright-run-colors";
const MAX_KEPT = 500;
/** Eight colours, then the same with dashes. */
const NUM_LOOKS = 16;

/** Colours (from 1) for these runs: those they had, and for new ones those that are used least among them. */
export function assignColors(ids: readonly string[], known: Readonly<Record<string, number>>): Record<string, number> {
  const colors: Record<string, number> = {};
  const uses = new Array<number>(NUM_LOOKS).fill(0);
  for (const id of ids) {
    const color = known[id];
    if (color === undefined) continue;
    colors[id] = color;
    uses[color - 1] = (uses[color - 1] ?? 0) + 1;
  }
  for (const id of ids) {
    if (colors[id] !== undefined) continue;
    const free = uses.indexOf(Math.min(...uses));
    uses[free] = (uses[free] as number) + 1;
    colors[id] = free + 1;
  }
  return colors;
}

function read(): Record<string, number> {
  const kept = readKeptJson(KEY);
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter(([, color]) => Number.isInteger(color) && color >= 1 && color <= NUM_LOOKS),
  );
}

export function colorsOf(ids: readonly string[]): Record<string, number> {
  const known = read();
  const colors = assignColors(ids, known);
  const { ...rest } = known;
  for (const id of ids) delete rest[id];
  const kept = Object.entries({ ...rest, ...colors }).slice(-MAX_KEPT);
  keep(KEY, JSON.stringify(Object.fromEntries(kept)));
  return ids.length > NUM_LOOKS ? withoutDashes(colors) : colors;
}

/** More runs than looks cannot be told apart by dashes either, which take most of the time of drawing many curves. */
export function withoutDashes(colors: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(colors).map(([id, color]) => [id, hueOf(color)]));
}
