import { describe, expect, it } from "vitest";
import type { OptionRead } from "@/api";
import { balanceParam, isUneven } from "./balance";

const option = (properties: object): OptionRead => ({
  type: "LossA",
  title: "A",
  description: "",
  params_schema: { properties },
});

describe("balance", () => {
  it("finds the setting that takes class weights by its schema, whatever its name", () => {
    expect(balanceParam(option({ alpha: { type: "number" }, factors: { balance: "classes" } }))).toEqual({
      name: "factors",
      kind: "classes",
    });
    expect(balanceParam(option({ alpha: {} }))).toBeNull();
    expect(balanceParam(undefined)).toBeNull();
  });

  it("speaks of classes that are far apart, and of one that does not occur", () => {
    expect(isUneven([54, 1026])).toBe(true);
    expect(isUneven([0, 8])).toBe(true);
    expect(isUneven([50, 40, 60])).toBe(false);
  });
});
