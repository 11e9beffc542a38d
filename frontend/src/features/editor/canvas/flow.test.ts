import { beforeEach, expect, it } from "vitest";
import type { NetworkTimes } from "@/api";
import { type CheckReport, createDocumentStore, type EditorStore, foldsOf, frozenOf, marksOf } from "@/document";
import { LAYERS, sampleDocument } from "@/document/testing/catalogue";
import { createNodeBuilder, type FlowEdge, type FlowNode, type LevelView } from "./flow";
import { createEdgeBuilder } from "./flowEdges";

/** A card or a wire is drawn anew only when its object is another one: so these are the renders. */
let store: EditorStore;
let build: { nodes: ReturnType<typeof createNodeBuilder>; edges: ReturnType<typeof createEdgeBuilder> };

function view(part: Partial<LevelView> = {}): LevelView {
  const { document, catalogue, report, selection } = store.getState();
  return {
    document,
    catalogue,
    report,
    selection,
    block: document.network,
    blockName: "network",
    path: [],
    positions: document.view.network ?? {},
    weights: new Map(),
    frozen: frozenOf(document),
    colors: marksOf(document, "network").colors,
    ways: marksOf(document, "network").ways,
    folds: foldsOf(document.network, marksOf(document, "network")),
    shifts: null,
    heat: null,
    times: null,
    differences: null,
    ...part,
  };
}

const draw = (part: Partial<LevelView> = {}, isDragging = false) => ({
  nodes: build.nodes(view(part)),
  edges: build.edges(view(part), isDragging),
});

function drawnAnew(before: ReturnType<typeof draw>, after: ReturnType<typeof draw>): string[] {
  const known = new Set<FlowNode | FlowEdge>([...before.nodes, ...before.edges]);
  return [...after.nodes, ...after.edges].filter((each) => !known.has(each)).map(({ id }) => id);
}

beforeEach(() => {
  store = createDocumentStore({ document: sampleDocument(), layers: LAYERS });
  build = { nodes: createNodeBuilder(), edges: createEdgeBuilder() };
});

const report = (filters: number): CheckReport => {
  const gives = (shape: (number | null)[], macs: number) => ({
    outputs: { y: { shape, dtype: "float32" as const } },
    parameters: 0,
    buffers: 0,
    macs,
    activation_bytes: 0,
    summary: "",
  });
  return {
    ok: true,
    nodes: {
      image: gives([null, 1, 8, 8], 0),
      conv: gives([null, filters, 8, 8], 10 * filters),
      act: gives([null, 16, 8, 8], 100),
      sum: gives([null, 16, 8, 8], 400),
    },
    problems: [],
  } as unknown as CheckReport;
};

it("draws nothing anew where nothing has changed", () => {
  expect(drawnAnew(draw(), draw())).toEqual([]);
});

it.each<[string, () => void, string[]]>([
  ["a selection", () => store.getState().select({ nodes: ["act"] }), ["act"]],
  ["a setting", () => store.getState().setParam("conv", "filters", 3), ["conv"]],
  [
    "a colour",
    () => store.getState().applyEdits([{ op: "set_color", block: "network", id: "sum", color: "pink" }]),
    ["sum"],
  ],
  [
    "a note",
    () => {
      const note = { x: 0, y: 0, width: 100, height: 60, text: "Why", color: "grey" as const };
      store.getState().applyEdits([{ op: "set_note", block: "network", id: "note1", note }]);
    },
    [],
  ],
  ["another name of the network", () => store.getState().setName("Other"), []],
])("draws only what %s has changed", (_what, change, expected) => {
  const before = draw();
  change();
  expect(drawnAnew(before, draw())).toEqual(expected);
});

it("draws only the dragged card and its wires while it is dragged", () => {
  const before = draw();
  const positions = { ...store.getState().document.view.network, conv: [900, 900] as [number, number] };
  // The wire out of it leads backwards now: it takes another way. The one into it follows by itself.
  expect(drawnAnew(before, draw({ positions }, true))).toEqual(["conv", "conv.y>act.x"]);
});

it("draws only the wire whose shape has changed, and colours only the cards whose share has", () => {
  store.getState().setReport(report(16));
  const before = draw();
  store.getState().setReport(report(20));
  expect(drawnAnew(before, draw())).toEqual(["conv.y>act.x"]);
  const coloured = draw({ heat: "macs" });
  expect(coloured.nodes.map(({ data }) => data.heat?.part)).toEqual([0, 7, 5, 10, 0]);
  expect(drawnAnew(coloured, draw({ heat: "macs" }))).toEqual([]);
  store.getState().setReport(report(21));
  expect(drawnAnew(coloured, draw({ heat: "macs" }))).toEqual(["conv", "conv.y>act.x"]);
});

it("colours by measured time, and not a card whose time nobody has measured", () => {
  store.getState().setReport(report(16));
  const times = { nodes: { conv: { forward_ms: 3, backward_ms: 5 }, act: { forward_ms: 2, backward_ms: 0 } } };
  const shown = (part: Partial<LevelView>) =>
    Object.fromEntries(draw(part).nodes.map(({ id, data }) => [id, data.heat]));
  const heats = shown({ heat: "time", times: times as unknown as NetworkTimes });
  expect(heats.conv).toEqual({ part: 10, words: "8.00 ms" });
  expect(heats.act).toEqual({ part: 5, words: "2.00 ms" });
  expect(heats.image).toEqual({ part: 0, words: "" });
  expect(shown({ heat: "time", times: null }).conv).toBeNull();
});

it("of what is folded is one card and the wires to it; the others are the same cards as before", () => {
  const [first, second] = store
    .getState()
    .document.network.nodes.slice(1, 3)
    .map(({ id }) => id);
  const before = draw();
  store.getState().foldNodes([first ?? "", second ?? ""]);
  const after = draw();
  expect(after.nodes).toHaveLength(before.nodes.length - 1);
  expect(drawnAnew(before, after)).toContain("fold:fold1");
  const kept = before.nodes.filter(({ id }) => id !== first && id !== second);
  expect(kept.every((card) => after.nodes.includes(card))).toBe(true);
  expect(after.edges.filter(({ source, target }) => [source, target].includes("fold:fold1")).length).toBeGreaterThan(0);
  expect(after.edges.some(({ source, target }) => source === first || target === first)).toBe(false);
  // An edit of another node leaves the fold's card what it is.
  store.getState().applyEdits([{ op: "set_node", block: "network", id: kept.at(-1)?.id ?? "", muted: true }]);
  expect(drawnAnew(after, draw())).not.toContain("fold:fold1");
});
