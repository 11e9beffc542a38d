import { expect, it } from "vitest";
import { createCatalogue } from "./catalogue";
import { type Clip, copyNodes } from "./clipboard";
import { createDocumentStore, normalizeDocument, readPasted } from "./index";
import { LAYERS, sampleDocument } from "./testing/catalogue";

const catalogue = createCatalogue(LAYERS);
const read = (value: unknown) => readPasted(typeof value === "string" ? value : JSON.stringify(value), catalogue);
const clipOf = (value: unknown): Clip => {
  const found = read(value);
  if ("reason" in found) throw new Error(JSON.stringify(found.reason));
  return found.clip;
};
const reasonOf = (value: unknown) => {
  const found = read(value);
  return "reason" in found ? found.reason : null;
};
const node = (id: string) => ({ id, type: "ReLU" });

it("takes a whole document: its nodes, wires, places, blocks and parameters", () => {
  const block = { nodes: [node("act")] };
  const clip = clipOf({
    format: 1,
    name: "Other",
    network: {
      parameters: { width: 8 },
      nodes: [node("a"), { id: "stage", type: "block:Stage", params: { channels: "=width" } }],
      edges: [{ source: "a", target: "stage" }],
    },
    blocks: { Stage: block, Unused: block },
    view: { network: { a: [5, 6], stage: [400, 6] } },
  });
  expect(clip.nodes.map(({ id }) => id)).toEqual(["a", "stage"]);
  expect(clip.edges).toHaveLength(1);
  expect(clip.positions).toEqual({ a: [5, 6], stage: [400, 6] });
  expect(Object.keys(clip.blocks)).toEqual(["Stage"]);
  expect(clip.parameters).toEqual({ width: 8 });
});

it("takes a piece, gives its nodes places that are not one", () => {
  const clip = clipOf({ nodes: [node("a"), node("b")], edges: [{ source: "a", target: "b" }] });
  expect(new Set(Object.values(clip.positions).map(String)).size).toBe(2);
});

it("takes what was copied here", () => {
  const clip = copyNodes(normalizeDocument(sampleDocument()), "network", [
    sampleDocument().network?.nodes?.[0]?.id ?? "",
  ]);
  expect(clipOf(clip).nodes).toHaveLength(1);
});

it("leaves out fields that the format does not know: with them nothing could be saved", () => {
  const clip = clipOf({ nodes: [{ ...node("a"), colour: "red" }] });
  expect(Object.keys(clip.nodes[0] ?? {}).sort()).toEqual(["id", "muted", "params", "repeat", "share", "type"]);
});

it.each([
  ["words", { key: "notice.nothingToPaste" }],
  ['{"nodes": [', { key: "notice.pasteNoJson" }],
  [{ hello: 1 }, { key: "notice.pasteOther" }],
  [{ format: 9, network: {} }, { key: "notice.pasteFormat" }],
  [{ nodes: [] }, { key: "notice.pasteEmpty" }],
  [{ nodes: {} }, { key: "notice.pasteFault.list", values: { place: "nodes" } }],
  [{ nodes: [node("a"), { id: "b" }] }, { key: "notice.pasteFault.text", values: { place: "nodes[1].type" } }],
  [{ nodes: [node("a"), node("a")] }, { key: "notice.pasteFault.free", values: { place: "nodes[1].id" } }],
  [
    { nodes: [node("a")], edges: [{ source: "a", target: "z" }] },
    { key: "notice.pasteFault.node", values: { place: "edges[0].target" } },
  ],
  [
    { format: 1, network: { nodes: [node("a")] }, view: { network: { a: [1] } } },
    { key: "notice.pasteFault.position", values: { place: "view.network.a" } },
  ],
  [
    { format: 1, network: { nodes: [node("a")], parameters: { width: "8" } } },
    { key: "notice.pasteFault.number", values: { place: "network.parameters.width" } },
  ],
])("says what cannot be read, and where: %j", (value, reason) => {
  expect(reasonOf(value)).toMatchObject(reason);
});

it("brings the parameters that are not there yet along, in the step of the nodes", async () => {
  const { pasteEdits } = await import("./clipboard");
  const store = createDocumentStore({ document: sampleDocument(), layers: LAYERS });
  const clip = clipOf({ format: 1, network: { nodes: [node("fresh")], parameters: { width: 8 } } });
  const { edits } = pasteEdits(store.getState().document, "network", clip);
  store.getState().applyEdits(edits);
  expect(store.getState().document.network.parameters.width).toBeDefined();
  expect(store.getState().history.entries).toHaveLength(1);
});
