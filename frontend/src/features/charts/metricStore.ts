/** All metrics of one run: history thinned by the server, then live events. Listeners hear of a batch once. */

import type { RunEvent, Scalar } from "@/api";
import { MetricBuffer, parseScalar, type SeriesColumns } from "./metricBuffer";

type MetricsEvent = Extract<RunEvent, { type: "metrics" }>;

/** Figures of the machine come with the time, whether steps are made or not: their place is a moment, in milliseconds. */
const SYSTEM = "system/";
const placeOf = (elapsed: number): number => Math.round(elapsed * 1000);
const MIB = 2 ** 20;
/** Bytes are drawn in MiB. */
const shownAs = (name: string, value: Scalar): number => parseScalar(value) / (name.endsWith("_bytes") ? MIB : 1);

function placed(series: SeriesColumns): SeriesColumns {
  const values = Array.from(series.values, (value) => shownAs(series.name, value));
  return { ...series, steps: Array.from(series.elapsed, placeOf), values };
}

export class MetricStore {
  private readonly buffers = new Map<string, MetricBuffer>();
  private readonly listeners = new Set<() => void>();
  private names: readonly string[] = [];
  private lastElapsed = 0;

  buffer(name: string): MetricBuffer | undefined {
    return this.buffers.get(name);
  }

  /** Names of all metrics, sorted; the same array until one is added. */
  getNames = (): readonly string[] => this.names;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  load(all: readonly SeriesColumns[]): void {
    for (const series of all) {
      const buffer = this.obtain(series.name);
      buffer.load(series.name.startsWith(SYSTEM) ? placed(series) : series);
      this.lastElapsed = Math.max(this.lastElapsed, series.elapsed[series.elapsed.length - 1] ?? 0);
    }
    this.notify();
  }

  /** Takes the events of one batch that concern metrics, in order, and tells the listeners once. */
  apply(events: readonly RunEvent[]): void {
    let isChanged = false;
    for (const event of events) {
      if (event.type === "metrics") {
        this.append(event);
        isChanged = true;
      } else if (event.type === "system") {
        for (const [name, value] of Object.entries(event.values)) {
          const place = placeOf(event.elapsed);
          this.obtain(SYSTEM + name).append(place, 0, event.elapsed, shownAs(name, value));
        }
        isChanged = true;
      } else if (event.type === "hello") {
        for (const buffer of this.buffers.values()) {
          const last = buffer.name.startsWith(SYSTEM) ? placeOf(event.elapsed) : event.resumed_from_step;
          buffer.truncateAfter(last);
        }
        isChanged = true;
      }
    }
    if (isChanged) this.notify();
  }

  /** A batch says once when it was sent; its points are spread over the time since the one before. */
  private append(event: MetricsEvent): void {
    const num = event.steps.length;
    const from = Math.min(this.lastElapsed, event.elapsed);
    for (const [name, column] of Object.entries(event.values)) {
      const buffer = this.obtain(name);
      for (let index = 0; index < num; index += 1) {
        const value = column[index];
        if (value === null || value === undefined) continue;
        const elapsed = from + ((event.elapsed - from) * (index + 1)) / num;
        buffer.append(event.steps[index] as number, event.epoch, elapsed, parseScalar(value));
      }
    }
    this.lastElapsed = event.elapsed;
  }

  private obtain(name: string): MetricBuffer {
    let buffer = this.buffers.get(name);
    if (buffer === undefined) {
      buffer = new MetricBuffer(name);
      this.buffers.set(name, buffer);
      this.names = [...this.buffers.keys()].sort();
    }
    return buffer;
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
