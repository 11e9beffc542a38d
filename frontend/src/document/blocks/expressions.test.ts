import { describe, expect, it } from "vitest";
import {
  ExpressionError,
  evaluateExpression,
  mapExpressions,
  namesIn,
  num,
  parseExpression,
  renameInText,
  substitute,
  toText,
  toValue,
} from "./expressions";

describe("expressions", () => {
  it.each([
    ["=2*width", "2 * width"],
    ["=(a+b)*c", "(a + b) * c"],
    ["=a-(b-c)", "a - (b - c)"],
    ["=(a-b)-c", "a - b - c"],
    ["=-(a+1)", "-(a + 1)"],
    ["= 8 // 2 / 3.0", "8 // 2 / 3.0"],
    ["=.5", "0.5"],
    ["=数*2", "数 * 2"],
  ])("%s is written %s", (text, written) => {
    expect(toText(parseExpression(text))).toBe(written);
  });

  it.each(["=", "=2*", "=(a", "=a)", "=a b", "=a$", "=1 2", `=${"1+".repeat(300)}1`])("%s is none", (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
    expect(namesIn(text).size).toBe(0);
  });

  it.each([
    ["7//2", 3, false],
    ["-7//2", -4, false],
    ["7//-2", -4, false],
    ["8/2", 4, true],
    ["7.5//2", 3, true],
    ["2*(3+4)-1", 13, false],
    ["a*a", 9, false],
  ])("%s is what Python computes", (text, value, isFloat) => {
    expect(evaluateExpression(parseExpression(text), new Map([["a", num(3)]]))).toEqual({
      kind: "number",
      value,
      isFloat,
    });
  });

  it.each(["1/0", "b", "99999999999*99999999999"])("%s has no value", (text) => {
    expect(() => evaluateExpression(parseExpression(text), new Map())).toThrow(ExpressionError);
  });

  it.each([
    ["=channels", "8", 8],
    ["=4*channels", "=width", "=4 * width"],
    ["=4*channels", "=2*width", "=8 * width"],
    ["=channels//2", "=a+b", "=(a + b) // 2"],
    ["=channels - 0", "=width", "=width"],
    ["=channels/2", "8", "=4.0"],
    ["=channels/2", "3", 1.5],
    ["=channels/0", "3", "=3 / 0"],
  ])("%s with channels %s becomes %s", (text, given, value) => {
    const values = new Map([["channels", parseExpression(given)]]);
    expect(toValue(substitute(parseExpression(text), values))).toBe(value);
  });

  it("are found within lists, and what has none stays the same object", () => {
    const plain = [3, ["x", 4]];
    expect(mapExpressions(plain, () => 1)).toBe(plain);
    expect(mapExpressions([3, ["=k", 4]], (text) => text.length)).toEqual([3, [2, 4]]);
  });

  it("are renamed by whole names, numbers left alone", () => {
    expect(renameInText("=e + 1e5*ee", "e", "f")).toBe("=f + 1e5*ee");
  });
});
