/** Axes for parallel coordinates: what the runs were given, then what came of it. No React here. */

import type { RunSummary } from "@/api";
import { differs, type Field, type Fields, type FieldValue } from "@/features/runs";

export interface Axis {
  field: Field;
  /** Where a value lies, from 0 (below) to 1; null where the run has none. */
  place: (run: RunSummary) => number | null;
  /** What stands at the axis, with its place. */
  ticks: readonly { text: string; place: number }[];
}

/** Numbers that span more than this many times their smallest are spread by their logarithm. */
const LOG_RATIO = 50;

function text(value: FieldValue): string {
  return value === null ? "-" : Array.isArray(value) ? value.join(", ") : String(value);
}

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

function wordAxis(field: Field, runs: readonly RunSummary[]): Axis {
  const words = [...new Set(runs.map((run) => text(field.value(run))))].sort();
  const at = (word: string) => (words.length === 1 ? 0.5 : words.indexOf(word) / (words.length - 1));
  return {
    field,
    place: (run) => at(text(field.value(run))),
    ticks: words.map((word) => ({ text: word, place: at(word) })),
  };
}

const MAX_AXES = 12;
const MAX_RESULTS = 4;

export interface Axes {
  axes: Axis[];
  /** Results that every run has alike: a line through them would tell nothing. */
  same: Field[];
}

/** The settings that differ, and the best of each validation metric where the runs differ in it. */
export function buildAxes(fields: Fields, runs: readonly RunSummary[]): Axes {
  const given = [...fields.values()].filter(
    (field) =>
      (field.group === "setting" || field.id === "parameters" || field.id === "network") && differs(field, runs),
  );
  const results = [...fields.values()].filter(
    (field) => field.group === "best" && field.name.startsWith("val/") && runs.some((run) => field.value(run) !== null),
  );
  const telling = results.filter((field) => differs(field, runs)).slice(0, MAX_RESULTS);
  return {
    axes: [...given.slice(0, MAX_AXES - telling.length), ...telling].map(
      (field) => numberAxis(field, runs) ?? wordAxis(field, runs),
    ),
    same: results.filter((field) => !differs(field, runs)),
  };
}
