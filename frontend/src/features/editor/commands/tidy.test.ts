import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createDocumentStore, type EditorStore, type WireDocument } from "@/document";
import { LAYERS } from "@/document/testing/catalogue";
import { type CanvasStore, createCanvasStore } from "../canvasStore";
import { commandById } from "./registry";

/** `image` feeds two branches that join; every card lies on every other one's place. */
function heap(): WireDocument {
  const ids = ["image", "left", "left2", "right", "sum", "scores"];
  const type: { [id: string]: string } = { image: "Input", sum: "Add", scores: "Output" };
  return {
    format: 1,
    name: "Heap",
    network: {
      nodes: ids.map((id) => ({ id, type: type[id] ?? "ReLU" })) as never,
      edges: [
        { source: "image", target: "left" },
        { source: "left", target: "left2" },
        { source: "image", target: "right" },
        { source: "left2", target: "sum" },
        { source: "right", target: "sum" },
        { source: "sum", target: "scores" },
      ],
    },
    view: { network: Object.fromEntries(ids.map((id, at) => [id, [400 + at, 300 + at]])) },
    marks: {
      network: { ways: [{ edge: { source: "left", target: "left2" }, points: [[500, 500]] }] },
    },
  };
}

let store: EditorStore;
let canvas: CanvasStore;

const places = () => store.getState().document.view.network ?? {};
const tidy = async () => {
  const state = store.getState();
  await commandById("tidy").run({ state, store, canvas });
};
const column = (id: string) => places()[id]?.[0] ?? Number.NaN;

beforeEach(async () => {
  // ELK itself, in this thread: outside of a browser its worker's file says what a worker would.
  const { Worker } = (await import("elkjs/lib/elk-worker.min.js" as string)).default;
  vi.stubGlobal("Worker", Worker);
  store = createDocumentStore({ document: heap(), layers: LAYERS });
  canvas = createCanvasStore();
});

afterEach(() => vi.unstubAllGlobals());

it("lays all in columns, and takes the points of wires away, in one step", async () => {
  const before = places();
  await tidy();
  expect(column("image")).toBeLessThan(column("left"));
  expect(column("left")).toBeLessThan(column("left2"));
  expect(column("left2")).toBeLessThan(column("sum"));
  expect(store.getState().document.marks.network?.ways).toEqual([]);
  expect(store.getState().history.entries).toHaveLength(1);
  store.getState().undo();
  expect(places()).toEqual(before);
  expect(store.getState().document.marks.network?.ways).toHaveLength(1);
});

it("moves only what is chosen, clear of the cards that stay", async () => {
  const before = places();
  store.getState().select({ nodes: ["left", "left2"] });
  await tidy();
  const moved = Object.keys(before).filter((id) => places()[id]?.join() !== before[id]?.join());
  expect(moved.every((id) => ["left", "left2"].includes(id))).toBe(true);
  expect(column("left")).toBeLessThan(column("left2"));
  const top = (id: string) => places()[id]?.[1] ?? 0;
  expect(top("left")).toBeGreaterThan(top("scores") + 40);
  expect(top("left2")).toBe(top("left"));
  expect(store.getState().document.marks.network?.ways).toEqual([]);
  expect(store.getState().history.entries.map(({ label }) => label)).toEqual([
    { key: "history.tidyChosen", values: { count: 2 } },
  ]);
});

it("with one node chosen tidies all: it alone has nothing to be arranged with", async () => {
  store.getState().select({ nodes: ["left"] });
  await tidy();
  expect(column("image")).toBeLessThan(column("sum"));
});

it("moves nothing, and says so, where the drawing has changed meanwhile", async () => {
  for (const change of [
    () => store.getState().applyEdits([{ op: "remove_node", block: "network", id: "right" }]),
    () => store.getState().moveNodes({ left: [0, 0] }),
  ]) {
    const under = tidy();
    change();
    const { document, history } = store.getState();
    await under;
    expect(store.getState().document).toBe(document);
    expect(store.getState().history).toBe(history);
    expect(canvas.getState().notice).toEqual({ key: "notice.tidyCancelled" });
    expect(canvas.getState().isTidying).toBe(false);
    canvas.setState({ notice: null });
  }
});

it("goes on where only the selection, the settings for training or the name has changed", async () => {
  const under = tidy();
  store.getState().select({ nodes: ["sum"] });
  store.getState().setTraining({ epochs: 3 });
  store.getState().setName("Tidy");
  await under;
  expect(canvas.getState().notice).toBeNull();
  expect(column("image")).toBeLessThan(column("sum"));
});

it("arranges the card of a fold, with which its nodes go", async () => {
  const before = places();
  store.getState().foldNodes(["left", "left2"]);
  await tidy();
  const shift = (id: string) => [0, 1].map((at) => (places()[id]?.[at] ?? 0) - (before[id]?.[at] ?? 0));
  expect(shift("left")).toEqual(shift("left2"));
  expect(column("image")).toBeLessThan(column("left"));
  expect(column("left")).toBeLessThan(column("sum"));
  // One card between the two: the branch that is folded takes one column, as the other one does.
  expect(column("left")).toBe(column("right"));
});
