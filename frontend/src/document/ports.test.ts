import { describe, expect, it } from "vitest";
import { createCatalogue } from "./catalogue";
import { normalizeDocument } from "./normalize";
import {
  bestPort,
  canBeMuted,
  edgeBetween,
  findConnection,
  judgeAll,
  judgeConnection,
  type Level,
  portsAt,
} from "./ports";
import { LAYERS, sampleDocument } from "./testing/catalogue";
import type { CheckReport, PortRef, WireNode } from "./types";

function levelWith(...extra: WireNode[]): Level {
  const wire = sampleDocument();
  const nodes = extra.map((node) => ({ params: {}, repeat: 1, muted: false, ...node }));
  wire.network = { ...wire.network, nodes: [...(wire.network?.nodes ?? []), ...nodes] };
  const document = normalizeDocument(wire);
  return { document, block: document.network, catalogue: createCatalogue(LAYERS) };
}

const at = (node: string, port: string): PortRef => ({ node, port });

function reportOf(shapes: { [node: string]: (number | null)[] }, dtype = "float32"): CheckReport {
  const nodes = Object.entries(shapes).map(([id, shape]) => [
    id,
    {
      inputs: {},
      outputs: { y: { shape, dtype } },
      parameters: 0,
      buffers: 0,
      macs: 0,
      activation_bytes: 0,
      summary: "",
    },
  ]);
  return { ok: true, nodes: Object.fromEntries(nodes), problems: [] } as unknown as CheckReport;
}

describe("a node can be left out", () => {
  it.each([
    ["Bend", true],
    ["Input", false],
    ["Pair", false],
    ["Memory", true],
    ["block:Stage", true],
    ["block:Nothing", false],
  ])("%s: %s", (type, expected) => {
    const level = levelWith({ id: "new", type });
    const node = level.block.nodes.at(-1);
    expect(node && canBeMuted(node, level)).toBe(expected);
  });
});

it("a node with a second output cannot be left out", () => {
  const level = levelWith({ id: "new", type: "Memory", params: { with_state: true } });
  const node = level.block.nodes.at(-1);
  expect(node && canBeMuted(node, level)).toBe(false);
});

describe("the ports of a node", () => {
  it("come from the catalogue", () => {
    expect(portsAt(levelWith({ id: "two", type: "Split" }), "two").outputs.map(({ name }) => name)).toEqual([
      "left",
      "right",
    ]);
  });

  it.each<[string, WireNode["params"], string[]]>([
    ["Memory", {}, ["y"]],
    ["Memory", { with_state: true }, ["y", "state"]],
    ["Memory", { with_state: "=odd" }, ["y"]],
    ["Cut", {}, ["part0", "part1"]],
    ["Cut", { pieces: 3 }, ["part0", "part1", "part2"]],
    ["Cut", { pieces: [4, 4, 8] }, ["part0", "part1", "part2"]],
    ["Cut", { pieces: "=n" }, ["part0", "part1"]],
    ["Cut", { pieces: true }, ["part0", "part1"]],
    ["Cut", { pieces: 0 }, ["part0"]],
    ["Cut", { pieces: 1e9 }, Array.from({ length: 64 }, (_, number) => `part${number}`)],
  ])("of a %s with %j follow its parameters", (type, params, names) => {
    const level = levelWith({ id: "node", type, params });
    const ports = portsAt(level, "node");
    expect(ports.outputs.map(({ name }) => name)).toEqual(names);
    expect(portsAt(level, "node")).toBe(ports);
  });

  it("of a block are its Input and Output nodes", () => {
    const ports = portsAt(levelWith({ id: "stage", type: "block:Stage" }), "stage");
    expect([ports.inputs[0]?.name, ports.outputs[0]?.name, ports.known]).toEqual(["x", "y", true]);
  });

  it("of an unknown type are those that its wires use", () => {
    const level = levelWith({ id: "odd", type: "Nowhere" });
    const wired = {
      ...level.block,
      edges: [...level.block.edges, edgeBetween(at("act", "y"), at("odd", "in"), level)],
    };
    const ports = portsAt({ ...level, block: wired }, "odd");
    expect(ports.known).toBe(false);
    expect(ports.inputs).toHaveLength(1);
  });
});

describe("a connection", () => {
  const level = levelWith({ id: "pair", type: "Pair" }, { id: "dense", type: "Dense" }, { id: "free", type: "Bend" });

  it("to a free input is legal", () => {
    expect(judgeConnection(at("act", "y"), at("free", "x"), level, null)).toMatchObject({
      legal: true,
      fits: true,
      replaces: null,
    });
  });

  it("to itself is refused", () => {
    expect(judgeConnection(at("free", "y"), at("free", "x"), level, null).reason?.key).toBe("connect.selfLoop");
  });

  it("that closes a circle is refused", () => {
    const verdict = judgeConnection(at("act", "y"), at("conv", "x"), level, null);
    expect([verdict.legal, verdict.reason?.key]).toEqual([false, "connect.cycle"]);
  });

  it("that is there already is refused", () => {
    expect(judgeConnection(at("conv", "y"), at("act", "x"), level, null).reason?.key).toBe("connect.alreadyJoined");
  });

  it("to an occupied input takes the place of the other wire", () => {
    const verdict = judgeConnection(at("image", "y"), at("act", "x"), level, null);
    expect(verdict).toMatchObject({ legal: true, replaces: { source: "conv", target: "act" } });
  });

  it("to a variadic input joins the others", () => {
    expect(judgeConnection(at("conv", "y"), at("sum", "x"), level, null)).toMatchObject({
      legal: true,
      replaces: null,
    });
  });

  it("of a wrong rank can be drawn and says what will be wrong", () => {
    const verdict = judgeConnection(at("act", "y"), at("dense", "x"), level, reportOf({ act: [null, 8, 4, 4] }));
    expect(verdict).toMatchObject({ legal: true, fits: false, reason: { key: "connect.rank" } });
    expect(verdict.reason?.values).toMatchObject({ shape: "N x 8 x 4 x 4", axes: "(N, F)" });
  });

  it("of a wrong dtype can be drawn and says what will be wrong", () => {
    const verdict = judgeConnection(at("act", "y"), at("dense", "x"), level, reportOf({ act: [null, 8] }, "int64"));
    expect(verdict).toMatchObject({ legal: true, fits: false, reason: { key: "connect.dtype" } });
  });

  it("names ports only where there is a choice", () => {
    expect(edgeBetween(at("act", "y"), at("pair", "b"), level)).toMatchObject({ source_port: null, target_port: "b" });
  });

  it("by node finds the port that is free and fits", () => {
    const taken = {
      ...level.block,
      edges: [...level.block.edges, edgeBetween(at("conv", "y"), at("pair", "a"), level)],
    };
    expect(findConnection("act", "pair", { ...level, block: taken }, null)?.target.port).toBe("b");
  });
});

describe("all verdicts at once", () => {
  const level = levelWith({ id: "pair", type: "Pair" }, { id: "free", type: "Bend" });

  it.each(["source", "target"] as const)("are those of each connection alone, from a %s", (kind) => {
    const from = at("act", kind === "source" ? "y" : "x");
    for (const [node, ports] of judgeAll(from, kind, level, null)) {
      for (const [port, verdict] of ports) {
        const [source, target] = kind === "source" ? [from, at(node, port)] : [at(node, port), from];
        expect(verdict).toEqual(judgeConnection(source, target, level, null));
      }
    }
  });

  it("give the whole node its best port", () => {
    expect(bestPort(judgeAll(at("act", "y"), "source", level, null).get("pair"))?.port).toBe("a");
    expect(bestPort(undefined)).toBeNull();
  });
});
