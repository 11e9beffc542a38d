/** Fills in what a document on the wire may leave out. */
import type { Block, Document, Edge, Node, WireBlock, WireDocument, WireEdge, WireNode } from "./types";

export function normalizeNode(node: WireNode): Node {
  return {
    id: node.id,
    type: node.type,
    params: node.params ?? {},
    repeat: node.repeat ?? 1,
    muted: node.muted ?? false,
    share: node.share ?? null,
  };
}

export function normalizeEdge(edge: WireEdge): Edge {
  return {
    source: edge.source,
    target: edge.target,
    source_port: edge.source_port ?? null,
    target_port: edge.target_port ?? null,
  };
}

export function normalizeBlock(block: WireBlock): Block {
  return {
    parameters: block.parameters ?? {},
    nodes: (block.nodes ?? []).map(normalizeNode),
    edges: (block.edges ?? []).map(normalizeEdge),
  };
}

export function normalizeDocument(document: WireDocument): Document {
  return {
    format: document.format,
    name: document.name,
    network: normalizeBlock(document.network ?? {}),
    blocks: Object.fromEntries(
      Object.entries(document.blocks ?? {}).map(([name, block]) => [name, normalizeBlock(block)]),
    ),
    view: document.view ?? {},
    training: document.training ?? null,
  };
}

export function emptyDocument(name: string): Document {
  return normalizeDocument({ format: 1, name });
}
