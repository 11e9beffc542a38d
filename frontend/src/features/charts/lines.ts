/** How the lines of a chart look. */

import type uPlot from "uplot";
import type { Cell } from "./frame";

export const RAW_OPACITY = 0.28;
export const BAND_OPACITY = 0.16;
/** Up to this many points of a series get dots. */
const DOTS_UP_TO = 40;

const LINE_WIDTH = 1.5;
/**
 * Of many curves, or of one with a point at nearly every pixel: less ink on itself and on one another. Without a graphics card
 * a line of one pixel is drawn in a fifth of the time.
 */
const THIN_LINE_WIDTH = 1;

export const lineWidth = (isThin: boolean) => (isThin ? THIN_LINE_WIDTH : LINE_WIDTH);

export function buildSeries(stroke: string, hasDots: boolean): uPlot.Series {
  return {
    stroke,
    width: LINE_WIDTH,
    spanGaps: false,
    // A gap between neighbouring pixels would leave the edges of a steep line in sight.
    gaps: (_plot, _series, _from, _to, gaps) => gaps.map(([from, to]) => [from - 1, to + 1] as uPlot.Series.Gap),
    points: {
      show: (plot, index) => hasDots && countPoints(plot.data[index] as Cell[]) <= DOTS_UP_TO,
      size: 5,
      fill: stroke,
    },
  };
}

function countPoints(column: readonly Cell[]): number {
  let num = 0;
  for (const value of column) if (typeof value === "number") num += 1;
  return num;
}

/** `#rrggbb` with an opacity. */
export function withOpacity(color: string, opacity: number): string {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return `${color}${alpha}`;
}
