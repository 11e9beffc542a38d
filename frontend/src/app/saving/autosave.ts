import { createStore, type StoreApi } from "zustand/vanilla";
import { isApiProblem, sentenceOf } from "@/api";
import type { Document, EditorStore } from "@/document";
import { type Draft, type Drafts, isSameDocument } from "./drafts";

/** What is said in the bar about the open document. */
export type SaveState =
  | { kind: "saved" }
  /** Someone saved a newer revision, and nothing here is unsaved: seen when the page is looked at again. */
  | { kind: "behind" }
  /** Edited; sent when the hands rest, or after a second. */
  | { kind: "waiting" }
  | { kind: "saving" }
  /** No server: kept here, sent when it is back. */
  | { kind: "offline"; isKept: boolean }
  /** The server failed: asked again by itself. */
  | { kind: "retrying"; message: string }
  /** The server will not have this document; the next edit is sent again. */
  | { kind: "refused"; message: string }
  /** Someone saved a newer revision, or deleted the network: a person must say what holds. */
  | { kind: "conflict"; reason: "stale" | "deleted" };

export interface AutosaveOptions {
  store: EditorStore;
  drafts: Drafts;
  save: (document: Document, revision: number) => Promise<{ revision: number }>;
  /** What the server holds now. */
  load: () => Promise<{ revision: number; document: Document }>;
  /** Calls back when the server answers again; returns what ends it. */
  onceOnline: (callback: () => void) => () => void;
  now?: () => number;
}

export interface Autosave {
  state: StoreApi<SaveState>;
  /** Begins to watch the document; returns what ends it, with a last save of what is unsaved. */
  start: () => () => void;
  /** Saves now what is unsaved. */
  flush: () => Promise<void>;
  /** Somebody looks at the page: it is said when the server has a newer revision and nothing here is unsaved. */
  look: () => Promise<void>;
  /** Shows what the server has, where nothing here is unsaved. */
  reload: () => Promise<void>;
  /** A person has decided a conflict: what is unsaved now goes on top of the store's revision. */
  resume: () => Promise<void>;
  /** What is unsaved here is given up: another document takes its place, or it is kept elsewhere. */
  abandon: () => void;
}

export const IDLE_MS = 500;
/** What a server's crash loses at most, and a reader on another machine waits; a draft here is a quarter of it old. */
export const LONGEST_MS = 1000;
export const RETRY_MS = 5000;
const DRAFT_MS = 250;
/** As many saves without an answer are remembered; each is a whole document. */
const SENT_KEPT = 3;

/**
 * Sends the edits when the hands rest, and a second after the first of them where they do not: one save at a time, each on
 * top of the revision before.
 */
export function createAutosave({ store, drafts, save, load, onceOnline, now = Date.now }: AutosaveOptions): Autosave {
  const state = createStore<SaveState>()(() => ({ kind: "saved" }));
  let isSaving = false;
  let isLooking = false;
  /** What was sent since the last answer: the server may have one of these, whatever became of its answer. */
  let sent: Document[] = [];
  /** When the first edit was made that no save holds yet. */
  let editedAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  let stopWaiting: (() => void) | undefined;

  function say(next: SaveState): void {
    // That it still waits is no news: the whole page hears of each.
    if (next.kind !== "waiting" || state.getState().kind !== "waiting") state.setState(next, true);
  }
  const isDirty = () => store.getState().document !== store.getState().savedDocument;

  function draft(): Draft | null {
    clearTimeout(draftTimer);
    draftTimer = undefined;
    if (!isDirty()) return null;
    const { revision, document } = store.getState();
    return { revision, document, time: now(), sent: sent.filter((one) => one !== document) };
  }

  async function writeDraft(): Promise<boolean> {
    const written = draft();
    const isKept = written === null || (await drafts.write(written));
    // The room may end, or come back, while the server is away.
    const said = state.getState();
    if (said.kind === "offline" && said.isKept !== isKept) say({ kind: "offline", isKept });
    return isKept;
  }

  function leave(): void {
    const written = draft();
    if (written !== null) drafts.writeAtOnce(written);
  }

  function settle(): void {
    editedAt = null;
    clearTimeout(timer);
    clearTimeout(draftTimer);
    draftTimer = undefined;
    void drafts.clear();
    say({ kind: "saved" });
  }

  function schedule(delay: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void saveNow(), delay);
  }

  async function saveNow(): Promise<void> {
    const { document, revision } = store.getState();
    if (isSaving || state.getState().kind === "conflict") return;
    if ((!isDirty() && sent.length === 0) || revision === null) return settle();
    clearTimeout(timer);
    stopWaiting?.();
    void writeDraft();
    editedAt = null;
    isSaving = true;
    say({ kind: "saving" });
    try {
      const saved = await send(document, revision);
      store.getState().markSaved(saved, document);
      isSaving = false;
      if (!isDirty()) return settle();
      say({ kind: "waiting" });
      schedule(IDLE_MS);
    } catch (error) {
      isSaving = false;
      await fail(error);
    }
  }

  /** Resolves to the revision that the document is. */
  async function send(document: Document, revision: number): Promise<number> {
    const before = sent;
    sent = [...before.filter((one) => one !== document), document].slice(-SENT_KEPT);
    try {
      const saved = await save(document, revision);
      sent = [];
      return saved.revision;
    } catch (error) {
      // What was answered, and be it by a refusal, has not arrived behind our back.
      if (!isApiProblem(error) || !error.isOffline) sent = before;
      if (!isApiProblem(error) || error.code !== "stale_revision") throw error;
      // Nothing of another's is in the newest revision where it is what was sent from here, now or without an answer before.
      const newest = await load();
      if (isSameDocument(newest.document, document)) {
        sent = [];
        return newest.revision;
      }
      if (!before.some((one) => isSameDocument(newest.document, one))) throw error;
      sent = [];
      return send(document, newest.revision);
    }
  }

  async function fail(error: unknown): Promise<void> {
    if (!isApiProblem(error)) throw error;
    if (error.code === "stale_revision") {
      say({ kind: "conflict", reason: "stale" });
    } else if (error.status === 404) {
      say({ kind: "conflict", reason: "deleted" });
    } else if (error.isOffline || error.status === 401) {
      stopWaiting?.();
      stopWaiting = onceOnline(() => void saveNow());
      const isKept = await writeDraft();
      if (state.getState().kind === "saving" && !isSaving) say({ kind: "offline", isKept });
    } else if (error.status >= 500) {
      say({ kind: "retrying", message: error.message });
      schedule(RETRY_MS);
    } else {
      say({ kind: "refused", message: sentenceOf(error) });
    }
  }

  /** What the server has where it is newer and nothing here is unsaved. */
  async function readNewer(): Promise<{ revision: number; document: Document } | null> {
    const isStill = () => !isDirty() && sent.length === 0 && ["saved", "behind"].includes(state.getState().kind);
    const { revision } = store.getState();
    if (!isStill() || revision === null) return null;
    const newest = await load();
    // What was done here meanwhile goes its own way: a save of it tells of another's.
    return isStill() && store.getState().revision === revision && newest.revision > revision ? newest : null;
  }

  async function look(): Promise<void> {
    // The window and the tab come to the front together.
    if (isLooking) return;
    isLooking = true;
    try {
      const newest = await readNewer();
      if (newest === null) return;
      const { document, markSaved } = store.getState();
      if (!isSameDocument(newest.document, document)) return say({ kind: "behind" });
      markSaved(newest.revision, document);
      say({ kind: "saved" });
    } catch (error) {
      // Nobody asked for this: that the server is away, or the network, is said at the next edit.
      if (!isApiProblem(error)) throw error;
    } finally {
      isLooking = false;
    }
  }

  async function reload(): Promise<void> {
    const newest = await readNewer();
    if (newest === null) return;
    store.getState().load(newest.document, newest.revision);
    settle();
  }

  function onChange(): void {
    const { kind } = state.getState();
    if (!isDirty()) {
      if (sent.length === 0 && (kind === "waiting" || kind === "refused")) settle();
      return;
    }
    draftTimer ??= setTimeout(() => void writeDraft(), DRAFT_MS);
    editedAt ??= now();
    // While a person must decide, or the server is away, the draft is all that is written.
    if (kind === "conflict" || kind === "offline") return;
    if (!isSaving) {
      say({ kind: "waiting" });
      schedule(Math.min(IDLE_MS, Math.max(0, editedAt + LONGEST_MS - now())));
    }
  }

  return {
    state,
    start: () => {
      let before = store.getState().document;
      const unsubscribe = store.subscribe(({ document, savedDocument }, last) => {
        if (document === before && savedDocument === last.savedDocument) return;
        before = document;
        onChange();
      });
      window.addEventListener("pagehide", leave);
      if (isDirty()) onChange();
      return () => {
        unsubscribe();
        window.removeEventListener("pagehide", leave);
        clearTimeout(timer);
        stopWaiting?.();
        if (isDirty()) {
          void writeDraft();
          void saveNow();
        }
      };
    },
    flush: saveNow,
    look,
    reload,
    resume: () => {
      say({ kind: "waiting" });
      return saveNow();
    },
    abandon: () => {
      sent = [];
      settle();
    },
  };
}
