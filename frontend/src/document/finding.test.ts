import { describe, expect, it } from "vitest";
import { findNodes } from "./finding";
import { normalizeDocument } from "./normalize";
import { sampleDocument } from "./testing/catalogue";

const sample = sampleDocument();
const document = normalizeDocument({
  ...sample,
  network: {
    ...sample.network,
    nodes: sample.network?.nodes?.map((node) =>
      node.id === "conv" ? { ...node, params: { kernel_size: [3, 3], out_channels: "=width" } } : node,
    ),
  } as typeof sample.network,
});
const ids = (query: string, here = "network") => findNodes(document, query, here).map(({ node }) => node.id);

describe("finding nodes", () => {
  it("looks at ids, types and settings, every word somewhere", () => {
    expect(ids("act")).toEqual(["act"]);
    expect(ids("bend")).toEqual(["act", "inner"]);
    expect(ids("kernel_size")).toEqual(["conv"]);
    expect(ids("filter width")).toEqual(["conv"]);
    expect(ids("bend width")).toEqual([]);
    expect(findNodes(document, "out_ch", "network")[0]?.settings).toEqual(["out_channels==width"]);
  });

  it("begins with the open block, and with the node of exactly that id", () => {
    expect(ids("bend", "Stage")).toEqual(["inner", "act"]);
    expect(ids("x", "network")[0]).toBe("x");
  });
});
