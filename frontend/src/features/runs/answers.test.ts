import { describe, expect, it } from "vitest";
import { chooseTable, isBetter, rowShares, worstMistake } from "./answers";
import type { ClassesEvent } from "./runSession";

const table = (epoch: number, is_best: boolean): ClassesEvent => ({
  type: "classes",
  run: "r",
  attempt: 1,
  seq: epoch,
  time: 0,
  elapsed: 0,
  step: epoch,
  are_numbers: false,
  epoch,
  is_best,
  classes: ["a", "b"],
  confusion: [
    [3, 1],
    [0, 0],
  ],
});

describe("answers", () => {
  it("shows the best epoch so far, or the newest", () => {
    const tables = [table(1, true), table(2, true), table(3, false)];
    expect(chooseTable(tables, "best")?.epoch).toBe(2);
    expect(chooseTable(tables, "last")?.epoch).toBe(3);
    expect(chooseTable([], "last")).toBeUndefined();
  });

  it("gives each count its share of the row, and nothing of a class that is not there", () => {
    expect(rowShares(table(1, true).confusion)).toEqual([
      [0.75, 0.25],
      [0, 0],
    ]);
  });

  it("names the most frequent mix-up, not the right answers", () => {
    expect(
      worstMistake([
        [90, 2],
        [5, 50],
      ]),
    ).toEqual({ target: 1, answer: 0, count: 5 });
    expect(
      worstMistake([
        [9, 0],
        [0, 9],
      ]),
    ).toBeNull();
  });

  it("is better upwards or downwards, and says nothing of what is no number", () => {
    expect(isBetter(0.6, 0.5, "max")).toBe(true);
    expect(isBetter(0.6, 0.5, "min")).toBe(false);
    expect(isBetter(0.5, 0.5, "max")).toBe(false);
    expect(isBetter(Number.NaN, 0.5, "max")).toBeNull();
    expect(isBetter(0.6, 0.5, null)).toBeNull();
  });
});
