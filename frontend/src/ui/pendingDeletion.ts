import { useSyncExternalStore } from "react";
import { notifyUndo } from "./notify";

/** As long as the notice with its undo button stands. */
export const UNDO_MS = 10_000;

const NONE: ReadonlySet<string> = new Set();
let hidden: ReadonlySet<string> = NONE;
const listeners = new Set<() => void>();

function setHidden(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

function show(id: string): void {
  setHidden(new Set([...hidden].filter((other) => other !== id)));
}

interface PendingDeletion {
  id: string;
  message: string;
  undoLabel: string;
  /** Really deletes; an error is the caller's to say. */
  remove: () => Promise<void>;
}

/**
 * Deletes what cannot be brought back only after the time to undo has passed; until then it is merely hidden. Closing the page
 * before that keeps it: the safe side.
 */
export function deleteLater({ id, message, undoLabel, remove }: PendingDeletion): void {
  if (hidden.has(id)) return;
  setHidden(new Set([...hidden, id]));
  const timer = setTimeout(() => {
    void remove().finally(() => show(id));
  }, UNDO_MS);
  notifyUndo(message, undoLabel, () => {
    clearTimeout(timer);
    show(id);
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ids of what is about to be deleted: lists leave them out. */
export function usePendingDeletions(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => hidden);
}
