/** Axes for parallel coordinates: what the runs were given, then what came of it. No React here. */

import type { RunSummary } from "@/api";
import { differs, type Field, type Fields, type FieldValue, valueKey } from "@/features/runs";

export interface Axis {
  field: Field;
  /** Where a value lies, from 0 (below) to 1; null where the run has none. */
  place: (run: RunSummary) => number | null;
  /** What stands at the axis, with its place. */
  ticks: readonly { text: string; place: number }[];
}

/** Numbers that span more than this many times their smallest are spread by their logarithm. */
const LOG_RATIO = 50;

/** A field's value in words. */
type Write = (field: Field, value: FieldValue) => string;

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function numberAxis(field: Field, runs: readonly RunSummary[]): Axis | null {
  const numbers = runs
    .map((run) => field.value(run))
    .filter((value) => typeof value === "number" && Number.isFinite(value));
  if (numbers.length === 0 || runs.some((run) => !["number", "object"].includes(typeof field.value(run)))) return null;
  const [low, high] = [Math.min(...(numbers as number[])), Math.max(...(numbers as number[]))];
  const isLog = low > 0 && high / low > LOG_RATIO;
  const to = (value: number) => (isLog ? Math.log(value) : value);
  const [a, b] = [to(low), to(high)];
  return {
    field,
    place: (run) => {
      const value = field.value(run);
      if (typeof value !== "number" || !Number.isFinite(value)) return null;
      return a === b ? 0.5 : (to(value) - a) / (b - a);
    },
    ticks:
      a === b
        ? [{ text: short(low), place: 0.5 }]
        : [
            { text: short(low), place: 0 },
            { text: short(high), place: 1 },
          ],
  };
}

function wordAxis(field: Field, runs: readonly RunSummary[], write: Write): Axis {
  const text = (run: RunSummary) => write(field, field.value(run)) || "-";
  const words = [...new Set(runs.map(text))].sort();
  const at = (word: string) => (words.length === 1 ? 0.5 : words.indexOf(word) / (words.length - 1));
  return {
    field,
    place: (run) => at(text(run)),
    ticks: words.map((word) => ({ text: word, place: at(word) })),
  };
}

/** Which of the runs have a value at all, as one text. */
function holders(field: Field, runs: readonly RunSummary[]): string {
  return runs.map((run) => (field.value(run) === null ? "0" : "1")).join("");
}

/** Whether a setting tells no more than which runs have it: those that do have it alike. */
function tellsOnlyWhether(field: Field, runs: readonly RunSummary[]): boolean {
  const having = runs.filter((run) => field.value(run) !== null);
  return field.group === "setting" && having.length < runs.length && !differs(field, having);
}

/** The longest path that all of them lie under: `early_stopping` of `early_stopping.mode` and `early_stopping.patience`. */
function commonPath(names: readonly string[]): string {
  const parts = names.map((name) => name.split("."));
  const [first = []] = parts;
  const end = first.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return first.slice(0, end === -1 ? first.length : end).join(".");
}

/**
 * Settings that come and go together are one axis: what says only whether a run has `early_stopping` is said once, by yes and no,
 * and not at all where a setting beside it tells these runs apart already, as `optimizer.type` does for `optimizer.params.momentum`.
 */
function onceEach(given: readonly Field[], runs: readonly RunSummary[]): Field[] {
  const partOf = (field: Field) => field.name.split(".")[0] as string;
  const key = (field: Field) => `${partOf(field)} ${holders(field, runs)}`;
  const shared = given.filter((field) => tellsOnlyWhether(field, runs));
  const others = given.filter((field) => !shared.includes(field) && field.group === "setting");
  return given.flatMap((field) => {
    const having = holders(field, runs);
    if (!shared.includes(field)) return [field];
    const alike = shared.filter((other) => key(other) === key(field));
    const tellsApart = (other: Field) => {
      const told = (run: RunSummary) => valueKey(other.value(run));
      const values = new Set(runs.filter((_, index) => having[index] === "1").map(told));
      return (
        partOf(other) === partOf(field) && runs.every((run, index) => values.has(told(run)) === (having[index] === "1"))
      );
    };
    if (field !== alike[0] || others.some(tellsApart)) return [];
    if (alike.length === 1) return [field];
    const name = commonPath(alike.map((one) => one.name));
    return [{ id: name, group: "setting", name, unit: null, value: (run) => field.value(run) !== null }];
  });
}

const MAX_AXES = 12;
const MAX_RESULTS = 4;

export interface Axes {
  axes: Axis[];
  /** Results that every run has alike: a line through them would tell nothing. */
  same: Field[];
}

/** The settings that differ, and the best of each validation metric where the runs differ in it. */
export function buildAxes(fields: Fields, runs: readonly RunSummary[], write: Write): Axes {
  const given = onceEach(
    [...fields.values()].filter(
      (field) =>
        (field.group === "setting" || field.id === "parameters" || field.id === "network") && differs(field, runs),
    ),
    runs,
  );
  const results = [...fields.values()].filter(
    (field) => field.group === "best" && field.name.startsWith("val/") && runs.some((run) => field.value(run) !== null),
  );
  const telling = results.filter((field) => differs(field, runs)).slice(0, MAX_RESULTS);
  return {
    axes: [...given.slice(0, MAX_AXES - telling.length), ...telling].map(
      (field) => numberAxis(field, runs) ?? wordAxis(field, runs, write),
    ),
    same: results.filter((field) => !differs(field, runs)),
  };
}
