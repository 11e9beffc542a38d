/** The charts of a page as one picture: plain SVG 1.1 on white, as each of them is shown. No React here. */

import uPlot from "uplot";
import { buildLine, fullRange, type Line, type Range, toPositive, valueRange, type XAxis } from "./frame";
import { BAND_OPACITY, RAW_OPACITY } from "./lines";
import { MARK_ROW_PX, MARK_ROWS, markPlace, placeMarks } from "./marks";
import { CLOCK_INCREMENTS, NUM_COLORS } from "./plot";
import { type ShownChart, valuesOf } from "./shown";
import { formatTick, formatX, logTicks, roundTicks } from "./ticks";

export interface PictureOptions {
  axisTitle: (axis: XAxis) => string;
  /** Of a number of series, its stroke as a colour that stands in any file. */
  colorOf: (color: number) => string;
}

const WIDTH = 640;
const HEIGHT = 300;
const FRAME = { left: 72, right: 16, top: 34, bottom: 40 };
const RIGHT = WIDTH - FRAME.right;
const BOTTOM = HEIGHT - FRAME.bottom;
const LEGEND_LINE = 18;
/** As many letters of a legend as stand beside the title of a chart. */
const LETTERS_IN_HEAD = 40;
const HEAD_LETTER = 7;
const MARK_LETTER = 6.2;
const SWATCH = 22;

interface Look {
  label: string;
  color: number;
}

/** All charts below each other, each with its legend or, where that is long, with one for all. */
export function toSvg(charts: readonly ShownChart[], { axisTitle, colorOf }: PictureOptions): string {
  const looks = charts.map(looksOf);
  const isInHead = looks.every((own) => own.reduce((sum, { label }) => sum + label.length, 0) <= LETTERS_IN_HEAD);
  const shared = isInHead ? [] : unique(looks.flat());
  const height = charts.length * HEIGHT + (isInHead ? 0 : 26 + LEGEND_LINE * shared.length);
  const swatch = ({ color }: Look, x: number, y: number) =>
    `<line x1="${x}" y1="${y - 4}" x2="${x + SWATCH}" y2="${y - 4}" stroke="${colorOf(color)}" stroke-width="2"${dash(color)}/>`;
  const parts = charts.map((chart, index) => {
    const head = isInHead ? headLegend(looks[index] as readonly Look[], swatch) : [];
    const lines = [...drawChart(chart, `clip${index}`, axisTitle(chart.view.axis), colorOf), ...head];
    return [`<g transform="translate(0 ${index * HEIGHT})">`, ...lines, "</g>"].join("\n");
  });
  shared.forEach((look, index) => {
    const y = charts.length * HEIGHT + 20 + LEGEND_LINE * index;
    parts.push(swatch(look, FRAME.left, y), `<text x="${FRAME.left + 30}" y="${y}">${escapeXml(look.label)}</text>`);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function looksOf({ series }: ShownChart): Look[] {
  return series.filter((one) => one.edge === undefined).map(({ label, color }) => ({ label, color }));
}

function unique(looks: readonly Look[]): Look[] {
  return [...new Map(looks.map((look) => [`${look.color} ${look.label}`, look])).values()];
}

/** From the right end of the chart's head to the left. */
function headLegend(looks: readonly Look[], swatch: (look: Look, x: number, y: number) => string): string[] {
  let right = RIGHT;
  return [...looks].reverse().flatMap((look) => {
    const text = `<text x="${right}" y="20" text-anchor="end">${escapeXml(look.label)}</text>`;
    right -= look.label.length * HEAD_LETTER + SWATCH + 6;
    const line = swatch(look, right, 20);
    right -= 14;
    return [text, line];
  });
}

function drawChart(chart: ShownChart, clip: string, axisTitle: string, colorOf: (color: number) => string): string[] {
  const { view, stepsPerEpoch, zoom } = chart;
  const isLogX = view.isLogX === true;
  const title = `<text x="${FRAME.left}" y="20" font-size="14" font-weight="bold">${escapeXml(chart.title)}</text>`;
  const buffers = chart.series.map((one) => chart.store.buffer(one.name));
  const linesOf = (smoothing: number): Line[] =>
    buffers.map((buffer, place) => {
      if (buffer === undefined) return { x: [], y: [] };
      const isBrokenAtEpochs = smoothing === 0 && chart.series[place]?.isOverEpochSoFar === true;
      const options = {
        axis: view.axis,
        stepsPerEpoch,
        range: zoom,
        buckets: WIDTH,
        isLog: view.isLog,
        isBrokenAtEpochs,
      };
      return buildLine(buffer, valuesOf(buffer, smoothing), options);
    });
  const raw = linesOf(0);
  const smooth = view.smoothing > 0 ? linesOf(view.smoothing) : null;
  const values = valueRange(
    [...raw, ...(smooth ?? [])].map((line) => line.y),
    view.isLog,
    view.keepAll,
  );
  if (values === null) return [title];
  const present = buffers.filter((buffer) => buffer !== undefined);
  const range = zoom ?? toPositive(fullRange(present, view.axis, stepsPerEpoch), isLogX);
  const [low, high] = view.isLog ? uPlot.rangeLog(values.min, values.max, 10, false) : [values.min, values.max];
  const x = scale(range, isLogX, FRAME.left, RIGHT);
  const y = scale({ min: low ?? values.min, max: high ?? values.max }, view.isLog, BOTTOM, FRAME.top);
  const to = { x, y, isLogX };
  const curves = chart.series.flatMap((one, index) => {
    if (one.edge === "low") return [];
    const stroke = colorOf(one.color);
    if (one.edge === "high") {
      const points = bandOf(raw[index] as Line, raw[index + 1] as Line, to);
      return [`<path class="band" d="${points}" fill="${stroke}" fill-opacity="${BAND_OPACITY}" stroke="none"/>`];
    }
    const draw = (line: Line, opacity: number) =>
      `<path class="${opacity < 1 ? "raw" : "curve"}" d="${pathOf(line, to)}" fill="none" stroke="${stroke}" stroke-width="1.5"` +
      `${opacity < 1 ? ` stroke-opacity="${opacity}"` : ""}${dash(one.color)}/>`;
    const below = raw[index] as Line;
    return smooth === null ? [draw(below, 1)] : [draw(below, RAW_OPACITY), draw(smooth[index] as Line, 1)];
  });
  return [
    title,
    ...axes(chart, { range, values: { min: low ?? values.min, max: high ?? values.max } }, to),
    `<text x="${RIGHT}" y="${BOTTOM + 32}" text-anchor="end">${escapeXml(axisTitle)}</text>`,
    `<clipPath id="${clip}"><rect x="${FRAME.left}" y="${FRAME.top}" width="${RIGHT - FRAME.left}" height="${BOTTOM - FRAME.top}"/></clipPath>`,
    `<g clip-path="url(#${clip})">`,
    ...curves,
    ...marksOf(chart, range, x),
    "</g>",
  ];
}

interface To {
  x: (value: number) => number;
  y: (value: number) => number;
  isLogX: boolean;
}

function scale({ min, max }: Range, isLog: boolean, from: number, to: number): (value: number) => number {
  const at = (value: number) => (isLog ? Math.log(value) : value);
  return (value) => from + ((at(value) - at(min)) / (at(max) - at(min))) * (to - from);
}

/** Broken at gaps. */
function pathOf(line: Line, { x, y, isLogX }: To): string {
  let path = "";
  let isPen = false;
  line.x.forEach((at, index) => {
    const value = line.y[index];
    if (value === null || value === undefined || (isLogX && at <= 0)) isPen = false;
    else {
      path += `${isPen ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      isPen = true;
    }
  });
  return path;
}

/** There along the highest, back along the lowest. */
function bandOf(high: Line, low: Line, { x, y, isLogX }: To): string {
  const points = (line: Line) =>
    line.x.flatMap((at, index) => {
      const value = line.y[index];
      return value === null || value === undefined || (isLogX && at <= 0)
        ? []
        : [`${x(at).toFixed(1)} ${y(value).toFixed(1)}`];
    });
  const around = [...points(high), ...points(low).reverse()];
  return around.length === 0 ? "" : `M${around.join("L")}Z`;
}

function axes({ view }: ShownChart, { range, values }: { range: Range; values: Range }, { x, y }: To): string[] {
  const up = view.isLog ? logTicks(values.min, values.max) : roundTicks(values.min, values.max);
  const step = (ticks: readonly number[]) => (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const isClock = view.axis === "elapsed" || view.axis === "wall";
  const along = view.isLogX
    ? logTicks(range.min, range.max)
    : roundTicks(range.min, range.max, isClock ? CLOCK_INCREMENTS : undefined);
  const say = (value: number) =>
    isClock ? formatX(value, view.axis) : formatTick(value, view.isLogX ? value : step(along));
  return [
    ...up.map(
      (tick) =>
        `<line x1="${FRAME.left}" y1="${y(tick).toFixed(1)}" x2="${RIGHT}" y2="${y(tick).toFixed(1)}" stroke="#dddddd"/>` +
        `<text x="${FRAME.left - 6}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${formatTick(tick, view.isLog ? tick : step(up))}</text>`,
    ),
    ...along.map(
      (tick) =>
        `<line x1="${x(tick).toFixed(1)}" y1="${FRAME.top}" x2="${x(tick).toFixed(1)}" y2="${BOTTOM}" stroke="#dddddd"/>` +
        `<text x="${x(tick).toFixed(1)}" y="${BOTTOM + 16}" text-anchor="middle">${escapeXml(say(tick))}</text>`,
    ),
  ];
}

function marksOf({ marks, view, stepsPerEpoch }: ShownChart, range: Range, x: (value: number) => number): string[] {
  const drawn = marks.flatMap(({ step, label }) => {
    const at = markPlace(step, view.axis, stepsPerEpoch);
    return at === null || at < range.min || at > range.max ? [] : [{ label, x: x(at), width: widthOf(label) }];
  });
  // A picture has no pointer that could tell of words without room.
  const frame = { left: FRAME.left, right: RIGHT, gap: 4, numRows: Math.max(MARK_ROWS, drawn.length) };
  return placeMarks(drawn, frame).map(({ x, label, textX, side, row }) => {
    const [place, words] = [x.toFixed(1), textX.toFixed(1)];
    const y = FRAME.top + 10 + (row ?? 0) * MARK_ROW_PX;
    return (
      `<line x1="${place}" y1="${FRAME.top}" x2="${place}" y2="${BOTTOM}" stroke="#8b8b95" stroke-dasharray="4 4"/>` +
      `<text x="${words}" y="${y}" text-anchor="${side === "right" ? "start" : "end"}" font-size="11" fill="#5a5a64" stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">${escapeXml(label)}</text>`
    );
  });
}

/** Of words at 11 px; a letter of Chinese is as wide as it is high. */
function widthOf(words: string): number {
  return [...words].reduce((sum, letter) => sum + (letter > "\u2e80" ? 11 : MARK_LETTER), 0);
}

function dash(color: number): string {
  return color > NUM_COLORS ? ' stroke-dasharray="6 4"' : "";
}

function escapeXml(value: string): string {
  return value.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
