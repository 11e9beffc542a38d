/** What the charts of a page show at this moment, for whoever takes it home. No React here. */

import { type Range, type XAxis, xAt } from "./frame";
import type { Mark } from "./marks";
import type { MetricBuffer } from "./metricBuffer";
import type { MetricStore } from "./metricStore";
import type { ChartSeries, ChartView } from "./plot";
import { SmoothedColumn } from "./smoothing";

export interface ShownChart {
  title: string;
  store: MetricStore;
  series: readonly ChartSeries[];
  view: ChartView;
  stepsPerEpoch: number | null;
  marks: readonly Mark[];
  /** The part that is zoomed to; null shows everything. */
  zoom: Range | null;
}

/** The charts of a page; each tells of itself while it is there. */
export class ShownCharts {
  private readonly charts = new Map<Element, () => ShownChart>();

  /** Returns what takes the chart out again. */
  put(element: Element, read: () => ShownChart): () => void {
    this.charts.set(element, read);
    return () => this.charts.delete(element);
  }

  /** Those that are drawn, from the top of the page to its end; what lies in a closed part is not. */
  list(): ShownChart[] {
    const isBefore = (a: Element, b: Element) =>
      (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    return [...this.charts]
      .filter(([element]) => element.checkVisibility())
      .sort(([a], [b]) => (isBefore(a, b) ? -1 : 1))
      .map(([, read]) => read());
  }
}

/** The points of a curve that a chart draws. Of a gap `value` is null, as where a log scale has no place for it. */
export interface ShownCurve {
  series: ChartSeries;
  x: number[];
  values: (number | null)[];
  /** Null where the chart does not smooth. */
  smoothed: (number | null)[] | null;
  /** Of the mean of a group; null of a run. */
  band: { low: (number | null)[]; high: (number | null)[] } | null;
}

/** The smoothed values of a series, or the raw ones. */
export function valuesOf(buffer: MetricBuffer, smoothing: number): Float64Array {
  return smoothing > 0 ? new SmoothedColumn(buffer, smoothing).update() : buffer.values;
}

/** Every point that the page has of what is in view, not thinned to pixels. */
export function curvesOf({ store, series, view, stepsPerEpoch, zoom }: ShownChart): ShownCurve[] {
  return series.flatMap((one, place): ShownCurve[] => {
    const buffer = store.buffer(one.name);
    if (one.edge !== undefined || buffer === undefined) return [];
    const indices: number[] = [];
    const x: number[] = [];
    for (let index = 0; index < buffer.length; index += 1) {
      const at = xAt(buffer, index, view.axis, stepsPerEpoch);
      if ((zoom !== null && (at < zoom.min || at > zoom.max)) || (view.isLogX === true && at <= 0)) continue;
      indices.push(index);
      x.push(at);
    }
    const drawn = (values: Float64Array) =>
      indices.map((index) => {
        const value = values[index] as number;
        return Number.isFinite(value) && !(view.isLog && value <= 0) ? value : null;
      });
    const edge = (side: "high" | "low", next: ChartSeries | undefined) => {
      const values = next?.edge === side ? store.buffer(next.name)?.values : undefined;
      return values === undefined ? null : drawn(values);
    };
    const high = edge("high", series[place + 1]);
    const low = edge("low", series[place + 2]);
    return [
      {
        series: one,
        x,
        values: drawn(buffer.values),
        smoothed: view.smoothing > 0 ? drawn(valuesOf(buffer, view.smoothing)) : null,
        band: high === null || low === null ? null : { low, high },
      },
    ];
  });
}

/** Axes as files name them, with their unit. */
const AXIS_NAMES: Readonly<Record<XAxis, string>> = {
  step: "step",
  epoch: "epoch",
  elapsed: "elapsed_seconds",
  wall: "unix_seconds",
};

/** A cell of a CSV file. */
export function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a point of what is shown; a column of smoothed values and of the band of groups where there are any. */
export function toShownCsv(charts: readonly ShownChart[]): string {
  const all = charts.map((chart) => ({ chart, curves: curvesOf(chart) }));
  const isSmooth = all.some(({ curves }) => curves.some((curve) => curve.smoothed !== null));
  const isBand = all.some(({ curves }) => curves.some((curve) => curve.band !== null));
  const header = ["chart", "curve", "series", "axis", "x", "value"];
  const lines = [[...header, ...(isSmooth ? ["smoothed"] : []), ...(isBand ? ["low", "high"] : [])].join(",")];
  for (const { chart, curves } of all) {
    const axis = AXIS_NAMES[chart.view.axis];
    for (const { series, x, values, smoothed, band } of curves) {
      const head = [csvCell(chart.title), csvCell(series.label), csvCell(series.name), axis];
      x.forEach((at, index) => {
        const row = [...head, at, values[index] ?? ""];
        if (isSmooth) row.push(smoothed?.[index] ?? "");
        if (isBand) row.push(band?.low[index] ?? "", band?.high[index] ?? "");
        lines.push(row.join(","));
      });
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

export function toShownJson(charts: readonly ShownChart[]): string {
  const all = charts.map((chart) => ({
    title: chart.title,
    axis: AXIS_NAMES[chart.view.axis],
    range: chart.zoom === null ? null : [chart.zoom.min, chart.zoom.max],
    log_x: chart.view.isLogX === true,
    log_y: chart.view.isLog,
    smoothing: chart.view.smoothing,
    curves: curvesOf(chart).map(({ series, x, values, smoothed, band }) => ({
      name: series.label,
      series: series.name,
      x,
      values,
      ...(smoothed === null ? {} : { smoothed }),
      ...(band === null ? {} : band),
    })),
  }));
  return `${JSON.stringify({ charts: all }, null, 1)}\n`;
}
