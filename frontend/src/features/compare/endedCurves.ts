/** Gets the curves of runs that have ended, which never change, metric by metric. No React here. */

import { fetchBytes, type RunSummary } from "@/api";
import type { MetricStore } from "@/features/charts";
import { metricsOf, seriesName } from "./names";
import { unpackCurves } from "./packedCurves";

/** Two metrics are asked for at a time: the first charts have theirs early. */
const AT_ONCE = 2;

export type FetchBytes = (path: string, signal: AbortSignal) => Promise<ArrayBuffer>;

export class EndedCurves {
  /** Of each curve that is there, into how many points it was thinned at most, and how far its run had come. */
  private readonly there = new Map<string, { maxPoints: number; step: number }>();

  constructor(
    private readonly store: MetricStore,
    private readonly fetch: FetchBytes = fetchBytes,
  ) {}

  /** Puts what is missing of the metrics `names` of `runs` into the store, in this order. */
  async load(runs: readonly RunSummary[], names: readonly string[], maxPoints: number, signal: AbortSignal) {
    const waiting = [...names];
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        await this.loadOne(runs, name, maxPoints, signal);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  private async loadOne(runs: readonly RunSummary[], name: string, maxPoints: number, signal: AbortSignal) {
    const missing = runs.filter((run) => {
      const there = this.there.get(seriesName(run.id, name));
      const isThere = there !== undefined && there.maxPoints >= maxPoints && there.step === run.step;
      return !isThere && metricsOf(run).includes(name);
    });
    if (missing.length === 0 || signal.aborted) return;
    const query = new URLSearchParams([
      ["name", name],
      ["max_points", String(maxPoints)],
    ]);
    for (const run of missing) query.append("run", run.id);
    const curves = unpackCurves(await this.fetch(`/api/runs/curves?${query}`, signal), name);
    if (signal.aborted) return;
    this.store.load(curves);
    for (const run of missing) {
      const series = seriesName(run.id, name);
      this.there.set(series, { maxPoints, step: run.step });
      const buffer = this.store.buffer(series);
      if (buffer === undefined) continue;
      buffer.stepsPerEpoch = run.steps_per_epoch;
      buffer.startedAt = run.started ?? run.created;
    }
  }
}
