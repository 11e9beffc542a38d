import { beforeEach, describe, expect, it } from "vitest";
import {
  branchFrom,
  createDocumentStore,
  type EditorStore,
  foldsOf,
  heldBy,
  marksOf,
  meantPositions,
  seenLevel,
  type WireDocument,
} from "./index";
import { LAYERS } from "./testing/catalogue";

/** `image -> split`, which feeds two branches and the sum directly; `sum -> tail -> scores`. */
function forked(): WireDocument {
  const type: { [id: string]: string } = { image: "Input", sum: "Add", scores: "Output" };
  const ids = ["image", "split", "left", "left2", "right", "sum", "tail", "scores"];
  const wires = "image>split split>left left>left2 split>right left2>sum right>sum split>sum sum>tail tail>scores";
  return {
    format: 1,
    name: "Forked",
    network: {
      nodes: ids.map((id) => ({ id, type: type[id] ?? "ReLU" })) as never,
      edges: wires.split(" ").map((wire) => {
        const [source = "", target = ""] = wire.split(">");
        return { source, target };
      }),
    },
    view: { network: Object.fromEntries(ids.map((id, at) => [id, [at * 340, 0]])) },
  };
}

let store: EditorStore;
const state = () => store.getState();
const folds = () => foldsOf(state().document.network, marksOf(state().document, "network"));
const level = () => ({ document: state().document, block: state().document.network, catalogue: state().catalogue });

beforeEach(() => {
  store = createDocumentStore({ document: forked(), layers: LAYERS });
});

describe("the branch of a node", () => {
  it("ends where something joins from elsewhere, and before the exits", () => {
    expect(branchFrom(state().document.network, "left")).toEqual(["left", "left2"]);
    expect(branchFrom(state().document.network, "sum")).toEqual(["sum", "tail"]);
  });

  it("of a node that feeds several is all their branches until they join", () => {
    expect(branchFrom(state().document.network, "split").sort()).toEqual(["left", "left2", "right", "split"]);
  });

  it("is the node alone where nothing follows that is its own", () => {
    expect(branchFrom(state().document.network, "right")).toEqual(["right"]);
    expect(branchFrom(state().document.network, "scores")).toEqual(["scores"]);
  });
});

describe("what is seen", () => {
  it("is one card with a port for every wire from and to the outside", () => {
    state().foldNodes(["left2", "left", "split"]);
    const seen = seenLevel(level(), folds());
    expect(seen.block.nodes.map(({ id }) => id)).toEqual(["image", "fold:fold1", "right", "sum", "tail", "scores"]);
    const wires = seen.block.edges.map((edge) => [edge.source, edge.source_port, edge.target, edge.target_port]);
    expect(wires).toContainEqual(["image", null, "fold:fold1", "split.x"]);
    expect(wires).toContainEqual(["fold:fold1", "split.y", "right", null]);
    expect(wires).toContainEqual(["fold:fold1", "left2.y", "sum", null]);
    // The two wires within are not drawn.
    expect(wires).toHaveLength(7);
    const into = seen.block.edges.find(({ target }) => target === "fold:fold1");
    expect(into && state().document.network.edges).toContain(into && seen.meant(into));
  });

  it("is the level itself where nothing is folded", () => {
    expect(seenLevel(level(), folds()).block).toBe(state().document.network);
  });
});

describe("folding", () => {
  it("is one step back, and nothing of the network changes", () => {
    const { network } = state().document;
    state().foldNodes(["left", "left2"]);
    expect(state().document.network).toBe(network);
    expect(folds()).toEqual([{ id: "fold1", nodes: ["left", "left2"] }]);
    state().undo();
    expect(folds()).toEqual([]);
    state().redo();
    state().openFold("fold1");
    expect(folds()).toEqual([]);
    expect(state().selection.nodes).toEqual(["left", "left2"]);
    expect(state().history.entries).toHaveLength(2);
  });

  it("of a fold with more is one fold of all", () => {
    state().foldNodes(["left", "left2"]);
    state().foldNodes(["left", "left2", "right"]);
    expect(folds().map(({ nodes }) => nodes)).toEqual([["left", "right", "left2"]]);
  });

  it("keeps its nodes together where the card, or a frame around it, is moved", () => {
    state().foldNodes(["left", "left2"]);
    const { view, marks } = state().document;
    expect(meantPositions({ "fold:fold1": [680, 100] }, view.network ?? {}, folds())).toEqual({
      left: [680, 100],
      left2: [1020, 100],
    });
    const frame = { x: 640, y: -40, width: 300, height: 200 };
    expect(
      heldBy(frame, level(), view.network ?? {}, marksOf({ ...state().document, marks }, "network")).nodes,
    ).toEqual(["left", "left2"]);
  });

  it("ends where a node is looked for in it, but not where it is only glanced at", () => {
    state().foldNodes(["left", "left2"]);
    state().showNode("network", "left2", { isGlance: true });
    expect(folds()).toHaveLength(1);
    state().showNode("network", "left2");
    expect(folds()).toEqual([]);
    expect(state().selection.nodes).toEqual(["left2"]);
  });

  it("makes room where another card has taken the place meanwhile", () => {
    state().foldNodes(["left", "left2"]);
    state().moveNodes({ right: [1020, 0] });
    state().openFold("fold1");
    const { network: places = {} } = state().document.view;
    expect(places.left2?.[1]).toBeGreaterThanOrEqual(80);
    expect(places.left?.[1]).toBe(places.left2?.[1]);
  });

  it("can be looked into where nothing can be changed, for this view of it", () => {
    const document = { ...forked(), marks: { network: { folds: { fold1: { nodes: ["left", "left2"] } } } } };
    store = createDocumentStore({ document, layers: LAYERS, isReadOnly: true });
    expect(folds()).toHaveLength(1);
    state().openFold("fold1");
    expect(folds()).toEqual([]);
    expect(state().history.entries).toEqual([]);
  });
});
