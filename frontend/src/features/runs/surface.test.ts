import { describe, expect, it } from "vitest";
import type { SurfaceEvent } from "./runSession";
import { paintPlane, parseColor, placeIn, spread, strength } from "./surface";

function surface(values: number[], confidence: number[] = []): SurfaceEvent {
  return {
    type: "surface",
    run: "r",
    attempt: 1,
    seq: 1,
    time: 0,
    elapsed: 0,
    step: 1,
    epoch: 1,
    features: ["a", "b"],
    ranges: [
      [0, 1],
      [0, 1],
    ],
    size: 2,
    values,
    confidence,
    points: [],
  };
}

const COLORS = [parseColor("#ff0000"), parseColor("#0000ff")];

describe("a plane of answers", () => {
  it("has the second feature growing upwards", () => {
    const pixels = paintPlane(surface([0, 0, 1, 1]), COLORS, 2);
    expect([pixels[0], pixels[2]]).toEqual([0, 255]);
    expect([pixels[8], pixels[10]]).toEqual([255, 0]);
  });

  it("is fainter where the network is less sure", () => {
    const pixels = paintPlane(surface([1, 1, 1, 1], [1, 0.6, 0.5, 0.9]), COLORS, 2);
    const alphas = [3, 7, 11, 15].map((at) => pixels[at] ?? 0);
    expect(alphas[1]).toBeGreaterThan(alphas[3] ?? 0);
    expect(Math.max(...alphas)).toBe(alphas[2]);
    expect(strength(0.1, 10)).toBeCloseTo(0.08);
  });

  it("shows a number by the side of the middle that it is on, and nothing where there is none", () => {
    const pixels = paintPlane(surface([-2, 2, 0, Number.NaN]), COLORS, 0);
    expect([pixels[8], pixels[14], pixels[3], pixels[7]]).toEqual([255, 255, 0, 0]);
  });
});

it("numbers that are all the same still have a range", () => {
  expect(spread([3, 3])).toEqual([2.5, 3.5]);
  expect(placeIn([2, 4], 3)).toBe(0.5);
});
