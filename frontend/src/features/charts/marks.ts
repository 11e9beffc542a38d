/** Where the words of marks stand on a chart. No React here. */

/** A vertical line at a step: where a resumed attempt went on. */
export interface Mark {
  step: number;
  label: string;
}

/** Words of marks that lie close together stand below one another, in so many rows. */
export const MARK_ROWS = 4;
export const MARK_ROW_PX = 13;

export interface PlacedMark {
  label: string;
  /** Of the line. */
  x: number;
  /** Of the words' near end, left of which they end or right of which they begin. */
  textX: number;
  side: "left" | "right";
  /** From the top; null where there is no room for the words, which are told at the pointer alone. */
  row: number | null;
}

export interface MarkFrame {
  left: number;
  right: number;
  /** Between a line and its words, and between words of one row. */
  gap: number;
  numRows: number;
}

/** Marks that lie close together have their words below one another. `width` is that of the words, in the unit of `x`. */
export function placeMarks(
  marks: readonly { label: string; x: number; width: number }[],
  { left, right, gap, numRows }: MarkFrame,
): PlacedMark[] {
  const taken: (readonly [number, number])[][] = Array.from({ length: numRows }, () => []);
  return marks
    .filter(({ x }) => x >= left && x <= right)
    .sort((a, b) => a.x - b.x)
    .map(({ label, x, width }) => {
      const isRight = x + gap + width <= right || x - gap - width < left;
      const [from, to] = isRight ? [x + gap, x + gap + width] : [x - gap - width, x - gap];
      const row = taken.findIndex((words) => words.every(([start, end]) => to + gap < start || from - gap > end));
      taken[row]?.push([from, to]);
      const side = isRight ? "right" : "left";
      return { label, x, textX: isRight ? from : to, side, row: row === -1 ? null : row };
    });
}

/** Where a step lies on a chart's axis; null where its axis does not count steps. */
export function markPlace(step: number, axis: string, stepsPerEpoch: number | null): number | null {
  if (axis === "step") return step;
  return axis === "epoch" && stepsPerEpoch !== null ? step / stepsPerEpoch : null;
}
