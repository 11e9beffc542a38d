/** What one redraw shows: the visible part of each series, thinned to the pixels, on one common x axis. */

import { bucketIndices, type MetricBuffer } from "./metricBuffer";

export type XAxis = "step" | "epoch" | "elapsed" | "wall";

/** A value; null is a gap (a value that is no number); undefined is a place where only another series has a point. */
export type Cell = number | null | undefined;

export interface Line {
  x: number[];
  y: (number | null)[];
}

export interface Range {
  min: number;
  max: number;
}

/** The x of point `index`; steps become fractions of epochs where the length of an epoch is known. */
export function xAt(buffer: MetricBuffer, index: number, axis: XAxis, stepsPerEpoch: number | null): number {
  if (axis === "step") return buffer.steps[index] as number;
  if (axis === "elapsed") return buffer.elapsed[index] as number;
  if (axis === "wall") return buffer.startedAt + (buffer.elapsed[index] as number);
  const length = stepsPerEpoch ?? buffer.stepsPerEpoch;
  return length === null ? (buffer.epochs[index] as number) : (buffer.steps[index] as number) / length;
}

/** The first index whose x is not below `x`. */
function lowerBound(length: number, x: number, at: (index: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface LineOptions {
  axis: XAxis;
  stepsPerEpoch: number | null;
  /** What is in view; null is everything. One point on either side is kept so that the line leaves the frame. */
  range: Range | null;
  /** At most about three points for each of these are kept. */
  buckets: number;
  isLog: boolean;
  /** The line is broken where an epoch ends: its values begin anew there, and a line across would show a leap that none was. */
  isBrokenAtEpochs?: boolean;
}

/** So many points of an epoch must be drawn for it to have a line of its own: of fewer only dots would be left. */
const LEAST_OF_EPOCH = 4;

/** The visible part of a series; `values` are the raw or the smoothed ones of `buffer`. */
export function buildLine(buffer: MetricBuffer, values: Float64Array, options: LineOptions): Line {
  const at = (index: number) => xAt(buffer, index, options.axis, options.stepsPerEpoch);
  let start = 0;
  let end = buffer.length;
  if (options.range !== null) {
    start = Math.max(0, lowerBound(end, options.range.min, at) - 1);
    end = Math.min(end, lowerBound(end, options.range.max, at) + 2);
  }
  const line: Line = { x: [], y: [] };
  const chosen = chooseIndices(values, start, end, options.buckets);
  const epochOf = (index: number | undefined) => (index === undefined ? undefined : buffer.epochs[index]);
  const numEpochs = 1 + ((epochOf(chosen.at(-1)) ?? 0) - (epochOf(chosen[0]) ?? 0));
  const isBroken = options.isBrokenAtEpochs === true && chosen.length >= numEpochs * LEAST_OF_EPOCH;
  chosen.forEach((index, place) => {
    const value = values[index] as number;
    const x = at(index);
    if (isBroken && place > 0 && epochOf(chosen[place - 1]) !== epochOf(index)) {
      line.x.push(x);
      line.y.push(null);
    }
    line.x.push(x);
    line.y.push(Number.isFinite(value) && !(options.isLog && value <= 0) ? value : null);
  });
  return line;
}

/** The points of `[start, end)` to be drawn: all, or of each bucket the lowest, the highest and a gap. */
function chooseIndices(values: Float64Array, start: number, end: number, buckets: number): number[] {
  const num = end - start;
  if (num <= buckets * 3) return Array.from({ length: num }, (_, index) => start + index);
  // The first and the last point always stand: the line begins and ends where the data does.
  const chosen = [start];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = start + 1 + Math.floor(((num - 2) * bucket) / buckets);
    const to = start + 1 + Math.floor(((num - 2) * (bucket + 1)) / buckets);
    for (const index of bucketIndices(values, from, to)) chosen.push(index);
  }
  chosen.push(end - 1);
  return chosen;
}

/** Merges lines, each sorted by x, into one x column and a column for each line. */
export function alignLines(lines: readonly Line[]): [number[], ...Cell[][]] {
  const x: number[] = [];
  const columns: Cell[][] = lines.map(() => []);
  const heads = lines.map(() => 0);
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (let line = 0; line < lines.length; line += 1) {
      const candidate = lines[line]?.x[heads[line] as number];
      if (candidate !== undefined && candidate < next) next = candidate;
    }
    if (next === Number.POSITIVE_INFINITY) break;
    x.push(next);
    for (let line = 0; line < lines.length; line += 1) {
      const head = heads[line] as number;
      if (lines[line]?.x[head] === next) {
        columns[line]?.push(lines[line]?.y[head]);
        heads[line] = head + 1;
      } else {
        columns[line]?.push(undefined);
      }
    }
  }
  return [x, ...columns];
}

/** Above this many cells the lines are aligned coarsely: a chart of a hundred runs would have millions of empty ones. */
const MAX_CELLS = 100_000;

/** As {@link alignLines} does, or coarsely where that would be too much; `range` and `buckets` are those of the picture. */
export function alignAll(lines: readonly Line[], range: Range, buckets: number): [number[], ...Cell[][]] {
  const rows = lines.reduce((sum, line) => sum + line.x.length, 0);
  return rows * lines.length <= MAX_CELLS ? alignLines(lines) : alignCoarsely(lines, range, buckets);
}

/**
 * As {@link alignLines}, but points of several lines within one of the `buckets` of `range` share rows, at most three a bucket
 * (the lowest, the highest, a gap), so that no value is lost to the eye and a point lies less than a bucket from its place. A
 * row stands at the x of a point that there is.
 */
export function alignCoarsely(lines: readonly Line[], range: Range, buckets: number): [number[], ...Cell[][]] {
  const scale = buckets / (range.max - range.min);
  // What lies beside the range is kept too: there the lines leave the frame.
  const bucketOf = (x: number) => Math.min(buckets, Math.max(-1, Math.floor((x - range.min) * scale)));
  const heads = lines.map(() => 0);
  const x: number[] = [];
  const columns: Cell[][] = lines.map(() => []);
  for (let bucket = -1; bucket <= buckets; bucket += 1) {
    const base = x.length;
    lines.forEach((line, at) => {
      const start = heads[at] as number;
      let end = start;
      while (end < line.x.length && bucketOf(line.x[end] as number) <= bucket) end += 1;
      heads[at] = end;
      const chosen = extremesOf(line.y, start, end);
      chosen.forEach((index, row) => {
        if (base + row === x.length) x.push(Math.max(line.x[index] as number, x.at(-1) ?? Number.NEGATIVE_INFINITY));
        const column = columns[at] as Cell[];
        while (column.length < base + row) column.push(undefined);
        column.push(line.y[index]);
      });
    });
  }
  for (const column of columns) while (column.length < x.length) column.push(undefined);
  return [x, ...columns];
}

/** The indices of the lowest and the highest value and of the first gap in `[start, end)`, in order. */
function extremesOf(values: readonly (number | null)[], start: number, end: number): number[] {
  if (end - start <= 2) return end - start === 2 ? [start, start + 1] : end > start ? [start] : [];
  return bucketIndices(values, start, end);
}

/** The x range of everything; a single point gets room on both sides. */
export function fullRange(buffers: readonly MetricBuffer[], axis: XAxis, stepsPerEpoch: number | null): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const buffer of buffers) {
    if (buffer.length === 0) continue;
    min = Math.min(min, xAt(buffer, 0, axis, stepsPerEpoch));
    max = Math.max(max, xAt(buffer, buffer.length - 1, axis, stepsPerEpoch));
  }
  if (min > max) return { min: 0, max: 1 };
  return min === max ? { min: min - 1, max: max + 1 } : { min, max };
}

/** A log scale has no place for zero and less. */
export function toPositive(range: Range, isLog: boolean): Range {
  if (!isLog || range.min > 0) return range;
  const max = range.max > 0 ? range.max : 1;
  return { min: max / 1e4, max };
}

/** uPlot labels numbers of up to 17 digits; a loss that explodes has more. */
const MOST_DIGITS = 15;

/** What the values of a range are divided by to be drawn: 1, or the power of ten of the largest. */
export function unitOf({ min, max }: Range): number {
  const digits = Math.floor(Math.log10(Math.max(Math.abs(min), Math.abs(max), 1)));
  return digits < MOST_DIGITS ? 1 : Number(`1e${digits}`);
}

/** A frame shows at least this share of its values: what hardly changes looks so, and its ticks stay readable. */
const LEAST_SPAN = 0.05;

/** The y range to draw, and how many points lie outside of it. */
export interface ValueRange extends Range {
  numOutside: number;
}

/** So many values at the beginning of a column belong to its shape, however far from the rest they lie. */
const NUM_FIRST = 5;
/** A value further out than this many times the height of the curve is a spike. */
const SPIKE = 3;

/**
 * The y range of the columns. Where a few values lie far beyond the rest (a spike), the frame keeps to the rest unless
 * `keepAll`: the shape of the curve stays readable, and `numOutside` says what is cut. How a loss begins is no spike.
 */
export function valueRange(columns: readonly (readonly Cell[])[], isLog: boolean, keepAll: boolean): ValueRange | null {
  const numbers = new Float64Array(columns.reduce((num, column) => num + column.length, 0));
  const first: number[] = [];
  let length = 0;
  for (const column of columns) {
    const start = length;
    for (const value of column) if (typeof value === "number") numbers[length++] = value;
    first.push(...numbers.subarray(start, Math.min(length, start + NUM_FIRST)));
  }
  const values = numbers.subarray(0, length).sort();
  if (values.length === 0) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
  let min = at(0);
  let max = at(1);
  let numOutside = 0;
  if (!keepAll && !isLog && values.length >= 20) {
    const low = Math.min(at(0.02), ...first);
    const high = Math.max(at(0.98), ...first);
    const span = high - low;
    if (span > 0) {
      if (max > high + SPIKE * span) max = high + span / 2;
      if (min < low - SPIKE * span) min = low - span / 2;
      numOutside = values.reduce((num, value) => num + (value < min || value > max ? 1 : 0), 0);
    }
  }
  if (isLog) {
    // What hardly changes would lie on the frame's edge.
    const factor = min === max ? 2 : max / min < 1 + 2 * LEAST_SPAN ? 1 + LEAST_SPAN : 1;
    return { min: min / factor, max: max * factor, numOutside };
  }
  const least = Math.max(Math.abs(min), Math.abs(max)) * LEAST_SPAN || 1;
  const margin = Math.max((max - min) * 0.05, (least - (max - min)) / 2);
  return { min: min - margin, max: max + margin, numOutside };
}
