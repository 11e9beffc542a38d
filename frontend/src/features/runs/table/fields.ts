/**
 * What can be said of a run in the table: one list for its columns, its filter, its order, its groups and its differences.
 * A field's id is what a person writes in the filter: `state`, `val/Accuracy` (the best), `last.val/Accuracy`,
 * `min.val/loss`, `max.val/loss`, `optimizer.params.lr`.
 */

import { modeOf, type OptionRead, type RunSummary, type Scalar } from "@/api";
import { secondsLeft } from "../progress";
import { headlineMetric, progressOf, rankMetric, STATE_ORDER } from "../runsTable";

/** Null: the run has no such value. */
export type FieldValue = string | number | boolean | null | readonly string[];
export type FieldGroup = "run" | "best" | "last" | "min" | "max" | "setting";
/** How a number is written, and what a number in the filter may end with. */
export type Unit = "count" | "seconds" | "moment" | "metric" | "plain";

export interface Field {
  id: string;
  group: FieldGroup;
  /** The metric's name, or the setting's path; of `run` the id. */
  name: string;
  unit: Unit | null;
  value: (run: RunSummary) => FieldValue;
  /** What it is sorted by, where that is not its value. */
  rank?: (run: RunSummary) => number | string;
  /** The epoch in which the value was measured, where that is known. */
  epoch?: (run: RunSummary) => number | null;
}

export type Fields = ReadonlyMap<string, Field>;
export type Settings = Readonly<Record<string, FieldValue>>;
export type AllSettings = ReadonlyMap<string, Settings>;
type Metrics = readonly Pick<OptionRead, "type" | "mode">[];

const NO_SETTINGS: Settings = {};
/** The machine's figures are no result of a run. */
const MACHINE = "system/";

function runFields(metrics: Metrics): Field[] {
  const field = (id: string, unit: Unit | null, value: Field["value"], rank?: Field["rank"]): Field => ({
    id,
    group: "run",
    name: id,
    unit,
    value,
    ...(rank === undefined ? {} : { rank }),
  });
  const headline = (values: Record<string, Scalar>) => toNumber(headlineMetric(values)?.value);
  return [
    field("name", null, (run) => run.name),
    field(
      "state",
      null,
      (run) => run.state,
      (run) => STATE_ORDER.indexOf(run.state),
    ),
    field("reason", null, (run) => run.reason),
    field("progress", "plain", progressOf),
    field("left", "seconds", timeLeft),
    field("metric", null, (run) => headlineMetric(run.last)?.name ?? null),
    field(
      "last",
      "metric",
      (run) => headline(run.last),
      (run) => rankMetric(headlineMetric(run.last), metrics),
    ),
    field(
      "best",
      "metric",
      (run) => headline(run.best),
      (run) => rankMetric(headlineMetric(run.best), metrics),
    ),
    field("network", null, (run) => run.network_name),
    field("parameters", "count", (run) => run.parameters),
    field("duration", "seconds", (run) => (run.started === null ? null : run.elapsed)),
    field("device", null, (run) => run.device),
    field("data", null, (run) => run.data_source),
    field("tag", null, (run) => run.tags),
    field("notes", null, (run) => run.notes || null),
    field("epoch", "count", (run) => run.epoch),
    field("step", "count", (run) => run.step),
    field("created", "moment", (run) => run.created),
    field("id", null, (run) => run.id),
  ];
}

/** Seconds until the run is done at the pace it has had so far; null where it does not train. */
export function timeLeft(run: RunSummary): number | null {
  if (run.state !== "running" || run.elapsed <= 0 || run.step === 0) return null;
  return secondsLeft(run.step, run.total_steps, run.step / run.elapsed);
}

function toNumber(value: Scalar | undefined): number | null {
  return value === undefined ? null : Number(value);
}

function metricFields(name: string, metrics: Metrics): Field[] {
  const mode = modeOf(name, metrics);
  const low: Field = {
    id: `min.${name}`,
    group: "min",
    name,
    unit: "metric",
    value: (run) => run.ranges[name]?.lowest ?? null,
    epoch: (run) => run.ranges[name]?.lowest_epoch || null,
  };
  const high: Field = {
    id: `max.${name}`,
    group: "max",
    name,
    unit: "metric",
    value: (run) => run.ranges[name]?.highest ?? null,
    epoch: (run) => run.ranges[name]?.highest_epoch || null,
  };
  const last: Field = {
    id: `last.${name}`,
    group: "last",
    name,
    unit: "metric",
    value: (run) => toNumber(run.last[name]),
  };
  if (mode === null) return [last, low, high];
  const best: Field = {
    id: name,
    group: "best",
    name,
    unit: "metric",
    value: (run) => toNumber(run.best[name]),
    epoch: (mode === "min" ? low : high).epoch as NonNullable<Field["epoch"]>,
  };
  return [best, last, low, high];
}

/** All fields that these runs have, those of the run first, then metrics, then settings. */
export function buildFields(runs: readonly RunSummary[], settings: AllSettings, metrics: Metrics): Fields {
  const names = new Set<string>();
  for (const run of runs) for (const name of Object.keys(run.last)) if (!name.startsWith(MACHINE)) names.add(name);
  const paths = new Set<string>();
  for (const run of runs) for (const path of Object.keys(settings.get(run.id) ?? NO_SETTINGS)) paths.add(path);
  const fields = new Map<string, Field>();
  const add = (field: Field) => {
    if (!fields.has(field.id)) fields.set(field.id, field);
  };
  runFields(metrics).forEach(add);
  for (const name of [...names].sort()) metricFields(name, metrics).forEach(add);
  for (const path of [...paths].sort()) {
    const value = (run: RunSummary) => settings.get(run.id)?.[path] ?? null;
    const isNumber = runs.some((run) => typeof value(run) === "number");
    add({ id: path, group: "setting", name: path, unit: isNumber ? "plain" : null, value });
  }
  return fields;
}

/** One text for equal values: what groups and differences compare. */
export function valueKey(value: FieldValue): string {
  return JSON.stringify(value);
}

/** Whether the runs do not all have the same value. Imported curves have no settings at all, which says nothing of any of them. */
export function differs(field: Field, runs: readonly RunSummary[]): boolean {
  const [first, ...rest] = field.group === "setting" ? runs.filter((run) => run.reason !== "imported") : runs;
  if (first === undefined) return false;
  const key = valueKey(field.value(first));
  return rest.some((run) => valueKey(field.value(run)) !== key);
}

/** The runs in order; equal ones newest first, what has no value always last. */
export function sortBy(
  runs: readonly RunSummary[],
  field: Field | undefined,
  isDescending: boolean,
): readonly RunSummary[] {
  if (field === undefined) return runs;
  const sign = isDescending ? -1 : 1;
  return runs
    .map((run) => ({ run, rank: rankOf(field, run) }))
    .sort((a, b) => compareRanks(a.rank, b.rank, sign) || b.run.created - a.run.created)
    .map(({ run }) => run);
}

function rankOf(field: Field, run: RunSummary): number | string | null {
  const rank = field.rank?.(run) ?? field.value(run);
  if (rank === null || typeof rank === "number") return Number.isNaN(rank) ? null : rank;
  return typeof rank === "object" ? rank.join(" ").toLowerCase() || null : String(rank).toLowerCase();
}

function compareRanks(a: number | string | null, b: number | string | null, sign: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === typeof b) return a < b ? -sign : sign;
  return typeof a === "number" ? -sign : sign;
}
