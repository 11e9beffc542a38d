import { beforeEach, describe, expect, it } from "vitest";
import { copyNodes, parseClip, pasteEdits } from "./clipboard";
import { marksOf } from "./marks";
import { distanceToLine, ledMiddles, ledPath } from "./routing";
import { createDocumentStore, type EditorStore } from "./store";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import type { Edge, Position } from "./types";
import { pointsOf, setWay, withPoint } from "./ways";

let store: EditorStore;
let edge: Edge;
const here = () => store.getState().document;
const ways = () => marksOf(here(), "network").ways;
const placeOf = (id: string): Position => here().view.network?.[id] ?? [0, 0];

beforeEach(() => {
  store = createDocumentStore({ document: sampleDocument(), layers: LAYERS });
  edge = here().network.edges[0] as Edge;
  store.getState().moveNodes({ [edge.source]: [0, 0], [edge.target]: [400, 0] });
  store.getState().applyEdits([setWay("network", edge, [[300, 100]])]);
});

describe("the points of a wire", () => {
  it("go along when both its ends move by the same distance, as one step", () => {
    store.getState().moveNodes({ [edge.source]: [40, 20], [edge.target]: [440, 20] });
    expect(pointsOf(ways(), edge)).toEqual([[340, 120]]);
    store.getState().undo();
    expect(placeOf(edge.target)).toEqual([400, 0]);
    expect(pointsOf(ways(), edge)).toEqual([[300, 100]]);
  });

  it("stay where they are when one end moves, or both differently", () => {
    store.getState().moveNodes({ [edge.source]: [-40, 0] });
    store.getState().moveNodes({ [edge.source]: [0, 0], [edge.target]: [400, 200] });
    expect(pointsOf(ways(), edge)).toEqual([[300, 100]]);
  });

  it("go with the wire, and come back with it", () => {
    store.getState().disconnect([edge]);
    expect(ways()).toEqual([]);
    store.getState().undo();
    expect(pointsOf(ways(), edge)).toEqual([[300, 100]]);
  });

  it("are copied with nodes at both ends, beside the originals, and not with one", () => {
    const clip = copyNodes(here(), "network", [edge.source, edge.target]);
    expect(clip).not.toBeNull();
    const text = parseClip(JSON.stringify(clip));
    if (!text) throw new Error("no clip");
    const { edits } = pasteEdits(here(), "network", text);
    expect(edits.filter(({ op }) => op === "set_way")).toMatchObject([{ points: [[340, 180]] }]);
    store.getState().applyEdits(edits);
    expect(ways()).toHaveLength(2);
    expect(copyNodes(here(), "network", [edge.target])?.ways).toEqual([]);
  });

  it("are put into the part of the wire that is nearest", () => {
    const ends = { from: { x: 0, y: 0 }, to: { x: 400, y: 0 } };
    const points: Position[] = [[200, 100]];
    expect(withPoint(points, ends, [90, 50])).toEqual({ points: [[90, 50], ...points], index: 0 });
    expect(withPoint(points, ends, [310, 50])).toEqual({ points: [...points, [310, 50]], index: 1 });
  });
});

describe("a led wire", () => {
  const [from, to] = [
    { x: 0, y: 0 },
    { x: 400, y: 0 },
  ];

  it("goes through its points, one curve for each part", () => {
    const { path } = ledPath(from, [{ x: 200, y: 100 }], to);
    expect(path.match(/C/g)).toHaveLength(2);
    expect(path).toContain(" 200,100 ");
    expect(path.endsWith(" 400,0")).toBe(true);
  });

  it("has a place for its label in the middle of each part, the middle one first", () => {
    const points = [
      { x: 100, y: 100 },
      { x: 300, y: 100 },
    ];
    const middles = ledMiddles(from, points, to);
    expect(middles).toHaveLength(3);
    expect(middles[0]).toEqual(ledPath(from, points, to).label);
    expect(middles[0]?.x).toBe(200);
  });

  it("knows how far a point is from the line between two others", () => {
    expect(distanceToLine({ x: 200, y: 30 }, from, to)).toBe(30);
    expect(distanceToLine({ x: 403, y: 4 }, from, to)).toBe(5);
  });
});
