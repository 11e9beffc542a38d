/**
 * The filter of the table: words and conditions, all of which must hold.
 *
 *     resnet state:completed,stopped val/Accuracy>0.9 tag:baseline lr<0.01 -device:cpu "a whole phrase"
 *
 * `:` is "has the text", with a comma "one of", with nothing after it "has any value"; `=`, `!=`, `<`, `<=`, `>`, `>=` compare;
 * a minus in front turns a condition round. A setting may be named by the end of its path (`lr`, `batch_size`).
 */

import type { RunSummary } from "@/api";
import type { Field, Fields, FieldValue, Unit } from "./fields";

/** Where the text is wrong, and why: a key of the words with what is put in. */
export interface QueryFault {
  from: number;
  to: number;
  key: "unknown" | "manyFields" | "noValue" | "noNumber" | "openQuote";
  values: Record<string, string>;
}

export interface Query {
  test: (run: RunSummary) => boolean;
  faults: readonly QueryFault[];
  /** The fields that conditions name, with the values they ask for: what the page shows as chosen. */
  conditions: readonly Condition[];
}

export interface Condition {
  from: number;
  to: number;
  fieldId: string;
  operator: Operator;
  values: readonly string[];
  isNegative: boolean;
}

const OPERATORS = ["!=", "<=", ">=", ":", "=", "<", ">"] as const;
export type Operator = (typeof OPERATORS)[number];

interface Token {
  from: number;
  to: number;
  text: string;
  isOpen: boolean;
}

/** Parts between spaces; quotation marks hold spaces together. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let from = -1;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    const isBreak = char === undefined || (!isQuoted && /\s/.test(char));
    if (!isBreak && from < 0) from = at;
    if (isBreak && from >= 0) {
      tokens.push({ from, to: at, text: text.slice(from, at), isOpen: char === undefined && isQuoted });
      from = -1;
    }
  }
  return tokens;
}

function unquote(text: string): string {
  return text.replaceAll('"', "");
}

/** Where the operator stands: the first one outside of quotation marks. */
function findOperator(text: string): { at: number; operator: Operator } | null {
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
    if (operator !== undefined) return { at, operator };
  }
  return null;
}

/** Fields that `name` may mean: the one of this id, else settings whose path ends with it. */
export function findFields(name: string, fields: Fields): Field[] {
  const wanted = name.toLowerCase();
  const all = [...fields.values()];
  const exact = all.filter(({ id }) => id.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  if (wanted === "tags") return findFields("tag", fields);
  return all.filter(({ group, id }) => group === "setting" && id.toLowerCase().endsWith(`.${wanted}`));
}

const FACTORS: Record<Unit, Record<string, number>> = {
  count: { k: 1e3, m: 1e6, g: 1e9, b: 1e9 },
  seconds: { s: 1, m: 60, min: 60, h: 3600, d: 86_400 },
  moment: { m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 },
  metric: { "%": 0.01 },
  plain: { k: 1e3, m: 1e6, "%": 0.01 },
};

/** `0.9`, `90%`, `11.7M`, `2h`; of a moment its age or a date. Null where it is no number. */
export function parseNumber(text: string, unit: Unit | null, now: number): number | null {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)$/i.exec(text);
  if (found === null) {
    if (unit !== "moment" || !/^\d{4}-\d\d/.test(text)) return null;
    const moment = Date.parse(text.length === 10 ? `${text}T00:00` : text);
    return Number.isNaN(moment) ? null : moment / 1000;
  }
  const suffix = (found[2] as string).toLowerCase();
  const factor = suffix === "" ? 1 : FACTORS[unit ?? "plain"][suffix];
  if (factor === undefined) return null;
  const number = Number(found[1]) * factor;
  return unit === "moment" ? (suffix === "" ? null : now - number) : number;
}

function texts(value: FieldValue): string[] {
  if (value === null) return [];
  return (Array.isArray(value) ? value : [String(value)]).map((text) => text.toLowerCase());
}

/** The fields whose values are looked through for a word that names no field. */
const SEARCHED = ["name", "network", "data", "device", "tag", "notes"];
/** Of these a condition means the whole value: `state:lost` is not asked for by `state:los`. */
const WHOLE: ReadonlySet<string> = new Set(["state", "reason", "id", "tag"]);

function holds(field: Field, operator: ":" | "=" | "!=", wanted: readonly string[], value: FieldValue): boolean {
  const there = texts(value);
  if (operator === ":" && wanted.length === 0) return there.length > 0;
  const isWhole = operator !== ":" || WHOLE.has(field.id);
  const isSame = (text: string, other: string) => {
    if (text === other) return true;
    const [a, b] = [Number(text), Number(other)];
    return text.trim() !== "" && other.trim() !== "" && a === b;
  };
  const has = wanted.some((each) => there.some((text) => (isWhole ? isSame(text, each) : text.includes(each))));
  return operator === "!=" ? !has : has;
}

const COMPARE: Record<"<" | "<=" | ">" | ">=", (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

type Test = (run: RunSummary) => boolean;

function parseCondition(
  token: Token,
  start: number,
  fields: Fields,
  now: number,
): { test: Test; condition: Condition } | QueryFault | null {
  const body = token.text.slice(start);
  const found = findOperator(body);
  if (found === null) return null;
  const name = body.slice(0, found.at);
  const place = { from: token.from + start, to: token.from + start + name.length };
  const [field, another] = findFields(name, fields);
  if (field === undefined) return { ...place, key: "unknown", values: { name, similar: similar(name, fields) } };
  if (another !== undefined) {
    const all = findFields(name, fields).map(({ id }) => id);
    return { ...place, key: "manyFields", values: { name, names: all.join(", ") } };
  }
  const { operator } = found;
  const raw = body.slice(found.at + operator.length);
  const value = { from: token.from + start + found.at, to: token.to };
  const values = raw
    .split(",")
    .map((part) => unquote(part).toLowerCase())
    .filter((part) => part !== "");
  if (values.length === 0 && operator !== ":") return { ...value, key: "noValue", values: { name } };
  const condition: Condition = {
    from: token.from,
    to: token.to,
    fieldId: field.id,
    operator,
    values,
    isNegative: start > 0,
  };
  if (operator === ":" || operator === "=" || operator === "!=") {
    return { test: (run) => holds(field, operator, values, field.value(run)), condition };
  }
  const limit = parseNumber(values[0] as string, field.unit, now);
  if (limit === null || field.unit === null) {
    return { ...value, key: "noNumber", values: { name: field.id, value: unquote(raw) } };
  }
  // "created<2d" is younger than two days: the moment lies after.
  const compare = COMPARE[operator];
  const isAge = field.unit === "moment" && !/^\d{4}-/.test(values[0] as string);
  const test = (run: RunSummary) => {
    const number = field.value(run);
    if (typeof number !== "number" || Number.isNaN(number)) return false;
    return isAge ? compare(limit, number) : compare(number, limit);
  };
  return { test, condition };
}

/** The known field that looks most like `name`; empty where none does. */
function similar(name: string, fields: Fields): string {
  const wanted = name.toLowerCase();
  if (wanted === "") return "";
  let best = "";
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const { id, group } of fields.values()) {
    const names = group === "setting" ? [id, id.slice(id.lastIndexOf(".") + 1)] : [id];
    for (const candidate of names) {
      const distance = editDistance(wanted, candidate.toLowerCase());
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** What is wrong hides nothing: a condition that cannot be read is told and left out. */
export function parseQuery(text: string, fields: Fields, now: number = Date.now() / 1000): Query {
  const tests: Test[] = [];
  const faults: QueryFault[] = [];
  const conditions: Condition[] = [];
  for (const token of tokenize(text)) {
    if (token.isOpen) {
      faults.push({ from: token.from, to: token.to, key: "openQuote", values: {} });
      continue;
    }
    const start = token.text.startsWith("-") && token.text.length > 1 ? 1 : 0;
    const parsed = parseCondition(token, start, fields, now);
    if (parsed !== null && "key" in parsed) {
      faults.push(parsed);
      continue;
    }
    const word = unquote(token.text.slice(start)).toLowerCase();
    const test = parsed?.test ?? ((run: RunSummary) => hasWord(run, word, fields));
    if (parsed !== null) conditions.push(parsed.condition);
    tests.push(start > 0 ? (run) => !test(run) : test);
  }
  return { test: (run) => tests.every((test) => test(run)), faults, conditions };
}

function hasWord(run: RunSummary, word: string, fields: Fields): boolean {
  return SEARCHED.some((id) => texts(fields.get(id)?.value(run) ?? null).some((text) => text.includes(word)));
}

function quoted(text: string): string {
  return /[\s,":=<>!]/.test(text) || text === "" ? `"${unquote(text)}"` : text;
}

/** The text with a condition more: the one that asks the same field for equality is replaced, taken out where `values` is empty. */
export function withCondition(text: string, fieldId: string, values: readonly string[], fields: Fields): string {
  const { conditions } = parseQuery(text, fields);
  const old = conditions.find(
    (each) => each.fieldId === fieldId && !each.isNegative && (each.operator === ":" || each.operator === "="),
  );
  const operator = WHOLE.has(fieldId) ? ":" : "=";
  const added = values.length === 0 ? "" : `${fieldId}${operator}${values.map(quoted).join(",")}`;
  const rest = old === undefined ? text : text.slice(0, old.from) + text.slice(old.to);
  return `${rest.trim()} ${added}`.replace(/\s+/g, " ").trim();
}

/** The values that the text asks the field for. */
export function askedValues(query: Query, fieldId: string): readonly string[] {
  const found = query.conditions.find(
    (each) => each.fieldId === fieldId && !each.isNegative && (each.operator === ":" || each.operator === "="),
  );
  return found?.values ?? [];
}
