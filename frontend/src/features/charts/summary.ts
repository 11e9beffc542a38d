/** A chart in words and in rows, for whoever cannot or does not want to see the picture. */

import { type Cell, type XAxis, xAt } from "./frame";
import type { MetricBuffer } from "./metricBuffer";

export interface SeriesSummary {
  name: string;
  points: number;
  last: { x: number; value: number };
  lowest: { x: number; value: number } | null;
  highest: { x: number; value: number } | null;
}

/** Last, lowest and highest value of a series; null where it has no point. */
export function summarise(buffer: MetricBuffer, axis: XAxis, stepsPerEpoch: number | null): SeriesSummary | null {
  if (buffer.length === 0) return null;
  const point = (index: number) => ({
    x: xAt(buffer, index, axis, stepsPerEpoch),
    value: buffer.values[index] as number,
  });
  const { lowest, highest } = buffer.extremes();
  return {
    name: buffer.name,
    points: buffer.points,
    last: point(buffer.length - 1),
    lowest: lowest < 0 ? null : point(lowest),
    highest: highest < 0 ? null : point(highest),
  };
}

/**
 * The value of a column nearest to row `index`, looking both ways past rows that belong to other series only.
 * A gap is an answer too (null); undefined: the column has no point at all.
 */
export function nearestCell(
  column: readonly Cell[],
  x: readonly number[],
  index: number,
): { row: number; value: Cell } {
  // Where a line is broken between epochs, the point behind the break stands at the same place: that is the answer.
  const atRow = (row: number) => {
    const isBreak = column[row] === null && x[row + 1] === x[row] && typeof column[row + 1] === "number";
    return { row: isBreak ? row + 1 : row, value: column[isBreak ? row + 1 : row] };
  };
  if (column[index] !== undefined) return atRow(index);
  let before = index - 1;
  while (before >= 0 && column[before] === undefined) before -= 1;
  let after = index + 1;
  while (after < column.length && column[after] === undefined) after += 1;
  const hasBefore = before >= 0;
  const hasAfter = after < column.length;
  if (!hasBefore && !hasAfter) return { row: -1, value: undefined };
  const here = x[index] as number;
  const isBefore = hasBefore && (!hasAfter || here - (x[before] as number) <= (x[after] as number) - here);
  return atRow(isBefore ? before : after);
}
