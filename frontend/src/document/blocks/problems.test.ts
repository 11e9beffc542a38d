import { describe, expect, it } from "vitest";
import { normalizeDocument } from "../normalize";
import type { CheckReport, Problem } from "../types";
import { problemsWithin } from "./problems";

const node = (id: string, type: string) => ({ id, type, params: {}, repeat: 1, muted: false });
const document = normalizeDocument({
  format: 1,
  name: "Net",
  network: { nodes: [node("one", "block:Outer"), node("two", "block:Outer"), node("other", "block:Leaf")] },
  blocks: { Outer: { nodes: [node("inner", "block:Leaf")] }, Leaf: { nodes: [node("conv", "Filter2d")] } },
});
const tensor = { shape: [null, 1], dtype: "float32" };

function within(id: string, problems: Partial<Problem>[], silent: string[] = []): string[] {
  const nodes = Object.fromEntries(
    ["one", "two", "other", "one.inner", "one.inner.conv"].map((path) => [
      path,
      { inputs: { x: tensor }, outputs: silent.includes(path) ? {} : { y: tensor } },
    ]),
  );
  const report = { ok: false, nodes, problems: problems.map((each) => ({ severity: "error", ...each })) } as unknown;
  const found = document.network.nodes.find((each) => each.id === id);
  if (!found) throw new Error(`no node ${id}`);
  return problemsWithin(found, { document, path: [], report: report as CheckReport }).map(({ code }) => code);
}

describe("problems inside a block", () => {
  const deep = { code: "range", block: "Leaf", node: "conv", path: "one.inner.conv" };

  it("are those on the node's path, at any depth", () => {
    expect(within("one", [deep])).toEqual(["range"]);
    expect(within("two", [deep])).toEqual([]);
  });

  it("are also those of the definition where nothing comes out of another use", () => {
    expect(within("two", [deep], ["two"])).toEqual(["range"]);
    expect(within("other", [deep], ["two"])).toEqual([]);
  });

  it("are not those of the level itself", () => {
    expect(within("one", [{ code: "cycle", block: "network", node: "one", path: "one" }])).toEqual([]);
  });
});
