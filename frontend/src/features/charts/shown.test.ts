import { describe, expect, it } from "vitest";
import { MetricStore } from "./metricStore";
import { toSvg } from "./picture";
import type { ChartSeries, ChartView } from "./plot";
import { type ShownChart, ShownCharts, toShownCsv, toShownJson } from "./shown";

const PLAIN: ChartView = { axis: "step", isLog: false, smoothing: 0, keepAll: false };

/** A chart of a curve with a point at each of the steps 1, 2, ... */
function chart(values: readonly number[], changes: Partial<ShownChart> = {}, name = "val/loss"): ShownChart {
  const store = new MetricStore();
  const steps = values.map((_, index) => index + 1);
  const elapsed = steps.map((step) => step / 2);
  store.load([{ name, steps, epochs: steps, elapsed, values, points: steps.length }]);
  const series = [{ name, label: "val", color: 2 }];
  return { title: "loss", store, series, view: PLAIN, stepsPerEpoch: 4, marks: [], zoom: null, ...changes };
}

/** The mean of a group between its lowest and highest. */
function group(): ShownChart {
  const store = new MetricStore();
  const part = (name: string, values: number[]) => ({
    name,
    steps: [1, 2],
    epochs: [1, 1],
    elapsed: [1, 2],
    values,
    points: 2,
  });
  store.load([part("g mean", [2, 4]), part("g high", [3, 6]), part("g low", [1, 3])]);
  const label = "lr 0.1 (mean of 2)";
  const series: ChartSeries[] = [
    { name: "g mean", label, color: 1 },
    { name: "g high", label, color: 1, edge: "high" },
    { name: "g low", label, color: 1, edge: "low" },
  ];
  return { title: "loss", store, series, view: PLAIN, stepsPerEpoch: null, marks: [], zoom: null };
}

const rows = (csv: string) => csv.trim().split("\r\n");

describe("what is shown, as CSV", () => {
  it("holds the points of the zoomed range at the x of the axis", () => {
    const shown = chart([4, 3, 2, 1], { zoom: { min: 0.5, max: 0.75 }, view: { ...PLAIN, axis: "epoch" } });
    expect(rows(toShownCsv([shown]))).toEqual([
      "chart,curve,series,axis,x,value",
      "loss,val,val/loss,epoch,0.5,3",
      "loss,val,val/loss,epoch,0.75,2",
    ]);
  });

  it("holds smoothed values that begin with the first point, also of a part of the curve", () => {
    const shown = chart([4, 2, 2], { zoom: { min: 2, max: 3 }, view: { ...PLAIN, smoothing: 0.5 } });
    const [header, ...points] = rows(toShownCsv([shown]));
    expect(header).toBe("chart,curve,series,axis,x,value,smoothed");
    // (0.5 * 4 + 2) / 1.5 and (0.25 * 4 + 0.5 * 2 + 2) / 1.75
    expect(points.map((row) => Number(row.split(",")[6]))).toEqual(
      [4 / 1.5, 4 / 1.75].map((value) => expect.closeTo(value)),
    );
  });

  it("leaves a gap where there is no number, and where a log scale has no place for it", () => {
    const values = [1, 0, Number.NaN, 2];
    const cells = (view: ChartView) =>
      rows(toShownCsv([chart(values, { view })]))
        .slice(1)
        .map((row) => row.split(",")[5]);
    expect(cells(PLAIN)).toEqual(["1", "0", "", "2"]);
    expect(cells({ ...PLAIN, isLog: true })).toEqual(["1", "", "", "2"]);
  });

  it("holds the mean of a group with its band, beside a chart of runs", () => {
    expect(rows(toShownCsv([group(), chart([5])]))).toEqual([
      "chart,curve,series,axis,x,value,low,high",
      "loss,lr 0.1 (mean of 2),g mean,step,1,2,1,3",
      "loss,lr 0.1 (mean of 2),g mean,step,2,4,3,6",
      "loss,val,val/loss,step,1,5,,",
    ]);
  });
});

it("what is shown, as JSON, says how it is shown", () => {
  const view: ChartView = { ...PLAIN, axis: "elapsed", smoothing: 0.5, isLog: true, isLogX: true };
  const [read] = JSON.parse(toShownJson([chart([4, 2, 2], { view, zoom: { min: 0.9, max: 1.5 } })])).charts;
  expect(read).toMatchObject({ axis: "elapsed_seconds", range: [0.9, 1.5], log_x: true, log_y: true, smoothing: 0.5 });
  expect(read.curves[0]).toMatchObject({ name: "val", x: [1, 1.5], values: [2, 2] });
  expect(JSON.parse(toShownJson([group()])).charts[0].curves).toMatchObject([
    { values: [2, 4], low: [1, 3], high: [3, 6] },
  ]);
});

function draw(charts: readonly ShownChart[]): Element {
  const svg = toSvg(charts, { axisTitle: (axis) => `the ${axis}`, colorOf: (color) => `#00000${color}` });
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(parsed.querySelector("parsererror")).toBeNull();
  return parsed.documentElement;
}

const texts = (svg: Element) => [...svg.querySelectorAll("text")].map((text) => text.textContent);
/** The points of a path. */
const points = (path: Element | null) =>
  [...(path?.getAttribute("d") ?? "").matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe("what is shown, as a picture", () => {
  it("is a sound SVG whatever a curve is called, with one legend for long names", () => {
    const series = [{ name: "val/loss", label: `<b> & ${"co ".repeat(20)}`, color: 9 }];
    const svg = draw([chart([1, 2], { series }), chart([2, 1], { series, title: "lr" })]);
    expect(texts(svg).filter((text) => text?.startsWith("<b> & co"))).toHaveLength(1);
    expect(texts(svg)).toEqual(expect.arrayContaining(["loss", "lr", "the step"]));
    const curves = svg.querySelectorAll("path.curve");
    expect(curves).toHaveLength(2);
    expect(curves[0]?.getAttribute("stroke-dasharray")).toBe("6 4");
    expect(texts(draw([chart([1, 2])])).filter((text) => text === "val")).toHaveLength(1);
  });

  it("shows the zoomed range from edge to edge", () => {
    const whole = points(draw([chart([4, 3, 2, 1])]).querySelector("path.curve"));
    expect([whole[0]?.[0], whole.at(-1)?.[0]]).toEqual([72, 624]);
    const part = points(draw([chart([4, 3, 2, 1], { zoom: { min: 2, max: 3 } })]).querySelector("path.curve"));
    expect(part.filter(([x]) => x !== undefined && x >= 72 && x <= 624).map(([x]) => x)).toEqual([72, 624]);
  });

  it("draws the smoothed curve over the raw one", () => {
    const svg = draw([chart([4, 0, 4, 0], { view: { ...PLAIN, smoothing: 0.9 } })]);
    const height = (path: Element | null) => {
      const ys = points(path).map(([, y]) => y as number);
      return Math.max(...ys) - Math.min(...ys);
    };
    expect(height(svg.querySelector("path.curve"))).toBeLessThan(height(svg.querySelector("path.raw")));
    expect(draw([chart([4, 0])]).querySelector("path.raw")).toBeNull();
  });

  it("spaces decades alike on log axes", () => {
    const steps = [1, 10, 100];
    const shown = chart([1, 10, 100], { view: { ...PLAIN, isLog: true, isLogX: true } });
    shown.store.load([{ name: "val/loss", steps, epochs: steps, elapsed: steps, values: steps, points: 3 }]);
    const [a, b, c] = points(draw([shown]).querySelector("path.curve")) as [number, number][];
    expect((b?.[0] ?? 0) - (a?.[0] ?? 0)).toBeCloseTo((c?.[0] ?? 0) - (b?.[0] ?? 0), 0);
    expect((b?.[1] ?? 0) - (a?.[1] ?? 0)).toBeCloseTo((c?.[1] ?? 0) - (b?.[1] ?? 0), 0);
  });

  it("fills the band of a group and marks what happened", () => {
    const svg = draw([{ ...group(), marks: [{ step: 2, label: "resumed" }] }]);
    expect(points(svg.querySelector("path.band"))).toHaveLength(4);
    expect(svg.querySelectorAll("path.curve")).toHaveLength(1);
    expect(texts(svg)).toContain("resumed");
  });

  it("writes marks that lie close together below one another", () => {
    const marks = ["resumed", "lr 0.01", "lr 0.02"].map((label, index) => ({ step: 2 - index / 100, label }));
    const svg = draw([{ ...group(), marks }]);
    const heights = [...svg.querySelectorAll("text")].flatMap((text) =>
      marks.some(({ label }) => label === text.textContent) ? [Number(text.getAttribute("y"))] : [],
    );
    expect(heights).toHaveLength(3);
    expect(new Set(heights).size).toBe(3);
  });
});

it("charts are told in the order of the page, and those that are hidden are not", () => {
  const shown = new ShownCharts();
  const make = (isVisible: boolean) => {
    const element = document.createElement("section");
    document.body.append(element);
    element.checkVisibility = () => isVisible;
    return element;
  };
  const [first, hidden, last] = [make(true), make(false), make(true)];
  const out = shown.put(last, () => chart([1], { title: "last" }));
  shown.put(hidden, () => chart([1], { title: "hidden" }));
  shown.put(first, () => chart([1], { title: "first" }));
  expect(shown.list().map(({ title }) => title)).toEqual(["first", "last"]);
  out();
  expect(shown.list().map(({ title }) => title)).toEqual(["first"]);
});
