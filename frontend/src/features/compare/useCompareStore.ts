/** The curves of several runs in one store: a metric of a run is called `run metric`. */

import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, keys, type MetricsRead, type RunSummary, unwrap } from "@/api";
import { MetricStore } from "@/features/charts";
import { isMoving } from "@/features/runs";

/** A run that trains is asked for its points as often. */
const ASK_MS = 2000;
const MAX_POINTS_IN_ALL = 40_000;
const MIN_POINTS = 200;
const MAX_POINTS = 4000;

export function seriesName(runId: string, metric: string): string {
  return `${runId} ${metric}`;
}

/** The metrics of a run that are compared: not those of the machine. */
export function metricsOf(run: RunSummary): string[] {
  return Object.keys(run.last).filter((name) => !name.startsWith("system/"));
}

export function useCompareStore(runs: readonly RunSummary[]): {
  store: MetricStore;
  isLoading: boolean;
  error: Error | null;
} {
  const [store] = useState(() => new MetricStore());
  const maxPoints = Math.min(
    MAX_POINTS,
    Math.max(MIN_POINTS, Math.floor(MAX_POINTS_IN_ALL / Math.max(1, runs.length))),
  );
  const answers = useQueries({
    queries: runs.map((run) => ({
      queryKey: [...keys.metrics(run.id), { compare: maxPoints, names: metricsOf(run).join(",") }],
      queryFn: () =>
        unwrap<MetricsRead>(
          api.GET("/api/runs/{id}/metrics", {
            params: { path: { id: run.id }, query: { names: metricsOf(run).join(","), max_points: maxPoints } },
          }),
        ),
      refetchInterval: isMoving(run.state) ? ASK_MS : (false as const),
      staleTime: isMoving(run.state) ? 0 : 60_000,
    })),
  });
  // Each answer goes into the store once; charts hear of it from there and keep their zoom.
  const stamp = answers.map((answer) => answer.dataUpdatedAt).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp says when an answer is another one
  useEffect(() => {
    runs.forEach((run, index) => {
      const data = answers[index]?.data;
      if (data === undefined) return;
      const series = data.series.map((one) => ({ ...one, name: seriesName(run.id, one.name) }));
      store.load({ ...data, series });
      for (const { name } of series) {
        const buffer = store.buffer(name);
        if (buffer === undefined) continue;
        buffer.stepsPerEpoch = run.steps_per_epoch;
        buffer.startedAt = run.started ?? run.created;
      }
    });
  }, [store, stamp, runs]);
  return {
    store,
    isLoading: answers.some((answer) => answer.isPending),
    error: answers.find((answer) => answer.error !== null)?.error ?? null,
  };
}
