/** Marks on the curves of a run. No React here. */

import type { Mark } from "@/features/charts";

/** Of several marks at one step one that says all, as their words would lie upon one another. */
export function joinMarks(marks: readonly Mark[]): Mark[] {
  const labels = new Map<number, string[]>();
  for (const { step, label } of marks) labels.set(step, [...(labels.get(step) ?? []), label]);
  return [...labels].map(([step, said]) => ({ step, label: said.join(", ") }));
}
