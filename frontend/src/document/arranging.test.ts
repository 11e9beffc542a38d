import { describe, expect, it } from "vitest";
import { alignPositions, distributePositions } from "./arranging";
import { createDocumentStore } from "./store";
import { LAYERS, sampleDocument } from "./testing/catalogue";

const { document, catalogue } = createDocumentStore({ document: sampleDocument(), layers: LAYERS }).getState();
const level = { document, block: document.network, catalogue };
const places = { image: [0, 0], conv: [310, 45], act: [350, 300], sum: [900, 130] } as const;
const stored = Object.fromEntries(Object.entries(places).map(([id, [x, y]]) => [id, [x, y] as [number, number]]));

describe("aligning", () => {
  it.each([
    ["left", { image: [0, 0], conv: [0, 45], act: [0, 300] }],
    ["right", { image: [350, 0], conv: [350, 45], act: [350, 300] }],
    ["centre", { image: [175, 0], conv: [175, 45], act: [175, 300] }],
    ["top", { image: [0, 0], conv: [310, 0], act: [350, 0] }],
    ["bottom", { image: [0, 300], conv: [310, 300], act: [350, 300] }],
    ["middle", { image: [0, 150], conv: [310, 150], act: [350, 150] }],
  ] as const)("puts the %s sides on one line", (side, expected) => {
    expect(alignPositions(level, stored, ["image", "conv", "act"], side)).toEqual(expected);
  });
});

describe("distributing", () => {
  it("leaves the same gap between neighbours and the outermost where they are", () => {
    const spread = distributePositions(level, stored, ["sum", "image", "act", "conv"], "horizontal");
    expect(spread).toEqual({ image: [0, 0], conv: [300, 45], act: [600, 300], sum: [900, 130] });
    expect(distributePositions(level, stored, ["image", "act"], "vertical")).toEqual({});
  });
});
