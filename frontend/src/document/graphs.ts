/** Networks whose data are graphs. */
import type { Catalogue } from "./catalogue";
import type { Document, Node } from "./types";

/** The nodes by which graphs enter the network: they take nothing in and give a row for each vertex. */
export function graphEntries(document: Document, catalogue: Catalogue): Node[] {
  return document.network.nodes.filter((node) => {
    const layer = catalogue.get(node.type);
    return layer !== undefined && layer.inputs.length === 0 && layer.outputs.some(({ along }) => along.includes("V"));
  });
}
