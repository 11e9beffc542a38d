import { describe, expect, it } from "vitest";
import type { OptionRead } from "@/api";
import { balanceOf, balanceOfLabels, balanceParam } from "./balance";

const option = (properties: object): OptionRead => ({
  type: "LossA",
  title: "A",
  description: "",
  params_schema: { properties },
});

describe("balance", () => {
  it("weighs the samples that have a label by those that lack it", () => {
    expect(balanceOfLabels(100, [10, 50])).toEqual([9, 1]);
    expect(balanceOfLabels(100, [0, 50])).toBeNull();
    expect(balanceOfLabels(100, [100, 50])).toBeNull();
  });

  it("finds the setting that takes class weights by its schema, whatever its name", () => {
    expect(balanceParam(option({ alpha: { type: "number" }, factors: { balance: "classes" } }))).toEqual({
      name: "factors",
      kind: "classes",
    });
    expect(balanceParam(option({ alpha: {} }))).toBeNull();
    expect(balanceParam(undefined)).toBeNull();
  });

  it("lets all classes count the same in sum", () => {
    const weights = balanceOf("classes", [90, 10]) as number[];
    expect((weights[0] ?? 0) * 90).toBeCloseTo((weights[1] ?? 0) * 10, 1);
    expect(balanceOf("second", [90, 10])).toEqual([9]);
  });

  it("gives nothing where a class never occurs or there are not two", () => {
    expect(balanceOf("classes", [5, 0])).toBeNull();
    expect(balanceOf("second", [1, 2, 3])).toBeNull();
    expect(balanceOf("classes", [5])).toBeNull();
  });
});
