/** The bounds of the config's own numbers, from its JSON Schema: nothing of them is written here a second time. */

import type { Problem } from "@/api";
import { type FormField, type JsonSchema, type NumberShape, readFields } from "@/ui";
import type { FormConfig } from "./formConfig";

export type ConfigFields = ReadonlyMap<string, FormField>;

/** The fields of a nested settings class, `data.split.seed` style; lists and choices are left to their own forms. */
export function readConfigFields(schema: JsonSchema): ConfigFields {
  const definitions = schema.$defs ?? {};
  const found = new Map<string, FormField>();
  const visit = (part: JsonSchema, prefix: string) => {
    for (const field of readFields({ ...part, $defs: definitions })) found.set(prefix + field.name, field);
    for (const [name, property] of Object.entries(part.properties ?? {})) {
      const nested = nestedSchema(property, definitions);
      if (nested !== undefined) visit(nested, `${prefix}${name}.`);
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

export function numberShape(fields: ConfigFields, path: string): NumberShape {
  const shape = fields.get(path)?.shape;
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
  return { ...config, [head]: next };
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
  for (const [path, { shape }] of fields) {
    const value = valueAt(config, path);
    if (shape.kind !== "number" || typeof value !== "number" || !isOutside(value, shape)) continue;
    problems.push({ code: "out_of_range", severity: "error", field: path, message: say(path, shape) });
  }
  return problems;
}
