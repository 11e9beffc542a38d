import { describe, expect, it } from "vitest";
import { markPlace, placeMarks } from "./marks";

const FRAME = { left: 0, right: 400, gap: 4, numRows: 2 };
const mark = (x: number, label = `at ${x}`, width = 60) => ({ label, x, width });

describe("placeMarks", () => {
  it("leaves marks that lie apart in the first row", () => {
    expect(placeMarks([mark(10), mark(100)], FRAME).map(({ row }) => row)).toEqual([0, 0]);
  });

  it("puts the words of marks some pixels apart below one another, whatever their order", () => {
    expect(placeMarks([mark(13), mark(10)], FRAME).map(({ label, row }) => [label, row])).toEqual([
      ["at 10", 0],
      ["at 13", 1],
    ]);
  });

  it("keeps words within the frame, and below those that came before", () => {
    const placed = placeMarks([mark(330), mark(390), mark(500)], FRAME);
    expect(placed.map(({ side, textX, row }) => [side, textX, row])).toEqual([
      ["right", 334, 0],
      ["left", 386, 1],
    ]);
  });

  it("leaves the words to the pointer where no row has room, and lets later ones have theirs", () => {
    expect(placeMarks([mark(10), mark(12), mark(14), mark(200)], FRAME).map(({ row }) => row)).toEqual([0, 1, null, 0]);
  });
});

it("a mark has a place where the axis counts steps or epochs of known length", () => {
  expect(markPlace(30, "step", null)).toBe(30);
  expect(markPlace(30, "epoch", 20)).toBe(1.5);
  expect(markPlace(30, "epoch", null)).toBeNull();
  expect(markPlace(30, "elapsed", 20)).toBeNull();
});
