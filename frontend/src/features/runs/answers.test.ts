import { describe, expect, it } from "vitest";
import { classesEvent } from "@/test/classesEvent";
import { chooseTable, isBetter, rowShares, worstMistake } from "./answers";

const ANSWERS = {
  classes: ["a", "b"],
  confusion: [
    [3, 1],
    [0, 0],
  ],
};
const table = (epoch: number, is_best: boolean) => classesEvent(epoch, is_best, ANSWERS);

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
