import { expect, test } from "vitest";
import { createDocumentStore, type WireDocument } from "@/document";
import { createCanvasStore } from "../canvasStore";
import { commands } from "./registry";

const node = (id: string, type: string) => ({ id, type });
const document = {
  format: 1,
  name: "One",
  network: {
    nodes: [node("a", "block:Stage"), node("b", "ReLU")],
    edges: [{ source: "a", target: "b" }],
  },
  blocks: { Stage: { nodes: [node("x", "Input"), node("y", "Output")], edges: [{ source: "x", target: "y" }] } },
} as unknown as WireDocument;

test("no command, edit or setting changes a document that is read-only", async () => {
  const store = createDocumentStore({ document, layers: [], isReadOnly: true });
  const canvas = createCanvasStore({ isReadOnly: true });
  const before = store.getState().document;
  for (const selected of [["a"], ["b"], ["a", "b"]]) {
    for (const command of commands) {
      store.getState().openLevel([]);
      store.getState().select({ nodes: selected });
      const context = { state: store.getState(), store, canvas };
      if (!command.guard(context)) await command.run(context);
      expect(store.getState().document, command.id).toBe(before);
    }
  }
  const state = store.getState();
  state.select({ nodes: ["b"] });
  state.removeSelection();
  state.renameNode("b", "c");
  state.disconnect(before.network.edges);
  state.setName("Two");
  state.setTraining({ epochs: 1 });
  state.moveNodes({ a: [1, 2] });
  expect(store.getState().document).toBe(before);
  expect(store.getState().history.entries).toEqual([]);
});

test("what only looks can be done in a read-only network, and what changes it says why not", () => {
  const store = createDocumentStore({ document, layers: [], isReadOnly: true });
  const canvas = createCanvasStore({ isReadOnly: true });
  store.getState().select({ nodes: ["a"] });
  const reason = (id: string) =>
    commands.find((command) => command.id === id)?.guard({ state: store.getState(), store, canvas })?.key ?? null;
  expect(["openBlock", "selectAll", "copy"].map(reason)).toEqual([null, null, null]);
  expect(["remove", "connect", "tidy", "undo"].map(reason)).toEqual(Array(4).fill("reason.readOnly"));
});
