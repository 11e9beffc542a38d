/** The table of runs: what is searched, how it is sorted, which numbers stand in it. */

import { modeOf, type OptionRead, type RunState, type RunSummary, type Scalar } from "@/api";

export type SortKey = "name" | "network" | "state" | "progress" | "best" | "parameters" | "duration" | "created";
export interface Sort {
  key: SortKey;
  isDescending: boolean;
}

export const SORT_KEYS: readonly SortKey[] = [
  "name",
  "network",
  "state",
  "progress",
  "best",
  "parameters",
  "duration",
  "created",
];

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

const STATE_ORDER: readonly RunState[] = [
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
function rankMetric(shown: Shown | null, metrics: Metrics): number {
  const value = Number(shown?.value ?? Number.NaN);
  if (shown === null || Number.isNaN(value)) return Number.NEGATIVE_INFINITY;
  // The arc tangent keeps the order and stays below 2: the groups never mix.
  const rank = Math.atan(value);
  if (shown.name.endsWith("/loss")) return -8 - rank;
  return modeOf(shown.name, metrics) === "min" ? -4 - rank : rank;
}

function sortValue(run: RunSummary, key: SortKey, metrics: Metrics): number | string {
  switch (key) {
    case "name":
      return run.name.toLowerCase();
    case "network":
      return run.network_name.toLowerCase();
    case "state":
      return STATE_ORDER.indexOf(run.state);
    case "progress":
      return progressOf(run);
    case "best":
      return rankMetric(headlineMetric(run.best), metrics);
    case "parameters":
      return run.parameters;
    case "duration":
      return run.elapsed;
    case "created":
      return run.created;
  }
}

/** Sorted runs; equal ones newest first. */
export function sortRuns(
  runs: readonly RunSummary[],
  { key, isDescending }: Sort,
  metrics: Metrics = [],
): RunSummary[] {
  const sign = isDescending ? -1 : 1;
  return runs
    .map((run) => ({ run, value: sortValue(run, key, metrics) }))
    .sort((a, b) => {
      if (a.value < b.value) return -sign;
      if (a.value > b.value) return sign;
      return b.run.created - a.run.created;
    })
    .map(({ run }) => run);
}

/** Runs in one of the states (none: any) that hold every word of `text` in their name, network, data, device or tags. */
export function filterRuns(
  runs: readonly RunSummary[],
  text: string,
  states: ReadonlySet<RunState>,
): readonly RunSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && states.size === 0) return runs;
  return runs.filter((run) => {
    if (states.size > 0 && !states.has(run.state)) return false;
    const hay = [run.name, run.network_name, run.data_source, run.device ?? "", ...run.tags].join("\n").toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

/** The list with the rows that changed put in place; new ones come first. The same list where nothing is new. */
export function mergeRuns(runs: readonly RunSummary[], changed: readonly RunSummary[]): RunSummary[] {
  const byId = new Map(changed.map((run) => [run.id, run]));
  const merged = runs.map((run) => {
    const newer = byId.get(run.id);
    byId.delete(run.id);
    return newer ?? run;
  });
  return [...[...byId.values()].sort((a, b) => b.created - a.created), ...merged];
}
