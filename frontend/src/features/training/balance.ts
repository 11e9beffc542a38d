/** Class weights out of the counts of the classes. Which setting of a loss takes them, its schema says. No React. */

import type { OptionRead } from "@/api";

/** `classes`: a factor for each class; `second`: one factor, for the second of two, or for each label on those that have it. */
type Kind = "classes" | "second";

export function balanceParam(option: OptionRead | undefined): { name: string; kind: Kind } | null {
  const properties = (option?.params_schema.properties ?? {}) as Record<string, { balance?: Kind }>;
  for (const [name, { balance }] of Object.entries(properties)) {
    if (balance !== undefined) return { name, kind: balance };
  }
  return null;
}

const DIGITS = 4;
const round = (value: number) => Number(value.toPrecision(DIGITS));

/**
 * Factors under which all classes count the same in sum: `all / (classes * count)`, as scikit-learn's "balanced". Null where a
 * class never occurs, or where one factor is asked for and there are not two classes.
 */
export function balanceOf(kind: Kind, counts: readonly number[]): number[] | null {
  if (counts.length < 2 || counts.some((count) => count === 0)) return null;
  const all = counts.reduce((total, count) => total + count, 0);
  if (kind === "classes") return counts.map((count) => round(all / (counts.length * count)));
  const [first = 1, second = 1] = counts;
  return counts.length === 2 ? [round(first / second)] : null;
}

/** Of several labels: how many samples lack each, by how many have it. Null where a label is never or always there. */
export function balanceOfLabels(numSamples: number, counts: readonly number[]): number[] | null {
  if (counts.some((count) => count === 0 || count >= numSamples)) return null;
  return counts.map((count) => round((numSamples - count) / count));
}
