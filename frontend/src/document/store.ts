/** The state of one open document: what is drawn, what is selected, what the check said, what can be undone. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { createEditActions, type EditActions } from "./actions/editing";
import { createFoldActions, type FoldActions } from "./actions/folding";
import { createGestureActions, type GestureActions } from "./actions/gestures";
import { createNodeActions, type NodeActions } from "./actions/nodes";
import { createSelectionActions, type SelectionActions } from "./actions/selection";
import { createSyncActions, type SyncActions } from "./actions/sync";
import { type Catalogue, createCatalogue } from "./catalogue";
import { emptyHistory, type History } from "./history";
import type { LevelPath } from "./levels";
import { normalizeDocument } from "./normalize";
import { withPositions } from "./placement";
import type { CheckReport, Document, Edge, LayerRead, WireDocument } from "./types";

/** What is selected at the current level. */
export interface Selection {
  nodes: readonly string[];
  edges: readonly Edge[];
}

/** What undo brings back: the document, and where the person was looking. */
export interface Snapshot {
  document: Document;
  level: LevelPath;
  selection: Selection;
}

/** `current`: the report is the document's. `pending`: asked. `slow`: asked 300 ms ago. `failed`: no answer came. */
export type CheckingState = "current" | "pending" | "slow" | "failed";

export interface EditorData {
  document: Document;
  catalogue: Catalogue;
  history: History<Snapshot>;
  level: LevelPath;
  selection: Selection;
  /** The last answer of the check; it stays on show while a newer one is on its way. */
  report: CheckReport | null;
  checking: CheckingState;
  /** The revision that this document grew from, null for one that was never saved. */
  revision: number | null;
  /** What the server holds under that revision; equal by identity to `document` when nothing is unsaved. */
  savedDocument: Document | null;
  /** Nothing can be changed: every edit is left undone. */
  isReadOnly: boolean;
}

export type EditorState = EditorData &
  EditActions &
  NodeActions &
  FoldActions &
  GestureActions &
  SelectionActions &
  SyncActions;
export type EditorStore = StoreApi<EditorState>;
export type SetState = EditorStore["setState"];
export type GetState = EditorStore["getState"];

export const NOTHING_SELECTED: Selection = { nodes: [], edges: [] };

export interface DocumentStoreOptions {
  document: WireDocument;
  layers: readonly LayerRead[];
  revision?: number | null;
  isReadOnly?: boolean;
}

export function createDocumentStore({
  document: wire,
  layers,
  revision = null,
  isReadOnly = false,
}: DocumentStoreOptions): EditorStore {
  const catalogue = createCatalogue(layers);
  const document = withPositions(normalizeDocument(wire), catalogue);
  return createStore<EditorState>()((set, get) => ({
    document,
    catalogue,
    history: emptyHistory(),
    level: [],
    selection: NOTHING_SELECTED,
    report: null,
    checking: "pending",
    revision,
    savedDocument: revision === null ? null : document,
    isReadOnly,
    ...createEditActions(set, get),
    ...createNodeActions(set, get),
    ...createFoldActions(set, get),
    ...createGestureActions(get),
    ...createSelectionActions(set, get),
    ...createSyncActions(set, get),
  }));
}
