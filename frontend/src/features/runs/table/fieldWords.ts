/** A field and its values in words. */

import type { TFunction } from "i18next";
import { formatAgo, formatCount, formatDate, formatDuration, formatExact, formatMetric, formatPercent } from "@/ui";
import type { Field, FieldValue } from "./fields";

/** `t` is of the namespace `desk`. A setting is named by its path, a metric by its name: they are the same in every language. */
export function fieldTitle(field: Field, t: TFunction<"desk">): string {
  if (field.group === "run") return t(`fields.${field.id}`);
  if (field.group === "setting") return field.name;
  return t(`measure.${field.group}`, { name: field.name });
}

/** `decimals`: those of the metric's column. */
export function formatField(field: Field, value: FieldValue, t: TFunction<"desk">, decimals?: number): string {
  if (value === null) return "";
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (typeof value === "object") return value.join(", ");
  if (typeof value === "string") return field.id === "state" ? t(`runs:state.${value}`) : value;
  switch (field.unit) {
    case "count":
      return formatCount(value);
    case "seconds":
      return formatDuration(value);
    case "moment":
      return formatAgo(value);
    case "metric":
      return formatMetric(value, { decimals });
    default:
      return field.id === "progress" ? formatPercent(value) : String(value);
  }
}

/** The value in full, for hovers and files. */
export function exactField(field: Field, value: FieldValue, t: TFunction<"desk">): string {
  if (typeof value !== "number") return formatField(field, value, t);
  if (field.unit === "moment") return formatDate(value);
  return field.unit === "count" ? formatExact(value) : String(value);
}
