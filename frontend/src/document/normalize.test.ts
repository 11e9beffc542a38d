import { describe, expect, it } from "vitest";
import { meaningOf, normalizeDocument } from "./normalize";
import { sampleDocument } from "./testing/catalogue";

const document = normalizeDocument({
  ...sampleDocument(),
  name: "Named",
  training: { epochs: 3 },
  view: { network: { image: [40, 80] } },
});
document.network.nodes.push(
  { id: "odd", type: "Filter2d", params: { size: 0, list: [], bias: false }, repeat: 1, muted: true, share: "image" },
  { id: "stage", type: "block:Stage", params: {}, repeat: "=depth", muted: false, share: null },
);
document.network.edges.push({ source: "odd", target: "stage", source_port: "y", target_port: null });
document.network.parameters = { depth: 0 };

describe("the meaning of a document", () => {
  it("is the document again when what it leaves out is filled in, but for places and training", () => {
    expect(normalizeDocument(meaningOf(document))).toEqual({ ...document, view: {}, training: null });
  });

  it("says nothing that is a default", () => {
    const text = JSON.stringify(meaningOf(document));
    for (const word of ['"muted":false', '"repeat":1', '"params":{}', "null", "view", "training"]) {
      expect(text).not.toContain(word);
    }
  });
});
