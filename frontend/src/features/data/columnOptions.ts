/** How a correction of a column is written into the options of its set. */

import type { DatasetRead } from "@/api";
import type { JsonSchema } from "@/ui";

export type Column = NonNullable<DatasetRead["columns"]>[number];
export type Options = NonNullable<DatasetRead["options"]>;

/** Options that the table of columns and the choice of the sheet correct; the form shows the others. */
export const COLUMN_OPTIONS: ReadonlySet<string> = new Set(["target", "columns", "sheet"]);

interface Correction {
  type?: Column["type"];
  role?: Exclude<Column["role"], "target">;
  missing?: string;
  fill_value?: string;
}

function readCorrections(options: Options): Record<string, Correction> {
  const { columns } = options;
  return typeof columns === "object" && columns !== null && !Array.isArray(columns)
    ? (columns as Record<string, Correction>)
    : {};
}

function correct(options: Options, name: string, part: Correction): Options {
  const corrections = readCorrections(options);
  return { ...options, columns: { ...corrections, [name]: { ...corrections[name], ...part } } };
}

/** What is done about missing values depends on the type, so it is what all columns of the new one have. */
export function withType(options: Options, column: Column, type: Column["type"]): Options {
  return correct(withMissing(options, column, ""), column.name, { type });
}

/** What is done about a column's missing values; empty: as for all. */
export function withMissing(options: Options, column: Column, strategy: string, fillValue = ""): Options {
  const { [column.name]: old, ...others } = readCorrections(options);
  const { missing: _, fill_value: __, ...rest } = old ?? {};
  const one = { ...rest, ...(strategy && { missing: strategy }), ...(fillValue && { fill_value: fillValue }) };
  if (Object.keys(one).length > 0) return { ...options, columns: { ...others, [column.name]: one } };
  return old === undefined ? options : { ...options, columns: others };
}

/**
 * A set has one target, named in an option of its own, or several labels or numbers, which are roles of their columns: choosing the
 * one takes back the other. The column that was the target becomes what it is guessed to be; a number beside it joins it.
 */
export function withRole(
  options: Options,
  column: Column,
  role: Column["role"],
  others: readonly Column[] = [],
): Options {
  if (role === "label") return correct(withoutTargets(options, "value"), column.name, { role });
  if (role === "value") {
    const joined = others.filter((one) => one.role === "target" && one.type === "number");
    return [...joined, column].reduce(
      (told, { name }) => correct(told, name, { role }),
      withoutTargets(options, "label"),
    );
  }
  if (role !== "target") return correct(options, column.name, { role });
  const { [column.name]: old = {}, ...all } = readCorrections(options);
  const kept = Object.fromEntries(Object.entries(all).filter(([, one]) => !isOfSeveral(one.role)));
  const { role: _, ...rest } = old;
  const columns = Object.keys(rest).length === 0 ? kept : { ...kept, [column.name]: rest };
  return { ...options, target: column.name, columns };
}

/** One of several labels or numbers that are predicted together. */
function isOfSeveral(role: Column["role"] | undefined): boolean {
  return role === "label" || role === "value";
}

/** Without the one target, and without the columns of the other kind of several. */
function withoutTargets({ target: _, ...options }: Options, other: "label" | "value"): Options {
  const corrections = Object.entries(readCorrections(options));
  if (!corrections.some(([, { role }]) => role === other)) return options;
  const kept = corrections.map(([name, { role, ...one }]) => [name, role === other ? one : { ...one, role }]);
  return { ...options, columns: Object.fromEntries(kept) };
}

/** The roles that the set's own class knows, from its schema: the target has an option of its own. */
export function rolesOf(dataset: DatasetRead): Column["role"][] {
  const schema = (dataset.options_schema ?? {}) as JsonSchema;
  const columns = schema.properties?.columns as (JsonSchema & { additionalProperties?: JsonSchema }) | undefined;
  const name = columns?.additionalProperties?.$ref?.replace("#/$defs/", "") ?? "";
  const role = schema.$defs?.[name]?.properties?.role;
  const known = (role?.anyOf ?? []).flatMap((option) => option.enum ?? []) as Column["role"][];
  return ["feature", "target", ...known.filter((one) => one !== "feature")];
}

/** Why the role cannot be taken from the column, as a key of the catalogue: a set without a target trains nothing. */
export function roleProblem(column: Column, role: Column["role"]): string | null {
  return column.role === "target" && role !== "target" && !isOfSeveral(role) ? "columns.needsTarget" : null;
}
