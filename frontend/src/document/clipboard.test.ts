import { describe, expect, it } from "vitest";
import { copyNodes, parseClip, pasteEdits } from "./clipboard";
import { applyEdits } from "./edits";
import { normalizeDocument } from "./normalize";
import { sampleDocument } from "./testing/catalogue";
import type { Document } from "./types";

function sample(): Document {
  const document = normalizeDocument(sampleDocument());
  return { ...document, view: { network: { conv: [100, 50], act: [440, 50] } } };
}

function copied(document: Document, ids: string[]) {
  const clip = copyNodes(document, "network", ids);
  if (!clip) throw new Error("nothing was copied");
  const parsed = parseClip(JSON.stringify(clip));
  if (!parsed) throw new Error("the text was not understood");
  return parsed;
}

describe("copies", () => {
  it("keep nodes, the wires among them and their places through text", () => {
    const document = sample();
    expect(copied(document, ["conv", "act"])).toEqual(copyNodes(document, "network", ["conv", "act"]));
  });

  it("get free ids, wires among themselves, and places beside the originals", () => {
    const document = sample();
    const { edits, ids } = pasteEdits(document, "network", copied(document, ["conv", "act"]));
    const after = applyEdits(document, edits);
    expect(ids).toEqual(["conv1", "act1"]);
    expect(after.network.edges.slice(5)).toEqual([
      { source: "conv1", target: "act1", source_port: null, target_port: null },
    ]);
    expect(after.view.network?.conv1).toEqual([140, 140]);
  });

  it("bring the wires into them where asked", () => {
    const document = sample();
    const { edits } = pasteEdits(document, "network", copied(document, ["conv"]), { incoming: true });
    expect(applyEdits(document, edits).network.edges.at(-1)).toMatchObject({ source: "image", target: "conv1" });
  });

  it("go to a given place", () => {
    const document = sample();
    const { edits } = pasteEdits(document, "network", copied(document, ["conv", "act"]), { at: [1000, 200] });
    const { view } = applyEdits(document, edits);
    expect([view.network?.conv1, view.network?.act1]).toEqual([
      [1000, 200],
      [1340, 200],
    ]);
  });

  it("carry the blocks that they use into another document", () => {
    const block = { op: "add_node" as const, block: "network", node: { id: "stage", type: "block:Stage" } };
    const clip = copied(applyEdits(sample(), [block]), ["stage"]);
    const empty = normalizeDocument({ format: 1, name: "Empty" });
    const after = applyEdits(empty, pasteEdits(empty, "network", clip).edits);
    expect(after.blocks.Stage).toEqual(sample().blocks.Stage);
    const other = normalizeDocument({ format: 1, name: "Other", blocks: { Stage: { parameters: { depth: 2 } } } });
    const renamed = applyEdits(other, pasteEdits(other, "network", clip).edits);
    expect(renamed.network.nodes[0]?.type).toBe("block:Stage1");
    expect(renamed.blocks.Stage).toEqual(other.blocks.Stage);
  });

  it.each([
    "",
    "hello",
    "[]",
    '{"netwright":1}',
    '{"netwright":1,"nodes":[{}],"edges":[],"incoming":[],"positions":{},"blocks":{}}',
  ])("are not read from %o", (text) => {
    expect(parseClip(text)).toBeNull();
  });
});
