import { describe, expect, it } from "vitest";
import { isFamily, modeOf, numberIn, withNumber } from "./metricModes";

const FAMILY = "Top{k}Metric";
const METRICS = [
  { type: "Error", mode: "min" as const },
  { type: FAMILY, mode: "max" as const },
];

describe("modeOf", () => {
  it("knows the direction of a metric whose name holds a number from its family", () => {
    expect(modeOf("val/Top12Metric", METRICS)).toBe("max");
    expect(modeOf("test/Error", METRICS)).toBe("min");
    expect(modeOf("val/loss", METRICS)).toBe("min");
    expect(modeOf("val/TopMetric", METRICS)).toBeNull();
  });
});

describe("the number in a name", () => {
  it("is read and written", () => {
    expect(numberIn("Top12Metric", FAMILY)).toBe(12);
    expect(withNumber(FAMILY, 12)).toBe("Top12Metric");
    expect([isFamily(FAMILY), isFamily("Error")]).toEqual([true, false]);
  });

  it("is not there in other names", () => {
    for (const name of ["Error", "TopMetric", "Top05Metric", "TopTenMetric", FAMILY]) {
      expect(numberIn(name, FAMILY)).toBeNull();
    }
    expect(numberIn("Top5Metric", "Error")).toBeNull();
  });
});
