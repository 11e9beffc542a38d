import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyEdits, EditError } from "./edits";
import { normalizeDocument } from "./normalize";
import type { Edit, WireDocument } from "./types";

interface Case {
  name: string;
  document: WireDocument;
  edits: Edit[];
  expected: WireDocument | { error: true };
}

const cases: Case[] = JSON.parse(readFileSync("../tests/contract/edits.json", "utf8"));

describe("the contract that the server keeps too", () => {
  it.each(cases)("$name", ({ document, edits, expected }) => {
    const before = normalizeDocument(document);
    const copy = structuredClone(before);
    if ("error" in expected) {
      expect(() => applyEdits(before, edits)).toThrow(EditError);
    } else {
      expect(applyEdits(before, edits)).toEqual(normalizeDocument(expected));
    }
    expect(before).toEqual(copy);
  });
});

describe("identity", () => {
  const document = normalizeDocument({
    format: 1,
    name: "n",
    network: {
      nodes: [
        { id: "a", type: "A", repeat: 1, muted: false },
        { id: "b", type: "B", repeat: 1, muted: false },
      ],
      edges: [{ source: "a", target: "b" }],
    },
    blocks: { Inner: {} },
  });

  it("is kept by what an edit does not touch", () => {
    const after = applyEdits(document, [{ op: "set_param", block: "network", id: "a", name: "size", value: 3 }]);
    expect(after.network.nodes[1]).toBe(document.network.nodes[1]);
    expect(after.network.edges).toBe(document.network.edges);
    expect(after.blocks).toBe(document.blocks);
    expect(after.view).toBe(document.view);
  });

  it("of the network is kept by a move: moving a node never changes what it means", () => {
    const after = applyEdits(document, [{ op: "move_node", block: "network", id: "a", position: [5, 6] }]);
    expect(after.network).toBe(document.network);
    expect(after.view.network?.a).toEqual([5, 6]);
  });
});
