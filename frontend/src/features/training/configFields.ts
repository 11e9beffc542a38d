/** The bounds of the config's own numbers, from its JSON Schema: nothing of them is written here a second time. */

import type { Problem } from "@/api";
import { type FormField, type JsonSchema, type NumberShape, readFields } from "@/ui";
import type { FormConfig } from "./formConfig";

export type ConfigFields = ReadonlyMap<string, FormField>;

/**
 * The fields of nested settings classes, `data.split.seed` style; those in a list under a star, `objectives.*.weight`. Choices are
 * left to their own forms.
 */
export function readConfigFields(schema: JsonSchema): ConfigFields {
  const definitions = schema.$defs ?? {};
  const found = new Map<string, FormField>();
  const visit = (part: JsonSchema, prefix: string) => {
    for (const field of readFields({ ...part, $defs: definitions })) found.set(prefix + field.name, field);
    for (const [name, property] of Object.entries(part.properties ?? {})) {
      const nested = nestedSchema(property, definitions);
      if (nested !== undefined) visit(nested, `${prefix}${name}.`);
      const item = property.items === undefined ? undefined : nestedSchema(property.items, definitions);
      if (item !== undefined) visit(item, `${prefix}${name}.*.`);
    }
  };
  visit(schema, "");
  return found;
}

function nestedSchema(property: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema | undefined {
  const ref = property.$ref ?? property.anyOf?.find((option) => option.$ref !== undefined)?.$ref;
  return ref === undefined ? undefined : definitions[ref.replace("#/$defs/", "")];
}

const ANY_NUMBER: NumberShape = {
  kind: "number",
  isInteger: false,
  min: null,
  max: null,
  isMinOpen: false,
  isMaxOpen: false,
};

/** The field at a path of the config; all elements of a list share theirs. */
export function fieldAt(fields: ConfigFields, path: string): FormField | undefined {
  return fields.get(path.replace(/\.\d+(?=\.|$)/g, ".*"));
}

export function numberShape(fields: ConfigFields, path: string): NumberShape {
  const shape = fieldAt(fields, path)?.shape;
  return shape?.kind === "number" ? shape : ANY_NUMBER;
}

/** The values that a field's schema lists; empty where it lists none. */
export function fieldChoices(fields: ConfigFields, path: string): string[] {
  const shape = fields.get(path)?.shape;
  return shape?.kind === "choice" ? shape.options.map(String) : [];
}

export function valueAt(config: object, path: string): unknown {
  return path.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown> | null)?.[name], config);
}

/** A copy with `value` at `path`; what is not on the way keeps its identity. */
export function withValue<C extends object>(config: C, path: string, value: unknown): C {
  const [head = "", ...rest] = path.split(".");
  const part = (config as Record<string, unknown>)[head];
  const next = rest.length === 0 ? value : withValue((part ?? {}) as object, rest.join("."), value);
  if (Array.isArray(config)) return config.with(Number(head), next) as unknown as C;
  return { ...config, [head]: next };
}

/** `objectives.*.weight` as `objectives.0.weight`, `objectives.1.weight` ..., for each element that is there. */
function pathsAt(config: object, path: string): string[] {
  const star = path.indexOf(".*.");
  if (star < 0) return [path];
  const list = valueAt(config, path.slice(0, star));
  if (!Array.isArray(list)) return [];
  return list.flatMap((_, i) => pathsAt(config, `${path.slice(0, star)}.${i}.${path.slice(star + 3)}`));
}

export function isOutside(value: number, shape: NumberShape): boolean {
  const { min, max, isMinOpen, isMaxOpen } = shape;
  if (min !== null && (value < min || (isMinOpen && value === min))) return true;
  return max !== null && (value > max || (isMaxOpen && value === max));
}

/** Numbers of the config that are outside of their bounds, as problems. `say` makes the sentence. */
export function boundProblems(
  config: FormConfig,
  fields: ConfigFields,
  say: (path: string, shape: NumberShape) => string,
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { shape }] of fields) {
    if (shape.kind !== "number") continue;
    for (const path of pathsAt(config, name)) {
      const value = valueAt(config, path);
      if (typeof value !== "number" || !isOutside(value, shape)) continue;
      problems.push({ code: "out_of_range", severity: "error", field: path, message: say(path, shape) });
    }
  }
  return problems;
}
