/** Exponential moving average without the pull towards zero at the beginning, computed once for each point. */

import type { MetricBuffer } from "./metricBuffer";

/**
 * `smoothed[i] = sum(w^(i-j) v[j]) / sum(w^(i-j))` over the finite values up to `i`, `w` in `[0, 1)`.
 * A value that is no number stays a gap and does not spoil what follows.
 */
export class SmoothedColumn {
  values = new Float64Array(0);
  private length = 0;
  private generation = -1;
  private sum = 0;
  private weights = 0;

  constructor(
    private readonly buffer: MetricBuffer,
    readonly weight: number,
  ) {}

  /** Brings the column up to the buffer: only what was appended since is computed. */
  update(): Float64Array {
    const { buffer } = this;
    if (this.generation !== buffer.generation || this.length > buffer.length) {
      this.generation = buffer.generation;
      this.length = 0;
      this.sum = 0;
      this.weights = 0;
    }
    if (this.values.length < buffer.length) {
      const copy = new Float64Array(buffer.values.length);
      copy.set(this.values.subarray(0, this.length));
      this.values = copy;
    }
    for (let index = this.length; index < buffer.length; index += 1) {
      const value = buffer.values[index] as number;
      if (Number.isFinite(value)) {
        this.sum = this.weight * this.sum + value;
        this.weights = this.weight * this.weights + 1;
        this.values[index] = this.sum / this.weights;
      } else {
        this.values[index] = Number.NaN;
      }
    }
    this.length = buffer.length;
    return this.values;
  }
}
