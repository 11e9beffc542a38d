/** The curves of several runs in one store: a metric of a run is called `run metric`. */

import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, keys, type MetricsRead, type RunSummary, unwrap } from "@/api";
import { MetricStore } from "@/features/charts";
import { isMoving } from "@/features/runs";
import { EndedCurves } from "./endedCurves";
import { metricsOf, orderNames, seriesName } from "./names";

/** A run that trains is asked for its points as often. */
const ASK_MS = 2000;
const MAX_POINTS_IN_ALL = 40_000;
const MIN_POINTS = 200;
const MAX_POINTS = 3200;

/** Points of a curve, of `numRuns` compared: steps of two, so that one run more or less changes nothing. */
export function pointsOf(numRuns: number): number {
  let points = MIN_POINTS;
  while (points < MAX_POINTS && points * 2 * numRuns <= MAX_POINTS_IN_ALL) points *= 2;
  return points;
}

export function useCompareStore(
  runs: readonly RunSummary[],
  pinned: readonly string[],
): { store: MetricStore; isLoading: boolean; error: Error | null } {
  const [store] = useState(() => new MetricStore());
  const maxPoints = pointsOf(runs.length);
  const moving = useMoving(
    store,
    runs.filter((run) => isMoving(run.state)),
    maxPoints,
  );
  const ended = useEnded(
    store,
    runs.filter((run) => !isMoving(run.state)),
    pinned,
    maxPoints,
  );
  return { store, isLoading: moving.isLoading || ended.isLoading, error: moving.error ?? ended.error };
}

/** The curves of runs that have ended come once, metric by metric. */
function useEnded(store: MetricStore, runs: readonly RunSummary[], pinned: readonly string[], maxPoints: number) {
  const [curves] = useState(() => new EndedCurves(store));
  const [outcome, setOutcome] = useState<{ key: string; error: Error | null } | null>(null);
  const key = `${maxPoints} ${runs.map((run) => `${run.id} ${run.step}`).join()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which runs they are; what is pinned only orders them
  useEffect(() => {
    const abort = new AbortController();
    curves.load(runs, orderNames(runs, pinned), maxPoints, abort.signal).then(
      () => !abort.signal.aborted && setOutcome({ key, error: null }),
      (error: Error) => !abort.signal.aborted && setOutcome({ key, error }),
    );
    return () => abort.abort();
  }, [curves, key]);
  const isDone = outcome?.key === key;
  return { isLoading: !isDone, error: isDone ? outcome.error : null };
}

/** The curves of runs that train are read again and again. */
function useMoving(store: MetricStore, runs: readonly RunSummary[], maxPoints: number) {
  const answers = useQueries({
    queries: runs.map((run) => ({
      queryKey: [...keys.metrics(run.id), { compare: maxPoints, names: metricsOf(run).join(",") }],
      queryFn: () =>
        unwrap<MetricsRead>(
          api.GET("/api/runs/{id}/metrics", {
            params: { path: { id: run.id }, query: { names: metricsOf(run).join(","), max_points: maxPoints } },
          }),
        ),
      refetchInterval: ASK_MS,
      staleTime: 0,
    })),
  });
  // Each answer goes into the store once; charts hear of it from there and keep their zoom.
  const stamp = answers.map((answer) => answer.dataUpdatedAt).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp says when an answer is another one
  useEffect(() => {
    runs.forEach((run, index) => {
      const series = answers[index]?.data?.series.map((one) => ({ ...one, name: seriesName(run.id, one.name) }));
      if (series === undefined) return;
      store.load(series);
      for (const { name } of series) {
        const buffer = store.buffer(name);
        if (buffer === undefined) continue;
        buffer.stepsPerEpoch = run.steps_per_epoch;
        buffer.startedAt = run.started ?? run.created;
      }
    });
  }, [store, stamp]);
  return {
    isLoading: answers.some((answer) => answer.isPending),
    error: answers.find((answer) => answer.error !== null)?.error ?? null,
  };
}
