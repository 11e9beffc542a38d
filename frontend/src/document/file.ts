import type { WireDocument } from "./types";

/** What is written when a network is exported; the same bytes for the same document. */
export function writeDocument(document: WireDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
