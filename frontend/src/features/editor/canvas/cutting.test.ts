import { describe, expect, it } from "vitest";
import { crossesLine, piecesCross } from "./cutting";

const at = (x: number, y: number) => ({ x, y });

describe("a stroke", () => {
  it("crosses what lies across it, and not what it only comes near", () => {
    expect(piecesCross(at(0, 0), at(10, 10), at(0, 10), at(10, 0))).toBe(true);
    expect(piecesCross(at(0, 0), at(4, 4), at(0, 10), at(10, 0))).toBe(false);
    expect(piecesCross(at(0, 0), at(10, 0), at(0, 1), at(10, 1))).toBe(false);
    expect(piecesCross(at(0, 0), at(1, 0), at(5, 0), at(9, 0))).toBe(false);
  });

  it("crosses a line where it crosses one of its pieces", () => {
    const line = [at(0, 0), at(10, 0), at(10, 20), at(40, 20)];
    expect(crossesLine(at(30, 0), at(30, 40), line)).toBe(true);
    expect(crossesLine(at(30, 0), at(30, 15), line)).toBe(false);
    expect(crossesLine(at(0, 10), at(30, 10), line)).toBe(true);
  });
});
