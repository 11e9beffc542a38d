import type { NumberShape } from "./schema";

/** What a person has written into a number field. */
export type NumberText =
  | { kind: "empty" }
  | { kind: "number"; value: number }
  | { kind: "expression"; value: string }
  | { kind: "wrong"; reason: "notANumber" | "notWhole" };

/** The mark with which an expression begins. */
export const EXPRESSION = "=";

export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(EXPRESSION);
}

/** Reads what was written. Bounds are not looked at: what is out of range is said by the check, in one place. */
export function readNumberText(text: string, shape: NumberShape, takesExpressions: boolean): NumberText {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "empty" };
  if (takesExpressions && isExpression(trimmed)) {
    return trimmed === EXPRESSION ? { kind: "wrong", reason: "notANumber" } : { kind: "expression", value: trimmed };
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return { kind: "wrong", reason: "notANumber" };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { kind: "wrong", reason: "notANumber" };
  if (shape.isInteger && !Number.isSafeInteger(value)) return { kind: "wrong", reason: "notWhole" };
  return { kind: "number", value };
}

/** The next value when stepping: whole numbers by one, others by their second digit; kept inside the bounds. */
export function stepNumber(value: number, shape: NumberShape, steps: number): number {
  const size = shape.isInteger ? 1 : value === 0 ? 0.1 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  // Binary fractions would show as 0.30000000000000004.
  const next = Number((value + steps * size).toPrecision(12));
  if (shape.min !== null && next <= shape.min) return shape.isMinOpen ? value : shape.min;
  if (shape.max !== null && next >= shape.max) return shape.isMaxOpen ? value : shape.max;
  return next;
}

/** `3x32x32`, `3, 32, 32` and `(3, 32, 32)` as their numbers; null for anything else, and for `0.5, 2` of whole ones. */
export function readNumberList(text: string, isInteger: boolean): number[] | null {
  const parts = text
    .replace(/^[\s([]+|[\s)\]]+$/g, "")
    .split(/\s*[x×,;]\s*|\s+/i)
    .filter((part) => part !== "");
  if (parts.length < 2) return null;
  const numbers = parts.map(Number);
  return numbers.every(isInteger ? Number.isSafeInteger : Number.isFinite) ? numbers : null;
}
