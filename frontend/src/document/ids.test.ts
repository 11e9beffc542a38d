import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "./catalogue";
import { freeId, freeIdLike, idPrefix, idProblem, toSnakeCase } from "./ids";
import { LAYERS } from "./testing/catalogue";

const catalogue = createCatalogue(LAYERS);

describe("ids", () => {
  it.each([
    ["Filter2d", "filter"],
    ["MultiheadAttention", "multihead_attention"],
    ["LSTMCell", "lstm_cell"],
    ["Dense", "dense"],
    ["2d", "node"],
  ])("%s is written %s", (type, written) => {
    expect(toSnakeCase(type) || "node").toBe(written);
  });

  it.each([
    ["Filter2d", "conv"],
    ["Bend", "act"],
    ["Dense", "dense"],
    ["block:ConvStage", "conv_stage"],
    ["Unknown9", "unknown9"],
  ])("a node of %s is called %s", (type, prefix) => {
    expect(idPrefix(type, catalogue)).toBe(prefix);
  });

  it("counts from one and fills gaps", () => {
    expect(freeId("conv", new Set())).toBe("conv1");
    expect(freeId("conv", new Set(["conv1", "conv3"]))).toBe("conv2");
    expect(freeIdLike("conv7", new Set(["conv7"]))).toBe("conv1");
    expect(freeIdLike("head", new Set(["conv1"]))).toBe("head");
  });

  it("always makes ids that are legal and free", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (type, others) => {
        const taken = new Set(others);
        expect(idProblem(freeId(idPrefix(type, catalogue), taken), taken)).toBeNull();
      }),
    );
  });

  it.each([
    ["", "id.empty"],
    ["1a", "id.illegal"],
    ["a-b", "id.illegal"],
    ["class", "id.keyword"],
    ["conv1", "id.taken"],
  ])("%o is refused as %s", (id, key) => {
    expect(idProblem(id, new Set(["conv1"]))?.key).toBe(key);
  });
});
