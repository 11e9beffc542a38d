import { describe, expect, it } from "vitest";
import { describeParams, moveStep, placeAt, removeStep } from "./steps";

const STEPS = ["a", "b", "c"].map((type) => ({ type, params: {} }));
const types = (steps: readonly { type: string }[]) => steps.map(({ type }) => type).join("");

describe("a list of steps", () => {
  it("moves a step to where it is put, and nowhere else", () => {
    expect(types(moveStep(STEPS, 0, 2))).toBe("bca");
    expect(types(moveStep(STEPS, 2, 0))).toBe("cab");
    expect(types(moveStep(STEPS, 1, 3))).toBe("abc");
    expect(types(moveStep(STEPS, 0, -1))).toBe("abc");
  });

  it("loses exactly the step that is removed", () => {
    expect(types(removeStep(STEPS, 1))).toBe("ac");
  });

  it("says what was set", () => {
    expect(describeParams({ type: "RandomCrop", params: { size: [24, 24], padding: 2 } })).toBe(
      "size 24 x 24, padding 2",
    );
    expect(describeParams({ type: "ToFloat", params: {} })).toBe("");
  });

  it("finds the place under the pointer", () => {
    const middles = [10, 30, 50];
    expect([0, 20, 40, 99].map((y) => placeAt(y, middles))).toEqual([0, 1, 2, 2]);
  });
});
