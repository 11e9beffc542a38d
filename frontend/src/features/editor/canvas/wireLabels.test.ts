import { describe, expect, it } from "vitest";
import type { Rect } from "@/document";
import { type LabelledWire, nameOfPort, placeLabels } from "./wireLabels";

const card = (x: number, y: number): Rect => ({ x, y, width: 200, height: 60 });

function wire(source: Rect, target: Rect, text: string | null = "N x 128 x 28 x 28"): LabelledWire {
  const from = { x: source.x + source.width, y: source.y + 30 };
  return { from, to: { x: target.x, y: target.y + 30 }, lane: null, source, target, text };
}

describe("a wire's label", () => {
  const first = card(0, 0);

  it("stands on the wire where it has room", () => {
    const second = card(340, 0);
    expect(placeLabels([wire(first, second)], [first, second])).toEqual([{ x: 270, y: 30 }]);
  });

  it("stands above a gap that is too short, clear of both cards", () => {
    const second = card(262, 0);
    const [at] = placeLabels([wire(first, second)], [first, second]);
    expect(at?.x).toBe(231);
    expect(at?.y).toBeLessThan(-8);
  });

  it("stands below where another card is above", () => {
    const second = card(262, 0);
    const roof = card(130, -80);
    const [at] = placeLabels([wire(first, second)], [first, second, roof]);
    expect(at?.y).toBeGreaterThan(68);
  });

  it("keeps clear of the labels before it", () => {
    const second = card(262, 0);
    const places = placeLabels([wire(first, second), wire(first, second)], [first, second]);
    expect(places[0]).not.toEqual(places[1]);
  });

  it("moves along the wire where the names of ports leave less room on one side", () => {
    const second = card(340, 0);
    const name = nameOfPort("edge_index", { x: 340, y: 30 }, "input");
    const [at] = placeLabels([wire(first, second, "N x 64")], [first, second], [name]);
    expect(at?.y).toBe(30);
    expect(at?.x).toBeLessThan(270);
    const [past] = placeLabels([wire(first, second)], [first, second], [name]);
    expect(past?.y).not.toBe(30);
  });

  it("stays on a wire that falls, beside the labels of its neighbours, not far above or below both of its cards", () => {
    const second = card(340, 300);
    const neighbours = [wire(first, second, "2 x E"), wire(first, second, "2 x E"), wire(first, second, "V x 6")];
    const places = placeLabels(neighbours, [first, second]);
    const apart = new Set(places.map((at) => at?.y));
    expect(apart.size).toBe(3);
    for (const at of places) {
      expect(at?.x).toBeGreaterThan(200);
      expect(at?.x).toBeLessThan(340);
      expect(at?.y).toBeGreaterThan(30);
      expect(at?.y).toBeLessThan(330);
    }
  });

  it("has no place without a text", () => {
    expect(placeLabels([wire(first, card(340, 0), null)], [first])).toEqual([null]);
  });
});
