import { describe, expect, it } from "vitest";
import { createCatalogue } from "./catalogue";
import { freeOutput, typesAfter } from "./following";
import { normalizeDocument } from "./normalize";
import { LAYERS } from "./testing/catalogue";
import type { CheckReport, WireDocument } from "./types";

const catalogue = createCatalogue(LAYERS);
const GALLERY = { Filter2d: { Bend: 5, Filter2d: 1, Sum: 9, Gone: 9 }, Bend: { Dense: 3, Filter2d: 2, Output: 1 } };

const pictures = { shape: [null, 8, 4, 4], dtype: "float32" };
/** What a check would say of these nodes: each gives pictures. */
const giving = (...ids: string[]): CheckReport => {
  const nodes = Object.fromEntries(ids.map((id) => [id, { outputs: { y: pictures } }]));
  return { nodes, problems: [] } as unknown as CheckReport;
};

function document(nodes: [string, string][], edges: [string, string][] = [], blocks: WireDocument["blocks"] = {}) {
  return normalizeDocument({
    format: 1,
    name: "",
    network: {
      nodes: nodes.map(([id, type]) => ({ id, type })),
      edges: edges.map(([source, target]) => ({ source, target })),
    },
    blocks,
  } as WireDocument);
}

const nextOf = (drawn: ReturnType<typeof document>, node: string, report: CheckReport | null = giving(node)) =>
  typesAfter({ node, port: "y" }, { document: drawn, path: [], catalogue, report }, GALLERY);

describe("what could come next", () => {
  it("is what usually follows and takes the output with one wire, the most usual first", () => {
    // A Sum would be left with a gap, and Gone is in no catalogue.
    expect(nextOf(document([["conv", "Filter2d"]]), "conv")).toEqual(["Bend", "Filter2d"]);
  });

  it("leaves out what takes another rank", () => {
    expect(nextOf(document([["act", "Bend"]]), "act")).toEqual(["Filter2d", "Output"]);
  });

  it("thinks of a second exit last, and of what the person has done themselves first", () => {
    const nodes: [string, string][] = [
      ["act", "Bend"],
      ["scores", "Output"],
    ];
    expect(nextOf(document(nodes), "act")?.at(-1)).toBe("Output");
    const own = document(
      [
        ["a", "Bend"],
        ["b", "Split"],
        ["c", "Bend"],
        ["d", "Split"],
        ["e", "Bend"],
      ],
      [
        ["a", "b"],
        ["c", "d"],
      ],
    );
    expect(nextOf(own, "e")?.[0]).toBe("Split");
  });

  it("sees through a block to what comes out of it, and does not put a block into itself", () => {
    const Stage = {
      parameters: {},
      nodes: [
        { id: "x", type: "Input" },
        { id: "conv", type: "Filter2d" },
        { id: "y", type: "Output" },
      ],
      edges: [
        { source: "x", target: "conv" },
        { source: "conv", target: "y" },
      ],
    } as unknown as NonNullable<WireDocument["blocks"]>[string];
    const drawn = document(
      [
        ["one", "block:Stage"],
        ["two", "block:Stage"],
      ],
      [["one", "two"]],
      { Stage },
    );
    expect(nextOf(drawn, "two")).toEqual(["Bend", "block:Stage", "Filter2d"]);
    const inside = { document: drawn, path: ["two"], catalogue, report: giving("two.conv") };
    expect(typesAfter({ node: "conv", port: "y" }, inside, GALLERY)).toEqual(["Bend", "Filter2d"]);
  });

  it("waits for the check, which knows what comes out", () => {
    expect(nextOf(document([["conv", "Filter2d"]]), "conv", null)).toBeNull();
  });
});

describe("a free output", () => {
  const level = (drawn: ReturnType<typeof document>) => ({ document: drawn, block: drawn.network, catalogue });

  it("is the first that no wire leaves", () => {
    const drawn = document([
      ["cut", "Split"],
      ["act", "Bend"],
      ["scores", "Output"],
    ]);
    drawn.network.edges.push({ source: "cut", target: "act", source_port: "left", target_port: null });
    expect(freeOutput("cut", level(drawn))).toEqual({ node: "cut", port: "right" });
    expect(freeOutput("act", level(drawn))).toEqual({ node: "act", port: "y" });
    expect(freeOutput("scores", level(drawn))).toBeNull();
  });
});
