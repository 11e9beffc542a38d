/** How a correction of a column is written into the options of its set. */

import type { DatasetRead } from "@/api";

export type Column = NonNullable<DatasetRead["columns"]>[number];
export type Options = NonNullable<DatasetRead["options"]>;

/** Options that the table of columns corrects; the form shows the others. */
export const COLUMN_OPTIONS: ReadonlySet<string> = new Set(["target", "types", "ignored"]);

function readTypes(options: Options): Record<string, string> {
  const { types } = options;
  return typeof types === "object" && types !== null && !Array.isArray(types)
    ? { ...(types as Record<string, string>) }
    : {};
}

export function withType(options: Options, column: Column, type: Column["type"]): Options {
  return { ...options, types: { ...readTypes(options), [column.name]: type } };
}

/** A set has one target: making another column it turns the old one into a feature. */
export function withRole(options: Options, columns: readonly Column[], column: Column, role: Column["role"]): Options {
  const ignored = new Set(columns.filter((one) => one.role === "ignored").map((one) => one.name));
  if (role === "ignored") ignored.add(column.name);
  else ignored.delete(column.name);
  const next = { ...options, ignored: [...ignored] };
  return role === "target" ? { ...next, target: column.name } : next;
}
