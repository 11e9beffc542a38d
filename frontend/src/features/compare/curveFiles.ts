/** Curves as files: every logged point as CSV or JSON, the picture as SVG. No React here. */

import type { MetricsRead, RunSummary } from "@/api";
import { buildLine, fullRange, type MetricStore, type XAxis } from "@/features/charts";
import { seriesName } from "./names";

export interface RunPoints {
  run: RunSummary;
  metrics: MetricsRead;
}

function cell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a point: run, name, metric, step, epoch, seconds of training, value. */
export function toCsv(all: readonly RunPoints[]): string {
  const lines = ["run,name,metric,step,epoch,elapsed_seconds,value"];
  for (const { run, metrics } of all) {
    for (const series of metrics.series) {
      series.steps.forEach((step, index) => {
        const row = [run.id, cell(run.name), cell(series.name), step, series.epochs[index], series.elapsed[index]];
        lines.push([...row, series.values[index]].join(","));
      });
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

export function toJson(all: readonly RunPoints[]): string {
  const runs = all.map(({ run, metrics }) => ({
    id: run.id,
    name: run.name,
    state: run.state,
    parameters: run.parameters,
    best: run.best,
    last: run.last,
    metrics: Object.fromEntries(
      metrics.series.map(({ name, steps, epochs, elapsed, values }) => [
        name,
        { steps, epochs, elapsed_seconds: elapsed, values },
      ]),
    ),
  }));
  return `${JSON.stringify({ runs }, null, 1)}\n`;
}

export interface PictureOptions {
  runs: readonly RunSummary[];
  names: readonly string[];
  store: MetricStore;
  axis: XAxis;
  isLog: boolean;
  axisTitle: string;
  /** The stroke of a run, as a colour that stands in any file. */
  strokeOf: (run: RunSummary) => string;
}

const WIDTH = 640;
const HEIGHT = 300;
const FRAME = { left: 64, right: 16, top: 34, bottom: 40 };

function escapeXml(value: string): string {
  return value.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Ends and middle of a scale, short. */
function ticksOf(min: number, max: number, isLog: boolean): number[] {
  const middle = isLog ? Math.sqrt(min * max) : (min + max) / 2;
  return [min, middle, max];
}

const write = (value: number) => String(Number(value.toPrecision(4)));

/** All metrics below each other with one legend, in plain SVG 1.1 on white. */
export function toSvg({ runs, names, store, axis, isLog, axisTitle, strokeOf }: PictureOptions): string {
  const legend = 26 + 18 * runs.length;
  const parts: string[] = [];
  names.forEach((name, index) => {
    parts.push(`<g transform="translate(0 ${index * HEIGHT})">`, chart(name), "</g>");
  });
  runs.forEach((run, index) => {
    const y = names.length * HEIGHT + 20 + 18 * index;
    parts.push(
      `<line x1="${FRAME.left}" y1="${y - 4}" x2="${FRAME.left + 22}" y2="${y - 4}" stroke="${strokeOf(run)}" stroke-width="2"/>`,
      `<text x="${FRAME.left + 30}" y="${y}">${escapeXml(run.name)}</text>`,
    );
  });
  const height = names.length * HEIGHT + legend;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");

  function chart(name: string): string {
    const having = runs.flatMap((run) => {
      const buffer = store.buffer(seriesName(run.id, name));
      return buffer === undefined || buffer.length === 0 ? [] : [{ run, buffer }];
    });
    const range = fullRange(
      having.map(({ buffer }) => buffer),
      axis,
      null,
    );
    const lines = having.map(({ run, buffer }) => ({
      run,
      line: buildLine(buffer, buffer.values, { axis, stepsPerEpoch: null, range: null, buckets: WIDTH, isLog }),
    }));
    const values = lines.flatMap(({ line }) => line.y.filter((value) => value !== null));
    const title = `<text x="${FRAME.left}" y="20" font-size="14" font-weight="bold">${escapeXml(name)}</text>`;
    if (values.length === 0) return title;
    let [low, high] = [Math.min(...values), Math.max(...values)];
    if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 1, high + 1];
    const to = (value: number) => (isLog ? Math.log(value) : value);
    const right = WIDTH - FRAME.right;
    const bottom = HEIGHT - FRAME.bottom;
    const x = (value: number) => FRAME.left + ((value - range.min) / (range.max - range.min)) * (right - FRAME.left);
    const y = (value: number) => bottom - ((to(value) - to(low)) / (to(high) - to(low))) * (bottom - FRAME.top);
    const grid = ticksOf(low, high, isLog).map(
      (tick) =>
        `<line x1="${FRAME.left}" y1="${y(tick)}" x2="${right}" y2="${y(tick)}" stroke="#dddddd"/>` +
        `<text x="${FRAME.left - 6}" y="${y(tick) + 4}" text-anchor="end">${write(tick)}</text>`,
    );
    const below = ticksOf(range.min, range.max, false).map(
      (tick, index) =>
        `<text x="${x(tick)}" y="${bottom + 16}" text-anchor="${["start", "middle", "end"][index]}">${write(tick)}</text>`,
    );
    const curves = lines.map(({ run, line }) => {
      let path = "";
      let isPen = false;
      line.x.forEach((value, index) => {
        const height = line.y[index];
        if (height === null || height === undefined) isPen = false;
        else {
          path += `${isPen ? "L" : "M"}${x(value).toFixed(1)} ${y(height).toFixed(1)}`;
          isPen = true;
        }
      });
      return `<path d="${path}" fill="none" stroke="${strokeOf(run)}" stroke-width="1.5"/>`;
    });
    const label = `<text x="${right}" y="${bottom + 32}" text-anchor="end">${escapeXml(axisTitle)}</text>`;
    return [title, ...grid, ...below, label, ...curves].join("\n");
  }
}
