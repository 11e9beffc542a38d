import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatExact,
  formatMacs,
  formatMetric,
  formatPercent,
  formatShape,
  metricDecimals,
} from "./format";

describe("formatCount", () => {
  test.each([
    [0, "0"],
    [9999, "9,999"],
    [10_000, "10.0 k"],
    [11_689_512, "11.7 M"],
    [999_999, "1.00 M"],
    [999_499, "999 k"],
    [60_192_808, "60.2 M"],
    [175e9, "175 G"],
    [-12_345, "-12.3 k"],
  ])("%d is written %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });
});

test.each([
  [0, "0 MAC"],
  [512, "512 MAC"],
  [1_814_073_344, "1.81 GMAC"],
  [11_300_000, "11.3 MMAC"],
])("%d multiply-accumulates are written %s", (value, text) => {
  expect(formatMacs(value)).toBe(text);
});

test.each([
  [0, "0 B"],
  [1023, "1,023 B"],
  [1024, "1.00 KiB"],
  [49_073_357, "46.8 MiB"],
  [1_073_741_823, "1.00 GiB"],
])("%d bytes are written %s", (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [0.34, "340 ms"],
  [4.21, "4.2 s"],
  [9.97, "10 s"],
  [59.6, "1 min 00 s"],
  [134, "2 min 14 s"],
  [11_100, "3 h 05 min"],
  [187_200, "2 d 4 h"],
  [Number.NaN, "-"],
])("%d seconds are written %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [0.97314, "0.9731"],
  [1, "1.0000"],
  [0, "0"],
  [0.001, "0.001"],
  [0.0012345, "0.00123"],
  [0.00001, "1e-5"],
  [12.3456, "12.35"],
  [123_456, "123,456"],
  [1.25e9, "1.25e9"],
  ["NaN", "NaN"],
  ["Infinity", "∞"],
  ["-Infinity", "-∞"],
])("the metric %s is written %s", (value, text) => {
  expect(formatMetric(value)).toBe(text);
});

test("the metrics of one column have the same decimals, and none loses a digit", () => {
  const write = (...values: (number | string | null)[]) => {
    const decimals = metricDecimals(values);
    return values.map((value) => (value === null ? "" : formatMetric(value, { decimals })));
  };
  expect(write(0.079, 0.0794, 0.97314, 0, null)).toEqual(["0.0790", "0.0794", "0.9731", "0.0000", ""]);
  expect(write(0.00123, 0.5)).toEqual(["0.00123", "0.50000"]);
  expect(write(148.66, 12.3456, 1234.5)).toEqual(["148.66", "12.35", "1,235"]);
  expect(write("NaN", 0.00001, 0)).toEqual(["NaN", "1e-5", "0"]);
});

test("formatExact writes every digit and the unit", () => {
  expect(formatExact(11_689_512, "parameters")).toBe("11,689,512 parameters");
});

test("formatPercent writes one decimal", () => {
  expect(formatPercent(0.9731)).toBe("97.3 %");
});

test("formatShape writes the batch as N", () => {
  expect(formatShape([null, 64, 28, 28])).toBe("N x 64 x 28 x 28");
});

test("formatAgo says how long ago, and the date after a week", () => {
  const now = 1_800_000_000;
  expect(formatAgo(now - 3, now)).toBe("just now");
  expect(formatAgo(now - 300, now)).toBe("5 min. ago");
  expect(formatAgo(now - 7200, now)).toBe("2 hr. ago");
  expect(formatAgo(now - 30 * 86_400, now)).toMatch(/20\d\d/);
});
