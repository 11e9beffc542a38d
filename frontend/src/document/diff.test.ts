import { describe, expect, test } from "vitest";
import { diffDocuments } from "./diff";
import { normalizeDocument } from "./normalize";
import type { WireBlock, WireNode } from "./types";

const chain = (...nodes: WireNode[]): WireBlock => ({
  parameters: {},
  nodes: nodes as never,
  edges: nodes.slice(1).map((node, at) => ({ source: nodes[at]?.id ?? "", target: node.id })) as never,
});
const document = (network: WireBlock, blocks: { [name: string]: WireBlock } = {}) =>
  normalizeDocument({ format: 1, name: "A", network, blocks });

const x: WireNode = { id: "x", type: "Input" };
const fc: WireNode = { id: "fc", type: "Linear", params: { out_features: 3, bias: true } };
const y: WireNode = { id: "y", type: "Output" };

describe("diffDocuments", () => {
  test("is empty for one document said in two ways", () => {
    const other = { ...fc, params: { bias: true, out_features: 3 }, repeat: 1, muted: false };
    const [a, b] = [document(chain(x, fc, y)), { ...document(chain(x, other, y)), view: { network: {} } }];
    expect(diffDocuments(a, b)).toEqual([]);
  });

  test("names the parameters that are others, and those that one does not set", () => {
    const other: WireNode = { ...fc, params: { out_features: 5 }, muted: true };
    const [change] = diffDocuments(document(chain(x, fc, y)), document(chain(x, other, y)));
    expect(change?.nodes).toEqual([
      {
        id: "fc",
        type: "Linear",
        change: "changed",
        fields: [
          { field: "muted", before: false, after: true },
          { field: "out_features", before: 3, after: 5 },
          { field: "bias", before: true, after: undefined },
        ],
      },
    ]);
    expect(change?.edges).toEqual([]);
  });

  test("tells nodes and wires that came from those that went", () => {
    const [change] = diffDocuments(document(chain(x, fc, y)), document(chain(x, { id: "act", type: "ReLU" }, y)));
    expect(change?.nodes.map(({ id, change: kind }) => [id, kind])).toEqual([
      ["act", "added"],
      ["fc", "removed"],
    ]);
    expect(change?.edges.map(({ edge, change: kind }) => [edge.source, edge.target, kind])).toEqual([
      ["x", "fc", "removed"],
      ["fc", "y", "removed"],
      ["x", "act", "added"],
      ["act", "y", "added"],
    ]);
  });

  test("looks into blocks, those of one document alone included", () => {
    const before = document(chain(x, y), { Stage: chain(x, y), Gone: chain(x, y) });
    const stage = { ...chain(x, y), parameters: { width: 8 } };
    const after = document(chain(x, y), { Stage: stage, New: chain(x, y) });
    expect(diffDocuments(before, after).map(({ block, change }) => [block, change])).toEqual([
      ["Stage", "changed"],
      ["New", "added"],
      ["Gone", "removed"],
    ]);
    expect(diffDocuments(before, after)[0]?.parameters).toEqual([{ field: "width", before: undefined, after: 8 }]);
  });

  test("counts wires that are drawn twice", () => {
    const twice = chain(x, y);
    twice.edges = [...(twice.edges ?? []), ...(twice.edges ?? [])];
    const [change] = diffDocuments(document(chain(x, y)), document(twice));
    expect(change?.edges.map(({ change: kind }) => kind)).toEqual(["added"]);
  });
});
