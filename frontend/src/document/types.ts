/** The document's types, filled in: what the wire may leave out (an empty list, a default) is always there. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type JsonValue = Schemas["JsonValue"];
export type Position = [x: number, y: number];

/** A document as it travels: fields that equal their defaults may be missing. */
export type WireDocument = Schemas["Document"];
export type WireBlock = Schemas["Block"];
export type WireNode = Partial<Schemas["Node"]> & Pick<Schemas["Node"], "id" | "type">;
export type WireEdge = Schemas["Edge"];

/** Values are never changed in place: every edit makes new objects along the way and shares the rest. */
export type Node = Required<Schemas["Node"]>;
export type Edge = Required<Schemas["Edge"]>;
export interface Block {
  parameters: { [name: string]: number };
  nodes: Node[];
  edges: Edge[];
}
export interface Document {
  format: 1;
  name: string;
  network: Block;
  blocks: { [name: string]: Block };
  view: { [block: string]: { [node: string]: Position } };
  marks: { [block: string]: Marks };
  training: { [name: string]: JsonValue } | null;
}

export type Frame = Required<Schemas["Frame"]>;
export type Note = Required<Schemas["Note"]>;
/** The points that a wire is led through on the canvas, from its source to its target. */
export interface Way {
  edge: Edge;
  points: Position[];
}
/** Nodes that are shown as one small card. */
export type Fold = Required<Schemas["Fold"]>;
export type Color = Frame["color"];
/** What a reader is told on the canvas of one block; without meaning for the network. */
export interface Marks {
  frames: { [id: string]: Frame };
  notes: { [id: string]: Note };
  colors: { [node: string]: Color };
  ways: Way[];
  /** A node is in at most one of them. */
  folds: { [id: string]: Fold };
}

export type Fix = Schemas["Fix"];
export type Problem = Schemas["Problem"];
export type CheckReport = Schemas["CheckReport"];
export type NodeReport = Schemas["NodeReport"];
export type TensorShape = Schemas["TensorShape"];
export type LayerRead = Schemas["LayerRead"];
export type PortRead = Schemas["PortRead"];

type AddNode = Omit<Schemas["AddNode"], "node"> & { node: WireNode };
type AddEdge = Schemas["AddEdge"] & { index?: number | null };
type SetBlock = Omit<Schemas["SetBlock"], "definition"> & { definition: WireBlock | null };
export type Edit =
  | AddNode
  | Schemas["RemoveNode"]
  | Schemas["RenameNode"]
  | Schemas["SetParam"]
  | Schemas["SetNode"]
  | AddEdge
  | Schemas["RemoveEdge"]
  | Schemas["MoveNode"]
  | SetBlock
  | Schemas["SetParameter"]
  | Schemas["SetName"]
  | Schemas["SetFrame"]
  | Schemas["SetNote"]
  | Schemas["SetColor"]
  | Schemas["SetWay"]
  | Schemas["SetFold"];

/** The name under which the top-level block goes in views, edits and problems. */
export const NETWORK = "network";
/** `block:ConvStage` is the type of a node that uses the document's block `ConvStage`. */
export const BLOCK_PREFIX = "block:";

/**
 * The two words of the document format that are node types: the nodes by which a value enters and leaves a block. A block's
 * ports are these nodes, named by their ids. No other type has a name in this code.
 */
export const ENTRY_TYPE = "Input";
export const EXIT_TYPE = "Output";

/** A sentence that the page translates: a key of the `editor` catalogue and what goes into it. */
export interface Label {
  key: string;
  values?: { [name: string]: string | number };
}

/** One port of one node of the current level. */
export interface PortRef {
  node: string;
  port: string;
}

/** The name of the block that `type` uses, or null for a layer type. */
export function blockNameOf(type: string): string | null {
  return type.startsWith(BLOCK_PREFIX) ? type.slice(BLOCK_PREFIX.length) : null;
}

/** The block called `name`; undefined where there is none. */
export function blockOf(document: Document, name: string): Block | undefined {
  if (name === NETWORK) return document.network;
  return Object.hasOwn(document.blocks, name) ? document.blocks[name] : undefined;
}
