/** The points of one metric as growing columns: appending copies nothing, memory has a limit. */

import type { Scalar } from "@/api";

const FIRST_CAPACITY = 256;
/** Above this many points the older half is thinned; a screen has a tenth of that in pixels. */
export const MAX_POINTS = 65_536;

/** A wire value as a number: NaN and infinities travel as strings. */
export function parseScalar(value: Scalar): number {
  return typeof value === "number" ? value : Number(value);
}

function grown(column: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(capacity);
  copy.set(column);
  return copy;
}

/** Points of a metric as the server gives them, as JSON or as columns of numbers. */
export interface SeriesColumns {
  name: string;
  steps: ArrayLike<number>;
  epochs: ArrayLike<number>;
  elapsed: ArrayLike<number>;
  values: ArrayLike<Scalar>;
  /** How many there are in all, thinned ones counted too. */
  points: number;
}

export class MetricBuffer {
  length = 0;
  /** Points that were appended and still hold, thinned ones counted too. */
  points = 0;
  /** Changes when indices move (truncated, thinned): what was computed from them must be computed anew. */
  generation = 0;
  steps = new Float64Array(0);
  epochs = new Float64Array(0);
  elapsed = new Float64Array(0);
  values = new Float64Array(0);
  /** Where runs of different lengths share a chart each buffer says how long its epoch is and when its run began (Unix seconds). */
  stepsPerEpoch: number | null = null;
  startedAt = 0;
  private readonly seen = { generation: 0, length: 0, lowest: -1, highest: -1 };

  constructor(
    readonly name: string,
    private readonly maxPoints = MAX_POINTS,
  ) {}

  /** Points of thinned history, which replace what is here. */
  load(series: SeriesColumns): void {
    this.length = 0;
    this.generation += 1;
    this.grow(Math.min(series.steps.length, this.maxPoints));
    const elapsed = spreadTimes(series.elapsed);
    for (let index = 0; index < series.steps.length; index += 1) {
      const value = series.values[index];
      if (value === undefined) continue;
      this.append(series.steps[index] ?? 0, series.epochs[index] ?? 0, elapsed[index] ?? 0, parseScalar(value));
    }
    this.points = series.points;
  }

  /** Adds a point. One at a step that is already there replaces it; an older one is dropped: steps never go back. */
  append(step: number, epoch: number, elapsed: number, value: number): void {
    const last = this.length - 1;
    if (last >= 0) {
      const lastStep = this.steps[last] as number;
      if (step < lastStep) return;
      if (step === lastStep) {
        if (!Object.is(this.values[last], value)) {
          this.values[last] = value;
          this.generation += 1;
        }
        return;
      }
    }
    if (this.length >= this.maxPoints) this.thinOlderHalf();
    if (this.length === this.steps.length) this.grow(Math.max(FIRST_CAPACITY, this.length * 2));
    const index = this.length;
    this.steps[index] = step;
    this.epochs[index] = epoch;
    this.elapsed[index] = elapsed;
    this.values[index] = value;
    this.length = index + 1;
    this.points += 1;
  }

  /** Forgets the points above `step`: a resumed attempt trains those steps again. */
  truncateAfter(step: number): void {
    let length = this.length;
    while (length > 0 && (this.steps[length - 1] as number) > step) length -= 1;
    if (length === this.length) return;
    this.points -= this.length - length;
    this.length = length;
    this.generation += 1;
  }

  /** Index of the smallest and of the largest finite value, -1 where there is none. Looks at each point once. */
  extremes(): { lowest: number; highest: number } {
    const seen = this.seen;
    if (seen.generation !== this.generation) {
      Object.assign(seen, { generation: this.generation, length: 0, lowest: -1, highest: -1 });
    }
    for (let index = seen.length; index < this.length; index += 1) {
      const value = this.values[index] as number;
      if (!Number.isFinite(value)) continue;
      if (seen.lowest < 0 || value < (this.values[seen.lowest] as number)) seen.lowest = index;
      if (seen.highest < 0 || value > (this.values[seen.highest] as number)) seen.highest = index;
    }
    seen.length = this.length;
    return { lowest: seen.lowest, highest: seen.highest };
  }

  private grow(capacity: number): void {
    if (capacity <= this.steps.length) return;
    this.steps = grown(this.steps, capacity);
    this.epochs = grown(this.epochs, capacity);
    this.elapsed = grown(this.elapsed, capacity);
    this.values = grown(this.values, capacity);
  }

  /** Keeps the lowest, the highest and one value that is no number of each eight points of the older half. */
  private thinOlderHalf(): void {
    const half = this.length >> 1;
    let kept = 0;
    for (let start = 0; start < half; start += 8) {
      for (const index of bucketIndices(this.values, start, Math.min(start + 8, half))) this.move(index, kept++);
    }
    for (let index = half; index < this.length; index += 1) this.move(index, kept++);
    this.length = kept;
    this.generation += 1;
  }

  private move(from: number, to: number): void {
    this.steps[to] = this.steps[from] as number;
    this.epochs[to] = this.epochs[from] as number;
    this.elapsed[to] = this.elapsed[from] as number;
    this.values[to] = this.values[from] as number;
  }
}

/** Changes whenever one of the buffers holds other points. */
export function stampOf(buffers: readonly (MetricBuffer | undefined)[]): string {
  let generations = 0;
  let points = 0;
  for (const buffer of buffers) {
    if (buffer === undefined) continue;
    generations += buffer.generation;
    points += buffer.points;
  }
  return `${generations} ${points}`;
}

/** Points of one batch carry the moment at which it was sent: they are spread over the time since the one before. */
export function spreadTimes(times: ArrayLike<number>): number[] {
  const spread: number[] = [];
  let before = 0;
  for (let start = 0; start < times.length; ) {
    const time = times[start] as number;
    let end = start;
    while (end < times.length && times[end] === time) end += 1;
    const from = Math.min(before, time);
    for (let index = start; index < end; index += 1) {
      spread.push(from + ((time - from) * (index - start + 1)) / (end - start));
    }
    before = time;
    start = end;
  }
  return spread;
}

/**
 * The indices in `[start, end)` that a picture needs: the lowest, the highest, and the first value that is no number,
 * in order. So a spike and a gap survive thinning.
 */
export function bucketIndices(values: ArrayLike<number | null>, start: number, end: number): number[] {
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let index = start; index < end; index += 1) {
    const value = values[index];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      if (gap < 0) gap = index;
      continue;
    }
    if (lowest < 0 || value < (values[lowest] as number)) lowest = index;
    if (highest < 0 || value >= (values[highest] as number)) highest = index;
  }
  const indices = lowest === highest ? [lowest, gap] : [lowest, highest, gap];
  return indices.filter((index) => index >= 0).sort((a, b) => a - b);
}
