import { describe, expect, it } from "vitest";
import type { MetricsRead, RunSummary } from "@/api";
import { toCsv, toJson } from "./curveFiles";

describe("raw values as files", () => {
  const run = { id: "r1", name: 'one, "two"', state: "completed", best: {}, last: {} } as unknown as RunSummary;
  const metrics: MetricsRead = {
    cursor: 1,
    series: [{ name: "val/loss", steps: [1, 2], epochs: [1, 1], elapsed: [0.5, 1], values: [0.5, "NaN"], points: 2 }],
  };

  it("hold every point in CSV and JSON", () => {
    expect(toCsv([{ run, metrics }]).split("\r\n")).toEqual([
      "run,name,metric,step,epoch,elapsed_seconds,value",
      'r1,"one, ""two""",val/loss,1,1,0.5,0.5',
      'r1,"one, ""two""",val/loss,2,1,1,NaN',
      "",
    ]);
    expect(JSON.parse(toJson([{ run, metrics }])).runs[0].metrics["val/loss"].values).toEqual([0.5, "NaN"]);
  });
});
