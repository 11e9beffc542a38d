/**
 * Reads the JSON Schema of a settings class (pydantic's) as a list of fields to show. What the schema can say and this page
 * cannot show becomes a `json` field: visible, never dropped.
 */

/** The part of JSON Schema that pydantic writes for settings. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  unit?: string;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  discriminator?: { propertyName: string };
  items?: JsonSchema;
  prefixItems?: readonly JsonSchema[];
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export interface NumberShape {
  kind: "number";
  isInteger: boolean;
  /** Inclusive unless `isMinOpen`. */
  min: number | null;
  max: number | null;
  isMinOpen: boolean;
  isMaxOpen: boolean;
}

export type FieldShape =
  | NumberShape
  | { kind: "switch" }
  | { kind: "choice"; options: readonly (string | number | boolean)[] }
  | { kind: "text"; maxLength: number | null }
  /** One number for all axes, or `count` numbers. `canBeOne` is false where the schema takes only the list. */
  | { kind: "tuple"; item: NumberShape; count: number; canBeOne: boolean }
  | { kind: "list"; item: NumberShape; minItems: number; maxItems: number | null }
  /** Words in a row, as many as wanted. */
  | { kind: "words"; maxItems: number | null }
  /** Words beside another shape: a padding in pixels, or `same`. */
  | { kind: "wordsOr"; words: readonly string[]; other: FieldShape }
  /** One of several groups of fields, told apart by the value of `tag`. */
  | { kind: "variants"; tag: string; variants: readonly Variant[] }
  | { kind: "json" };

export interface Variant {
  name: string;
  fields: readonly FormField[];
}

export interface FormField {
  name: string;
  description: string;
  unit: string;
  shape: FieldShape;
  /** What holds when nothing is set; undefined where the schema has no default. */
  default: unknown;
  isRequired: boolean;
  /** Null is a value of its own. */
  isNullable: boolean;
  /** What it means to leave the field empty, as its description says it ("Empty: the whole run."); else nothing. */
  emptyMeans: string;
}

/** The fields of an object schema, in its own order. */
export function readFields(schema: JsonSchema): FormField[] {
  return fieldsOf(schema, schema.$defs ?? {});
}

type Definitions = Record<string, JsonSchema>;

function fieldsOf(schema: JsonSchema, definitions: Definitions): FormField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const resolved = resolve(property, definitions);
    const { shape, isNullable } = readShape(resolved, definitions);
    const description = property.description ?? resolved.description ?? "";
    return {
      name,
      description,
      unit: resolved.unit ?? "",
      shape,
      default: property.default ?? resolved.default,
      isRequired: required.has(name),
      isNullable,
      emptyMeans: EMPTY_MEANS.exec(description)?.[1] ?? "",
    };
  });
}

/** Descriptions of optional settings say it like this: `Empty: the whole run.`, `empty means as much as kernel_size`, `留空：1。` */
const EMPTY_MEANS = /(?:\bempty(?::| means)\s+|留空(?:：|表示))(.+?)(?=[.;](?:\s|$)|[，。；]|$)/i;

function resolve(schema: JsonSchema, definitions: Definitions): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const target = definitions[schema.$ref.replace("#/$defs/", "")];
  return target === undefined ? schema : { ...resolve(target, definitions), ...withoutRef(schema) };
}

function withoutRef({ $ref: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function readShape(schema: JsonSchema, definitions: Definitions): { shape: FieldShape; isNullable: boolean } {
  const options = schema.anyOf ?? schema.oneOf;
  if (options === undefined) return { shape: readSingle(schema), isNullable: schema.type === "null" };
  const resolved = options.map((option) => resolve(option, definitions));
  const isNullable = resolved.some((option) => option.type === "null");
  const rest = resolved.filter((option) => option.type !== "null");
  if (schema.discriminator !== undefined) {
    return { shape: readVariants(schema.discriminator.propertyName, rest, definitions), isNullable };
  }
  return { shape: readUnion(rest, definitions), isNullable };
}

function readUnion(options: readonly JsonSchema[], definitions: Definitions): FieldShape {
  const [only] = options;
  if (only !== undefined && options.length === 1) return readShape(only, definitions).shape;
  const shapes = options.map(readSingle);
  const words = shapes.flatMap((shape) => (shape.kind === "choice" ? shape.options.map(String) : []));
  const others = shapes.filter((shape) => shape.kind !== "choice");
  const other = joinNumbers(others);
  if (other === null) return { kind: "json" };
  return words.length === 0 ? other : { kind: "wordsOr", words, other };
}

/** A number and a tuple of numbers are one field; so are an integer and a float. */
function joinNumbers(shapes: readonly FieldShape[]): FieldShape | null {
  const [first, second] = shapes;
  if (first === undefined) return null;
  if (second === undefined) return first;
  if (shapes.length > 2) return null;
  const tuple = shapes.find((shape) => shape.kind === "tuple");
  const number = shapes.find((shape) => shape.kind === "number");
  if (tuple?.kind === "tuple" && number !== undefined) return { ...tuple, canBeOne: true };
  if (first.kind === "number" && second.kind === "number") return first.isInteger ? second : first;
  return null;
}

function readSingle(schema: JsonSchema): FieldShape {
  if (schema.enum !== undefined) return { kind: "choice", options: schema.enum.filter(isPlain) };
  if (isPlain(schema.const)) return { kind: "choice", options: [schema.const] };
  switch (schema.type) {
    case "integer":
    case "number":
      return readNumber(schema);
    case "boolean":
      return { kind: "switch" };
    case "string":
      return { kind: "text", maxLength: schema.maxLength ?? null };
    case "array":
      return readArray(schema);
    default:
      return { kind: "json" };
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function readNumber(schema: JsonSchema): NumberShape {
  return {
    kind: "number",
    isInteger: schema.type === "integer",
    min: schema.minimum ?? schema.exclusiveMinimum ?? null,
    max: schema.maximum ?? schema.exclusiveMaximum ?? null,
    isMinOpen: schema.minimum === undefined && schema.exclusiveMinimum !== undefined,
    isMaxOpen: schema.maximum === undefined && schema.exclusiveMaximum !== undefined,
  };
}

function readArray(schema: JsonSchema): FieldShape {
  const [first] = schema.prefixItems ?? [];
  if (first !== undefined && schema.prefixItems !== undefined) {
    const item = readSingle(first);
    if (item.kind !== "number") return { kind: "json" };
    return { kind: "tuple", item, count: schema.prefixItems.length, canBeOne: false };
  }
  const item = schema.items === undefined ? null : readSingle(schema.items);
  const { minItems = 0, maxItems = null } = schema;
  if (item?.kind === "text" && minItems === 0) return { kind: "words", maxItems };
  if (item?.kind !== "number") return { kind: "json" };
  if (minItems > 0 && minItems === maxItems) return { kind: "tuple", item, count: minItems, canBeOne: false };
  return { kind: "list", item, minItems, maxItems };
}

function readVariants(tag: string, options: readonly JsonSchema[], definitions: Definitions): FieldShape {
  const variants = options.flatMap((option) => {
    const value = option.properties?.[tag]?.const ?? option.properties?.[tag]?.default;
    if (typeof value !== "string") return [];
    return [{ name: value, fields: fieldsOf(option, definitions).filter((field) => field.name !== tag) }];
  });
  return variants.length === options.length ? { kind: "variants", tag, variants } : { kind: "json" };
}
