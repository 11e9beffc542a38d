import { describe, expect, it } from "vitest";
import { levelViewport, viewportShowing } from "./viewport";

const SIZE = { width: 840, height: 800 };
const card = (x: number, y = 0) => ({ x, y, width: 200, height: 60 });
const row = (count: number, y = 0) => Array.from({ length: count }, (_, at) => card(at * 340, y));

const isShown = (
  { x, y, zoom }: { x: number; y: number; zoom: number },
  { x: left, y: top, width, height }: ReturnType<typeof card>,
) =>
  left * zoom + x >= 0 &&
  top * zoom + y >= 0 &&
  (left + width) * zoom + x <= SIZE.width &&
  (top + height) * zoom + y <= SIZE.height;

describe("the view of an opened level", () => {
  it("never magnifies", () => {
    expect(levelViewport([card(0)], SIZE).zoom).toBe(1);
    expect(levelViewport([], SIZE).zoom).toBe(1);
  });

  it("shows all where that can be read", () => {
    const cards = [...row(4), ...row(4, 160), ...row(4, 320)];
    const viewport = levelViewport(cards, SIZE);
    expect(viewport.zoom).toBeGreaterThanOrEqual(0.5);
    expect(cards.every((each) => isShown(viewport, each))).toBe(true);
  });

  it("keeps clear of what stands in the lower corners", () => {
    const cards = Array.from({ length: 7 }, (_, at) => row(4, at * 140)).flat();
    const { y, zoom } = levelViewport(cards, SIZE);
    expect((6 * 140 + 60) * zoom + y).toBeLessThanOrEqual(SIZE.height - 160);
  });

  it("shows the beginning of what is too wide", () => {
    const cards = row(12);
    const viewport = levelViewport(cards, SIZE);
    expect(viewport.zoom).toBe(0.8);
    expect(isShown(viewport, card(0))).toBe(true);
    expect(isShown(viewport, card(11 * 340))).toBe(false);
  });

  it("shows the first rows whole where there are too many", () => {
    const cards = Array.from({ length: 30 }, (_, at) => row(4, at * 160)).flat();
    const viewport = levelViewport(cards, SIZE);
    expect(row(4).every((each) => isShown(viewport, each))).toBe(true);
  });

  it("shows the entry of what is tall and wide, wherever it stands", () => {
    const cards = [card(0, 2000), ...Array.from({ length: 30 }, (_, at) => row(6, at * 160).slice(1)).flat()];
    expect(isShown(levelViewport(cards, SIZE), card(0, 2000))).toBe(true);
  });
});

describe("a view that must show a card", () => {
  const viewport = { x: 0, y: 0, zoom: 0.8 };

  it("stays where it shows it", () => {
    expect(viewportShowing(viewport, card(100, 100), SIZE)).toBe(viewport);
  });

  it("moves to it where it does not, at the same zoom", () => {
    const moved = viewportShowing(viewport, card(4000, -700), SIZE);
    expect(moved.zoom).toBe(0.8);
    expect(isShown(moved, card(4000, -700))).toBe(true);
  });
});
