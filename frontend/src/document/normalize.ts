/** Fills in what a document on the wire may leave out. */
import type {
  Block,
  Document,
  Edge,
  Frame,
  Marks,
  Node,
  Note,
  WireBlock,
  WireDocument,
  WireEdge,
  WireNode,
} from "./types";

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
    marks: Object.fromEntries(
      Object.entries(document.marks ?? {}).map(([name, marks]) => [name, normalizeMarks(marks)]),
    ),
    training: document.training ?? null,
  };
}

export function normalizeFrame(frame: Partial<Frame> & Placed): Frame {
  return { ...frame, title: frame.title ?? "", color: frame.color ?? "grey" };
}

export function normalizeNote(note: Partial<Note> & Placed): Note {
  return { ...note, text: note.text ?? "", color: note.color ?? "grey" };
}

type Placed = Pick<Frame, "x" | "y" | "width" | "height">;

function normalizeMarks({
  frames = {},
  notes = {},
  colors = {},
  ways = [],
  folds = {},
}: NonNullable<WireDocument["marks"]>[string]): Marks {
  return {
    frames: Object.fromEntries(Object.entries(frames).map(([id, frame]) => [id, normalizeFrame(frame)])),
    notes: Object.fromEntries(Object.entries(notes).map(([id, note]) => [id, normalizeNote(note)])),
    colors,
    ways: ways.map(({ edge, points }) => ({ edge: normalizeEdge(edge), points })),
    folds,
  };
}

export function emptyDocument(name: string): Document {
  return normalizeDocument({ format: 1, name });
}

/**
 * What a document means, as short as it can be said: without places, marks and training, and without what equals its default.
 * Half the bytes of the whole, which count at every edit.
 */
export function meaningOf(document: Document): WireDocument {
  return {
    format: document.format,
    name: document.name,
    network: meaningOfBlock(document.network),
    blocks: Object.fromEntries(Object.entries(document.blocks).map(([name, block]) => [name, meaningOfBlock(block)])),
  };
}

const PLAIN_NODE = normalizeNode({ id: "", type: "" });
const PLAIN_EDGE = normalizeEdge({ source: "", target: "" });

function meaningOfBlock(block: Block): WireBlock {
  const nodes = block.nodes.map((node): WireNode => ({ id: node.id, type: node.type, ...differing(node, PLAIN_NODE) }));
  const edges = block.edges.map((edge) => ({
    source: edge.source,
    target: edge.target,
    ...differing(edge, PLAIN_EDGE),
  }));
  // The generated types ask for fields that have a default.
  return { parameters: block.parameters, nodes: nodes as WireBlock["nodes"], edges };
}

/** The fields of `value` that are not as in `plain`; empty objects count as equal. */
function differing<T extends object>(value: T, plain: T): Partial<T> {
  const fields = Object.entries(value).filter(
    ([name, field]) => field !== plain[name as keyof T] && !isEmptyObject(field),
  );
  return Object.fromEntries(fields) as Partial<T>;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
