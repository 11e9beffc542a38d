/** The marks of a uPlot chart: its lines with their words, and what stands at the pointer. */

import type uPlot from "uplot";
import { MARK_ROW_PX, MARK_ROWS, type Mark, markPlace, placeMarks } from "./marks";

interface Marked {
  marks: readonly Mark[];
  stepsPerEpoch: number | null;
  view: { axis: string };
}

const NEAR_PX = 6;

export function drawMarks(
  plot: uPlot,
  { marks, stepsPerEpoch, view }: Marked,
  { stroke, text, ground, font }: { stroke: string; text: string; ground: string; font: string },
): void {
  if (marks.length === 0) return;
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.fillStyle = text;
  ctx.font = font.replace(/^\d+px/, `${11 * scale}px`);
  ctx.textBaseline = "top";
  ctx.setLineDash([4 * scale, 4 * scale]);
  const drawn = marks.flatMap(({ step, label }) => {
    const place = markPlace(step, view.axis, stepsPerEpoch);
    if (place === null) return [];
    return [{ label, x: plot.valToPos(place, "x", true), width: ctx.measureText(label).width }];
  });
  const frame = { left: bbox.left, right: bbox.left + bbox.width, gap: 4 * scale, numRows: MARK_ROWS };
  const placed = placeMarks(drawn, frame);
  ctx.beginPath();
  for (const { x } of placed) {
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  // Words stand on the ground's colour, so that lines and curves do not run through their letters.
  ctx.setLineDash([]);
  ctx.lineJoin = "round";
  ctx.lineWidth = 3 * scale;
  ctx.strokeStyle = ground;
  for (const { label, textX, side, row } of placed) {
    if (row === null) continue;
    ctx.textAlign = side === "right" ? "left" : "right";
    const y = bbox.top + (2 + row * MARK_ROW_PX) * scale;
    ctx.strokeText(label, textX, y);
    ctx.fillText(label, textX, y);
  }
  ctx.restore();
}

/** The words of the marks some pixels from the pointer. */
export function marksAtPointer(plot: uPlot, { marks, stepsPerEpoch, view }: Marked): string[] {
  const { left } = plot.cursor;
  if (left === undefined || left < 0) return [];
  const isNear = ({ step }: Mark) => {
    const place = markPlace(step, view.axis, stepsPerEpoch);
    return place !== null && Math.abs(plot.valToPos(place, "x") - left) <= NEAR_PX;
  };
  return marks.filter(isNear).map(({ label }) => label);
}
