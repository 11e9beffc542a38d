import { createCatalogue } from "../catalogue";
import { emptyHistory } from "../history";
import { normalizeDocument } from "../normalize";
import { withPositions } from "../placement";
import type { CheckingState, GetState, SetState } from "../store";
import type { CheckReport, Document, LayerRead, WireDocument } from "../types";

export interface SyncActions {
  /** The check's answer about the network as it is now. */
  setReport(report: CheckReport): void;
  setChecking(state: CheckingState): void;
  setCatalogue(layers: readonly LayerRead[]): void;
  /** The server holds `document` under `revision`. */
  markSaved(revision: number, document: Document): void;
  /** Opens another document (a revision, the other tab's): the history starts anew. */
  load(document: WireDocument, revision: number | null): void;
}

export function createSyncActions(set: SetState, get: GetState): SyncActions {
  return {
    setReport: (report) => set({ report, checking: "current" }),
    setChecking: (checking) => {
      if (checking !== get().checking) set({ checking });
    },
    setCatalogue: (layers) => set({ catalogue: createCatalogue(layers) }),
    markSaved: (revision, document) => set({ revision, savedDocument: document }),
    load: (wire, revision) => {
      const document = withPositions(normalizeDocument(wire), get().catalogue);
      set({
        document,
        revision,
        savedDocument: revision === null ? null : document,
        history: emptyHistory(),
        level: [],
        selection: { nodes: [], edges: [] },
        report: null,
        checking: "pending",
      });
    },
  };
}
