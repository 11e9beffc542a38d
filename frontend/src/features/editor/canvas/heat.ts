/** Cards that are coloured by what they cost. */
import { formatBytes, formatCount, formatMacs, formatMilliseconds } from "@/ui";
import type { Heat } from "../canvasStore";
import type { CardData, LevelView } from "./flow";

const HEAT_WORDS = {
  parameters: formatCount,
  macs: formatMacs,
  activation_bytes: formatBytes,
  time: formatMilliseconds,
};

/** The colour of a card that shows what it costs: the more, the stronger. */
export function heatColor(part: number): string {
  return `color-mix(in srgb, var(--nw-series-2) ${part * 5}%, var(--nw-surface))`;
}

/** Steps of ten: a card is drawn anew only when its colour would be another. */
export function createHeat(view: LevelView, prefix: string): (node: string) => CardData["heat"] {
  const { heat } = view;
  if (heat === null || (heat === "time" && view.times === null)) return () => null;
  const costAt = (id: string) => costOf(view, prefix + id, heat);
  const most = Math.max(...view.block.nodes.map(({ id }) => costAt(id) ?? 0)) || 1;
  return (id) => {
    const value = costAt(id);
    if (value === null) return { part: 0, words: "" };
    // By the root: beside one great layer the small ones still differ.
    const part = value === 0 ? 0 : Math.max(1, Math.round(10 * Math.sqrt(value / most)));
    return { part, words: HEAT_WORDS[heat](value) };
  };
}

/** Null for a time that nobody has measured. */
function costOf(view: LevelView, path: string, heat: Heat): number | null {
  if (heat !== "time") return view.report?.nodes[path]?.[heat] ?? 0;
  const time = view.times?.nodes[path];
  return time === undefined ? null : time.forward_ms + time.backward_ms;
}
