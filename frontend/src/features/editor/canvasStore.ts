/** What the canvas is doing right now: none of it is saved, none of it can be undone. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { NetworkTimes } from "@/api";
import type {
  Change,
  Edge,
  EditorState,
  Ends,
  Label,
  LooseWire,
  MarkRef,
  PortRef,
  Position,
  Rect,
  Verdict,
} from "@/document";
import { isSuggestingKept } from "./preferences";

/** A wire that is being drawn, and what may be said of every port it could go to. */
export interface PendingConnection {
  from: PortRef;
  /** The kind of port it starts from. */
  kind: "source" | "target";
  /** By node, then by port; ports of the same kind are absent. */
  verdicts: ReadonlyMap<string, ReadonlyMap<string, Verdict>>;
}

/** What a wire is drawn over: `folded` are the nodes of a card that stands for several; `node` is then the first of them. */
export interface Over {
  node: string;
  port: string | null;
  folded: readonly string[] | null;
}

/** What the view can do; null while no canvas is mounted. */
export interface CanvasView {
  fit(): void;
  /** Brings these nodes into view, as large as they can be read well. */
  fitNodes(nodes: readonly string[]): void;
  /** Shows the open level as if it had just been opened: all of it where that is readable, else its beginning. */
  showLevel(): void;
  zoomIn(): void;
  zoomOut(): void;
  zoomTo(zoom: number): void;
  /** Brings a node into view if it is not. */
  show(node: string): void;
  /** Brings a node into view if it is not, and gives it the keyboard. */
  reveal(node: string): void;
  focus(): void;
  toCanvas(client: { x: number; y: number }): Position;
  /** Where the pointer is on the screen, if it is on the canvas, else the canvas's middle. */
  pointer(): { x: number; y: number };
  /** Whether a point of the screen lies on the canvas. */
  contains(client: { x: number; y: number }): boolean;
  /** The wire under a point of the screen. */
  edgeAt(client: { x: number; y: number }): Edge | null;
  /** Where a wire begins and ends; null where it is not drawn. */
  endsOf(edge: Edge): Ends | null;
  /** The wires under a point of the screen, also those that a card covers, the uppermost first. */
  edgesAt(client: { x: number; y: number }): Edge[];
  center(): Position;
  /** Brings a part of the drawing into view if it is not. */
  showPlace(place: Rect): void;
  /** Whether a part of the drawing is wholly in view. */
  isInView(place: Rect): boolean;
}

export type OpenDialog =
  /** Where an output of this node goes; with `input`, what feeds that input of it. `among`: only these nodes are offered. */
  | { kind: "connect"; node: string; input?: string; output?: string; among?: readonly string[] }
  /** A search for what is put at this point of the screen: loose, joined to a wire, or into one. */
  | {
      kind: "add";
      client: { x: number; y: number };
      wire: LooseWire | null;
      into: Edge | null;
      /** The node after which the new one is placed, instead of at the point. */
      after?: string;
    }
  | { kind: "keys" }
  | { kind: "commands" }
  | { kind: "find" }
  /** A name for the block that is made of these nodes. */
  | { kind: "group"; nodes: readonly string[] }
  /** A repeated block is about to be unrolled into so many nodes. */
  | { kind: "unpack"; node: string; copies: number; nodes: number }
  /** A block of the document on its way into the library. */
  | { kind: "saveBlock"; block: string }
  | { kind: "library" }
  /** `isOnThings`: opened on what is selected, else on the empty canvas. */
  | { kind: "menu"; x: number; y: number; at: Position | null; isOnThings: boolean };

/** A layer that could come next, drawn as the outline of a card. */
export interface Suggestion {
  /** The output that it would be wired to. */
  from: PortRef;
  /** What could come there, the most plausible first; empty while the check has not answered about a node just taken. */
  types: readonly string[];
  /** Which of them is shown. */
  at: number;
  /** Where the card would stand. */
  place: Rect | null;
  /** Where it is drawn: at its place, or below the card that it follows where its place is out of view. */
  spot: Rect | null;
}

/** What is said of a card where two states of a network are compared; `within`: only the block that it uses differs. */
export interface Difference {
  change: Change | "within";
  /** For a screen reader and the card's hint: all that differs. */
  words: string;
  /** For the card itself: the first of it. */
  brief: string;
}

/** What differs in one block. */
export interface LevelDifferences {
  nodes: ReadonlyMap<string, Difference>;
  edges: readonly { edge: Edge; change: "added" | "removed"; words: string }[];
}

/** A cost of the check's report, or the time that a run has measured. */
export type Heat = "parameters" | "macs" | "activation_bytes" | "time";

/** What runs have measured of the network; `reason` says why there is nothing, and is null while it is not known. */
export interface Measured {
  times: NetworkTimes | null;
  reason: string | null;
}

export interface CanvasState {
  connection: PendingConnection | null;
  /** The node, or the fold's card with these nodes, under the pointer while a wire is drawn. */
  over: Over | null;
  dialog: OpenDialog | null;
  /** Zoomed so far out that cards are coloured rectangles. */
  isFar: boolean;
  isMinimapShown: boolean;
  isSnapping: boolean;
  isTidying: boolean;
  /** Why the last command could not be carried out, or what it did: read out and shown for a moment. */
  notice: Label | null;
  /** The type being dragged out of the palette, and where. */
  ghost: { type: string; name: string; x: number; y: number; reason: Label | null } | null;
  /** The wire that the dragged card would go into. */
  ghostEdge: Edge | null;
  /** What the drag of cards under way will do, said beside the pointer; null where it only moves them. */
  dragHint: Label | null;
  /** Where copies will stand when a drag that duplicates ends. */
  copies: readonly Rect[];
  /** What the cards are coloured by; null for their families. */
  heat: Heat | null;
  /** By block, where two states of a network are compared in one drawing; null where one network is shown. */
  differences: ReadonlyMap<string, LevelDifferences> | null;
  /** Asked for while somebody looks at it. */
  measured: Measured;
  /** The wire on which the pointer rests, and where. */
  hovered: { edge: Edge; x: number; y: number } | null;
  /** The frame or note that is chosen, and whether its words are being written. */
  mark: MarkRef | null;
  isWriting: boolean;
  /** The point of a wire that is to get the keyboard as soon as it is drawn. */
  point: { edge: Edge; at: number } | null;
  /** The next drag over the canvas cuts wires. */
  isKnifeOut: boolean;
  /** The wires that the stroke under way has crossed. */
  cut: readonly Edge[];
  /** The last copied nodes as text, where neither the system's clipboard may be read nor the browser keeps anything. */
  clipboard: string | null;
  /** Whether a next layer is suggested at all. */
  isSuggesting: boolean;
  /** What is suggested; null where nothing is, or the keyboard is elsewhere. */
  suggestion: Suggestion | null;
  /** The node after which nothing is suggested: it was walked to, or the suggestion was hidden. */
  quietFor: string | null;
  /** The last node that came from a suggestion. */
  taken: string | null;
  view: CanvasView | null;
  /** Another picture of the level that has the keyboard: it gets it back in place of the canvas. */
  keyboardHome: { focus(node?: string): void } | null;
  focusPalette: (() => void) | null;
}

export type CanvasStore = StoreApi<CanvasState>;

export function createCanvasStore({ isReadOnly = false } = {}): CanvasStore {
  return createStore<CanvasState>()(() => ({
    connection: null,
    over: null,
    dialog: null,
    isFar: false,
    isMinimapShown: true,
    isSnapping: true,
    isTidying: false,
    notice: null,
    ghost: null,
    ghostEdge: null,
    dragHint: null,
    copies: [],
    heat: null,
    differences: null,
    measured: { times: null, reason: null },
    hovered: null,
    mark: null,
    isWriting: false,
    point: null,
    isKnifeOut: false,
    cut: [],
    clipboard: null,
    isSuggesting: !isReadOnly && isSuggestingKept(),
    suggestion: null,
    quietFor: null,
    taken: null,
    view: null,
    keyboardHome: null,
    focusPalette: null,
  }));
}

/** What is suggested after the selected node, as long as a person can see it. */
export function shownSuggestion(
  { selection }: EditorState,
  { suggestion, view, taken }: CanvasState,
): Suggestion | null {
  if (!suggestion?.spot || selection.nodes.length !== 1 || selection.nodes[0] !== suggestion.from.node) return null;
  // After one that was taken the view is on its way there.
  return suggestion.from.node === taken || view?.isInView(suggestion.spot) ? suggestion : null;
}
