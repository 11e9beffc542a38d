import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "@/api";
import {
  alignAll,
  alignCoarsely,
  alignLines,
  buildLine,
  fullRange,
  type LineOptions,
  unitOf,
  valueRange,
} from "./frame";
import { bucketIndices, MetricBuffer, spreadTimes } from "./metricBuffer";
import { MetricStore } from "./metricStore";
import { SmoothedColumn } from "./smoothing";
import { nearestCell, summarise } from "./summary";
import { formatClock, formatTick, logTicks } from "./ticks";

function filled(values: number[], maxPoints?: number): MetricBuffer {
  const buffer = new MetricBuffer("train/loss", maxPoints);
  values.forEach((value, index) => {
    buffer.append(index + 1, 1, index, value);
  });
  return buffer;
}

const PLAIN: LineOptions = { axis: "step", stepsPerEpoch: null, range: null, buckets: 1000, isLog: false };
const envelope = { run: "r", attempt: 1, seq: 1, time: 0 };

function metrics(steps: number[], values: number[], elapsed = 1): RunEvent {
  return { ...envelope, type: "metrics", elapsed, epoch: 1, steps, values: { "train/loss": values } };
}

function hello(resumed_from_step: number, attempt: number): RunEvent {
  return {
    ...envelope,
    attempt,
    type: "hello",
    elapsed: 0,
    pid: 1,
    device: "cpu",
    versions: {},
    resumed_from_step,
    steps_per_epoch: 10,
    total_steps: 100,
  };
}

describe("MetricBuffer", () => {
  it("keeps every point while it grows", () => {
    const buffer = filled(Array.from({ length: 5000 }, (_, index) => index));
    expect(buffer.length).toBe(5000);
    expect(buffer.values[4999]).toBe(4999);
    expect(buffer.steps[4999]).toBe(5000);
  });

  it("replaces a point at the same step and drops an older one", () => {
    const buffer = filled([3, 2, 1]);
    buffer.append(3, 1, 9, 7);
    buffer.append(2, 1, 9, 8);
    expect([...buffer.values.subarray(0, buffer.length)]).toEqual([3, 2, 7]);
  });

  it("stays below its limit and keeps the extremes, however many points come", () => {
    const buffer = new MetricBuffer("loss", 256);
    for (let step = 1; step <= 10_000; step += 1) buffer.append(step, 1, step, step === 77 ? 1e6 : Math.sin(step));
    expect(buffer.length).toBeLessThanOrEqual(256);
    expect(buffer.points).toBe(10_000);
    const { highest } = buffer.extremes();
    expect(buffer.values[highest]).toBe(1e6);
    expect(buffer.steps[highest]).toBe(77);
    const steps = [...buffer.steps.subarray(0, buffer.length)];
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it("spreads the points of a batch of the history over its time", () => {
    expect(spreadTimes([2, 2, 4, 4, 5])).toEqual([1, 2, 3, 4, 5]);
    expect(spreadTimes([])).toEqual([]);
  });

  it("forgets what a resumed attempt trains again", () => {
    const buffer = filled([5, 4, 3, 2, 1]);
    buffer.truncateAfter(2);
    expect(buffer.length).toBe(2);
    expect(buffer.points).toBe(2);
    buffer.append(3, 1, 9, 30);
    expect(buffer.values[2]).toBe(30);
  });
});

describe("MetricStore", () => {
  it("shows no point twice when an attempt is resumed from a checkpoint", () => {
    const store = new MetricStore();
    store.apply([hello(0, 1), metrics([1, 2, 3, 4], [4, 3, 2, 1])]);
    store.apply([hello(2, 2), metrics([3, 4, 5], [2, 1, 0.5])]);
    const buffer = store.buffer("train/loss");
    expect([...(buffer?.steps.subarray(0, buffer.length) ?? [])]).toEqual([1, 2, 3, 4, 5]);
  });

  it("tells listeners once for each batch of events", () => {
    const store = new MetricStore();
    let num = 0;
    store.subscribe(() => {
      num += 1;
    });
    store.apply([metrics([1], [1]), metrics([2], [1])]);
    store.apply([{ ...envelope, type: "heartbeat", elapsed: 1, step: 1, epoch: 1 }]);
    expect(num).toBe(1);
  });

  it("spreads the points of a batch over the time since the one before", () => {
    const store = new MetricStore();
    store.apply([metrics([1, 2], [1, 1], 2), metrics([3, 4], [1, 1], 4)]);
    const buffer = store.buffer("train/loss");
    expect([...(buffer?.elapsed.subarray(0, 4) ?? [])]).toEqual([1, 2, 3, 4]);
  });

  it("reads NaN and infinities from their names and keeps the list of names until it changes", () => {
    const store = new MetricStore();
    store.load([
      { name: "a", steps: [1, 2], epochs: [1, 1], elapsed: [0, 1], values: ["NaN", "-Infinity"], points: 2 },
    ]);
    const names = store.getNames();
    expect([...(store.buffer("a")?.values.subarray(0, 2) ?? [])]).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    store.apply([metrics([1], [1])]);
    expect(store.getNames()).not.toBe(names);
    expect(store.getNames()).toEqual(["a", "train/loss"]);
  });
});

describe("SmoothedColumn", () => {
  it("does not lean towards zero at the beginning", () => {
    expect([...new SmoothedColumn(filled([5, 5, 5]), 0.9).update().subarray(0, 3)]).toEqual([5, 5, 5]);
  });

  it("equals the definition, appended piece by piece or at once, after a truncation too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, weight) => {
          const buffer = new MetricBuffer("x");
          const column = new SmoothedColumn(buffer, weight);
          values.forEach((value, index) => {
            buffer.append(index + 1, 1, 0, value);
            column.update();
          });
          buffer.append(values.length + 1, 1, 0, 99);
          column.update();
          buffer.truncateAfter(values.length);
          const smoothed = column.update();
          values.forEach((_, index) => {
            let sum = 0;
            let weights = 0;
            for (let j = 0; j <= index; j += 1) {
              sum += weight ** (index - j) * (values[j] as number);
              weights += weight ** (index - j);
            }
            expect(smoothed[index]).toBeCloseTo(sum / weights, 9);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("goes on after a value that is no number", () => {
    const smoothed = new SmoothedColumn(filled([1, Number.NaN, 1]), 0.5).update();
    expect([...smoothed.subarray(0, 3)]).toEqual([1, Number.NaN, 1]);
  });
});

describe("buildLine", () => {
  it("shows all points where there are few, NaN as a gap", () => {
    const buffer = filled([3, Number.NaN, 1]);
    expect(buildLine(buffer, buffer.values, PLAIN)).toEqual({ x: [1, 2, 3], y: [3, null, 1] });
  });

  it("has no place for zero on a logarithmic axis", () => {
    const buffer = filled([1, 0, -1, 2]);
    expect(buildLine(buffer, buffer.values, { ...PLAIN, isLog: true }).y).toEqual([1, null, null, 2]);
  });

  it("keeps a spike, a gap, the first and the last point when it thins", () => {
    const values = Array.from({ length: 10_000 }, () => 0.5);
    values[4321] = 1e9;
    values[7000] = Number.NaN;
    const buffer = filled(values);
    const line = buildLine(buffer, buffer.values, { ...PLAIN, buckets: 100 });
    expect(line.x.length).toBeLessThanOrEqual(302);
    expect(line.x[line.y.indexOf(1e9)]).toBe(4322);
    expect(line.x[line.y.indexOf(null)]).toBe(7001);
    expect([line.x[0], line.x.at(-1)]).toEqual([1, 10_000]);
  });

  it("shows a zoomed part in full with one point beyond either end", () => {
    const buffer = filled(Array.from({ length: 10_000 }, (_, index) => index));
    const line = buildLine(buffer, buffer.values, { ...PLAIN, buckets: 100, range: { min: 500, max: 510 } });
    expect([line.x[0], line.x.at(-1)]).toEqual([499, 511]);
  });

  it("is broken where an epoch ends and the values begin anew, and the cursor there finds the point behind the break", () => {
    const buffer = filled([0.1, 0.2, 0.3, 0.4, 0.8, 0.8, 0.9, 0.9]);
    for (let index = 0; index < 8; index += 1) buffer.epochs[index] = index < 4 ? 1 : 2;
    const line = buildLine(buffer, buffer.values, { ...PLAIN, isBrokenAtEpochs: true });
    expect(line.x).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 8]);
    expect(line.y).toEqual([0.1, 0.2, 0.3, 0.4, null, 0.8, 0.8, 0.9, 0.9]);
    expect(nearestCell(line.y, line.x, 4)).toEqual({ row: 5, value: 0.8 });
    expect(buildLine(buffer, buffer.values, PLAIN).y).not.toContain(null);
  });

  it("is whole where an epoch has too few points for a line of its own", () => {
    const buffer = filled([0.1, 0.2, 0.3, 0.4]);
    for (let index = 0; index < 4; index += 1) buffer.epochs[index] = 1 + index;
    expect(buildLine(buffer, buffer.values, { ...PLAIN, isBrokenAtEpochs: true }).y).not.toContain(null);
  });

  it("places steps as fractions of an epoch", () => {
    const buffer = filled([1, 1, 1, 1]);
    expect(buildLine(buffer, buffer.values, { ...PLAIN, axis: "epoch", stepsPerEpoch: 4 }).x).toEqual([
      0.25, 0.5, 0.75, 1,
    ]);
  });
});

describe("alignLines", () => {
  it("marks places where only another series has a point, and keeps gaps", () => {
    const [x, a, b] = alignLines([
      { x: [1, 2, 3], y: [1, null, 3] },
      { x: [2, 4], y: [20, 40] },
    ]);
    expect(x).toEqual([1, 2, 3, 4]);
    expect(a).toEqual([1, null, 3, undefined]);
    expect(b).toEqual([undefined, 20, undefined, 40]);
  });

  it("loses no point of any line, equal places included", () => {
    const line = fc
      .array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 })
      .map((x) => ({ x: x.sort((a, b) => a - b), y: x.map((value) => value * 2) }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const [x, ...columns] = alignLines(lines);
        expect(x).toEqual([...x].sort((a, b) => a - b));
        lines.forEach((original, index) => {
          expect(columns[index]?.filter((value) => value !== undefined)).toEqual(original.y);
        });
      }),
    );
  });
});

describe("alignCoarsely", () => {
  const range = { min: 0, max: 30 };
  const line = fc
    .array(fc.tuple(fc.integer({ min: -3, max: 33 }), fc.option(fc.integer())), { maxLength: 60 })
    .map((points) => points.sort(([a], [b]) => a - b))
    .map((points) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) }));
  const numbers = (values: readonly unknown[]) => values.filter((value) => typeof value === "number");

  it("keeps the lowest, the highest and that there are gaps, each less than a bucket from its place", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const [x, ...columns] = alignCoarsely(lines, range, 10);
        expect(x).toEqual([...x].sort((a, b) => a - b));
        lines.forEach((original, at) => {
          const column = columns[at] ?? [];
          expect(column).toHaveLength(x.length);
          expect(column.includes(null)).toBe(original.y.includes(null));
          if (original.x.length > 0) {
            expect(Math.min(...numbers(column))).toBe(Math.min(...numbers(original.y)));
            expect(Math.max(...numbers(column))).toBe(Math.max(...numbers(original.y)));
          }
          column.forEach((value, row) => {
            if (value === undefined) return;
            const away = original.x
              .filter((_, index) => original.y[index] === value)
              .map((place) => place - (x[row] ?? 0));
            expect(Math.min(...away.map(Math.abs))).toBeLessThan(3 + 1);
          });
        });
      }),
    );
  });

  it("is for charts that would be mostly empty cells: rows are as many as the picture has places", () => {
    const lines = Array.from({ length: 100 }, (_, at) => ({
      x: Array.from({ length: 200 }, (_, index) => index * 50 + at / 2),
      y: Array.from({ length: 200 }, (_, index) => index % 7),
    }));
    expect(alignAll(lines, { min: 0, max: 10_000 }, 190)[0].length).toBeLessThanOrEqual(190 * 3 + 6);
    expect(alignAll(lines.slice(0, 3), { min: 0, max: 10_000 }, 190)[0]).toHaveLength(600);
  });
});

describe("ranges", () => {
  it("gives a single point room", () => {
    expect(fullRange([filled([1])], "step", null)).toEqual({ min: 0, max: 2 });
    expect(fullRange([new MetricBuffer("empty")], "step", null)).toEqual({ min: 0, max: 1 });
    expect(valueRange([[2]], false, false)).toEqual({ min: 1.95, max: 2.05, numOutside: 0 });
    expect(valueRange([[0]], false, false)).toEqual({ min: -0.5, max: 0.5, numOutside: 0 });
    expect(valueRange([[null, undefined]], false, false)).toBeNull();
  });

  it("keeps what hardly changes off the edge of a log scale", () => {
    const range = valueRange([[0.000999, 0.001]], true, false);
    expect(range?.min).toBeLessThan(0.00096);
    expect(range?.max).toBeGreaterThan(0.00104);
    expect(valueRange([[0.1, 1]], true, false)).toEqual({ min: 0.1, max: 1, numOutside: 0 });
  });

  it("keeps the curve readable beside a spike and says what is cut", () => {
    const column = Array.from({ length: 200 }, (_, index) => 1 + Math.sin(index));
    column[100] = 1e6;
    const cut = valueRange([column], false, false);
    expect(cut?.max).toBeLessThan(10);
    expect(cut?.numOutside).toBe(1);
    expect(valueRange([column], false, true)?.max).toBeGreaterThan(1e6);
  });

  it("does not take an ordinary falling loss for a spike", () => {
    for (const pace of [2, 20, 60]) {
      const column = Array.from({ length: 3000 }, (_, index) => 2.3 * Math.exp(-index / pace) + 0.0005);
      expect(valueRange([column], false, false)?.numOutside).toBe(0);
    }
  });
});

describe("unitOf", () => {
  it.each([
    [{ min: 0, max: 2.3 }, 1],
    [{ min: -1e14, max: 5 }, 1],
    [{ min: 2, max: 1.93e36 }, 1e36],
  ])("%j is divided by %d", (range, unit) => {
    expect(unitOf(range)).toBe(unit);
  });
});

describe("logTicks", () => {
  it.each([
    [0.02, 0.7, [0.02, 0.05, 0.1, 0.2, 0.5]],
    [0.55, 1, [0.6, 0.7, 0.8, 0.9, 1]],
    [0.951, 0.985, [0.96, 0.97, 0.98]],
    [0.0009, 0.001, [0.0009, 0.00092, 0.00094, 0.00096, 0.00098, 0.001]],
    [0.001, 10, [0.001, 0.01, 0.1, 1, 10]],
    [1e-36, 1, [1e-36, 1e-31, 1e-26, 1e-21, 1e-16, 1e-11, 1e-6, 0.1]],
  ])("between %d and %d", (min, max, ticks) => {
    expect(logTicks(min, max)).toEqual(ticks);
  });
});

describe("formatTick", () => {
  it.each([
    [0.25, 0.25, "0.25"],
    [1.5, 0.25, "1.50"],
    [2, 1, "2"],
    [12_000, 500, "12,000"],
    [0.001, 0.0005, "1.0e-3"],
    [0.0005, 0.0005, "5e-4"],
    [0.00098, 0.00002, "9.8e-4"],
    [2e7, 1e7, "2e7"],
    [0.041, 0.0005, "0.0410"],
    [1.5e36, 5e35, "1.5e36"],
    [0, 0.1, "0"],
  ])("writes %d beside ticks %d apart as %s", (value, increment, text) => {
    expect(formatTick(value, increment)).toBe(text);
  });

  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [65, "1:05"],
    [600, "10:00"],
    [3725, "1:02:05"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(formatClock(seconds)).toBe(text);
  });
});

describe("summaries", () => {
  it("says last, lowest and highest", () => {
    expect(summarise(filled([3, 1, 2]), "step", null)).toEqual({
      name: "train/loss",
      points: 3,
      last: { x: 3, value: 2 },
      lowest: { x: 2, value: 1 },
      highest: { x: 1, value: 3 },
    });
    expect(summarise(new MetricBuffer("empty"), "step", null)).toBeNull();
  });

  it("finds the nearest value of a sparse series", () => {
    const x = [1, 2, 3, 10];
    expect(nearestCell([1, undefined, undefined, 4], x, 2)).toEqual({ row: 0, value: 1 });
    expect(nearestCell([undefined, undefined, undefined, 4], x, 0)).toEqual({ row: 3, value: 4 });
    expect(nearestCell([undefined, null, undefined, 4], x, 1)).toEqual({ row: 1, value: null });
    expect(nearestCell([undefined], [1], 0)).toEqual({ row: -1, value: undefined });
  });

  it("picks what a picture needs from a bucket", () => {
    const values = new Float64Array([5, Number.NaN, 9, 1, 5]);
    expect(bucketIndices(values, 0, 5)).toEqual([1, 2, 3]);
    expect(bucketIndices(new Float64Array([4, 4]), 0, 2)).toEqual([0, 1]);
  });
});
