/** Lists of steps as a person edits them. No React here. */

import type { Choice } from "@/api";

export type ListName = "preprocess" | "augment";

/** The step at `from` moved so that it stands at `to`. */
export function moveStep(steps: readonly Choice[], from: number, to: number): Choice[] {
  const step = steps[from];
  if (step === undefined || to < 0 || to >= steps.length) return [...steps];
  const others = steps.filter((_, place) => place !== from);
  return [...others.slice(0, to), step, ...others.slice(to)];
}

export function removeStep(steps: readonly Choice[], at: number): Choice[] {
  return steps.filter((_, place) => place !== at);
}

/** What of a step's settings was set, in one line: `padding 4, fill 0.5`. */
export function describeParams({ params }: Choice): string {
  return Object.entries(params ?? {})
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" x ") : String(value)}`)
    .join(", ");
}

/** Where a step that is dragged to height `y` belongs, given the middles of all steps from top to bottom. */
export function placeAt(y: number, middles: readonly number[]): number {
  const place = middles.filter((middle) => middle < y).length;
  return Math.min(place, middles.length - 1);
}
