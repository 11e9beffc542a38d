/** The mean of a metric over the runs of a group, between its lowest and highest. No React here. */

import type { MetricSeries, RunSummary } from "@/api";
import type { MetricBuffer } from "@/features/charts";
import { type Field, valueKey } from "@/features/runs";

export interface Group {
  key: string;
  runs: readonly RunSummary[];
}

/** The runs by their value of a field, in the order in which the values come. */
export function groupRuns(runs: readonly RunSummary[], field: Field): Group[] {
  const members = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const key = valueKey(field.value(run));
    members.set(key, [...(members.get(key) ?? []), run]);
  }
  return [...members].map(([key, list]) => ({ key, runs: list }));
}

export interface Spread {
  mean: number;
  /** Of a sample (divided by one less than the count); null of a single value. */
  deviation: number | null;
  count: number;
}

/** Mean and standard deviation; null of nothing. What is no number stays one: a run that failed is not left out. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((total, value) => total + value, 0) / count;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, deviation: count === 1 ? null : Math.sqrt(squares / (count - 1)), count };
}

/** As many places as a wide screen has pixels for. */
const MAX_PLACES = 800;

/** The value of a curve at `step`: between two points on the line, outside of them none. */
function valueAt(buffer: MetricBuffer, step: number, from: number): { value: number; from: number } {
  let index = from;
  while (index < buffer.length && (buffer.steps[index] as number) < step) index += 1;
  if (index >= buffer.length) return { value: Number.NaN, from: index };
  const next = buffer.steps[index] as number;
  if (next === step) return { value: buffer.values[index] as number, from: index };
  if (index === 0) return { value: Number.NaN, from: index };
  const before = buffer.steps[index - 1] as number;
  const share = (step - before) / (next - before);
  const [a, b] = [buffer.values[index - 1] as number, buffer.values[index] as number];
  return { value: a + share * (b - a), from: index };
}

export interface Means {
  mean: MetricSeries;
  high: MetricSeries;
  low: MetricSeries;
}

/**
 * Mean, highest and lowest over `buffers` at every step that one of them has a point at. A run that ended earlier no longer
 * counts from there on.
 */
export function meanOf(buffers: readonly MetricBuffer[], name: string): Means {
  const all = new Set<number>();
  for (const buffer of buffers)
    for (let index = 0; index < buffer.length; index += 1) all.add(buffer.steps[index] ?? 0);
  const sorted = [...all].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(sorted.length / MAX_PLACES));
  const steps = sorted.filter((_, index) => index % stride === 0 || index === sorted.length - 1);
  const columns = { mean: [] as number[], high: [] as number[], low: [] as number[] };
  const epochs: number[] = [];
  const elapsed: number[] = [];
  const heads = buffers.map(() => 0);
  for (const step of steps) {
    const values: number[] = [];
    let time = 0;
    let epoch = 0;
    buffers.forEach((buffer, index) => {
      const found = valueAt(buffer, step, heads[index] as number);
      heads[index] = found.from;
      if (!Number.isFinite(found.value)) return;
      values.push(found.value);
      time += buffer.elapsed[found.from] as number;
      epoch = Math.max(epoch, buffer.epochs[found.from] as number);
    });
    const sum = values.reduce((total, value) => total + value, 0);
    columns.mean.push(values.length === 0 ? Number.NaN : sum / values.length);
    columns.high.push(values.length === 0 ? Number.NaN : Math.max(...values));
    columns.low.push(values.length === 0 ? Number.NaN : Math.min(...values));
    elapsed.push(values.length === 0 ? 0 : time / values.length);
    epochs.push(epoch);
  }
  const series = (part: keyof typeof columns): MetricSeries => ({
    name: `${name} ${part}`,
    steps,
    epochs,
    elapsed,
    values: columns[part],
    points: steps.length,
  });
  return { mean: series("mean"), high: series("high"), low: series("low") };
}
