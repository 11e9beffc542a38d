import { describe, expect, it, vi } from "vitest";
import type { RunSummary } from "@/api";
import { MetricBuffer, MetricStore } from "@/features/charts";
import { EndedCurves } from "./endedCurves";
import { groupRuns, meanOf, spreadOf } from "./groupMeans";
import { buildAxes } from "./parallel";
import { assignColors, withoutDashes } from "./runColors";
import { pointsOf } from "./useCompareStore";

function buffer(steps: number[], values: number[]): MetricBuffer {
  const filled = new MetricBuffer("x");
  steps.forEach((step, index) => {
    filled.append(step, 1, step, values[index] as number);
  });
  return filled;
}

describe("colours of runs", () => {
  it("stay with a run, and new ones take what is used least", () => {
    expect(assignColors(["a", "b"], { b: 1 })).toEqual({ b: 1, a: 2 });
    const many = Array.from({ length: 17 }, (_, index) => `r${index}`);
    const colors = assignColors(many, {});
    expect(new Set(Object.values(colors)).size).toBe(16);
    expect(assignColors([...many].reverse(), colors)).toEqual(colors);
  });

  it("lose their dashes, not their hue, where more runs than looks are compared", () => {
    expect(withoutDashes({ a: 1, b: 8, c: 9, d: 16 })).toEqual({ a: 1, b: 8, c: 1, d: 8 });
  });
});

describe("the mean of a group", () => {
  it("lies between the lowest and the highest at every step, on the line between logged points", () => {
    const { mean, high, low } = meanOf([buffer([1, 3], [1, 3]), buffer([1, 2, 3], [3, 4, 5])], "g");
    expect(mean.steps).toEqual([1, 2, 3]);
    expect(mean.values).toEqual([2, 3, 4]);
    expect(low.values).toEqual([1, 2, 3]);
    expect(high.values).toEqual([3, 4, 5]);
  });

  it("counts no run beyond its end and no value that is no number", () => {
    const { mean } = meanOf([buffer([1, 2], [1, 2]), buffer([2, 4], [Number.NaN, 8])], "g");
    expect(mean.steps).toEqual([1, 2, 4]);
    expect(mean.values).toEqual([1, 2, 8]);
  });
});

describe("the results of a group", () => {
  it("are told by their mean and the deviation of a sample", () => {
    const spread = spreadOf([0.9, 0.92, 0.97, 0.81]);
    expect(spread?.mean).toBeCloseTo(0.9, 12);
    expect(spread?.deviation).toBeCloseTo(0.0668331, 6);
    expect(spreadOf([0.5])).toEqual({ mean: 0.5, deviation: null, count: 1 });
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([1, Number.NaN])?.mean).toBeNaN();
  });

  it("are those of the runs with the same value", () => {
    const runs = [
      { id: "a", tags: ["x"] },
      { id: "b", tags: ["y"] },
      { id: "c", tags: ["x"] },
    ] as unknown as RunSummary[];
    const tag = { id: "tag", group: "run", name: "tag", unit: null, value: (run: RunSummary) => run.tags } as const;
    expect(groupRuns(runs, tag).map((group) => group.runs.map(({ id }) => id))).toEqual([["a", "c"], ["b"]]);
  });
});

/** As the server packs a curve of each of `runs`: the steps 1 and 2, the values 0.5 and NaN. */
function packed(runs: readonly string[]): ArrayBuffer {
  let head = JSON.stringify(runs.map((run) => ({ run, points: 10, length: 2 })));
  while ((head.length + 4) % 8 !== 0) head += " ";
  const bytes = new ArrayBuffer(4 + head.length + runs.length * 64);
  new DataView(bytes).setUint32(0, head.length, true);
  new Uint8Array(bytes).set(new TextEncoder().encode(head), 4);
  runs.forEach((_, at) => {
    new Float64Array(bytes, 4 + head.length + at * 64, 8).set([1, 2, 1, 1, 0.5, 1, 0.5, Number.NaN]);
  });
  return bytes;
}

describe("the axes of parallel coordinates", () => {
  it("leave out the results that every run has alike, and tell which", () => {
    const runs = [1, 2].map((id) => ({ id: String(id) })) as unknown as RunSummary[];
    const field = (group: "best" | "setting", name: string, ...values: number[]) =>
      ({ id: name, group, name, unit: null, value: (run: RunSummary) => values[Number(run.id) - 1] ?? null }) as const;
    const fields = [
      field("setting", "lr", 0.1, 0.2),
      field("setting", "epochs", 5, 5),
      field("best", "val/loss", 0.3, 0.2),
      field("best", "val/Recall", 1, 1),
    ];
    const { axes, same } = buildAxes(new Map(fields.map((one) => [one.id, one])), runs, (_, value) => String(value));
    expect(axes.map((axis) => axis.field.name)).toEqual(["lr", "val/loss"]);
    expect(same.map(({ name }) => name)).toEqual(["val/Recall"]);
  });
});

describe("settings that only some runs have", () => {
  const runs = [0, 1, 2].map((id) => ({ id: String(id) })) as unknown as RunSummary[];
  const field = (name: string, ...values: (number | string | null)[]) =>
    ({
      id: name,
      group: "setting",
      name,
      unit: null,
      value: (run: RunSummary) => values[Number(run.id)] ?? null,
    }) as const;
  const axesOf = (...fields: ReturnType<typeof field>[]) =>
    buildAxes(new Map(fields.map((one) => [one.id, one])), runs, (_, value) => String(value)).axes;

  it("are one axis where they come and go together", () => {
    const axes = axesOf(
      field("early_stopping.min_delta", null, 0, null),
      field("early_stopping.patience", null, 2, null),
      field("lr", 0.1, 0.2, 0.3),
    );
    expect(axes.map((axis) => axis.field.name)).toEqual(["early_stopping", "lr"]);
    expect(axes[0]?.ticks.map((tick) => tick.text)).toEqual(["false", "true"]);
    expect(runs.map((run) => axes[0]?.place(run))).toEqual([0, 1, 0]);
  });

  it("keep the axis of what differs among those that have it, or stands alone", () => {
    const axes = axesOf(
      field("early_stopping.mode", "min", "min", null),
      field("early_stopping.patience", 2, 5, null),
      field("gradient_clip_norm", null, null, 1),
    );
    expect(axes.map((axis) => axis.field.name)).toEqual(["early_stopping.patience", "gradient_clip_norm"]);
  });

  it("are no axis where the kind beside them tells the runs apart", () => {
    const axes = axesOf(
      field("optimizer.params.momentum", null, null, 0.9),
      field("optimizer.params.nesterov", null, null, 1),
      field("optimizer.type", "AdamW", "Adam", "SGD"),
    );
    expect(axes.map((axis) => axis.field.name)).toEqual(["optimizer.type"]);
  });
});

describe("the curves of ended runs", () => {
  const run = (id: string, step = 2) =>
    ({ id, step, last: { "val/loss": 1 }, steps_per_epoch: 4, started: 9 }) as unknown as RunSummary;

  it("are asked for once, and again where more points are wanted or the run went on", async () => {
    const store = new MetricStore();
    const asked = vi.fn(async (path: string) => packed(new URLSearchParams(path.split("?")[1]).getAll("run")));
    const curves = new EndedCurves(store, asked);
    const load = (runs: RunSummary[], maxPoints: number) =>
      curves.load(runs, ["val/loss", "val/none"], maxPoints, new AbortController().signal);
    await load([run("a"), run("b")], 400);
    expect(asked).toHaveBeenCalledTimes(1);
    const buffer = store.buffer("b val/loss");
    expect([...(buffer?.values.subarray(0, buffer.length) ?? [])]).toEqual([0.5, Number.NaN]);
    expect([buffer?.points, buffer?.stepsPerEpoch, buffer?.startedAt]).toEqual([10, 4, 9]);
    await load([run("a"), run("b")], 200);
    expect(asked).toHaveBeenCalledTimes(1);
    await load([run("a"), run("b", 3)], 400);
    expect(asked.mock.lastCall?.[0]).toMatch(/run=b$/);
    await load([run("a"), run("b", 3)], 800);
    expect(asked.mock.lastCall?.[0]).toMatch(/max_points=800&run=a&run=b$/);
  });

  it("leave the store alone once nobody waits for them", async () => {
    const store = new MetricStore();
    const abort = new AbortController();
    const curves = new EndedCurves(store, async () => {
      abort.abort();
      return packed(["a"]);
    });
    await curves.load([run("a")], ["val/loss"], 400, abort.signal);
    expect(store.getNames()).toEqual([]);
  });

  it("have the fewer points the more runs there are", () => {
    expect([1, 10, 25, 100, 1000].map(pointsOf)).toEqual([3200, 3200, 1600, 400, 200]);
  });
});
