/** The table of runs: which numbers stand in it first, and how its list follows what changes. */

import { modeOf, type OptionRead, type RunState, type RunSummary, type Scalar } from "@/api";

export interface Shown {
  name: string;
  value: Scalar;
}

/** The one metric of a run that a person looks at first: a validation metric that is not the loss, else a loss. */
export function headlineMetric(values: Record<string, Scalar>): Shown | null {
  const names = Object.keys(values).sort();
  const isLoss = (name: string) => name.endsWith("/loss");
  const name =
    names.find((candidate) => candidate.startsWith("val/") && !isLoss(candidate)) ??
    names.find((candidate) => candidate === "val/loss") ??
    names.find((candidate) => candidate === "train/loss") ??
    names.find((candidate) => candidate.includes("/") && !candidate.startsWith("system/"));
  return name === undefined ? null : { name, value: values[name] as Scalar };
}

/** What needs attention first. */
export const STATE_ORDER: readonly RunState[] = [
  "running",
  "starting",
  "paused",
  "lost",
  "queued",
  "completed",
  "stopped",
  "failed",
];

export function progressOf(run: RunSummary): number {
  if (run.state === "completed") return 1;
  if (run.total_steps) return Math.min(1, run.step / run.total_steps);
  return run.epochs > 0 ? Math.min(1, run.epoch / run.epochs) : 0;
}

/** The registered metrics: they say whether lower or higher is better. */
type Metrics = readonly Pick<OptionRead, "type" | "mode">[];

/** Higher is better: metrics of which more is better, then those of which less is, then losses, then what has no number. */
export function rankMetric(shown: Shown | null, metrics: Metrics): number {
  const value = Number(shown?.value ?? Number.NaN);
  if (shown === null || Number.isNaN(value)) return Number.NEGATIVE_INFINITY;
  // The arc tangent keeps the order and stays below 2: the groups never mix.
  const rank = Math.atan(value);
  if (shown.name.endsWith("/loss")) return -8 - rank;
  return modeOf(shown.name, metrics) === "min" ? -4 - rank : rank;
}

/** The list with the rows that changed put in place; new ones come first, deleted ones go. */
export function mergeRuns(runs: readonly RunSummary[], changed: readonly RunSummary[]): RunSummary[] {
  const byId = new Map(changed.map((run) => [run.id, run]));
  const merged = runs.map((run) => {
    const newer = byId.get(run.id);
    byId.delete(run.id);
    return newer ?? run;
  });
  const all = [...[...byId.values()].sort((a, b) => b.created - a.created), ...merged];
  return all.filter((run) => !run.is_deleted);
}
