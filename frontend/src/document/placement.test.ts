import { describe, expect, it } from "vitest";
import { createCatalogue } from "./catalogue";
import { applyEdits } from "./edits";
import { normalizeDocument } from "./normalize";
import { chainPositions, completePositions, dropToClear, makeRoom, type Positions } from "./placement";
import type { Level } from "./ports";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import type { Edit } from "./types";

function levelOf(ids: string[], edges: [string, string][]): Level {
  const document = normalizeDocument({
    format: 1,
    name: "Test",
    network: {
      nodes: ids.map((id) => ({ id, type: "Bend", repeat: 1, muted: false })),
      edges: edges.map(([source, target]) => ({ source, target })),
    },
  });
  return { document, block: document.network, catalogue: createCatalogue(LAYERS) };
}

function chain(count: number): Level {
  const ids = Array.from({ length: count }, (_, at) => `n${at}`);
  return levelOf(
    ids,
    ids.slice(1).map((id, at) => [`n${at}`, id]),
  );
}

const columnsPerRow = (positions: { [id: string]: [number, number] }) => {
  const rows = new Map<number, number>();
  for (const [, y] of Object.values(positions)) rows.set(y, (rows.get(y) ?? 0) + 1);
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, count]) => count);
};

describe("places of a chain", () => {
  it("are one row while that can be read", () => {
    expect(columnsPerRow(chainPositions(chain(4)) ?? {})).toEqual([4]);
  });

  it("are rows of about the same length", () => {
    expect(columnsPerRow(chainPositions(chain(5)) ?? {})).toEqual([3, 2]);
    expect(columnsPerRow(chainPositions(chain(8)) ?? {})).toEqual([3, 3, 2]);
    expect(columnsPerRow(chainPositions(chain(9)) ?? {})).toEqual([3, 3, 3]);
    expect(columnsPerRow(chainPositions(chain(17)) ?? {})).toEqual([4, 4, 4, 4, 1]);
    expect(columnsPerRow(chainPositions(chain(27)) ?? {})).toEqual([4, 4, 4, 4, 4, 4, 3]);
  });

  it("follow the wires, whatever the order of the nodes", () => {
    const positions = chainPositions(
      levelOf(
        ["c", "a", "b"],
        [
          ["a", "b"],
          ["b", "c"],
        ],
      ),
    );
    expect(["a", "b", "c"].map((id) => positions?.[id]?.[0])).toEqual([0, 340, 680]);
  });

  it("are not made of what branches, closes a circle or lies apart", () => {
    const pairs: [string, string][][] = [
      [
        ["a", "b"],
        ["a", "c"],
      ],
      [
        ["a", "c"],
        ["b", "c"],
      ],
      [
        ["a", "b"],
        ["b", "c"],
        ["c", "a"],
      ],
      [["a", "b"]],
      [
        ["a", "b"],
        ["a", "b"],
        ["b", "c"],
      ],
    ];
    for (const edges of pairs) expect(chainPositions(levelOf(["a", "b", "c"], edges))).toBeNull();
    expect(chainPositions(levelOf([], []))).toBeNull();
  });

  it("leave a drawing alone that has places", () => {
    const level = chain(5);
    const stored = Object.fromEntries(level.block.nodes.map(({ id }, at) => [id, [at * 10, 0] as [number, number]]));
    expect(completePositions(level, stored)).toBe(stored);
  });
});

describe("room for a node that goes into a wire", () => {
  const insert = (level: Level, source: string, target: string) => {
    const positions = chainPositions(level) ?? {};
    const edits: Edit[] = [
      { op: "add_node", block: "network", node: { id: "new", type: "Bend", params: {}, repeat: 1, muted: false } },
      { op: "remove_edge", block: "network", edge: { source, target } },
      { op: "add_edge", block: "network", edge: { source, target: "new" } },
      { op: "add_edge", block: "network", edge: { source: "new", target } },
    ];
    const document = applyEdits(level.document, edits);
    const moves = makeRoom({ ...level, document, block: document.network }, "network", positions, ["new"]);
    return Object.fromEntries(moves.flatMap((edit) => (edit.op === "move_node" ? [[edit.id, edit.position]] : [])));
  };

  it("moves the rest of the row, not the rows below", () => {
    expect(insert(chain(6), "n0", "n1")).toEqual({ new: [340, 0], n1: [680, 0], n2: [1020, 0] });
  });

  it("moves nothing at the end of a row", () => {
    expect(insert(chain(6), "n2", "n3")).toEqual({ new: [1020, 0] });
  });

  it("moves all that comes after it where it comes in one row", () => {
    expect(Object.keys(insert(chain(4), "n1", "n2")).sort()).toEqual(["n2", "n3", "new"]);
  });
});

describe("cards that come from elsewhere", () => {
  const level = levelOf(["a", "b", "new", "next"], []);

  it("stay where nothing is in their way", () => {
    expect(dropToClear(level, { a: [0, 0], b: [340, 0], new: [0, 140], next: [340, 140] }, ["new", "next"])).toBe(0);
  });

  it("drop together below what they would lie on, one thing after the other", () => {
    const positions: Positions = { a: [0, 0], b: [340, 120], new: [20, 20], next: [360, 20] };
    expect(dropToClear(level, positions, ["new", "next"])).toBe(200);
  });
});

it("lays out what branches in columns", () => {
  const document = normalizeDocument(sampleDocument());
  const level = { document, block: document.network, catalogue: createCatalogue(LAYERS) };
  expect(completePositions(level, {}).sum).toEqual([1020, 0]);
});
