/**
 * Expressions over a block's parameters, as far as an edit has to understand them: the twin of
 * `backend/netwright/graph/expressions.py`. The server's reading is the one that counts; here they are taken apart to pass a
 * parameter on, or to put its value in its place.
 */
import type { JsonValue } from "../types";

/** Characters in one expression, as the server allows them. */
export const MAX_EXPRESSION_LENGTH = 500;

/** A text that is no expression, or one that has no value. */
export class ExpressionError extends Error {
  override name = "ExpressionError";
}

/** `isFloat` is Python's distinction: `8 / 2` is 4.0, which is no size. */
export interface Num {
  kind: "number";
  value: number;
  isFloat: boolean;
}
export type Expression =
  | Num
  | { kind: "name"; name: string }
  | { kind: "sign"; sign: "+" | "-"; operand: Expression }
  | { kind: "operation"; operator: Operator; left: Expression; right: Expression };
type Operator = "+" | "-" | "*" | "/" | "//";

const TOKEN = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_]*|\/\/|[-+*/()]|\s+/uy;
const PRECEDENCE: Record<Operator, number> = { "+": 1, "-": 1, "*": 2, "/": 2, "//": 2 };
const SIGN_PRECEDENCE = 3;
const ATOM_PRECEDENCE = 4;

export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("=");
}

/** A number as it stands in a document: whole ones are whole. */
export function num(value: number): Num {
  return { kind: "number", value, isFloat: !Number.isInteger(value) };
}

/** The tree of an expression; a leading `=` means nothing. Throws `ExpressionError`. */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text.startsWith("=") ? text.slice(1) : text);
  let at = 0;

  function operand(): Expression {
    const token = tokens[at];
    at += 1;
    if (token === "(") {
      const inner = expression(1);
      if (tokens[at] !== ")") throw new ExpressionError("a parenthesis is not closed");
      at += 1;
      return inner;
    }
    if (token === "+" || token === "-") return { kind: "sign", sign: token, operand: operand() };
    if (token === undefined || isOperator(token) || token === ")") throw new ExpressionError("something is missing");
    if (!/^[\d.]/.test(token)) return { kind: "name", name: token };
    return { kind: "number", value: Number(token), isFloat: !/^\d+$/.test(token) };
  }

  function expression(lowest: number): Expression {
    let left = operand();
    for (;;) {
      const token = tokens[at];
      if (!isOperator(token) || PRECEDENCE[token] < lowest) return left;
      at += 1;
      left = { kind: "operation", operator: token, left, right: expression(PRECEDENCE[token] + 1) };
    }
  }

  const tree = expression(1);
  if (at < tokens.length) throw new ExpressionError("an operator is missing");
  return tree;
}

function isOperator(token: string | undefined): token is Operator {
  return token !== undefined && token in PRECEDENCE;
}

function tokenize(text: string): string[] {
  if (text.length > MAX_EXPRESSION_LENGTH) throw new ExpressionError("it is too long");
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw new ExpressionError("a character is not understood");
    if (match[0].trim() !== "") tokens.push(match[0]);
  }
  return tokens;
}

/** The names that an expression uses; none where it is no expression. */
export function namesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  try {
    collectNames(parseExpression(text), found);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
  return found;
}

function collectNames(node: Expression, into: Set<string>): void {
  if (node.kind === "name") into.add(node.name);
  else if (node.kind === "sign") collectNames(node.operand, into);
  else if (node.kind === "operation") {
    collectNames(node.left, into);
    collectNames(node.right, into);
  }
}

/** As a person would write it: spaces around operators, no needless parentheses. */
export function toText(node: Expression): string {
  return write(node)[0];
}

function write(node: Expression): [text: string, precedence: number] {
  if (node.kind === "number") return [numberText(node), ATOM_PRECEDENCE];
  if (node.kind === "name") return [node.name, ATOM_PRECEDENCE];
  if (node.kind === "sign") {
    const [text, precedence] = write(node.operand);
    return [node.sign + (precedence >= SIGN_PRECEDENCE ? text : `(${text})`), SIGN_PRECEDENCE];
  }
  const own = PRECEDENCE[node.operator];
  const [left, leftPrecedence] = write(node.left);
  const [right, rightPrecedence] = write(node.right);
  const first = leftPrecedence >= own ? left : `(${left})`;
  const second = rightPrecedence > own ? right : `(${right})`;
  return [`${first} ${node.operator} ${second}`, own];
}

function numberText({ value, isFloat }: Num): string {
  return isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** The value of an expression as Python computes it. Throws `ExpressionError` where it has none. */
export function evaluateExpression(node: Expression, values: ReadonlyMap<string, Num>): Num {
  if (node.kind === "number") return node;
  if (node.kind === "name") {
    const value = values.get(node.name);
    if (!value) throw new ExpressionError(`there is no parameter ${node.name}`);
    return value;
  }
  if (node.kind === "sign") {
    const operand = evaluateExpression(node.operand, values);
    return node.sign === "-" ? { ...operand, value: -operand.value } : operand;
  }
  return combine(node.operator, evaluateExpression(node.left, values), evaluateExpression(node.right, values));
}

function combine(operator: Operator, a: Num, b: Num): Num {
  if ((operator === "/" || operator === "//") && b.value === 0) throw new ExpressionError("it divides by zero");
  const value = {
    "+": () => a.value + b.value,
    "-": () => a.value - b.value,
    "*": () => a.value * b.value,
    "/": () => a.value / b.value,
    "//": () => floorDivide(a.value, b.value),
  }[operator]();
  if (!Number.isFinite(value) || Math.abs(value) > 2 ** 53) throw new ExpressionError("a number is too big");
  return { kind: "number", value, isFloat: operator === "/" || a.isFloat || b.isFloat };
}

function floorDivide(a: number, b: number): number {
  const rest = a % b;
  const remainder = rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  return Math.round((a - remainder) / b);
}

/** `node` with the names of `values` replaced, made short where that changes nothing. */
export function substitute(node: Expression, values: ReadonlyMap<string, Expression>): Expression {
  if (node.kind === "name") return values.get(node.name) ?? node;
  if (node.kind === "sign") return fold({ ...node, operand: substitute(node.operand, values) });
  if (node.kind === "operation") {
    return fold({ ...node, left: substitute(node.left, values), right: substitute(node.right, values) });
  }
  return node;
}

const isWhole = (node: Expression, value: number) => node.kind === "number" && !node.isFloat && node.value === value;

/** Numbers are computed and what does nothing (`1 * x`, `x + 0`) goes; `2 * (2 * x)` becomes `4 * x`. */
function fold(node: Expression): Expression {
  if (node.kind === "sign") {
    return node.operand.kind === "number" ? evaluateExpression(node, new Map()) : node;
  }
  if (node.kind !== "operation") return node;
  const { operator, left, right } = node;
  if (left.kind === "number" && right.kind === "number") return folded(node);
  if (operator === "*" && isWhole(left, 1)) return right;
  if (operator === "*" && isWhole(right, 1)) return left;
  if (operator === "+" && isWhole(left, 0)) return right;
  if ((operator === "+" || operator === "-") && isWhole(right, 0)) return left;
  if (operator === "*" && left.kind === "number" && right.kind === "operation" && right.operator === "*") {
    const inner = right.left;
    if (inner.kind === "number") return fold({ ...right, left: combine("*", left, inner) });
  }
  return node;
}

/** A quotient by zero stays as it is written: the check says what is wrong with it. */
function folded(node: Expression): Expression {
  try {
    return evaluateExpression(node, new Map());
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return node;
  }
}

/** What a document holds for an expression: the number where it is one, else the text behind `=`. */
export function toValue(node: Expression): number | string {
  // A whole number with a decimal point would come back as a whole one: JSON has one kind of number in a browser.
  const isPlain = node.kind === "number" && (!node.isFloat || !Number.isInteger(node.value));
  return isPlain ? node.value : `=${toText(node)}`;
}

/** `value` with `change` applied to every expression in it, lists included; the same object where nothing changes. */
export function mapExpressions(value: JsonValue, change: (text: string) => JsonValue): JsonValue {
  if (isExpression(value)) return change(value);
  if (!Array.isArray(value)) return value;
  const items = value as JsonValue[];
  const changed = items.map((item) => mapExpressions(item, change));
  return changed.some((item, at) => item !== items[at]) ? changed : value;
}

/** The names that the expressions in `value` use. */
export function namesInValue(value: JsonValue): ReadonlySet<string> {
  const found = new Set<string>();
  mapExpressions(value, (text) => {
    for (const name of namesIn(text)) found.add(name);
    return text;
  });
  return found;
}

const NAME = /(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*/gu;

/** The text with a name replaced, everything else as it was written. */
export function renameInText(text: string, from: string, to: string): string {
  return text.replace(NAME, (word) => (word === from ? to : word));
}
