/** What the curves of a comparison are called, and in which order they stand. */

import type { RunSummary } from "@/api";

/** A metric of a run in the store that all share. */
export function seriesName(runId: string, metric: string): string {
  return `${runId} ${metric}`;
}

/** The metrics of a run that are compared: not those of the machine. */
export function metricsOf(run: RunSummary): string[] {
  return Object.keys(run.last).filter((name) => !name.startsWith("system/"));
}

/** All names, the pinned first, then losses, then the rest as they are. */
export function orderNames(runs: readonly RunSummary[], pinned: readonly string[]): string[] {
  const rank = (name: string) =>
    pinned.includes(name) ? pinned.indexOf(name) - 100 : name === "lr" ? 3 : name.startsWith("val/") ? 1 : 2;
  return [...new Set(runs.flatMap(metricsOf))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
