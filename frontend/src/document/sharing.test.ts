import { describe, expect, it } from "vitest";
import { copyNodes, pasteEdits } from "./clipboard";
import { applyEdits } from "./edits";
import { normalizeDocument } from "./normalize";
import { shareCandidates, shareEdits, sharersOf } from "./sharing";
import type { Document, WireNode } from "./types";

function make(...nodes: WireNode[]): Document {
  const whole = nodes.map((node) => ({ repeat: 1, muted: false, ...node }));
  return normalizeDocument({ format: 1, name: "n", network: { nodes: whole } });
}

const shareOf = (document: Document) => Object.fromEntries(document.network.nodes.map(({ id, share }) => [id, share]));

function shared(document: Document, id: string, owner: string | null): Document {
  return applyEdits(document, shareEdits(document.network, "network", id, owner));
}

describe("weights of another node", () => {
  const document = make(
    { id: "a", type: "Dense", params: { width: 3 } },
    { id: "b", type: "Dense", params: { width: 5, bias: false }, repeat: 2 },
    { id: "c", type: "Dense", params: { width: 5 }, share: "b" },
    { id: "other", type: "Bend" },
  );

  it("can be those of a node of the same type that has its own", () => {
    const [a, , c] = document.network.nodes;
    expect(a && shareCandidates(document.network, a).map(({ id }) => id)).toEqual(["b"]);
    expect(c && shareCandidates(document.network, c).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(sharersOf(document.network, "b").map(({ id }) => id)).toEqual(["c"]);
  });

  it("come with that node's settings, and nodes that used the own weights go along", () => {
    const after = shared(document, "b", "a");
    expect(shareOf(after)).toEqual({ a: null, b: "a", c: "a", other: null });
    const [a, b] = after.network.nodes;
    expect([b?.params, b?.repeat]).toEqual([{ width: 3 }, 1]);
    expect(a).toEqual(document.network.nodes[0]);
  });

  it("of a third node leave the settings of the former owner as they are", () => {
    const after = shared(document, "c", "a");
    expect(shareOf(after)).toEqual({ a: null, b: null, c: "a", other: null });
    expect(after.network.nodes[1]).toEqual(document.network.nodes[1]);
    expect(after.network.nodes[2]?.params).toEqual({ width: 3 });
  });

  it("are given back", () => {
    expect(shareOf(shared(document, "c", null)).c).toBeNull();
    expect(shareEdits(document.network, "network", "a", null)).toEqual([]);
  });
});

describe("copies of nodes that share weights", () => {
  const document = make({ id: "a", type: "Dense" }, { id: "b", type: "Dense", share: "a" });

  function pasted(ids: string[], into: Document): Document {
    const clip = copyNodes(document, "network", ids);
    if (!clip) throw new Error("nothing was copied");
    return applyEdits(into, pasteEdits(into, "network", clip).edits);
  }

  it("share with the copy of their owner", () => {
    expect(shareOf(pasted(["a", "b"], document))).toEqual({ a: null, b: "a", a1: null, b1: "a1" });
  });

  it("have their own weights where the owner was not copied, also beside it", () => {
    expect(shareOf(pasted(["b"], document))).toEqual({ a: null, b: "a", b1: null });
    expect(shareOf(pasted(["b"], make({ id: "a", type: "Dense" })))).toEqual({ a: null, b: null });
  });
});
