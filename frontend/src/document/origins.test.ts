import { expect, it } from "vitest";
import { originsOf } from "./origins";
import { createDocumentStore } from "./store";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import type { CheckReport } from "./types";

const sample = sampleDocument();
const document = {
  ...sample,
  network: {
    ...sample.network,
    nodes: sample.network?.nodes?.map((node) =>
      node.id === "conv" ? { ...node, params: { filters: 64, kernel: 3 } } : node,
    ),
  } as typeof sample.network,
};
const state = createDocumentStore({ document, layers: LAYERS }).getState();
const level = { document: state.document, block: state.document.network, catalogue: state.catalogue };
const gives = (shape: (number | null)[]) => ({ outputs: { y: { shape, dtype: "float32" } } });
const report = {
  nodes: {
    image: gives([null, 1, 28, 28]),
    conv: gives([null, 64, 28, 28]),
    act: gives([null, 64, 28, 28]),
    sum: gives([null, 64, 14, 28]),
  },
} as unknown as CheckReport;

it("names the last node that changed an axis, and its setting of that value", () => {
  const edge = state.document.network.edges.find(({ source }) => source === "act");
  if (!edge) throw new Error("The sample has this wire.");
  expect(originsOf(edge, level, report, "")).toEqual([
    { size: 64, node: "conv", setting: "filters" },
    { size: 28, node: "image", setting: null },
    { size: 28, node: "image", setting: null },
  ]);
});

it("stops where an axis was changed, and where nothing is known", () => {
  const edge = { source: "sum", target: "scores", source_port: null, target_port: null };
  expect(originsOf(edge, level, report, "").map(({ node }) => node)).toEqual(["conv", "sum", "image"]);
  expect(originsOf(edge, level, null, "")).toEqual([]);
});
