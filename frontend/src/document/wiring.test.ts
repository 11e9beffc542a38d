import { beforeEach, describe, expect, it } from "vitest";
import { fitsOf } from "./fitting";
import { createDocumentStore, type EditorStore } from "./store";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import type { CheckReport } from "./types";

let store: EditorStore;
const state = () => store.getState();
const wires = () => state().document.network.edges.map(({ source, target }) => `${source}>${target}`);
const level = () => ({ document: state().document, block: state().document.network, catalogue: state().catalogue });

beforeEach(() => {
  store = createDocumentStore({ document: sampleDocument(), layers: LAYERS });
});

describe("deleting", () => {
  it("heals the wire of what had one way in and one way out, in its place, as one step", () => {
    state().select({ nodes: ["act"] });
    state().removeSelection();
    // The order of the wires into sum is the order of its inputs.
    expect(wires()).toEqual(["image>conv", "conv>sum", "image>sum", "sum>scores"]);
    expect(state().history.entries).toHaveLength(1);
    state().undo();
    expect(wires()).toEqual(["image>conv", "conv>act", "act>sum", "image>sum", "sum>scores"]);
  });

  it("heals across several nodes, and never doubles a wire that is there", () => {
    state().select({ nodes: ["conv", "act"] });
    state().removeSelection();
    expect(wires()).toEqual(["image>sum", "sum>scores"]);
  });

  it("does not join what had two ways in", () => {
    state().select({ nodes: ["sum"] });
    state().removeSelection();
    expect(wires()).toEqual(["image>conv", "conv>act"]);
  });

  it("leaves a gap where that is asked for", () => {
    state().select({ nodes: ["act"] });
    state().removeSelection({ heal: false });
    expect(wires()).toEqual(["image>conv", "image>sum", "sum>scores"]);
  });
});

describe("taking nodes out of their wires", () => {
  it("heals the gap and keeps the node", () => {
    state().select({ nodes: ["act"] });
    state().detachSelection();
    expect(wires()).toEqual(["image>conv", "conv>sum", "image>sum", "sum>scores"]);
    expect(state().document.network.nodes.map(({ id }) => id)).toContain("act");
  });

  it("keeps the wires among several nodes", () => {
    state().select({ nodes: ["conv", "act"] });
    state().detachSelection();
    expect(wires()).toEqual(["conv>act", "image>sum", "sum>scores"]);
  });

  it("does not lead one value to where another came from", () => {
    const id = state().addNode("Split", { wire: { from: { node: "conv", port: "y" }, kind: "source" } });
    state().connect({ node: id, port: "left" }, { node: "sum", port: "x" });
    state().connect({ node: id, port: "right" }, { node: "sum", port: "x" });
    state().select({ nodes: [id] });
    state().detachSelection();
    expect(wires().filter((wire) => wire.includes(id))).toEqual([]);
    expect(wires()).not.toContain("conv>sum");
  });
});

describe("a loose wire", () => {
  it("is joined to the new node in the same step, in either direction", () => {
    const after = state().addNode("Bend", { wire: { from: { node: "conv", port: "y" }, kind: "source" } });
    expect(wires()).toContain(`conv>${after}`);
    expect(state().history.entries).toHaveLength(1);
    const before = state().addNode("Filter2d", { wire: { from: { node: after, port: "x" }, kind: "target" } });
    expect(wires()).toContain(`${before}>${after}`);
    // Its input takes one wire: the old one went in the same step.
    expect(wires()).not.toContain(`conv>${after}`);
    expect(state().history.entries).toHaveLength(2);
  });

  it("knows which types would take it", () => {
    const outputs = { y: { shape: [null, 16, 28, 28], dtype: "float32" } };
    const report = { nodes: { conv: { outputs } }, problems: [] } as unknown as CheckReport;
    const forward = fitsOf({ from: { node: "conv", port: "y" }, kind: "source" }, level(), [], report);
    expect(["Filter2d", "Bend", "Dense", "Input", "block:Stage"].map(forward)).toEqual([
      "fits",
      "fits",
      "mismatch",
      "none",
      "fits",
    ]);
    const backward = fitsOf({ from: { node: "conv", port: "x" }, kind: "target" }, level(), [], report);
    expect(["Input", "Bend", "Output"].map(backward)).toEqual(["fits", "fits", "none"]);
  });
});
