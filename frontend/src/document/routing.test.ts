import { describe, expect, it } from "vitest";
import { findLane, type Rect, wirePath } from "./routing";

const card = (x: number, y: number): Rect => ({ x, y, width: 200, height: 60 });
const end = (rect: Rect) => ({ x: rect.x + rect.width, y: rect.y + 30 });
const start = (rect: Rect) => ({ x: rect.x, y: rect.y + 30 });

describe("a wire", () => {
  const first = card(0, 0);
  const second = card(340, 0);
  const third = card(680, 0);

  it("runs plainly to its neighbour", () => {
    expect(findLane(end(first), start(second), [first, second, third])).toBeNull();
  });

  it("passes the cards between its ends, never through one", () => {
    const lane = findLane(end(first), start(third), [first, second, third]);
    expect(lane).not.toBeNull();
    expect(lane === null || lane < 0 || lane > 60).toBe(true);
  });

  it("takes the side that is free", () => {
    const above = card(340, -70);
    const lane = findLane(end(first), start(third), [first, second, third, above]);
    expect(lane === null || lane > 60 || lane < -70).toBe(true);
  });

  it("goes round when its target lies behind", () => {
    const behind = card(0, 200);
    const lane = findLane(end(second), start(behind), [first, second, behind]);
    expect(lane === null || (lane > 60 && lane < 200)).toBe(true);
  });

  it("starts and ends at its ports either way", () => {
    for (const lane of [null, 120]) {
      const { path } = wirePath({ x: 10, y: 20 }, { x: 300, y: 40 }, lane);
      expect(path.startsWith("M10,20")).toBe(true);
      expect(path.endsWith("300,40")).toBe(true);
    }
  });
});
