/** One uPlot chart of some metrics: owns the canvas, the zoom and the readout; knows no React. */

import uPlot from "uplot";
import {
  alignAll,
  buildLine,
  type Cell,
  fullRange,
  type Line,
  type Range,
  toPositive,
  unitOf,
  valueRange,
  type XAxis,
} from "./frame";
import { BAND_OPACITY, buildSeries, lineWidth, RAW_OPACITY, withOpacity } from "./lines";
import { drawMarks, marksAtPointer } from "./markLines";
import type { Mark } from "./marks";
import { type MetricBuffer, stampOf } from "./metricBuffer";
import type { MetricStore } from "./metricStore";
import { createRedraw, type Redraw } from "./redraw";
import { SmoothedColumn } from "./smoothing";
import { nearestCell } from "./summary";
import { formatTick, formatX, logTicks } from "./ticks";

export interface ChartSeries {
  /** The metric's name, such as `train/loss`. */
  name: string;
  label: string;
  /** Which of the theme's series colours, from 1; after the last one they come again with dashes. */
  color: number;
  /** One side of the band around the series before it: filled, not drawn. The high one comes first. */
  edge?: "high" | "low";
  /** Each value is over the epoch so far, so that the curve begins anew with each epoch. */
  isOverEpochSoFar?: boolean;
}

export interface ChartView {
  axis: XAxis;
  isLog: boolean;
  isLogX?: boolean;
  /** Weight of the moving average in `[0, 1)`; 0 draws the raw values only. */
  smoothing: number;
  /** Draw all values, even those that squash the rest. */
  keepAll: boolean;
}

export interface Readout {
  /** Under the cursor, or null: then `values` are the newest. */
  x: number | null;
  values: Cell[];
  /** Of many series, which one the pointer is at; null where it is elsewhere. */
  nearest: number | null;
  /** What the marks at the pointer say, each in its line. */
  marks: string;
  numOutside: number;
  isZoomed: boolean;
  isEmpty: boolean;
}

export const NO_READOUT: Readout = {
  x: null,
  values: [],
  nearest: null,
  marks: "",
  numOutside: 0,
  isZoomed: false,
  isEmpty: true,
};

export interface PlotOptions {
  element: HTMLElement;
  store: MetricStore;
  series: readonly ChartSeries[];
  view: ChartView;
  stepsPerEpoch: number | null;
  marks: readonly Mark[];
  height: number;
  onReadout: (readout: Readout) => void;
  /** Charts of one key show their cursors at the same x, and the same part of it. */
  syncKey?: string | undefined;
  /** The part that was in view before, so that a change of the theme keeps it. */
  zoom: Range | null;
}

export const NUM_COLORS = 8;

/** Which colour of the theme (from 1) a series' number stands for: they come again, dashed. */
export const hueOf = (color: number) => ((color - 1) % NUM_COLORS) + 1;
/** From so many series on a chart does not list them all: it names the one at the pointer. */
export const MANY_SERIES = 13;
export const CLOCK_INCREMENTS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
];

/** Those on the page, also the ones that nobody has scrolled to. */
const PLOTS = new Set<Plot>();

export class Plot {
  zoom: Range | null;
  private made: uPlot | null = null;
  private readonly redraw: Redraw;
  private readonly resize: ResizeObserver;
  private readonly unsubscribe: () => void;
  private readonly smoothed = new Map<string, SmoothedColumn>();
  private columns: Cell[][] = [];
  private numOutside = 0;
  /** The stamp of the points that are drawn. */
  private drawn = "";
  /** What the drawn values are divided by: 1, or a power of ten where uPlot could not label so large ones. */
  private unit = 1;

  constructor(private readonly options: PlotOptions) {
    const { element, store } = options;
    this.zoom = options.zoom;
    this.redraw = createRedraw(element, () => this.draw());
    this.resize = new ResizeObserver(() => {
      if (element.clientWidth === 0) return;
      this.made?.setSize({ width: element.clientWidth, height: options.height });
      this.redraw.request();
    });
    this.resize.observe(element);
    this.unsubscribe = store.subscribe(() => {
      // The store tells of every metric; most are drawn elsewhere.
      if (stampOf(this.buffers()) !== this.drawn) this.redraw.request();
    });
    this.redraw.request();
    PLOTS.add(this);
  }

  /** Of all charts that are zoomed together. */
  resetZoom(): void {
    this.zoomTo(null);
  }

  private zoomTo(range: Range | null): void {
    const { syncKey } = this.options;
    for (const plot of syncKey === undefined ? [this] : [...PLOTS].filter((one) => one.options.syncKey === syncKey)) {
      plot.zoom = range;
      plot.redraw.request();
    }
  }

  destroy(): void {
    PLOTS.delete(this);
    this.unsubscribe();
    this.redraw.stop();
    this.resize.disconnect();
    this.made?.destroy();
  }

  /** The canvas is made when the chart has something to show and is seen: of many charts most are never scrolled to. */
  private get plot(): uPlot {
    const { element, series } = this.options;
    this.made ??= new uPlot(this.buildOptions(), [[], ...series.map(() => [])], element);
    return this.made;
  }

  private buffers(): (MetricBuffer | undefined)[] {
    return this.options.series.map((series) => this.options.store.buffer(series.name));
  }

  /** Gives whether there was anything to draw. */
  private draw(): boolean {
    const { series, view, stepsPerEpoch } = this.options;
    const { axis, isLog, smoothing, keepAll } = view;
    const buffers = this.buffers();
    this.drawn = stampOf(buffers);
    const present = buffers.filter((buffer) => buffer !== undefined);
    const isEmpty = present.every((buffer) => buffer.length === 0);
    if (isEmpty && this.made === null) {
      this.options.onReadout({ ...NO_READOUT, isZoomed: this.zoom !== null });
      return false;
    }
    const range = this.zoom ?? toPositive(fullRange(present, axis, stepsPerEpoch), view.isLogX === true);
    const buckets = Math.max(50, Math.floor(this.plot.width / 2));
    const line = (buffer: MetricBuffer | undefined, place: number, isSmooth: boolean): Line => {
      if (buffer === undefined) return { x: [], y: [] };
      const values = isSmooth ? this.smooth(buffer, smoothing) : buffer.values;
      const isBrokenAtEpochs = !isSmooth && series[place]?.isOverEpochSoFar === true;
      return buildLine(buffer, values, { axis, stepsPerEpoch, range: this.zoom, buckets, isLog, isBrokenAtEpochs });
    };
    const lines = buffers.map((buffer, place) => line(buffer, place, false));
    if (smoothing > 0) lines.push(...buffers.map((buffer, place) => line(buffer, place, true)));
    const [x, ...columns] = alignAll(lines, range, buckets);
    this.columns = columns;
    lines.forEach(({ x: points }, at) => {
      const drawn = this.plot.series[at + 1];
      // The smoothed ones come behind the raw ones, and are never dense to the eye.
      const isDense = at < series.length && points.length > buckets;
      if (drawn !== undefined && drawn.width !== 0) drawn.width = lineWidth(isDense || series.length >= MANY_SERIES);
    });
    const values = valueRange(columns, isLog, keepAll);
    this.numOutside = values?.numOutside ?? 0;
    this.unit = values === null ? 1 : unitOf(values);
    this.plot.batch(() => {
      this.plot.setData([x, ...this.divided(columns)], false);
      this.plot.setScale("x", range);
      if (values !== null) {
        const [low, high] = [values.min / this.unit, values.max / this.unit];
        const [min, max] = isLog ? uPlot.rangeLog(low, high, 10, false) : [low, high];
        this.plot.setScale("y", { min: min ?? low, max: max ?? high });
      }
    });
    this.tell();
    return !isEmpty;
  }

  private divided(columns: Cell[][]): Cell[][] {
    if (this.unit === 1) return columns;
    return columns.map((column) => column.map((value) => (typeof value === "number" ? value / this.unit : value)));
  }

  private smooth(buffer: MetricBuffer, weight: number): Float64Array {
    let column = this.smoothed.get(buffer.name);
    if (column === undefined) {
      column = new SmoothedColumn(buffer, weight);
      this.smoothed.set(buffer.name, column);
    }
    return column.update();
  }

  /** Reports what is under the cursor, or the newest values. With smoothing these are the smoothed ones. */
  private tell(): void {
    const num = this.options.series.length;
    const shown = this.options.view.smoothing > 0 ? this.columns.slice(num) : this.columns;
    const x = this.plot.data[0] as number[];
    const index = this.plot.cursor.idx;
    const isOver = typeof index === "number" && index >= 0 && index < x.length;
    this.options.onReadout({
      x: isOver ? (x[index] as number) : null,
      values: shown.map((column) => nearestCell(column, x, isOver ? index : x.length - 1).value),
      nearest: isOver && num >= MANY_SERIES ? this.nearestSeries(shown, x, index) : null,
      marks: marksAtPointer(this.plot, this.options).join("\n"),
      numOutside: this.numOutside,
      isZoomed: this.zoom !== null,
      isEmpty: x.length === 0,
    });
  }

  /** The series whose value is the nearest to the pointer; none where the pointer is over another chart. */
  private nearestSeries(shown: readonly Cell[][], x: readonly number[], index: number): number | null {
    const { event, top } = this.plot.cursor;
    if (event === null || event === undefined || top === undefined) return null;
    const distances = shown.map((column, at) => {
      const { value } = nearestCell(column, x, index);
      const isDrawn = typeof value === "number" && this.options.series[at]?.edge === undefined;
      return isDrawn ? Math.abs(this.plot.valToPos(value / this.unit, "y") - top) : Number.POSITIVE_INFINITY;
    });
    const least = Math.min(...distances);
    return least === Number.POSITIVE_INFINITY ? null : distances.indexOf(least);
  }

  private buildOptions(): uPlot.Options {
    const { element, series, view, height } = this.options;
    const style = getComputedStyle(element);
    const color = (name: string) => style.getPropertyValue(name).trim();
    // Each is asked for once: of a hundred series most of the chart's making would be spent on it.
    const hues = Array.from({ length: NUM_COLORS }, (_, index) => color(`--nw-series-${index + 1}`));
    const strokes = series.map((one) => hues[hueOf(one.color) - 1] as string);
    const isSmooth = view.smoothing > 0;
    const lines = (isFaint: boolean) =>
      series.map((one, index) => {
        const stroke = strokes[index] as string;
        if (one.edge !== undefined) return { show: !isFaint || isSmooth, width: 0, points: { show: false } };
        const dash = one.color > NUM_COLORS ? { dash: [6, 4] } : {};
        return { ...buildSeries(isFaint ? withOpacity(stroke, RAW_OPACITY) : stroke, !isFaint), ...dash };
      });
    const font = `11px ${style.fontFamily}`;
    const axis: uPlot.Axis = {
      stroke: color("--nw-text-quiet"),
      grid: { stroke: color("--nw-grid"), width: 1 },
      ticks: { show: false },
      font,
      gap: 6,
    };
    return {
      width: Math.max(element.clientWidth, 100),
      height,
      legend: { show: false },
      // On the right: half of a tick's text, where the last tick stands at the edge.
      padding: [8, 24, 0, 0],
      cursor: {
        y: false,
        ...(this.options.syncKey === undefined ? {} : { sync: { key: this.options.syncKey, scales: ["x", null] } }),
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        dataIdx: (plot, seriesIndex, index) =>
          nearestCell((plot.data[seriesIndex] ?? []) as Cell[], plot.data[0] as number[], index).row,
        bind: {
          dblclick: () => () => {
            this.resetZoom();
            return null;
          },
        },
      },
      scales: {
        x: { time: false, auto: false, distr: view.isLogX ? 3 : 1 },
        y: { auto: false, distr: view.isLog ? 3 : 1 },
      },
      axes: [
        {
          ...axis,
          size: 24,
          values: (_plot, splits, _axis, _space, increment) =>
            splits.map((value) =>
              view.axis === "elapsed" || view.axis === "wall"
                ? formatX(value, view.axis)
                : formatTick(value, view.isLogX ? value : increment),
            ),
          ...(view.isLogX ? { splits: (_plot, _axis, min, max) => logTicks(min, max), filter: everyTick } : {}),
          ...(view.axis === "elapsed" || view.axis === "wall" ? { incrs: CLOCK_INCREMENTS } : {}),
          ...(view.axis === "step" && !view.isLogX ? { incrs: STEP_INCREMENTS } : {}),
        },
        {
          ...axis,
          ...(view.isLog ? { splits: (_plot, _axis, min, max) => logTicks(min, max), filter: everyTick } : {}),
          size: (_plot, labels) => 14 + LABEL_WIDTH_PX * Math.max(3, ...(labels ?? []).map((label) => label.length)),
          values: (_plot, splits, _axis, _space, increment) =>
            splits.map((value) => formatTick(value * this.unit, (view.isLog ? value : increment) * this.unit)),
        },
      ],
      series: [{}, ...lines(isSmooth), ...(isSmooth ? lines(false) : [])],
      bands: series.flatMap((one, index) =>
        one.edge === "high"
          ? [
              {
                series: [index + 1, index + 2] as [number, number],
                fill: withOpacity(strokes[index] as string, BAND_OPACITY),
              },
            ]
          : [],
      ),
      hooks: {
        setCursor: [() => this.tell()],
        setSelect: [() => this.select()],
        draw: [
          (plot) =>
            drawMarks(plot, this.options, {
              stroke: color("--nw-border-strong"),
              text: color("--nw-text-quiet"),
              ground: color("--nw-surface"),
              font,
            }),
        ],
      },
    };
  }

  private select(): void {
    const { left, width } = this.plot.select;
    if (width < 3) return;
    const min = this.plot.posToVal(left, "x");
    const max = this.plot.posToVal(left + width, "x");
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (max > min) this.zoomTo({ min, max });
  }
}

const everyTick = (_plot: uPlot, ticks: number[]) => ticks;

/** A digit at 11 px. */
const LABEL_WIDTH_PX = 6.6;
const STEP_INCREMENTS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((base) => base * 10 ** power)).flat();
