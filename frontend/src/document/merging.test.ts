import { describe, expect, test } from "vitest";
import { createCatalogue } from "./catalogue";
import { diffDocuments } from "./diff";
import { differsWithin, mergeDocuments } from "./merging";
import { normalizeDocument } from "./normalize";
import type { WireBlock, WireNode } from "./types";

const catalogue = createCatalogue([]);
const x: WireNode = { id: "x", type: "Input" };
const fc: WireNode = { id: "fc", type: "Linear", params: { out_features: 3 } };
const act: WireNode = { id: "act", type: "ReLU" };
const y: WireNode = { id: "y", type: "Output" };

const chain = (...nodes: WireNode[]): WireBlock => ({
  parameters: {},
  nodes: nodes as never,
  edges: nodes.slice(1).map((node, at) => ({ source: nodes[at]?.id ?? "", target: node.id })) as never,
});

function merged(before: object, after: object) {
  const [old, now] = [before, after].map((one) => normalizeDocument({ format: 1, name: "A", ...one } as never));
  if (!old || !now) throw new Error("two documents were given");
  const changes = diffDocuments(old, now);
  return { document: mergeDocuments(old, now, changes, catalogue), changes };
}

const wires = (block: { edges: readonly { source: string; target: string }[] }) =>
  block.edges.map(({ source, target }) => `${source}>${target}`);

describe("mergeDocuments", () => {
  test("holds what both have once, and what only one of them has", () => {
    const other = { ...fc, params: { out_features: 5 } };
    const { document } = merged({ network: chain(x, fc, act, y) }, { network: chain(x, other, y) });
    expect(document.network.nodes.map(({ id }) => id)).toEqual(["x", "fc", "y", "act"]);
    expect(document.network.nodes[1]?.params).toEqual({ out_features: 5 });
    expect(wires(document.network)).toEqual(["x>fc", "fc>y", "fc>act", "act>y"]);
  });

  test("shows what is gone where it stood, further down where something stands there now", () => {
    const view = (places: object) => ({ view: { network: places } });
    const before = { network: chain(x, act, y), ...view({ x: [0, 0], act: [340, 0], y: [680, 0] }) };
    const free = merged(before, { network: chain(x, y), ...view({ x: [0, 0], y: [680, 0] }) });
    expect(free.document.view.network?.act).toEqual([340, 0]);
    const taken = merged(before, { network: chain(x, fc, y), ...view({ x: [0, 0], fc: [340, 0], y: [680, 0] }) });
    expect(taken.document.view.network?.fc).toEqual([340, 0]);
    expect(taken.document.view.network?.act?.[1]).toBeGreaterThan(50);
  });

  test("keeps blocks that are gone, and folds and colours nothing", () => {
    const inner = chain({ id: "a", type: "Input" }, act, { id: "b", type: "Output" });
    const used = { id: "s", type: "block:Stage" };
    const { document, changes } = merged(
      { network: chain(x, used, y), blocks: { Stage: inner } },
      {
        network: chain(x, fc, act, y),
        marks: { network: { colors: { fc: "green" }, folds: { fold1: { nodes: ["fc", "act"] } } } },
      },
    );
    expect(Object.keys(document.blocks)).toEqual(["Stage"]);
    expect(document.blocks.Stage?.nodes).toHaveLength(3);
    expect(document.marks.network).toMatchObject({ colors: {}, folds: {} });
    expect(changes.map(({ block }) => block)).toEqual(["network", "Stage"]);
  });

  test("says of a node that the block which it uses differs, however deep", () => {
    const blocks = (nodes: WireNode[]) => ({
      Inner: chain({ id: "a", type: "Input" }, ...nodes, { id: "b", type: "Output" }),
      Outer: chain({ id: "a", type: "Input" }, { id: "i", type: "block:Inner" }, { id: "b", type: "Output" }),
    });
    const network = chain(x, { id: "o", type: "block:Outer" }, act, y);
    const { document, changes } = merged({ network, blocks: blocks([act]) }, { network, blocks: blocks([act, fc]) });
    const within = document.network.nodes.filter((node) => differsWithin(node, document, changes));
    expect(within.map(({ id }) => id)).toEqual(["o"]);
  });
});
