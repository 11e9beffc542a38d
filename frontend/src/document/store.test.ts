import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDocumentStore } from "./store";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import { type Document, NETWORK } from "./types";

const open = () => createDocumentStore({ document: sampleDocument(), layers: LAYERS });
const ids = (document: Document) => document.network.nodes.map(({ id }) => id);

describe("adding a node", () => {
  it("gives it a free id, selects it and wires it behind the one it comes after", () => {
    const store = open();
    const id = store.getState().addNode("Bend", { after: "sum" });
    const { document, selection } = store.getState();
    expect(id).toBe("act1");
    expect(selection.nodes).toEqual(["act1"]);
    expect(document.network.edges.at(-1)).toMatchObject({ source: "sum", target: "act1" });
    const [x] = document.view.network?.sum ?? [0, 0];
    expect(document.view.network?.act1?.[0]).toBeGreaterThan(x);
  });

  it("into a wire leads the wire through it and keeps the order of the target's wires", () => {
    const store = open();
    const into = { source: "act", target: "sum", source_port: null, target_port: null };
    store.getState().addNode("Bend", { into });
    const { edges } = store.getState().document.network;
    expect(edges.filter(({ target }) => target === "sum").map(({ source }) => source)).toEqual(["act1", "image"]);
    expect(edges).toContainEqual({ source: "act", target: "act1", source_port: null, target_port: null });
    store.getState().undo();
    expect(store.getState().document.network.edges).toHaveLength(5);
  });

  it("on top of nothing finds a place of its own", () => {
    const store = open();
    store.getState().addNode("Dense");
    store.getState().addNode("Dense");
    const places = Object.values(store.getState().document.view.network ?? {}).map(String);
    expect(new Set(places).size).toBe(places.length);
  });
});

describe("connecting", () => {
  it("takes the place of the wire on an occupied input, as one step", () => {
    const store = open();
    store.getState().connect({ node: "image", port: "y" }, { node: "act", port: "x" });
    expect(store.getState().document.network.edges.filter(({ target }) => target === "act")).toMatchObject([
      { source: "image" },
    ]);
    expect(store.getState().history.entries).toHaveLength(1);
  });

  it("that is illegal changes nothing", () => {
    const store = open();
    const before = store.getState().document;
    expect(store.getState().connect({ node: "sum", port: "y" }, { node: "conv", port: "x" }).legal).toBe(false);
    expect(store.getState().document).toBe(before);
  });
});

describe("the history", () => {
  it("holds one entry for a run of values under one key, and one for each otherwise", () => {
    const store = open();
    for (const value of [1, 2, 3]) store.getState().setParam("conv", "size", value, "slider");
    expect(store.getState().history.entries).toHaveLength(1);
    store.getState().sealHistory();
    store.getState().setParam("conv", "size", 4, "slider");
    expect(store.getState().history.entries).toHaveLength(2);
    store.getState().undo();
    expect(store.getState().document.network.nodes[1]?.params).toEqual({ size: 3 });
  });

  it("keeps selection and level out, and brings them back with the change they belong to", () => {
    const store = open();
    store.getState().select({ nodes: ["conv"] });
    expect(store.getState().history.entries).toHaveLength(0);
    store.getState().removeSelection();
    expect(store.getState().selection.nodes).toEqual([]);
    store.getState().undo();
    expect(store.getState().selection.nodes).toEqual(["conv"]);
  });

  it("holds nothing for a card that ends where it began", () => {
    const store = open();
    const [x, y] = store.getState().document.view.network?.conv ?? [0, 0];
    store.getState().moveNodes({ conv: [x, y] });
    expect(store.getState().history.entries).toHaveLength(0);
  });

  it("leaves the training form alone", () => {
    const store = open();
    store.getState().setParam("conv", "size", 5);
    store.getState().setTraining({ epochs: 3 });
    store.getState().undo();
    expect(store.getState().document.training).toEqual({ epochs: 3 });
  });

  it("keeps an ignored change through undo", () => {
    const store = open();
    store.getState().setParam("conv", "size", 5);
    store.getState().applyEdits([{ op: "set_name", name: "Other" }], { history: { kind: "ignore" } });
    store.getState().undo();
    expect(store.getState().document.name).toBe("Other");
    expect(store.getState().document.network.nodes[1]?.params).toEqual({});
  });
});

describe("renaming", () => {
  it("takes wires, place and selection along", () => {
    const store = open();
    store.getState().select({ nodes: ["conv"] });
    expect(store.getState().renameNode("conv", "stem")).toBeNull();
    expect(store.getState().selection.nodes).toEqual(["stem"]);
    expect(store.getState().document.network.edges[0]?.target).toBe("stem");
  });

  it("says why an id cannot be", () => {
    const store = open();
    expect(store.getState().renameNode("conv", "act")?.key).toBe("id.taken");
    expect(ids(store.getState().document)).toContain("conv");
  });
});

describe("a fix", () => {
  it("is one step, makes room for what it inserts and selects it", () => {
    const store = open();
    const right = store.getState().document.view.network?.act?.[0] ?? 0;
    store.getState().applyFix({
      code: "insert",
      label: "Insert Bend",
      edits: [
        { op: "remove_edge", block: NETWORK, edge: { source: "conv", target: "act" } },
        { op: "add_node", block: NETWORK, node: { id: "bend", type: "Bend", repeat: 1, muted: false } },
        { op: "add_edge", block: NETWORK, edge: { source: "conv", target: "bend" } },
        { op: "add_edge", block: NETWORK, edge: { source: "bend", target: "act" } },
      ],
    });
    const { document, selection, history } = store.getState();
    expect(selection.nodes).toEqual(["bend"]);
    expect(history.entries).toHaveLength(1);
    expect(document.view.network?.bend?.[0]).toBe(right);
    expect(document.view.network?.act?.[0]).toBeGreaterThan(right);
    store.getState().undo();
    expect(store.getState().document.view.network?.act?.[0]).toBe(right);
  });
});

describe("levels", () => {
  it("open and close, and a problem opens the level that it stands in", () => {
    const store = open();
    const id = store.getState().addNode("block:Stage");
    store.getState().openNode(id);
    expect(store.getState().level).toEqual([id]);
    store.getState().openLevel([]);
    store.getState().selectProblem({
      code: "c",
      severity: "error",
      message: "m",
      block: "Stage",
      node: "inner",
      path: `${id}.0.inner`,
    });
    expect(store.getState().level).toEqual([id]);
    expect(store.getState().selection.nodes).toEqual(["inner"]);
    store.getState().undo();
    expect(store.getState().level).toEqual([]);
  });
});

/** Things that a person might do, in any order, on whatever is there. */
const acts = fc.array(
  fc.tuple(
    fc.constantFrom("add", "remove", "connect", "param", "mute", "rename", "move", "block"),
    fc.nat(50),
    fc.nat(50),
  ),
  {
    maxLength: 25,
  },
);

function act(store: ReturnType<typeof open>, [kind, a, b]: [string, number, number]): void {
  const state = store.getState();
  const nodes = state.document.network.nodes;
  const one = nodes[a % Math.max(1, nodes.length)]?.id;
  const two = nodes[b % Math.max(1, nodes.length)]?.id;
  if (kind === "add")
    state.addNode(LAYERS[a % LAYERS.length]?.type ?? "Bend", one === undefined || b % 2 === 0 ? {} : { after: one });
  if (one === undefined || two === undefined) return;
  if (kind === "remove") {
    state.select({ nodes: [one], edges: state.document.network.edges.slice(0, b % 2) });
    state.removeSelection();
  }
  if (kind === "connect") state.connect({ node: one, port: "y" }, { node: two, port: "x" });
  if (kind === "param") state.setParam(one, "size", b % 3 === 0 ? null : b);
  if (kind === "mute") state.setNode(one, { muted: b % 2 === 0, repeat: 1 + (a % 3) });
  if (kind === "rename") state.renameNode(one, `name${b}`);
  if (kind === "move") state.moveNodes({ [one]: [a * 10, b * 10] });
  if (kind === "block") state.setBlockParameter(`p${a % 3}`, b % 4 === 0 ? null : b);
}

describe("any edits", () => {
  it("undone give the document back, and redone give what they made", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const store = open();
        const before = structuredClone(store.getState().document);
        for (const one of list) act(store, one);
        const after = structuredClone(store.getState().document);
        const steps = store.getState().history.entries.length;
        for (let step = 0; step < steps; step += 1) store.getState().undo();
        expect(store.getState().document).toEqual(before);
        for (let step = 0; step < steps; step += 1) store.getState().redo();
        expect(store.getState().document).toEqual(after);
      }),
      { numRuns: 60 },
    );
  });

  it("leave ids unique, wires between nodes that exist", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const store = open();
        for (const one of list) act(store, one);
        const { nodes, edges } = store.getState().document.network;
        const known = new Set(nodes.map(({ id }) => id));
        expect(known.size).toBe(nodes.length);
        expect(edges.every(({ source, target }) => known.has(source) && known.has(target))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
