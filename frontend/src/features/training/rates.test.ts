import { describe, expect, it } from "vitest";
import type { FormConfig } from "./formConfig";
import { formatRate, rateNow, roundRate, scalesOf, sweptOf, takeRate } from "./rates";

const config = {
  epochs: 5,
  optimizer: { type: "OptimizerA", params: { lr: 0.1, momentum: 0.9 } },
  schedule: { type: "ScheduleA", params: {} },
  data: { source: "points", batch_size: 32 },
} as unknown as FormConfig;

describe("a sweep of the learning rate", () => {
  it("still holds when its suggestion is taken or the run's length changes, and no more when the batch does", () => {
    const taken = takeRate({ ...config, epochs: 9 }, 0.02);
    expect(rateNow(taken)).toBe(0.02);
    expect(taken.optimizer.params).toEqual({ lr: 0.02, momentum: 0.9 });
    expect(sweptOf(taken, "network")).toBe(sweptOf(config, "network"));
    const other = { ...config, data: { ...config.data, batch_size: 64 } };
    expect(sweptOf(other, "network")).not.toBe(sweptOf(config, "network"));
    expect(sweptOf(config, "another")).not.toBe(sweptOf(config, "network"));
  });

  it("is drawn over a log axis with a tick a decade", () => {
    const { x, y, ticks } = scalesOf([1e-7, 1e-4, 1e-1], [2, 3, 1], { left: 0, right: 600, top: 0, bottom: 100 });
    expect(ticks.map(({ label }) => label)).toEqual(["1e-7", "1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "1e-1"]);
    expect(ticks.map(({ rate }) => Math.round(x(rate)))).toEqual([0, 100, 200, 300, 400, 500, 600]);
    expect([y(3), y(2), y(1), y(1e12)]).toEqual([0, 50, 100, 0]);
  });

  it("names rates with two digits", () => {
    expect([0.020255, 0.00000512, 1.73].map(roundRate).map(formatRate)).toEqual(["0.02", "5.1e-6", "1.7"]);
  });
});
