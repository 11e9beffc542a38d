/** Reading of answers class by class; no React. */

import type { ClassesEvent } from "./runSession";

/** Whether a value is better than the naive one; null where the metric has no direction. */
export function isBetter(value: number, naive: number, mode: "min" | "max" | null): boolean | null {
  if (mode === null || !Number.isFinite(value) || !Number.isFinite(naive)) return null;
  return mode === "max" ? value > naive : value < naive;
}

export type Which = "best" | "last";

/** The table of the best epoch so far, or of the newest there is. */
export function chooseTable(tables: readonly ClassesEvent[], which: Which): ClassesEvent | undefined {
  return which === "best" ? tables.findLast((table) => table.is_best) : tables.at(-1);
}

/** The share of each count in its row: of the samples of a class, how many were answered with another. */
export function rowShares(confusion: readonly (readonly number[])[]): number[][] {
  return confusion.map((row) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}

export interface Mistake {
  target: number;
  answer: number;
  count: number;
}

/** The most frequent mix-up; null where nothing was mistaken. */
export function worstMistake(confusion: readonly (readonly number[])[]): Mistake | null {
  let worst: Mistake | null = null;
  confusion.forEach((row, target) => {
    row.forEach((count, answer) => {
      if (target !== answer && count > (worst?.count ?? 0)) worst = { target, answer, count };
    });
  });
  return worst;
}
